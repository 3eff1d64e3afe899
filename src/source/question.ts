import { type Application, type Field, valueAt } from '../domain/index.ts'
import { checkValue, valueKind } from './fields.ts'
import { formatOf } from './formats/index.ts'
import { ignoredField } from './ignored.ts'
import { parseImage } from './image.ts'
import type { Place, Question } from './place.ts'
import { type Reader, type Readers, readersIn } from './readers.ts'
import { isRefused, type Refused, refuse } from './refused.ts'
import type { RenderedState } from './render.ts'
import type { RenderDeps, SourceFile, Sources } from './resolve.ts'
import { fieldPlace, findTarget, type Target } from './target.ts'
import type { TreeAt } from './world.ts'

/** What both doors are given. */
export type Lookup = {
  readonly application: Application
  readonly sources: Sources
  readonly deps: RenderDeps
  readonly target: Target
  /** Other Applications that may read the same files. */
  readonly others?: readonly Application[]
}

export type ReadersOf = (file: SourceFile) => readonly Reader[]

/** Who else reads a file of one of the trees, looked up once per tree. `original` gives the tree before any edit. */
export function readersLookup(lookup: Lookup, original: (tree: TreeAt) => TreeAt): ReadersOf {
  const { application, sources, others = [] } = lookup
  const known = new Map<string, Readers>()
  return (file) => {
    const home = original(file)
    const name = `${home.repoURL} ${home.revision} ${home.tree.oid}`
    const readers = known.get(name) ?? readersIn({ application, sources, others, home })
    known.set(name, readers)
    return readers.of(file.path)
  }
}

/** A value for a question that only asks where: of the field's kind, and another than what is there. */
function anyValue(field: Field, current: unknown): string {
  const kind = valueKind(field)
  switch (kind) {
    case 'quantity':
      return '70000Mi'
    case 'integer':
      return '70000'
    case 'image': {
      const image = parseImage(String(current))
      return image?.digest === undefined
        ? `${image?.name ?? 'image'}:kintsugi`
        : `${image.name}@sha256:${'0'.repeat(64)}`
    }
    case 'text':
      return 'kintsugi'
    default:
      return kind satisfies never
  }
}

/** Finds the field in what is rendered, before it is looked for in the files. Without a value the question only asks where. */
export function questionOf(
  lookup: Pick<Lookup, 'deps' | 'target'>,
  state: RenderedState,
  change: { readonly field: Field; readonly container?: string; readonly value?: string },
  readers: ReadersOf,
): Question | Refused {
  const { deps, target } = lookup
  const { field, value } = change
  const wrong = value === undefined ? undefined : checkValue(field, value)
  if (wrong !== undefined) return wrong
  const object = findTarget(state.objects, target)
  if (isRefused(object)) return object
  const place = fieldPlace(object.manifest, field, change.container ?? target.container)
  if (isRefused(place)) return place
  const ignored = ignoredField(state.application, object.key, place.path)
  if (ignored !== undefined) return ignored
  const source = state.sources[object.source]
  if (source === undefined) return refuse('not-in-git', 'the object comes from no source of the Application')
  const current = valueAt(object.manifest, place.path)
  if (typeof current === 'string' && /\{\{|\$\{/.test(current)) {
    return refuse('templated', `${field} is rendered as ${current.slice(0, 60)}, which something else replaces later`)
  }
  return {
    source,
    sourceIndex: object.source,
    object,
    field,
    kind: valueKind(field),
    place,
    value: value ?? anyValue(field, current),
    current,
    context: { application: state.application, deps },
    sharedBy: (file) => readers(file).map((reader) => reader.name),
  }
}

/** Where the field may be set, the best first. */
export async function placesFor(question: Question): Promise<readonly (Place | Refused)[]> {
  const places = await formatOf(question.source).places(question)
  return isRefused(places) ? [places] : places
}
