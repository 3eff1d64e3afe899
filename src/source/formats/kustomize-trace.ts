import { type JsonPath, type JsonValue, type Tree, valueAt } from '../../domain/index.ts'
import { insertAt } from '../insert.ts'
import type { Replaced } from '../kustomize/index.ts'
import { newToken, type Question } from '../place.ts'
import { isRefused, type Refused, refuse } from '../refused.ts'
import { keyed } from '../render-keys.ts'
import type { ResolvedSource } from '../resolve.ts'
import { SENTINEL_LIMIT, shows } from '../sentinel.ts'
import { applySplices, encode, type Splice } from '../splice.ts'
import { findObject, type RenderedObject } from '../target.ts'
import { changedTree } from '../tree.ts'
import { buildOf } from './kustomize-build.ts'
import { anyField, type Candidate, candidatesIn, inFile, matchFor, objectsIn } from './kustomize-candidates.ts'
import { type KustomizeText, kustomizeTexts } from './kustomize-texts.ts'

/** A text that writes part of an object: where the object stands in it. */
export type Writing = { readonly text: KustomizeText; readonly document: number; readonly path: JsonPath }

/** A source with every field of every object traced in one build. */
export type Traced = {
  readonly texts: readonly KustomizeText[]
  /** Objects of the build as it is. */
  readonly built: readonly RenderedObject[]
  /** What replacements copied into objects of the build. */
  readonly replaced: readonly (Replaced & { readonly object: RenderedObject | undefined })[]
  readonly candidates: readonly Candidate[]
  readonly writings: readonly Writing[]
  /** Objects of the build with all sentinels in place; undefined where they change what is built. */
  readonly objects: readonly RenderedObject[] | undefined
}

const known = new WeakMap<ResolvedSource, Traced | Refused>()

/** Kept as long as the source: the fiftieth question about it costs no build. */
export function tracedSource(question: Question): Traced | Refused {
  const { source } = question
  const traced = known.get(source) ?? traceAll(question)
  known.set(source, traced)
  return traced
}

const MARK = 'kintsugi-at-'

function traceAll(question: Question): Traced | Refused {
  const { source, sourceIndex, context } = question
  const built = buildOf(source, context.deps)
  if (!built.built) return refuse(built.reason, built.message)
  const namespace = context.application.destination.namespace
  const texts = kustomizeTexts(source.tree, built.files)
  const candidates = candidatesIn(texts, anyField).slice(0, SENTINEL_LIMIT)
  const writings = texts.flatMap(writingsIn)
  const marks = writings.map((writing, index) => ({ text: writing.text, splices: marking(writing, index) }))
  const rendered = buildOf(source, context.deps, treeWith(source, texts, [...candidates, ...marks]))
  const before = keyed(built.objects, namespace, sourceIndex)
  const after = rendered.built ? keyed(rendered.objects, namespace, sourceIndex) : undefined
  const replaced = built.replaced.map((one) => ({
    ...one,
    object: before.find(({ manifest }) => manifest === built.objects[one.index]),
  }))
  const objects = after !== undefined && sameKeys(before, after) ? after : undefined
  return { texts, built: before, replaced, candidates, writings, objects }
}

function sameKeys(a: readonly RenderedObject[], b: readonly RenderedObject[]): boolean {
  const names = (list: readonly RenderedObject[]): string => JSON.stringify(list.map(({ key }) => key))
  return names(a) === names(b)
}

function writingsIn(text: KustomizeText): readonly Writing[] {
  if (text.role !== 'resource' && text.role !== 'strategic-patch') return []
  return objectsIn(text).map(({ document, path }) => ({ text, document, path }))
}

/** An annotation that says which text an object comes from; none where the text can't take one. */
function marking({ text, document, path }: Writing, index: number): readonly Splice[] {
  const at = [...path, 'metadata', 'annotations', `${MARK}${index}`]
  const splices = insertAt(text.source, document, at, newToken('here', 'text'))
  return isRefused(splices) ? [] : inFile(text, splices)
}

type Spliced = { readonly text: KustomizeText; readonly splices: readonly Splice[] }

/** The tree with the splices of all of these in their files. */
export function treeWith(source: ResolvedSource, texts: readonly KustomizeText[], spliced: readonly Spliced[]): Tree {
  const byPath = new Map<string, Splice[]>()
  for (const { text, splices } of spliced) {
    const there = byPath.get(text.path)
    if (there === undefined) byPath.set(text.path, [...splices])
    else there.push(...splices)
  }
  const files = texts.flatMap(({ path, inline, source: { text } }) => {
    const splices = inline === undefined ? byPath.get(path) : undefined
    return splices === undefined ? [] : [{ path, content: encode(applySplices(text, splices)) }]
  })
  return changedTree(source.tree, files)
}

/** The candidate whose sentinel the field shows, if its text says what the field renders: else the sentinels changed the build. */
export function writerIn(traced: Traced, question: Question): Candidate | undefined {
  const { object, place } = question
  const found = traced.objects === undefined ? undefined : findObject(traced.objects, object.key)
  const rendered = found === undefined ? undefined : valueAt(found.manifest, place.path)
  const shown = candidatesOn(traced, rendered)
  return shown.find(({ leaf, path, text }) => leaf !== undefined && matchFor(question, leaf, path, text.role))
}

/** Those whose mark the text has, by the numbers in it. */
function candidatesOn(traced: Traced, rendered: JsonValue | undefined): readonly Candidate[] {
  if (typeof rendered !== 'string' && typeof rendered !== 'number') return []
  const numbers = String(rendered).match(/\d{4,}/g) ?? []
  const indices = numbers.flatMap((digits) => [Number(digits) - 70_001, Number(digits) - 7001])
  return [...new Set(indices)]
    .sort((a, b) => a - b)
    .flatMap((index) => traced.candidates[index] ?? [])
    .filter(({ sentinel }) => shows(rendered, sentinel))
}

/** The texts that write the object, undefined where that was not seen. */
export function writingsOf(traced: Traced, question: Question): readonly Writing[] | undefined {
  const found = traced.objects === undefined ? undefined : findObject(traced.objects, question.object.key)
  const annotations = found === undefined ? undefined : valueAt(found.manifest, ['metadata', 'annotations'])
  if (typeof annotations !== 'object' || annotations === null) return undefined
  const writings = Object.keys(annotations).flatMap((key) =>
    key.startsWith(MARK) ? (traced.writings[Number(key.slice(MARK.length))] ?? []) : [],
  )
  return writings.length === 0 ? undefined : writings
}
