import { parseImage } from '../image.ts'
import { inlineKustomizePlaces } from '../inline-kustomize.ts'
import { insertAt } from '../insert.ts'
import { fileProblem, type Leaf, leafProblem, type SourceText, walk } from '../nodes.ts'
import { imageText, insertionOffset, leafPlace, newToken, type Place, type Question, setAt } from '../place.ts'
import { isRefused, type Refused, refuse } from '../refused.ts'
import { sourceFile } from './format.ts'
import { pathIn } from './kustomize-absent.ts'
import { byOf, type Candidate } from './kustomize-candidates.ts'
import { inlinePatchPlaces } from './kustomize-inline-patches.ts'
import { overlayPlaces } from './kustomize-overlay.ts'
import { outward } from './kustomize-texts.ts'
import { type Traced, tracedSource } from './kustomize-trace.ts'
import { copiedBy, writerOf } from './kustomize-writer.ts'

export function newText(question: Question, { part, leaf }: Pick<Candidate, 'part' | 'leaf'>): string | Refused {
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
  const setting = { file, source: text.source, document, path, value, kind: question.kind, by: byOf(text, path) }
  const place = leaf === undefined ? inserted(question, candidate, value) : replaced(setting, leaf)
  return isRefused(place) ? place : outward(text, place)
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
    by: byOf(text, path),
    file: sourceFile(question.source, text.path),
    splices,
    at: insertionOffset(text.source.text, splices),
    text: '',
    within: { document, path },
  }
}

/** Where the writer stands, for those who ask where; `barred` says why an edit goes elsewhere. */
function shownPlace(question: Question, { text, document, path, leaf }: Candidate, barred: Refused): Place {
  const at = leaf?.start ?? 0
  const place: Place = {
    by: byOf(text, path),
    file: sourceFile(question.source, text.path),
    splices: [],
    at,
    text: leaf === undefined ? '' : text.source.text.slice(leaf.start, leaf.end),
    within: { document, path },
    barred,
  }
  return outward(text, place)
}

/**
 * Where a kustomization's field is written: traced by sentinels in every file of the build. A writer that others read too is left
 * alone; then, and where the edit of the writer turns out to change more, this overlay gets an entry or a patch of its own.
 */
export async function kustomizePlaces(question: Question): Promise<readonly (Place | Refused)[] | Refused> {
  const traced = tracedSource(question)
  if (isRefused(traced)) return traced
  const writer = await writerOf(question, traced)
  const copied = copiedBy(question, traced, writer)
  if (copied !== undefined) return copiedPlaces(question, traced, writer, copied)
  if (writer === undefined && question.current !== undefined) {
    const inline = [...inlineKustomizePlaces(question), ...(await inlinePatchPlaces(question))]
    if (inline.length > 0) return inline
    const { dir } = question.source
    return refuse('not-in-git', `no line of the files that ${dir} reads sets ${question.field} alone`)
  }
  return choose(question, writer, traced)
}

/** A replacement would write over any patch: what it copies is edited, if nothing else shows it. */
function copiedPlaces(
  question: Question,
  traced: Traced,
  writer: Candidate | undefined,
  at: string,
): readonly (Place | Refused)[] {
  const generated = refuse(
    'generated',
    `${question.field} is copied there by the replacement at ${at}; change its source`,
  )
  if (writer === undefined) return [generated]
  const shared = sharedBy(question, writer)
  const direct = directPlace(question, writer, wholeOf(traced, writer))
  return shared.length > 0 || isRefused(direct)
    ? [generated, shownPlace(question, writer, generated)]
    : [generated, direct]
}

function sharedBy(question: Question, { text }: Candidate): readonly string[] {
  return question.sharedBy(sourceFile(question.source, text.path))
}

function wholeOf(traced: Traced, { text }: Candidate): SourceText {
  const whole = traced.texts.find(({ path, inline }) => path === text.path && inline === undefined)
  return whole?.source ?? text.source
}

/** A strategic merge patch of this build that nobody else reads and that has the container already: a person would write there. */
function ownPatchPlaces(question: Question, traced: Traced): readonly Place[] {
  return traced.writings.flatMap((writing) => {
    const { text, document } = writing
    const file = sourceFile(question.source, text.path)
    const path = text.role === 'strategic-patch' ? pathIn(question, writing) : undefined
    if (path === undefined || question.sharedBy(file).length > 0) return []
    const { kind, value } = question
    const place = setAt({ file, source: text.source, document, path, value, kind, by: 'strategic-patch' })
    return isRefused(place) ? [] : [outward(text, place)]
  })
}

function choose(question: Question, writer: Candidate | undefined, traced: Traced): readonly (Place | Refused)[] {
  const overlay = overlayPlaces(question, traced)
  if (writer === undefined) return overlay
  const readers = sharedBy(question, writer)
  if (readers.length > 0) {
    const names = readers.slice(0, 5).join(', ')
    const barred = refuse('shared-writer', `${writer.text.path} is read by ${names} too`)
    const shown = writer.leaf === undefined ? [] : [shownPlace(question, writer, barred)]
    const own = question.kind === 'quantity' ? ownPatchPlaces(question, traced) : []
    return [...shown, ...own, ...overlay]
  }
  const direct = directPlace(question, writer, wholeOf(traced, writer))
  // What must not be edited stays so; what merely can't hold the value may be set beside it.
  return isRefused(direct) && direct.reason !== 'not-in-git' ? [direct] : [direct, ...overlay]
}
