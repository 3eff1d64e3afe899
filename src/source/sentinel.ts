import type { JsonPrimitive, JsonValue } from '../domain/index.ts'
import { parseQuantity } from '../domain/index.ts'
import type { ValueKind } from './fields.ts'
import { parseImage } from './image.ts'
import { isRefused, type Refused } from './refused.ts'

/** A value that occurs nowhere else, of the kind that stands there, and the part of it by which it is known when it is rendered. */
export type Sentinel = { readonly value: JsonPrimitive; readonly mark: string }

/** Width is fixed, so that no mark is part of another. */
const FIRST = 70_001

export const SENTINEL_LIMIT = 20_000

const UNIT = /^[\d.]+(m|k|[KMGTPE]i?)$/

export function quantitySentinel(written: JsonPrimitive, index: number): Sentinel {
  const mark = String(FIRST + index)
  if (typeof written === 'number') return { value: FIRST + index, mark }
  return { value: mark + (UNIT.exec(String(written))?.[1] ?? ''), mark }
}

/** Whole numbers stay small: charts loop over replicas. */
export function integerSentinel(written: JsonPrimitive, index: number, first: number): Sentinel {
  const mark = String(first + index)
  return { value: typeof written === 'number' ? first + index : mark, mark }
}

export function textSentinel(index: number): Sentinel {
  const mark = `kintsugi-${FIRST + index}`
  return { value: mark, mark }
}

/** The name stays, because `images:` of kustomize finds by it; the tag is replaced. */
export function referenceSentinel(name: string, index: number): Sentinel {
  const mark = `kintsugi-${FIRST + index}`
  return { value: `${name}:${mark}`, mark }
}

const VERSION = /^(v?\d+\.\d+\.)\d+/

/** A tag that is a version keeps major and minor, so that conditions on the version decide as before. */
export function tagSentinel(written: JsonPrimitive, index: number): Sentinel {
  const version = VERSION.exec(String(written))
  const mark = version === null ? `kintsugi-${FIRST + index}` : `${version[1]}${FIRST + index}`
  return { value: mark, mark }
}

export function digestSentinel(index: number): Sentinel {
  const mark = `sha256:${String(FIRST + index).padStart(64, '0')}`
  return { value: mark, mark }
}

/** Whether a leaf may be what writes the rendered value of a field that is not an image: it says the same. */
export function says(kind: ValueKind, written: JsonPrimitive, current: JsonValue | undefined): boolean {
  if (written === null || typeof written === 'boolean') return false
  const text = String(written)
  if (kind !== 'quantity') return text === String(current)
  const [have, now] = [parseQuantity(text), parseQuantity(String(current))]
  return have !== undefined && now !== undefined && have.nano === now.nano
}

/** Whether a reference may have given the rendered image its tag or digest. */
export function givesVersion(written: string, current: string): boolean {
  const [have, now] = [parseImage(written), parseImage(current)]
  if (have === undefined || now === undefined) return false
  // Any word reads as a reference without a tag, so only the same one counts.
  if (now.tag === undefined && now.digest === undefined) return written === current
  return (now.tag !== undefined && have.tag === now.tag) || (now.digest !== undefined && have.digest === now.digest)
}

/** Whether a rendered value shows the sentinel; a short mark has to be all of it. */
export function shows(rendered: JsonValue | undefined, sentinel: Sentinel): boolean {
  if (typeof rendered !== 'string' && typeof rendered !== 'number') return false
  const text = String(rendered)
  return sentinel.mark.length < 5 ? text === sentinel.mark : text.includes(sentinel.mark)
}

export type Traced<Candidate> = { readonly candidate: Candidate; readonly rendered: string }

export type Trace<Candidate> = {
  readonly winner: Traced<Candidate> | undefined
  /** Those whose sentinel alone does not render: what refuses it may accept another value. */
  readonly suspects: readonly Candidate[]
}

/** Renders that one trace may cost; a set is halved when it does not render. */
const RENDERS = 40

/**
 * Puts all sentinels in at once, renders, and sees which one the target shows: that one is the last writer. Where the set does not
 * render, its halves are tried.
 */
export async function trace<Candidate extends { readonly sentinel: Sentinel }>(
  candidates: readonly Candidate[],
  render: (subset: readonly Candidate[]) => Promise<JsonValue | undefined | Refused>,
): Promise<Trace<Candidate>> {
  const suspects: Candidate[] = []
  const sets: (readonly Candidate[])[] = candidates.length === 0 ? [] : [candidates.slice(0, SENTINEL_LIMIT)]
  for (let renders = 0; renders < RENDERS; renders += 1) {
    const set = sets.shift()
    if (set === undefined) break
    const rendered = await render(set)
    const failed = isRefused(rendered)
    const winner = failed ? undefined : set.find((one) => shows(rendered, one.sentinel))
    if (winner !== undefined) return { winner: { candidate: winner, rendered: String(rendered) }, suspects }
    const middle = set.length >> 1
    if (failed && middle > 0) sets.push(set.slice(0, middle), set.slice(middle))
    else if (failed) suspects.push(...set)
  }
  return { winner: undefined, suspects }
}
