import { type Application, type Field, type Manifest, type Tree, valueAt } from '../domain/index.ts'
import { fieldPlace } from './field-place.ts'
import { anyValue, wantedValue } from './fields.ts'
import { ignoredField } from './ignored.ts'
import type { Question } from './place.ts'
import { type Reader, type Readers, readersIn } from './readers.ts'
import { isRefused, type Refused, refuse } from './refused.ts'
import type { RenderedState } from './render.ts'
import type { RenderDeps, SourceFile, Sources } from './resolve.ts'
import { findFieldTarget, type Target } from './target.ts'
import type { TreeAt } from './world.ts'

/** What both doors are given. */
export type Lookup = {
  readonly application: Application
  readonly sources: Sources
  readonly deps: RenderDeps
  readonly target: Target
  /** Other Applications that may read the same files. */
  readonly others?: readonly Application[]
  /** The target as the cluster has it, where it was read: what only stands there was injected, and an edit asks that both are the same. */
  readonly live?: Manifest
}

export type ReadersOf = (file: SourceFile) => readonly Reader[]

/** Who else reads a file of one of the trees, looked up once per tree. `original` gives the tree before any edit. */
export function readersLookup(lookup: Lookup, original: (tree: TreeAt) => TreeAt): ReadersOf {
  const { application, sources, others = [] } = lookup
  const known = new Map<Tree, Map<string, Readers>>()
  return (file) => {
    const home = original(file)
    const byName = known.get(home.tree) ?? new Map<string, Readers>()
    known.set(home.tree, byName)
    const name = `${home.repoURL} ${home.revision}`
    const readers = byName.get(name) ?? readersIn({ application, sources, others, home })
    byName.set(name, readers)
    return readers.of(file.path)
  }
}

/** Finds the field in what is rendered, before it is looked for in the files. Without a value the question only asks where. */
export function questionOf(
  lookup: Pick<Lookup, 'deps' | 'target' | 'live'>,
  state: RenderedState,
  change: { readonly field: Field; readonly container?: string; readonly value?: string },
  readers: ReadersOf,
): Question | Refused {
  const { deps, target } = lookup
  const { field, value } = change
  const object = findFieldTarget(state.objects, target, field)
  if (isRefused(object)) return object
  const place = fieldPlace(object.manifest, field, change.container ?? target.container, lookup.live)
  if (isRefused(place)) return place
  const ignored = ignoredField(state.application, object.key, place.path)
  if (ignored !== undefined) return ignored
  const source = state.sources[object.source]
  if (source === undefined) return refuse('not-in-git', 'the object comes from no source of the Application')
  const current = valueAt(object.manifest, place.path)
  if (typeof current === 'string' && /\{\{|\$\{/.test(current)) {
    return refuse('templated', `${field} is rendered as ${current.slice(0, 60)}, which something else replaces later`)
  }
  const wanted = value === undefined ? anyValue(field, current) : wantedValue(field, value, current)
  if (isRefused(wanted)) return wanted
  return {
    source,
    sourceIndex: object.source,
    object,
    field,
    kind: wanted.kind,
    place,
    value: wanted.value,
    current,
    context: { application: state.application, deps, trees: state.trees },
    sharedBy: (file) => readers(file).map((reader) => reader.name),
  }
}
