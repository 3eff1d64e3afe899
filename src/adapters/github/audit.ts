import {
  type AuditHead,
  type AuditRecord,
  auditFile,
  auditHeadOf,
  KintsugiError,
  parseAuditPath,
} from '../../domain/index.ts'
import type { ApiListing } from './api.ts'
import { type Desk, inTurn } from './desk.ts'
import { wordsOf } from './refusals.ts'
import { rounds } from './rounds.ts'

export function auditBranch(prefix: string): string {
  return `${prefix}/audit`
}

function lastPathOf(
  entries: ApiListing['entries'],
  writer: string,
): { readonly path: string; readonly oid: string } | undefined {
  let last: { readonly path: string; readonly oid: string; readonly sequence: number } | undefined
  for (const { path, oid } of entries) {
    const said = parseAuditPath(path)
    if (said?.writer === writer && said.sequence > (last?.sequence ?? 0)) last = { path, oid, sequence: said.sequence }
  }
  return last
}

/** The newest file of our chain on the branch. */
async function headOn(desk: Desk, commit: string, writer: string): Promise<AuditHead | undefined> {
  const known = desk.hints.audit
  if (known?.commit === commit) return known.head
  const listing = await desk.api.listing(commit)
  if (listing === undefined || !listing.complete)
    throw new KintsugiError('KIN-4003', 'GitHub does not list the whole journal', { retryable: true })
  const last = lastPathOf(listing.entries, writer)
  const said = last && parseAuditPath(last.path)
  return last && said && auditHeadOf(said, await desk.api.blob(last.oid))
}

/**
 * One new file on the audit branch for a batch. The branch has no parent in common with any other, and grows by commits that are made only on
 * the head that was read, so that two writers never lose each other's records. No decision reads it.
 */
export async function appendAudit(desk: Desk, writer: string, records: readonly AuditRecord[]): Promise<void> {
  if (records.length === 0) return
  const branch = auditBranch(desk.bounds.prefix)
  const message = `audit: ${records.length} record${records.length === 1 ? '' : 's'}\n`
  const day = new Date(desk.clock.now()).toISOString().slice(0, 10)
  let sent: string | undefined
  const done = await inTurn(desk, branch, () =>
    rounds(desk, async ({ mayWrite }): Promise<true | undefined> => {
      const at = await desk.api.branch(branch)
      const previous = at === undefined ? undefined : await headOn(desk, at, writer)
      // What an unclear write sent is there if it is the newest file now.
      if (sent !== undefined && previous?.digest === sent) return true
      if (!mayWrite) return undefined
      const file = auditFile(writer, day, previous, records)
      sent = file.head.digest
      const files = [{ path: file.path, content: new TextEncoder().encode(file.text) }]
      const outcome =
        at === undefined
          ? await desk.api.createOrphan(branch, message, files)
          : (await desk.api.write({ commit: { branch, expectedHead: at, message, files } })).commit
      if (outcome === undefined) return true
      if (outcome.ok) {
        const commit = 'commit' in outcome.value ? outcome.value.commit : outcome.value.oid
        desk.hints.audit = { commit, head: file.head }
        return true
      }
      if (outcome.refusal.kind === 'exists' || outcome.refusal.kind === 'stale') {
        sent = undefined
        return undefined
      }
      throw new KintsugiError('KIN-4005', `the journal on ${branch}: ${wordsOf(outcome.refusal)}`)
    }),
  )
  if (done === undefined)
    throw new KintsugiError('KIN-4004', `${branch} was changed by another writer again and again`, { retryable: true })
}
