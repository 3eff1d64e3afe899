import {
  type AuditHead,
  type AuditPath,
  type AuditRecord,
  auditFile,
  auditHeadOf,
  formatAuditHead,
  KintsugiError,
  newestHead,
  parseAuditPath,
} from '../../domain/index.ts'
import type { AuditKnown, AuditView } from '../../ports/index.ts'
import { contains } from './ancestry.ts'
import { type Desk, inTurn } from './desk.ts'
import { wordsOf } from './refusals.ts'
import { rounds } from './rounds.ts'

export function auditBranch(prefix: string): string {
  return `${prefix}/audit`
}

type ChainFile = { readonly oid: string; readonly said: AuditPath }

/** Files of one writer, oldest first. */
async function chainOn(desk: Desk, commit: string, writer: string): Promise<readonly ChainFile[]> {
  const listing = await desk.api.listing(commit)
  if (listing === undefined || !listing.complete)
    throw new KintsugiError('KIN-4003', 'GitHub does not list the whole journal', { retryable: true })
  return listing.entries
    .flatMap(({ path, oid }) => {
      const said = parseAuditPath(path)
      return said?.writer === writer ? [{ oid, said }] : []
    })
    .sort((a, b) => a.said.sequence - b.said.sequence)
}

async function headOf(desk: Desk, file: ChainFile | undefined): Promise<AuditHead | undefined> {
  return file && auditHeadOf(file.said, await desk.api.blob(file.oid))
}

/** The newest file of our chain on the branch. */
async function headOn(desk: Desk, commit: string, writer: string): Promise<AuditHead | undefined> {
  const known = desk.hints.audit
  if (known?.commit === commit) return known.head
  const head = await headOf(desk, (await chainOn(desk, commit, writer)).at(-1))
  desk.hints.audit = { commit, head }
  return head
}

/** Whether the file that a head names is still there, and is that file. */
async function isThere(desk: Desk, commit: string, wanted: AuditHead): Promise<boolean> {
  const files = (await chainOn(desk, commit, wanted.writer)).filter(({ said }) => said.sequence === wanted.sequence)
  const heads = await Promise.all(files.map((file) => headOf(desk, file)))
  return heads.some((head) => head !== undefined && formatAuditHead(head) === formatAuditHead(wanted))
}

/** What the audit branch shows now, held against what was known: one request where it has not moved and no head is asked for. */
export async function readAudit(desk: Desk, writer: string, known: AuditKnown): Promise<AuditView> {
  const commit = await desk.api.branch(auditBranch(desk.bounds.prefix))
  const since = known.head === undefined || commit === known.commit ? [] : [known.head]
  const wanted = newestHead([...known.heads, ...since], writer)
  if (commit === undefined) return { holds: known.commit === undefined && wanted === undefined }
  const head = await headOn(desk, commit, writer)
  const holds =
    (known.commit === undefined || (await contains(desk, commit, known.commit))) &&
    (wanted === undefined || (await isThere(desk, commit, wanted)))
  return { commit, holds, ...(head && { head }) }
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
