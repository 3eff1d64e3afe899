import { type Application, canonicalJson, digestOf, type Tree } from '../domain/index.ts'
import { formatOf } from './formats/index.ts'
import { isRefused, type Refused, refuse } from './refused.ts'
import { inputsOf, type RenderedState, renderState } from './render.ts'
import { type RenderDeps, resolveSources, type Sources, treeAt } from './resolve.ts'

/** A commit; its tree is read when it is asked for. */
export type Moment = { readonly revision: string; readonly tree: () => Promise<Tree> }

/** How an Application and its sources stand at a commit. */
export type MomentInput = {
  /** Oldest first: the first is the one that was good, the last the one that is bad. */
  readonly history: readonly Moment[]
  /** The Application as that tree has it; undefined where it was not there. */
  readonly applicationAt: (tree: Tree) => Application | undefined
  /** The sources with that tree in the place of the repository whose history this is. */
  readonly sourcesAt: (tree: Tree) => Sources
  readonly deps: RenderDeps
}

/** What an Application reads at a commit. `key` is equal where everything that decides the render is. */
export type Sight = {
  readonly index: number
  readonly tree: Tree
  readonly application: Application | undefined
  readonly sources: Sources
  readonly inputs: Readonly<Record<string, string>>
  readonly key: string
}

export type Moments = {
  readonly sight: (index: number) => Promise<Sight>
  readonly state: (index: number) => Promise<RenderedState | Refused>
  /** Renders of different inputs that were made. */
  readonly rendered: () => number
}

function inputsAt(application: Application, sources: Sources): Readonly<Record<string, string>> | Refused {
  const resolved = resolveSources(application, sources)
  if (isRefused(resolved)) return resolved
  const files = resolved.flatMap((source) => [
    ...formatOf(source).reads(source),
    ...source.overrides.map((path) => ({ ...treeAt(source), path })),
  ])
  return inputsOf(files, resolved[0]?.source.repoURL ?? '')
}

function sightOf(input: MomentInput, index: number, tree: Tree): Sight {
  const application = input.applicationAt(tree)
  const sources = input.sourcesAt(tree)
  if (application === undefined) return { index, tree, application, sources, inputs: {}, key: 'absent' }
  const inputs = inputsAt(application, sources)
  // What can't be resolved is rendered at each commit, to be told why.
  if (isRefused(inputs)) return { index, tree, application, sources, inputs: {}, key: `unresolved ${tree.oid}` }
  const { name, namespace, manifest } = application
  const key = digestOf([name, namespace, canonicalJson(manifest['spec'] ?? null), inputs])
  return { index, tree, application, sources, inputs, key }
}

/** Commits as the Application sees them. Trees that read alike are looked at once, and equal inputs are rendered once. */
export function momentsOf(input: MomentInput): Moments {
  const sights = new Map<number, Promise<Sight>>()
  const byTree = new Map<string, Sight>()
  const states = new Map<string, Promise<RenderedState | Refused>>()
  const look = async (index: number): Promise<Sight> => {
    const moment = input.history[index]
    if (moment === undefined) throw new RangeError(`there is no commit ${index}`)
    const tree = await moment.tree()
    const known = byTree.get(tree.oid)
    const sight = known === undefined ? sightOf(input, index, tree) : { ...known, index }
    byTree.set(tree.oid, sight)
    return sight
  }
  const sight = (index: number): Promise<Sight> => {
    const known = sights.get(index) ?? look(index)
    sights.set(index, known)
    return known
  }
  const state = async (index: number): Promise<RenderedState | Refused> => {
    const { key, application, sources } = await sight(index)
    if (application === undefined) return refuse('application-not-found', 'the Application was not there yet')
    const known = states.get(key) ?? renderState(application, sources, input.deps)
    states.set(key, known)
    return known
  }
  return { sight, state, rendered: () => states.size }
}
