import { canonicalJson, sha256 } from '../../domain/index.ts'
import type { AuditRecord } from '../../ports/index.ts'
import { textFile } from './pull-record.ts'
import { type Desk, headRef, lostRace, ROUNDS } from './pulls.ts'

const FIRST = '0'.repeat(16)
const NAME = /^audit\/[a-z0-9-]+\/\d{4}-\d{2}-\d{2}\/(\d{8})-[0-9a-f]{16}\.jsonl$/

export function auditBranch(prefix: string): string {
  return `${prefix}/audit`
}

type Last = { readonly sequence: number; readonly path: string | undefined }

function lastOf(paths: Iterable<string>, writer: string): Last {
  let last: Last = { sequence: 0, path: undefined }
  for (const path of paths) {
    const sequence = path.startsWith(`audit/${writer}/`) ? Number(NAME.exec(path)?.[1] ?? 0) : 0
    if (sequence > last.sequence) last = { sequence, path }
  }
  return last
}

/**
 * One new file `audit/<writer>/<date>/<sequence>-<hash of the file before>.jsonl` for a batch, so that every file names the bytes of
 * its predecessor. Tamper-evident, not tamper-proof; no decision reads it.
 */
export async function appendAudit(desk: Desk, writer: string, records: readonly AuditRecord[]): Promise<void> {
  if (records.length === 0) return
  const ref = headRef(auditBranch(desk.bounds.prefix))
  for (let round = 0; round < ROUNDS; round += 1) {
    const before = (await desk.store.refs()).get(ref)
    const last = lastOf(before === undefined ? [] : (await desk.store.listing(before)).entries.keys(), writer)
    const bytes =
      before === undefined || last.path === undefined ? undefined : (await desk.store.tree(before)).bytes(last.path)
    const previous = bytes === undefined ? FIRST : sha256(bytes).slice(0, 16)
    const atMs = desk.clock.now()
    const day = new Date(atMs).toISOString().slice(0, 10)
    const name = `audit/${writer}/${day}/${String(last.sequence + 1).padStart(8, '0')}-${previous}.jsonl`
    const tree = await desk.store.writeTree(before, [
      textFile(name, records.map((one) => `${canonicalJson(one)}\n`).join('')),
    ])
    const to = await desk.store.writeCommit({
      tree,
      parents: before === undefined ? [] : [before],
      author: desk.bot,
      atMs,
      message: `audit: ${records.length} records\n`,
    })
    if (await desk.store.update([{ ref, from: before, to }])) return
  }
  throw lostRace(ref)
}
