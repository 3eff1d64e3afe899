import {
  type Attempt,
  type CompanionPolicy,
  type EditOutcome,
  type FieldChange,
  type FileChange,
  type Plan,
  type Policy,
  type WorkloadFacts,
  workloadKey,
} from '../domain/index.ts'
import { proveFiles } from '../source/index.ts'
import type { Tick } from './lane.ts'
import { trim } from './memory.ts'
import { type Owner, PASSING, renderDeps } from './owner.ts'
import { applicationsDigest, knownApplications } from './readers.ts'

/** Edits and proves a plan at the head of the tick; `live` is the object of the cluster, where it is to be what Git renders. */
export function editFor(
  tick: Tick,
  owner: Owner,
  plan: Pick<Plan, 'subject' | 'changes'>,
  companions: CompanionPolicy,
  live?: WorkloadFacts['live'],
): Promise<EditOutcome> {
  const { subject, changes } = plan
  return tick.deps.edit({ ...proofInput(tick, owner, subject), changes, companions, ...(live && { live }) })
}

function proofInput(tick: Tick, owner: Owner, subject: Plan['subject']) {
  const { container } = subject
  return {
    application: owner.application,
    sources: owner.sources,
    deps: renderDeps(tick.deps),
    target: { ...workloadKey(subject), ...(container === undefined ? {} : { container }) },
    others: knownApplications(tick),
  }
}

/** What putting files back would need, or why it cannot be done. */
export type WriteBack = { readonly files: readonly FileChange[] } | { readonly conflict: string }

/** The files of a merged fix as they were before it, if nobody has touched them since. */
export async function filesBefore(owner: Owner, fix: Attempt): Promise<WriteBack> {
  const { forge } = owner.repository
  const merge = fix.pull.mergeCommit
  if (merge === undefined) return { conflict: 'the merge commit is not known' }
  const [before, after] = await Promise.all([forge.tree(fix.record.base.revision), forge.tree(merge)])
  const files: FileChange[] = []
  for (const path of fix.pull.files) {
    const content = before.bytes(path)
    if (content === undefined || owner.tree.blob(path) !== after.blob(path)) {
      return { conflict: `${path} was changed after the merge, so it cannot be put back as it was` }
    }
    files.push({ path, content })
  }
  return { files }
}

/**
 * Proves that putting the files back changes the fields of the fix, and beside them only what may come with them: what came with the fix
 * goes back with it, listed, whatever the policies say by now.
 */
export async function proveBack(tick: Tick, owner: Owner, fix: Attempt): Promise<EditOutcome> {
  const back = await filesBefore(owner, fix)
  if ('conflict' in back) return { outcome: 'refused', reason: 'conflict', message: back.conflict }
  const fields = fix.record.changes.map(({ field, container }: FieldChange) => ({
    field,
    ...(container === undefined ? {} : { container }),
  }))
  return proveFiles({ ...proofInput(tick, owner, fix.record.subject), fields, files: back.files, companions: 'list' })
}

/**
 * The proof of an open attempt, made again at the base as it is now: nothing that a merge rests on is taken from memory. Kept by all that it
 * was made from, so that where nothing moved nothing is rendered twice; what failed for a reason that passes is not kept.
 */
export function proveAgain(
  tick: Tick,
  owner: Owner,
  attempt: Attempt,
  attempts: readonly Attempt[],
  { pullRequest: { companions } }: Policy,
): Promise<EditOutcome> {
  const key = proofKey(tick, owner, attempt)
  const { proofs } = tick.memory
  const known = proofs.get(key)
  if (known !== undefined) return known
  const proving = proofOf(tick, owner, attempt, attempts, companions)
  proofs.set(key, proving)
  trim(proofs)
  const forget = (): unknown => proofs.delete(key)
  proving.then((made) => made.outcome === 'refused' && PASSING.has(made.reason) && forget(), forget)
  return proving
}

/** The policy is that of the record, so the record stands for it. Every Application has a say: whichever reads a touched file is rendered too. */
function proofKey(tick: Tick, { tree, application, sources }: Owner, { record }: Attempt): string {
  const oids = application.sources.map((source) => sources.tree(source.repoURL, source.targetRevision)?.oid ?? '-')
  return `${record.proof} ${record.decidedAtMs} ${tree.oid} ${oids.join(' ')} ${applicationsDigest(tick)}`
}

function proofOf(
  tick: Tick,
  owner: Owner,
  { record }: Attempt,
  attempts: readonly Attempt[],
  companions: CompanionPolicy,
): Promise<EditOutcome> {
  if (record.kind === 'fix') return editFor(tick, owner, record, companions)
  const fix = attempts.find((one) => one.pull.number === record.reverts)
  if (fix !== undefined) return proveBack(tick, owner, fix)
  const message = 'the reverted pull request is not known any more'
  return Promise.resolve({ outcome: 'refused', reason: 'conflict', message })
}
