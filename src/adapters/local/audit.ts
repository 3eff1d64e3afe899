import { type AuditHead, type AuditRecord, auditFile, auditHeadOf, parseAuditPath } from '../../domain/index.ts'
import { textFile } from './pull-record.ts'
import { type Desk, headRef, lostRace, ROUNDS } from './pulls.ts'

export function auditBranch(prefix: string): string {
  return `${prefix}/audit`
}

/** The newest file of the writer in the journal at `commit`. */
async function headAt({ store }: Desk, commit: string, writer: string): Promise<AuditHead | undefined> {
  const own = [...(await store.listing(commit)).entries.keys()].flatMap((path) => {
    const said = parseAuditPath(path)
    return said?.writer === writer ? [{ path, said }] : []
  })
  const last = own.sort((a, b) => a.said.sequence - b.said.sequence).at(-1)
  const bytes = last === undefined ? undefined : (await store.tree(commit)).bytes(last.path)
  return last === undefined || bytes === undefined ? undefined : auditHeadOf(last.said, bytes)
}

/** One new file for a batch, so that every file names the bytes of its predecessor. Tamper-evident, not tamper-proof; no decision reads it. */
export async function appendAudit(desk: Desk, writer: string, records: readonly AuditRecord[]): Promise<void> {
  if (records.length === 0) return
  const ref = headRef(auditBranch(desk.bounds.prefix))
  for (let round = 0; round < ROUNDS; round += 1) {
    const before = (await desk.store.refs()).get(ref)
    const previous = before === undefined ? undefined : await headAt(desk, before, writer)
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
