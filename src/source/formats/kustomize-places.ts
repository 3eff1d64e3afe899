import { isJsonObject, type JsonPath, type JsonValue, valueAt } from '../../domain/index.ts'
import { parseImage } from '../image.ts'
import { inlineKustomizePlaces } from '../inline-kustomize.ts'
import { insertAt } from '../insert.ts'
import { buildKustomization } from '../kustomize/index.ts'
import { eachScalar, fileProblem, type Leaf, leafOf, leafProblem, type SourceText, walk } from '../nodes.ts'
import { imageText, insertionOffset, leafPlace, newToken, type Place, type Question, setAt } from '../place.ts'
import { isRefused, type Refused, refuse } from '../refused.ts'
import { keyed } from '../render-keys.ts'
import { scalarToken } from '../scalar-text.ts'
import {
  digestSentinel,
  givesVersion,
  integerSentinel,
  quantitySentinel,
  referenceSentinel,
  type Sentinel,
  says,
  tagSentinel,
  textSentinel,
  trace,
} from '../sentinel.ts'
import { applySplices, encode, type Splice } from '../splice.ts'
import { findObject } from '../target.ts'
import { changedTree } from '../tree.ts'
import { sourceFile } from './format.ts'
import { overlayPlaces } from './kustomize-overlay.ts'
import { type KustomizeText, kustomizeTexts } from './kustomize-texts.ts'

/** Something in a text of the build that may write the field. `splices` put the sentinel there. */
type Candidate = {
  readonly text: KustomizeText
  readonly document: number
  readonly path: JsonPath
  readonly part: 'whole' | 'tag' | 'digest'
  readonly sentinel: Sentinel
  readonly splices: readonly Splice[]
  /** Undefined for a value that is not there yet. */
  readonly leaf: Leaf | undefined
}

function by(text: KustomizeText, path: JsonPath): string {
  if (text.role === 'resource') return 'manifest'
  if (text.role !== 'kustomization') return text.role
  const list = path[0]
  return list === 'images' || list === 'replicas' ? list : list === 'patchesJson6902' ? 'json-patch' : 'kustomization'
}

/** Splices of a text in the coordinates of its file. */
function inFile(text: KustomizeText, splices: readonly Splice[]): readonly Splice[] {
  return text.inline === undefined ? splices : splices.map(text.inline.nested.outer)
}

type Match = { readonly part: Candidate['part']; readonly sentinel: (index: number) => Sentinel }

function imageMatch(leaf: Leaf, path: JsonPath, role: KustomizeText['role'], current: string): Match | undefined {
  const text = String(leaf.value)
  const now = parseImage(current)
  const key = path.at(-1)
  if (role === 'kustomization') {
    if (path[0] !== 'images') return undefined
    if (key === 'newTag' && text === now?.tag) return { part: 'tag', sentinel: (index) => tagSentinel(text, index) }
    return key === 'digest' && text === now?.digest ? { part: 'digest', sentinel: digestSentinel } : undefined
  }
  if (!givesVersion(text, current)) return undefined
  const name = parseImage(text)?.name ?? ''
  return { part: 'whole', sentinel: (index) => referenceSentinel(name, index) }
}

function matchOf(question: Question, leaf: Leaf, path: JsonPath, role: KustomizeText['role']): Match | undefined {
  const { kind, current } = question
  const { value } = leaf
  if (value === null || typeof value === 'boolean') return undefined
  if (kind === 'image') return imageMatch(leaf, path, role, String(current))
  if (role === 'kustomization' && path[0] !== 'replicas') return undefined
  if (!says(kind, value, current)) return undefined
  if (kind === 'quantity') return { part: 'whole', sentinel: (index) => quantitySentinel(value, index) }
  if (kind === 'integer') return { part: 'whole', sentinel: (index) => integerSentinel(value, index, 7001) }
  return { part: 'whole', sentinel: textSentinel }
}

function token(sentinel: Sentinel, leaf: Leaf): string {
  const keepNumber = typeof sentinel.value === 'number'
  return scalarToken(String(sentinel.value), { quotes: leaf.quotes, inFlow: leaf.inFlow, keepNumber })
}

/** Every scalar that says what is rendered, each with a sentinel of its own. */
function presentCandidates(question: Question, texts: readonly KustomizeText[]): readonly Candidate[] {
  const candidates: Candidate[] = []
  for (const text of texts) {
    for (const [document, { doc }] of text.source.documents.entries()) {
      eachScalar(doc.contents, (scalar, path, inFlow) => {
        const leaf = leafOf(scalar, inFlow)
        if (leaf === undefined || text.source.text.slice(leaf.start, leaf.end).includes('\n')) return
        const match = matchOf(question, leaf, path, text.role)
        if (match === undefined) return
        const sentinel = match.sentinel(candidates.length)
        const splices = inFile(text, [{ start: leaf.start, end: leaf.end, text: token(sentinel, leaf) }])
        candidates.push({ text, document, path, part: match.part, sentinel, splices, leaf })
      })
    }
  }
  return candidates
}

/** Where the field would stand in an object of this text, undefined where the object is another one. */
function pathInDocument(question: Question, value: JsonValue): JsonPath | undefined {
  const { object, place } = question
  const { element } = place
  if (!isJsonObject(value) || value['kind'] !== object.key.kind) return undefined
  const name = valueAt(value, ['metadata', 'name'])
  // Prefixes and suffixes of kustomizations surround the name that is written.
  if (typeof name !== 'string' || !object.key.name.includes(name)) return undefined
  if (element === undefined) return place.path
  const items = valueAt(value, element.list)
  if (!Array.isArray(items)) return undefined
  const nameAt: JsonPath = element.list.at(-1) === 'volumeClaimTemplates' ? ['metadata', 'name'] : ['name']
  const index = items.findIndex((item: JsonValue) => valueAt(item, nameAt) === element.name)
  return index < 0 ? undefined : [...element.list, index, ...place.path.slice(element.list.length + 1)]
}

/** Every place where the absent field could be inserted, each with a sentinel inserted. */
function absentCandidates(question: Question, texts: readonly KustomizeText[]): readonly Candidate[] {
  const candidates: Candidate[] = []
  for (const text of texts) {
    if (text.role !== 'resource' && text.role !== 'strategic-patch') continue
    for (const [document, { value }] of text.source.documents.entries()) {
      const path = pathInDocument(question, value)
      if (path === undefined) continue
      const sentinel = absentSentinel(question, candidates.length)
      const splices = insertAt(text.source, document, path, newToken(String(sentinel.value), question.kind))
      if (isRefused(splices)) continue
      candidates.push({
        text,
        document,
        path,
        part: 'whole',
        sentinel,
        splices: inFile(text, splices),
        leaf: undefined,
      })
    }
  }
  return candidates
}

function absentSentinel({ kind }: Question, index: number): Sentinel {
  if (kind === 'quantity') return quantitySentinel('1Mi', index)
  return kind === 'integer' ? integerSentinel(1, index, 7001) : textSentinel(index)
}

/** Builds with these sentinels in their files and reads the field. */
function renderWith(
  question: Question,
  texts: readonly KustomizeText[],
  subset: readonly Candidate[],
): JsonValue | undefined | Refused {
  const { source, sourceIndex, object, place, context } = question
  const paths = new Set(subset.map((candidate) => candidate.text.path))
  const files = texts
    .filter((text) => text.inline === undefined && paths.has(text.path))
    .map(({ path, source: { text } }) => {
      const splices = subset.flatMap((candidate) => (candidate.text.path === path ? candidate.splices : []))
      return { path, content: encode(applySplices(text, splices)) }
    })
  const overrides = source.source.kustomize
  const tree = changedTree(source.tree, files)
  const result = buildKustomization({ tree, dir: source.dir, ...(overrides ? { overrides } : {}) })
  if (!result.built) return refuse(result.reason, result.message)
  const objects = keyed(result.objects, context.application.destination.namespace, sourceIndex)
  const found = findObject(objects, object.key)
  // A sentinel that takes the object away is treated as one that does not render.
  return found === undefined ? refuse('target-not-found', object.key.name) : valueAt(found.manifest, place.path)
}

function newText(question: Question, { part, leaf }: Candidate): string | Refused {
  const { kind, value, current } = question
  if (kind !== 'image') return value
  const [now, want] = [parseImage(String(current)), parseImage(value)]
  const refusal = refuse(
    'not-in-git',
    `the line that sets ${part} of the image can't lead from ${String(current)} to ${value}`,
  )
  if (part === 'whole') return imageText(String(leaf?.value), String(current), value) ?? refusal
  if (now?.name !== want?.name || want === undefined) return refusal
  if (part === 'digest') return want.digest !== undefined && want.tag === now?.tag ? want.digest : refusal
  return want.tag !== undefined && want.digest === now?.digest ? want.tag : refusal
}

/** The edit of what the trace found. */
function directPlace(question: Question, candidate: Candidate, whole: SourceText): Place | Refused {
  const { text, document, path, leaf } = candidate
  const problem = fileProblem(whole)
  if (problem !== undefined) return problem
  const value = newText(question, candidate)
  if (isRefused(value)) return value
  const file = sourceFile(question.source, text.path)
  const setting = { file, source: text.source, document, path, value, kind: question.kind, by: by(text, path) }
  const place = leaf === undefined ? inserted(question, candidate, value) : replaced(setting, leaf)
  return isRefused(place) ? place : outward(text, place)
}

/** The place in the coordinates of its file. */
function outward(text: KustomizeText, place: Place): Place {
  if (text.inline === undefined) return place
  const { nested, document, path } = text.inline
  const at = nested.outer({ start: place.at, end: place.at, text: '' }).start
  return { ...place, splices: place.splices.map(nested.outer), at, within: { document, path } }
}

function replaced(setting: Parameters<typeof leafPlace>[0], leaf: Leaf): Place | Refused {
  const { source, document, path } = setting
  const found = walk(source, document, path)
  if (isRefused(found)) return found
  return leafProblem(source, found.node, path.join('.')) ?? leafPlace(setting, leaf)
}

function inserted(question: Question, { text, document, path }: Candidate, value: string): Place | Refused {
  const splices = insertAt(text.source, document, path, newToken(value, question.kind))
  if (isRefused(splices)) return splices
  return {
    by: by(text, path),
    file: sourceFile(question.source, text.path),
    splices,
    at: insertionOffset(text.source.text, splices),
    text: '',
    within: { document, path },
  }
}

/**
 * Where a kustomization's field is written: traced by sentinels in every file of the build. A writer that others read too is left
 * alone; then, and where the edit of the writer turns out to change more, this overlay gets an entry or a patch of its own.
 */
export async function kustomizePlaces(question: Question): Promise<readonly (Place | Refused)[] | Refused> {
  const { source, current } = question
  const overrides = source.source.kustomize
  const built = buildKustomization({ tree: source.tree, dir: source.dir, ...(overrides ? { overrides } : {}) })
  if (!built.built) return refuse(built.reason, built.message)
  const texts = kustomizeTexts(source.tree, built.files)
  const candidates = current === undefined ? absentCandidates(question, texts) : presentCandidates(question, texts)
  const { winner: found } = await trace(candidates, async (subset) => renderWith(question, texts, subset))
  if (found === undefined && current !== undefined) {
    const inline = inlineKustomizePlaces(question)
    if (inline.length > 0) return inline
    return refuse('not-in-git', `no line of the files that ${source.dir} reads sets ${question.field} alone`)
  }
  return choose(question, found?.candidate, texts)
}

/** A strategic merge patch of this build that nobody else reads and that has the container already: a person would write there. */
function ownPatchPlaces(question: Question, texts: readonly KustomizeText[]): readonly Place[] {
  return texts.flatMap((text) => {
    const file = sourceFile(question.source, text.path)
    if (text.role !== 'strategic-patch' || question.sharedBy(file).length > 0) return []
    return text.source.documents.flatMap(({ value }, document) => {
      const path = pathInDocument(question, value)
      if (path === undefined) return []
      const { kind, value: wanted } = question
      const place = setAt({ file, source: text.source, document, path, value: wanted, kind, by: 'strategic-patch' })
      return isRefused(place) ? [] : [outward(text, place)]
    })
  })
}

function choose(
  question: Question,
  winner: Candidate | undefined,
  texts: readonly KustomizeText[],
): readonly (Place | Refused)[] {
  const overlay = overlayPlaces(question)
  if (winner === undefined) return overlay
  if (question.sharedBy(sourceFile(question.source, winner.text.path)).length > 0) {
    const own = question.kind === 'quantity' ? ownPatchPlaces(question, texts) : []
    return [...own, ...overlay]
  }
  const whole = texts.find((text) => text.path === winner.text.path && text.inline === undefined)
  const direct = directPlace(question, winner, whole?.source ?? winner.text.source)
  // What must not be edited stays so; what merely can't hold the value may be set beside it.
  return isRefused(direct) && direct.reason !== 'not-in-git' ? [direct] : [direct, ...overlay]
}
