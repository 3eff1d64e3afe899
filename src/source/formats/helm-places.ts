import { isJsonObject, type JsonPath, type JsonValue, valueAt } from '../../domain/index.ts'
import { formatImage, type ImageReference, parseImage } from '../image.ts'
import { inlinePlaces } from '../inline-values.ts'
import { walk } from '../nodes.ts'
import { imageText, type Place, type Question, readSource, setAt } from '../place.ts'
import { isRefused, type Refused, refuse } from '../refused.ts'
import { keyed } from '../render-keys.ts'
import type { ResolvedSource, SourceFile } from '../resolve.ts'
import { type Traced, trace } from '../sentinel.ts'
import { findObject } from '../target.ts'
import { filesBelow, joinPath, memoryTree } from '../tree.ts'
import { sourceFile } from './format.ts'
import { absentCandidates, type HelmCandidate, presentCandidates } from './helm-candidates.ts'
import { helmInput } from './helm-input.ts'
import { fileValues, inlineValues, withValues } from './helm-values.ts'

/** Values that the chart alone refuses to have traced, tried one by one. */
const SUSPECTS = 3

const TRACE_FILE = 'kintsugi-trace.yaml'

/** A value to set at a path of the values. */
export type ValueChange = { readonly path: JsonPath; readonly value: string }

type Values = { readonly files: JsonValue; readonly inline: JsonValue | undefined }

/** Renders with the sentinels in a last value file and in what is inline, and reads the field. */
async function renderWith(
  question: Question,
  values: Values,
  subset: readonly HelmCandidate[],
): Promise<JsonValue | undefined | Refused> {
  const { source, sourceIndex, object, place, context } = question
  if (context.deps.helm === undefined)
    return refuse('renderer-missing', `${source.where} is a chart, and there is no helm`)
  const input = helmInput(source, { ...context, tracing: true })
  const changes = (origin: HelmCandidate['origin']) =>
    subset.filter((one) => one.origin === origin).map((one) => ({ path: one.path, value: one.sentinel.value }))
  const content = JSON.stringify(withValues(values.files, changes('files')))
  const last = { tree: memoryTree({ [TRACE_FILE]: content }), path: TRACE_FILE }
  const parameters = changes('parameter').reduce<JsonValue>(
    (list, change) => withValues(list, [{ path: [...change.path, 'value'], value: String(change.value) }]),
    input.helm.parameters,
  )
  const { values: _text, ...helm } = input.helm
  const outcome = await context.deps.helm({
    ...input,
    valueFiles: [...input.valueFiles, last],
    helm: {
      ...helm,
      parameters: parameters as typeof helm.parameters, // same list, other texts
      ...(values.inline === undefined ? {} : { valuesObject: withValues(values.inline, changes('inline')) }),
    },
  })
  if (!outcome.rendered) return refuse(outcome.reason, outcome.message)
  const objects = keyed(outcome.objects, context.application.destination.namespace, sourceIndex)
  const found = findObject(objects, object.key)
  // A sentinel that takes the object away is treated as one that does not render.
  return found === undefined ? refuse('target-not-found', object.key.name) : valueAt(found.manifest, place.path)
}

/** What a template puts around a value: `v` before a tag, `Mi` behind a number. The rest of `wanted` is what the value has to be. */
function stripped(traced: Traced<HelmCandidate>, rendered: string, wanted: string): string | undefined {
  const shown = String(traced.candidate.sentinel.value)
  const at = rendered.indexOf(shown)
  if (at < 0) return undefined
  const [before, after] = [rendered.slice(0, at), rendered.slice(at + shown.length)]
  if (!wanted.startsWith(before) || !wanted.endsWith(after)) return undefined
  return before.length + after.length > wanted.length
    ? undefined
    : wanted.slice(before.length, wanted.length - after.length)
}

/** Changes of `registry` and `repository` beside a tag that give the image another name. */
function nameChanges(
  values: JsonValue,
  map: JsonPath,
  now: ImageReference,
  want: ImageReference,
): readonly ValueChange[] | undefined {
  if (now.name === want.name) return []
  const beside = valueAt(values, map)
  if (!isJsonObject(beside)) return undefined
  const text = (key: string): string => (typeof beside[key] === 'string' ? beside[key] : '')
  const key = ['repository', 'name', 'image'].find((one) => text(one) !== '' && now.name.endsWith(text(one)))
  if (key === undefined) return undefined
  const before = now.name.slice(0, now.name.length - text(key).length)
  return want.name.startsWith(before) ? [{ path: [...map, key], value: want.name.slice(before.length) }] : undefined
}

function versionOf(image: ImageReference, part: HelmCandidate['part']): string {
  if (part === 'digest') return image.digest ?? ''
  return formatImage({ ...image, name: 'x' }).slice('x:'.length)
}

function imageChanges(
  question: Question,
  values: JsonValue,
  traced: Traced<HelmCandidate>,
): readonly ValueChange[] | undefined {
  const { part, path, written } = traced.candidate
  const [now, want] = [parseImage(String(question.current)), parseImage(question.value)]
  if (now === undefined || want === undefined) return undefined
  if (part === 'whole') {
    const value = imageText(String(written), String(question.current), question.value)
    return value === undefined ? undefined : [{ path, value }]
  }
  if (part === 'digest' ? want.tag !== now.tag || want.digest === undefined : want.tag === undefined) return undefined
  const shown = parseImage(traced.rendered)
  const version = shown === undefined ? undefined : stripped(traced, versionOf(shown, part), versionOf(want, part))
  const name = nameChanges(values, path.slice(0, -1), now, want)
  return version === undefined || name === undefined ? undefined : [...name, { path, value: version }]
}

function changesFor(
  question: Question,
  values: JsonValue,
  traced: Traced<HelmCandidate>,
): readonly ValueChange[] | Refused {
  const { kind, value, current } = question
  const changes =
    kind === 'image'
      ? imageChanges(question, values, traced)
      : [stripped(traced, traced.rendered, value)].flatMap((text) =>
          text === undefined ? [] : [{ path: traced.candidate.path, value: text }],
        )
  if (changes === undefined || changes.length === 0) {
    const path = traced.candidate.path.join('.')
    return refuse(
      'templated',
      `a template makes ${String(current)} of the value ${path}, and no value there gives ${value}`,
    )
  }
  return changes
}

function defines(file: SourceFile, path: JsonPath): boolean {
  const source = readSource(file.tree, file.path)
  if (isRefused(source)) return false
  const found = walk(source, 0, path)
  // An anchor on the way defines the value too; what may be done about it is said when it is set.
  return isRefused(found) || found.rest.length === 0
}

/** One file with all changes in it. */
function placeIn(
  question: Question,
  file: SourceFile,
  changes: readonly ValueChange[],
  number: boolean,
): Place | Refused {
  const source = readSource(file.tree, file.path)
  if (isRefused(source)) return source
  const places: Place[] = []
  for (const { path, value } of changes) {
    const place = setAt({ file, source, document: 0, path, value, kind: question.kind, by: 'values', number })
    if (isRefused(place)) return place
    places.push(place)
  }
  const last = places.at(-1)
  if (last === undefined) return refuse('not-in-git', `${file.path}: nothing to change`)
  const within = places.length === 1 ? last.within : { document: 0, path: last.within.path.slice(0, -1) }
  return { ...last, splices: places.flatMap((place) => place.splices), within }
}

/** The files in which the value may be set, the best first: the last that defines it, unless others read that one and a later one is free. */
function layerFiles(question: Question, path: JsonPath): readonly SourceFile[] | Refused {
  const { source, sharedBy } = question
  const last = source.valueFiles.at(-1)
  const defining = source.valueFiles.findLast((file) => defines(file, path))
  const listed = path.some((step) => typeof step === 'number')
  if (last === undefined) return ownDefaults(question)
  if (defining === undefined)
    return listed ? refuse('not-in-git', `${path.join('.')} is in a list of the chart's defaults`) : [last]
  if (defining === last || listed) return [defining]
  // The chart's own defaults stay the chart's, also where the Application lists them as a layer.
  if (defining.path === joinPath(source.dir, 'values.yaml')) return [last, defining]
  return sharedBy(defining).length > 0 ? [last] : [defining, last]
}

/** Without any value file, an own chart's defaults are what people edit. */
function ownDefaults({ source }: Question): readonly SourceFile[] | Refused {
  const path = joinPath(source.dir, 'values.yaml') ?? 'values.yaml'
  if (source.source.chart !== undefined || source.tree.blob(path) === undefined) {
    return refuse('not-in-git', `${source.where} has no value file, and the chart is not in Git`)
  }
  return [sourceFile(source, path)]
}

/** The one line of a template that holds the text outside of any expression; undecided where there are several. */
function literalAt(source: ResolvedSource, text: string): string {
  const templates = joinPath(source.dir, 'templates') ?? 'templates'
  const lines = filesBelow(source.tree, templates).flatMap((path) =>
    new TextDecoder()
      .decode(source.tree.bytes(path))
      .split('\n')
      .flatMap((line, index) => (line.includes(text) && !line.includes('{{') ? [`${path}:${index + 1}`] : [])),
  )
  return lines.length === 1 ? (lines[0] ?? '') : 'a template'
}

function notTraced(question: Question): Refused {
  const { current, field, source } = question
  if (current === undefined)
    return refuse('not-in-git', `no declared value of the chart ${source.dir} leads to ${field}`)
  const at = literalAt(source, String(current))
  return refuse('hard-coded', `no value of the chart ${source.dir} sets ${field}; ${at} writes ${String(current)}`)
}

/** Where a chart's values set the field: traced by one render with a sentinel in every value that may feed it. */
export async function helmPlaces(question: Question): Promise<readonly (Place | Refused)[] | Refused> {
  const { source, context } = question
  if (context.deps.helm === undefined)
    return refuse('renderer-missing', `${source.where} is a chart, and there is no helm`)
  const [files, inline] = [fileValues(source), inlineValues(source)]
  if (isRefused(files)) return files
  if (isRefused(inline)) return inline
  const values = { files, inline }
  const candidates =
    question.current === undefined ? absentCandidates(question, files) : presentCandidates(question, files, inline)
  const { winner, suspects } = await trace(candidates, (subset) => renderWith(question, values, subset))
  if (winner !== undefined) return tracedPlaces(question, values, winner)
  // A chart may refuse a sentinel (too many replicas) and accept the value that is wanted: rendering it tells.
  const places = suspects.slice(0, SUSPECTS).flatMap((candidate) => {
    const tried = tracedPlaces(question, values, { candidate, rendered: String(candidate.sentinel.value) })
    return isRefused(tried) ? [tried] : tried
  })
  return places.length > 0 ? places : notTraced(question)
}

function tracedPlaces(
  question: Question,
  values: Values,
  traced: Traced<HelmCandidate>,
): readonly (Place | Refused)[] | Refused {
  const { origin, path, written } = traced.candidate
  if (origin !== 'files') {
    return inlinePlaces(question, traced, (root) => changesFor(question, root, traced), values.inline)
  }
  const changes = changesFor(question, values.files, traced)
  if (isRefused(changes)) return changes
  const layers = layerFiles(question, path)
  if (isRefused(layers)) return layers
  return layers.map((file) => placeIn(question, file, changes, typeof written === 'number'))
}
