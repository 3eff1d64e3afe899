import {
  type AuditHead,
  type AuditRecord,
  auditFile,
  auditHeadOf,
  formatAuditHead,
  newestHead,
  parseAuditPath,
} from '../../domain/index.ts'
import type { AuditKnown, AuditView } from '../../ports/index.ts'
import { textFile } from './pull-record.ts'
import { type Desk, headRef, lostRace, ROUNDS } from './pulls.ts'

export function auditBranch(prefix: string): string {
  return `${prefix}/audit`
}

/** Every file of the writer in the journal at `commit`, oldest first. */
async function chainAt({ store }: Desk, commit: string, writer: string): Promise<readonly AuditHead[]> {
  const tree = await store.tree(commit)
  return tree
    .paths()
    .flatMap((path) => {
      const said = parseAuditPath(path)
      const bytes = said?.writer === writer ? tree.bytes(path) : undefined
      return said === undefined || bytes === undefined ? [] : [auditHeadOf(said, bytes)]
    })
    .sort((a, b) => a.sequence - b.sequence)
}

/** What the audit branch shows now, held against what was known. */
export async function readAudit(desk: Desk, writer: string, known: AuditKnown): Promise<AuditView> {
  const commit = (await desk.store.refs()).get(headRef(auditBranch(desk.bounds.prefix)))
  const since = known.head === undefined || commit === known.commit ? [] : [known.head]
  const wanted = newestHead([...known.heads, ...since], writer)
  if (commit === undefined) return { holds: known.commit === undefined && wanted === undefined }
  const chain = await chainAt(desk, commit, writer)
  const head = chain.at(-1)
  const holds =
    (known.commit === undefined || (await desk.store.contains(commit, known.commit))) &&
    (wanted === undefined || chain.some((one) => formatAuditHead(one) === formatAuditHead(wanted)))
  return { commit, holds, ...(head && { head }) }
}

/** One new file for a batch, so that every file names the bytes of its predecessor. Tamper-evident, not tamper-proof; no decision reads it. */
export async function appendAudit(desk: Desk, writer: string, records: readonly AuditRecord[]): Promise<void> {
  if (records.length === 0) return
  const ref = headRef(auditBranch(desk.bounds.prefix))
  for (let round = 0; round < ROUNDS; round += 1) {
    const before = (await desk.store.refs()).get(ref)
    const previous = before === undefined ? undefined : (await chainAt(desk, before, writer)).at(-1)
    const atMs = desk.clock.now()
    const day = new Date(atMs).toISOString().slice(0, 10)
    const { path, text } = auditFile(writer, day, previous, records)
    const tree = await desk.store.writeTree(before, [textFile(path, text)])
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
