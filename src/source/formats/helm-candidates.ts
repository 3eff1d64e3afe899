import {
  isJsonObject,
  type JsonPath,
  type JsonPrimitive,
  type JsonValue,
  parseQuantity,
  type UnpackChart,
  valueAt,
} from '../../domain/index.ts'
import { parseImage } from '../image.ts'
import type { ResolvedSource } from '../resolve.ts'
import {
  digestSentinel,
  integerSentinel,
  quantitySentinel,
  referenceSentinel,
  type Sentinel,
  tagSentinel,
  textSentinel,
} from '../sentinel.ts'
import { chartOf, ownerOf } from './helm-charts.ts'
import { referencedPaths } from './helm-references.ts'
import { type Declared, eachValue } from './helm-values.ts'

/** Which part of a rendered value a value gives; `key` is a map whose entries become annotations. */
export type ValuePart = 'whole' | 'tag' | 'digest' | 'key'

/** What a value may feed, by its name and form; `part` is a piece of a text. */
export type Sort = 'quantity' | 'integer' | 'image' | 'text' | 'part'

/** A value of the chart that may feed a field. */
export type HelmCandidate = {
  readonly origin: 'files' | 'inline' | 'parameter'
  /** Path in the values; of a parameter its position in the list. */
  readonly path: JsonPath
  readonly part: ValuePart
  readonly sort: Sort
  /** Null where nothing is declared. */
  readonly written: JsonPrimitive
  readonly sentinel: Sentinel
}

export type Match = {
  readonly part: ValuePart
  readonly sort: Sort
  readonly sentinel: (index: number) => Sentinel
}

/** Everything that is declared for a source. */
export type Values = { readonly declared: Declared; readonly inline: JsonValue | undefined }

/** Entry that stands in for any key of a map of annotations while it is traced. */
export const TRACE_KEY = 'kintsugi.dev/trace'

const QUANTITY_KEY = /memory|cpu|storage|size|limit|request/i
const BINARY = /^\d+(?:\.\d+)?[KMGT]i$/
const INTEGER_KEY = /replica|^(?:min|max)?(?:instances|count|shards|scale)$|(?:min|max)(?:Count|Instances|Pods)$/i
const TAG_KEY =
  /^tag$|Tag$|[_-]tag$|^version$|(?<!api|Api|kube|Kube|kubernetes|k8s|tls|TLS|schema|min|max|Min|Max)Version$/
const TAG = /^[\w][\w.@:-]*$|^$/
const DIGEST = /^sha256:[0-9a-f]{64}$/
const PLACEHOLDER = '{{'

/** Charts loop over whole numbers, and some take only odd ones: small odd numbers that nothing declares. */
const FIRST_INTEGER = 23

function integer(written: JsonPrimitive, index: number): Sentinel {
  return integerSentinel(written, 2 * index, FIRST_INTEGER)
}

function imageMatch(text: string, key: string, appVersion: string): Match | undefined {
  const image = parseImage(text)
  const reference = image !== undefined && (image.tag !== undefined || image.digest !== undefined)
  if (reference && (/image|repository/i.test(key) || text.includes('/')))
    return { part: 'whole', sort: 'image', sentinel: (index) => referenceSentinel(image.name, index) }
  if (DIGEST.test(text)) return { part: 'digest', sort: 'image', sentinel: digestSentinel }
  if (!TAG_KEY.test(key) || !TAG.test(text)) return undefined
  // An empty tag is as a rule the version of the chart.
  return { part: 'tag', sort: 'image', sentinel: (index) => tagSentinel(text === '' ? appVersion : text, index) }
}

/** What a declared value may feed; undefined for what feeds no field that is traced in bulk. */
function matchOf(written: JsonPrimitive, key: string, appVersion: string): Match | undefined {
  if (written === null || typeof written === 'boolean') return undefined
  const text = String(written)
  if (text.includes(PLACEHOLDER)) return undefined
  if (INTEGER_KEY.test(key) && /^\d{1,6}$/.test(text))
    return { part: 'whole', sort: 'integer', sentinel: (index) => integer(written, index) }
  const quantity = QUANTITY_KEY.test(key) && parseQuantity(text) !== undefined
  if (quantity || BINARY.test(text))
    return { part: 'whole', sort: 'quantity', sentinel: (index) => quantitySentinel(written, index) }
  return imageMatch(text, key, appVersion)
}

/** What a value that is not declared may feed, by its name alone. */
function namedMatch(path: JsonPath, appVersion: string): Match | undefined {
  const key = String(path.at(-1))
  if (INTEGER_KEY.test(key)) return { part: 'whole', sort: 'integer', sentinel: (index) => integer(1, index) }
  if (TAG_KEY.test(key)) return { part: 'tag', sort: 'image', sentinel: (index) => tagSentinel(appVersion, index) }
  if (/(?:memory|cpu|storage|size)$/i.test(key))
    return { part: 'whole', sort: 'quantity', sentinel: (index) => quantitySentinel('1Mi', index) }
  return undefined
}

type Found = Omit<HelmCandidate, 'sentinel'> & Pick<Match, 'sentinel'>

/** Numbers the candidates of one render; whole numbers that are declared somewhere are left out. */
function numbered(found: readonly Found[]): readonly HelmCandidate[] {
  const taken = new Set(found.filter(({ sort }) => sort === 'integer').map(({ written }) => String(written)))
  let whole = 0
  return found.map((one, index) => {
    if (one.sort !== 'integer') return { ...one, sentinel: one.sentinel(index) }
    while (taken.has(one.sentinel(whole).mark)) whole += 1
    const sentinel = one.sentinel(whole)
    whole += 1
    return { ...one, sentinel }
  })
}

type Look = (written: JsonPrimitive, path: JsonPath, key: string) => Match | undefined

const TEXT_MAP = /env$|^env|envs$|environment|annotations$/i

/** Texts that charts put as they are into variables and annotations. */
function textMatch(written: JsonPrimitive, path: JsonPath): Match | undefined {
  if (typeof written !== 'string' || written === '' || written.includes(PLACEHOLDER)) return undefined
  const [list, position, key] = path.slice(-3)
  const item = typeof position === 'number' && key === 'value' && TEXT_MAP.test(String(list))
  const entry = typeof key === 'string' && TEXT_MAP.test(String(position))
  return item || entry ? { part: 'whole', sort: 'text', sentinel: textSentinel } : undefined
}

/** Candidates among everything that is declared: in files and chart, inline, in parameters. */
export function candidatesIn(source: ResolvedSource, values: Values, look: Look): readonly HelmCandidate[] {
  const found: Found[] = []
  const add = (origin: HelmCandidate['origin'], written: JsonPrimitive, path: JsonPath, key: string): void => {
    const match = look(written, path, key)
    if (match !== undefined) found.push({ origin, path, written, ...match })
  }
  const collect = (origin: 'files' | 'inline', root: JsonValue | undefined): void =>
    eachValue(root, (value, path) => {
      const key = path.findLast((step) => typeof step === 'string') ?? ''
      if (typeof value !== 'object' || value === null) add(origin, value, path, String(key))
    })
  collect('files', values.declared.values)
  collect('inline', values.inline)
  for (const [index, { name, value }] of (source.source.helm?.parameters ?? []).entries())
    add('parameter', value, [index], name.slice(name.lastIndexOf('.') + 1))
  return numbered(found)
}

/** Every declared value that may feed any field that is traced in bulk. */
export function declaredCandidates(
  source: ResolvedSource,
  values: Values,
  unpack: UnpackChart | undefined,
): readonly HelmCandidate[] {
  const chart = chartOf(source, unpack)
  return candidatesIn(
    source,
    values,
    (written, path, key) => textMatch(written, path) ?? matchOf(written, key, ownerOf(chart, path).appVersion),
  )
}

const RESOURCES = ['limits', 'requests'].flatMap((half) =>
  ['cpu', 'memory', 'ephemeral-storage'].map((name) => [half, name] as const),
)

function isResources(value: JsonValue, key: string): boolean {
  return (
    /resources$/i.test(key) || isJsonObject(valueAt(value, ['limits'])) || isJsonObject(valueAt(value, ['requests']))
  )
}

/** What may be written below a map with a name that charts give to maps which they put whole into a pod. */
function below(value: JsonValue | undefined, path: JsonPath, appVersion: string): readonly Found[] {
  const key = String(path.at(-1) ?? '')
  const map = value ?? {}
  if (!isJsonObject(map)) return []
  const absent = { origin: 'files', written: null } as const
  if (isResources(map, key)) {
    const missing = RESOURCES.filter((rest) => valueAt(map, rest) === undefined)
    const sentinel = (index: number): Sentinel => quantitySentinel('1Mi', index)
    return missing.map((rest) => ({ ...absent, path: [...path, ...rest], part: 'whole', sort: 'quantity', sentinel }))
  }
  if (/annotations$/i.test(key))
    return [{ ...absent, path: [...path, TRACE_KEY], part: 'key', sort: 'text', sentinel: textSentinel }]
  const named = ['repository', 'name', 'image'].some((one) => typeof map[one] === 'string')
  if (!/image$/i.test(key) || !named || map['tag'] !== undefined) return []
  const sentinel = (index: number): Sentinel => tagSentinel(appVersion, index)
  return [{ ...absent, path: [...path, 'tag'], part: 'tag', sort: 'image', sentinel }]
}

/** Below a map, or the value itself where its name says what it feeds. */
function asked(path: JsonPath, appVersion: string): readonly Found[] {
  const match = namedMatch(path, appVersion)
  if (match !== undefined) return [{ origin: 'files', path, written: null, ...match }]
  return below(undefined, path, appVersion)
}

function isMapAt(values: JsonValue, path: JsonPath): boolean {
  return path.length === 0 || isJsonObject(valueAt(values, path))
}

function once(found: readonly Found[]): readonly Found[] {
  return [...new Map(found.map((one) => [JSON.stringify(one.path), one])).values()]
}

/**
 * Where absent fields may be written, and values that nothing declares: below maps that charts put whole into pods, nulls, texts that
 * `tpl` renders, and paths that the templates name. `deep` has those of them whose map is not declared either: making it may switch on
 * more than the value.
 */
export function absentCandidates(
  source: ResolvedSource,
  { declared, inline }: Values,
  unpack: UnpackChart | undefined,
): { readonly absent: readonly HelmCandidate[]; readonly deep: readonly HelmCandidate[] } {
  const chart = chartOf(source, unpack)
  const version = (path: JsonPath): string => ownerOf(chart, path).appVersion
  const found: Found[] = declared.nulls.flatMap((path) => asked(path, version(path)))
  eachValue(declared.values, (value, path) => {
    found.push(...below(value, path, version(path)))
    if (typeof value === 'string' && value.includes(PLACEHOLDER))
      found.push(...asked(path, version(path)).map((one) => ({ ...one, written: value })))
  })
  eachValue(inline, (value, path) => {
    if (valueAt(declared.values, path) === undefined) found.push(...below(value, path, version(path)))
  })
  const undeclared = referencedPaths(source, unpack).filter((path) => valueAt(declared.values, path) === undefined)
  const known = (path: JsonPath): boolean => isMapAt(declared.values, path.slice(0, -1))
  const named = (paths: readonly JsonPath[]): readonly Found[] => paths.flatMap((path) => asked(path, version(path)))
  return {
    absent: numbered(once([...found, ...named(undeclared.filter(known))])),
    deep: numbered(once(named(undeclared.filter((path) => !known(path))))),
  }
}
