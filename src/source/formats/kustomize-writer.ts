import { type JsonPath, type JsonValue, valueAt } from '../../domain/index.ts'
import { fieldSteps } from '../kustomize/index.ts'
import type { Question } from '../place.ts'
import { type Refused, refuse } from '../refused.ts'
import { keyed } from '../render-keys.ts'
import { trace } from '../sentinel.ts'
import { findObject } from '../target.ts'
import { absentCandidates, pathIn } from './kustomize-absent.ts'
import { buildOf } from './kustomize-build.ts'
import { type Candidate, candidatesIn, matchFor, pathInObject } from './kustomize-candidates.ts'
import { type Traced, treeWith, writerIn, writingsOf } from './kustomize-trace.ts'

/** Builds with the sentinels of these alone and reads the field. */
function renderWith(question: Question, traced: Traced, subset: readonly Candidate[]): JsonValue | undefined | Refused {
  const { source, sourceIndex, object, place, context } = question
  const result = buildOf(source, context.deps, treeWith(source, traced.texts, subset))
  if (!result.built) return refuse(result.reason, result.message)
  const objects = keyed(result.objects, context.application.destination.namespace, sourceIndex)
  const found = findObject(objects, object.key)
  // A sentinel that takes the object away is treated as one that does not render.
  return found === undefined ? refuse('target-not-found', object.key.name) : valueAt(found.manifest, place.path)
}

async function traceAlone(
  question: Question,
  traced: Traced,
  candidates: readonly Candidate[],
): Promise<Candidate | undefined> {
  const { winner } = await trace(candidates, async (subset) => renderWith(question, traced, subset))
  return winner?.candidate
}

/** What writes the field: the last writer where it has a value, else where it could be inserted in what writes the object. */
export async function writerOf(question: Question, traced: Traced): Promise<Candidate | undefined> {
  if (question.current !== undefined) {
    const seen = writerIn(traced, question)
    if (seen !== undefined) return seen
    const matching = candidatesIn(traced.texts, (leaf, path, text) => matchFor(question, leaf, path, text.role))
    return traceAlone(question, traced, matching)
  }
  const seen = writingsOf(traced, question)
  const candidates = absentCandidates(question, seen ?? traced.writings)
  return seen !== undefined && candidates.length < 2 ? candidates[0] : traceAlone(question, traced, candidates)
}

/** Whether a replacement's path leads to the field or above it; a position in a list may be written in any form. */
function leadsTo(steps: readonly string[], path: JsonPath): boolean {
  return (
    steps.length <= path.length && steps.every((step, index) => typeof path[index] === 'number' || step === path[index])
  )
}

/** Whether the text writes the field at its own place in the object, rather than what is copied from there. */
function isDirect(question: Question, { text, document, path }: Candidate): boolean {
  if (text.role === 'kustomization') return true
  const at = pathInObject(text, document, path)
  if (text.role === 'json-patch') return at !== undefined && at.join('/') === question.place.path.join('/')
  const items = path[0] === 'items' ? path.slice(0, 2) : []
  return pathIn(question, { text, document, path: items })?.join('/') === path.join('/')
}

/** `file:line` of the replacement that copies the field from elsewhere, if one does. */
export function copiedBy(question: Question, traced: Traced, writer: Candidate | undefined): string | undefined {
  if (writer !== undefined && isDirect(question, writer)) return undefined
  const { object, place } = question
  return traced.replaced.findLast(
    (one) =>
      one.object !== undefined &&
      findObject([one.object], object.key) !== undefined &&
      leadsTo(fieldSteps(one.path), place.path),
  )?.at
}
