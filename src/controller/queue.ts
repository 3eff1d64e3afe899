import type { Attempt, EditOutcome, Gate, Tree } from '../domain/index.ts'
import { type GateQuestion, gatesOf, policyOf } from './gates.ts'
import type { Tick } from './lane.ts'
import { type Owner, sameRepository } from './owner.ts'
import { proveAgain } from './proving.ts'
import { GROUP, type Queued } from './queued-step.ts'

/** What says that it waits in the queue, and what is asked of the base: the queue has built on its own. */
const NOT_OF_GROUP: ReadonlySet<string> = new Set(['merge queue', 'mergeable', 'base inputs', 'same proof'])

const OF_PROOF: ReadonlySet<string> = new Set(['proof', 'isolation', 'companions', 'cluster versions', GROUP])

/**
 * Judges the entry of an attempt. The proof is for what the queue has built: either nothing that was proven is another there, or it is proven
 * again on the commit that the queue built on.
 * @param atBase its gates at the head of the base
 */
export async function queuedOf(
  tick: Tick,
  question: GateQuestion,
  atBase: readonly Gate[],
): Promise<Queued | undefined> {
  const entry = question.attempt.pull.facts?.queue
  if (entry === undefined) return undefined
  const { by, group } = entry
  if (group === undefined) return { by, gates: asked(by, atBase) }
  const gates = await gatesOfGroup(tick, question, atBase, group)
  return { by, group: group.sha, gates: asked(by, gates) }
}

function asked(by: Queued['by'], gates: readonly Gate[]): readonly Gate[] {
  return gates.filter(({ name }) => (by === 'bot' ? !NOT_OF_GROUP.has(name) : OF_PROOF.has(name)))
}

type Group = { readonly sha: string; readonly parent: string }

async function gatesOfGroup(
  tick: Tick,
  question: GateQuestion,
  atBase: readonly Gate[],
  { sha, parent }: Group,
): Promise<readonly Gate[]> {
  const { attempt, owner, history } = question
  const policy = policyOf(tick, attempt)
  if (owner === undefined || policy === undefined) return atBase
  const { forge } = owner.repository
  const [built, head] = await Promise.all([forge.tree(sha), forge.tree(attempt.pull.headSha)])
  if (isAsProven(attempt, built, head)) return [...atBase, { name: GROUP, pass: true, value: 'as proven' }]
  const under = ownerAt(owner, await forge.tree(parent))
  const again = await proveAgain(tick, under, attempt, history.attempts, policy)
  if (again.outcome !== 'edited' || !holdsExactly(built, under.tree, again)) {
    const reason = again.outcome === 'refused' ? again.reason : 'base-moved'
    return [...atBase, { name: GROUP, pass: false, value: 'not what was proven', reason }]
  }
  const gates = await gatesOf(tick, { ...question, owner: under })
  return [...gates, { name: GROUP, pass: true, value: 'proven again' }]
}

/** Whether every blob that the proof read is there as it was read, and the edited files as they were written. */
function isAsProven({ pull: { files }, record: { inputs } }: Attempt, built: Tree, head: Tree): boolean {
  const edited = new Set(files)
  const untouched = Object.entries(inputs).filter(([path]) => !edited.has(path))
  return (
    untouched.every(([path, oid]) => built.blob(path) === oid) &&
    files.every((path) => built.blob(path) !== undefined && built.blob(path) === head.blob(path))
  )
}

/** Whether a tree is another one with exactly these files written. */
function holdsExactly(built: Tree, under: Tree, { files }: EditOutcome & { outcome: 'edited' }): boolean {
  const written = new Map(files.map(({ path, content }) => [path, content]))
  const paths = new Set([...built.paths(), ...under.paths()])
  return [...paths].every((path) => {
    const content = written.get(path)
    return content === undefined ? built.blob(path) === under.blob(path) : sameBytes(built.bytes(path), content)
  })
}

function sameBytes(a: Uint8Array | undefined, b: Uint8Array): boolean {
  return a?.length === b.length && a.every((byte, at) => byte === b[at])
}

/** The owner as it would be if its repository showed this tree. */
function ownerAt(owner: Owner, tree: Tree): Owner {
  const { urls } = owner.repository
  const sources: Owner['sources'] = {
    tree: (repoURL, targetRevision) => {
      const known = owner.sources.tree(repoURL, targetRevision)
      const moves = known?.oid === owner.tree.oid && urls.some((url) => sameRepository(url, repoURL))
      return moves ? tree : known
    },
  }
  return { ...owner, tree, sources }
}
