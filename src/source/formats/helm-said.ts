import { type JsonPrimitive, type JsonValue, type Manifest, parseQuantity, valueAt } from '../../domain/index.ts'
import { editableFields } from '../editable-fields.ts'
import { fieldPlace } from '../field-place.ts'
import { type ValueKind, valueKind } from '../fields.ts'
import { parseImage } from '../image.ts'
import { isRefused } from '../refused.ts'
import type { ResolvedSource } from '../resolve.ts'
import {
  digestSentinel,
  integerSentinel,
  quantitySentinel,
  referenceSentinel,
  tagSentinel,
  textSentinel,
} from '../sentinel.ts'
import { candidatesIn, type HelmCandidate, type Match, type Sort, type ValuePart } from './helm-candidates.ts'
import { type Bulk, keptBulk, renderSubset, type Scene, stageBulk } from './helm-trace.ts'

/** What a field renders now. */
export type Said = { readonly kind: ValueKind; readonly current: JsonValue }

const rendered = new WeakMap<ResolvedSource, readonly Manifest[]>()

/** What a source gives as it is: the values that say the same are then traced for all of its fields together. */
export function keepRendered(source: ResolvedSource, objects: readonly Manifest[]): void {
  rendered.set(source, objects)
}

function saidBy(manifest: Manifest): readonly Said[] {
  return editableFields(manifest).flatMap(({ field, container }) => {
    const place = fieldPlace(manifest, field, container)
    const current = isRefused(place) ? undefined : valueAt(manifest, place.path)
    const kind = current === undefined ? undefined : valueKind(field, current)
    return kind === undefined || current === undefined ? [] : [{ kind, current }]
  })
}

function matched(kind: ValueKind, part: ValuePart, written: string | number): Match {
  const sort: Sort = kind === 'boolean' ? 'text' : kind
  if (part === 'digest') return { part, sort, sentinel: digestSentinel }
  if (part === 'tag') return { part, sort, sentinel: (index) => tagSentinel(written, index) }
  if (kind === 'image') {
    const name = parseImage(String(written))?.name ?? ''
    return { part, sort, sentinel: (index) => referenceSentinel(name, index) }
  }
  if (kind === 'quantity') return { part, sort, sentinel: (index) => quantitySentinel(written, index) }
  if (kind === 'integer') return { part, sort, sentinel: (index) => integerSentinel(written, 2 * index, 2301) }
  return { part, sort, sentinel: textSentinel }
}

/** What is rendered, by what a value has to be to say the same. */
type Index = {
  readonly words: Map<string, readonly [ValueKind, ValuePart]>
  readonly quantities: Set<bigint>
  /** Tags and digests of images, which a reference may give. */
  readonly versions: Set<string>
}

function indexed(said: readonly Said[]): Index {
  const index: Index = { words: new Map(), quantities: new Set(), versions: new Set() }
  for (const { kind, current } of said) {
    const text = String(current)
    const quantity = kind === 'quantity' ? parseQuantity(text) : undefined
    const image = kind === 'image' ? parseImage(text) : undefined
    if (quantity !== undefined) index.quantities.add(quantity.nano)
    if (kind === 'text' || kind === 'integer') index.words.set(text, [kind, 'whole'])
    for (const [part, word] of [
      ['tag', image?.tag],
      ['digest', image?.digest],
    ] as const) {
      if (word === undefined || word === '') continue
      index.words.set(word, ['image', part])
      index.versions.add(word)
    }
    // Any word reads as a reference without a tag, so only the same one counts.
    if (image !== undefined && image.tag === undefined && image.digest === undefined)
      index.words.set(text, ['image', 'whole'])
  }
  return index
}

/** What a value may feed that says what is rendered somewhere. */
function sayingMatch(written: JsonPrimitive, { words, quantities, versions }: Index): Match | undefined {
  if (written === null || typeof written === 'boolean') return undefined
  const text = String(written)
  const word = words.get(text)
  if (word !== undefined) return matched(...word, written)
  const quantity = quantities.size === 0 ? undefined : parseQuantity(text)
  if (quantity !== undefined && quantities.has(quantity.nano)) return matched('quantity', 'whole', written)
  const image = versions.size > 0 && /[/:@]/.test(text) ? parseImage(text) : undefined
  const gives = [image?.tag, image?.digest].some((one) => one !== undefined && versions.has(one))
  return gives ? matched('image', 'whole', written) : undefined
}

function textsIn(said: readonly Said[]): string {
  return said.flatMap(({ kind, current }) => (kind === 'text' ? [String(current)] : [])).join('\n')
}

/** A shorter text is part of too many others to be looked for in them. */
const SHORTEST_PART = 3

/** A value that may be a part of a rendered text. */
function partMatch(written: JsonPrimitive, texts: string): Match | undefined {
  if (written === null || typeof written === 'boolean') return undefined
  const text = String(written)
  const may = text.length >= SHORTEST_PART && texts.includes(text)
  return may ? { part: 'whole', sort: 'part', sentinel: textSentinel } : undefined
}

/** Every declared value that says what some field renders, or a part of its text. */
function saying(said: readonly Said[], { source, values }: Scene, asks: (key: string) => boolean) {
  const [index, texts] = [indexed(said), textsIn(said)]
  return candidatesIn(source, values, (written, _, key) =>
    asks(key) ? (sayingMatch(written, index) ?? partMatch(written, texts)) : undefined,
  )
}

export function sayingOne(said: Said, scene: Scene): readonly HelmCandidate[] {
  return saying([said], scene, () => true)
}

export function placeName({ origin, path }: Pick<HelmCandidate, 'origin' | 'path'>): string {
  return `${origin} ${JSON.stringify(path)}`
}

/** What names objects takes them away when it changes: traced apart from the rest. HEURISTIC: by the key. */
const NAMING_KEY = /(?:name|override|namespace)$/i

/**
 * Values under any name that say what is rendered, or a part of a text of it, and have no sentinel yet: two renders for all fields of the
 * source, of which the second has those that name objects.
 */
export async function saidBulk(scene: Scene, stage: 'said' | 'naming'): Promise<Bulk<HelmCandidate>> {
  const { views, suspects } = await stageBulk(scene, 'declared')
  const candidates = (): readonly HelmCandidate[] => {
    const said = (rendered.get(scene.source) ?? []).flatMap(saidBy).filter(({ current }) => current !== '')
    const tried = new Set([...views.flatMap((view) => view.candidates), ...suspects].map(placeName))
    const all = saying(said, scene, (key) => NAMING_KEY.test(key) === (stage === 'naming'))
    return all.filter((one) => !tried.has(placeName(one)))
  }
  return keptBulk(scene.source, stage, candidates, (subset) => renderSubset(scene, subset))
}
