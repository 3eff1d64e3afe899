import { isJsonObject, type JsonPath, type JsonPrimitive, type JsonValue, valueAt } from '../../domain/index.ts'
import { formatImage, type ImageReference, parseImage } from '../image.ts'
import { imageText, type Question } from '../place.ts'
import { type Refused, refuse } from '../refused.ts'
import type { Traced } from '../sentinel.ts'
import type { HelmCandidate, ValuePart } from './helm-candidates.ts'

/** A value to set at a path of the values; a plain number where `number` says so. */
export type ValueChange = { readonly path: JsonPath; readonly value: string; readonly number?: boolean }

type Given = Pick<HelmCandidate, 'part' | 'written' | 'sentinel'>

/** What a template puts around a value: `v` before a tag, `Mi` behind a number. The rest of `wanted` is what the value has to be. */
function stripped(traced: Traced<Given>, rendered: string, wanted: string): string | undefined {
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

function versionOf(image: ImageReference, part: ValuePart): string {
  if (part === 'digest') return image.digest ?? ''
  return formatImage({ ...image, name: 'x' }).slice('x:'.length)
}

/** The text of the whole reference, of the tag (with a digest behind it where that is in the tag), or of the digest. */
export function imageValue(question: Question, traced: Traced<Given>, alone: boolean): string | undefined {
  const { part, written } = traced.candidate
  const [now, want] = [parseImage(String(question.current)), parseImage(question.value)]
  if (now === undefined || want === undefined) return undefined
  if (part === 'whole') return imageText(String(written), String(question.current), question.value)
  if (part === 'digest') return want.digest === undefined ? undefined : wantedPart(traced, want, part)
  if (want.tag === undefined) return undefined
  if (alone) return wantedPart(traced, want, part)
  return wantedPart(traced, { name: want.name, tag: want.tag }, part)
}

function wantedPart(traced: Traced<Given>, want: ImageReference, part: ValuePart): string | undefined {
  const shown = parseImage(traced.rendered)
  if (shown === undefined) return undefined
  const plain = want.digest === undefined && part === 'tag' ? { name: shown.name, tag: shown.tag ?? '' } : shown
  return stripped(traced, versionOf(plain, part), versionOf(want, part))
}

function imageChanges(
  question: Question,
  values: JsonValue,
  all: readonly Traced<HelmCandidate>[],
): readonly ValueChange[] | undefined {
  const [now, want] = [parseImage(String(question.current)), parseImage(question.value)]
  if (now === undefined || want === undefined) return undefined
  const given = (part: ValuePart) => all.find(({ candidate }) => candidate.part === part)
  const [whole, tag, digest] = [given('whole'), given('tag'), given('digest')]
  const parts = [whole ?? tag, whole === undefined ? digest : undefined].filter((one) => one !== undefined)
  const [first] = parts
  // A digest alone can't carry another tag.
  if (first === undefined || (first === digest && want.tag !== now.tag)) return undefined
  const kept = ({ candidate: { part } }: Traced<HelmCandidate>): boolean =>
    digest !== undefined &&
    ((part === 'tag' && want.tag === now.tag) || (part === 'digest' && want.digest === now.digest))
  const changes: ValueChange[] = []
  for (const traced of parts.filter((one) => !kept(one))) {
    const value = imageValue(question, traced, digest === undefined)
    if (value === undefined) return undefined
    changes.push({ path: traced.candidate.path, value })
  }
  if (first === whole) return changes
  const name = nameChanges(values, first.candidate.path.slice(0, -1), now, want)
  return name === undefined ? undefined : [...name, ...changes]
}

/** What a text has to be so that the template around it gives the wanted value. */
export function plainValue(question: Question, traced: Traced<Given>): string | undefined {
  return stripped(traced, traced.rendered, question.value)
}

function plainChange(question: Question, traced: Traced<HelmCandidate>): ValueChange | undefined {
  const { path, part, written } = traced.candidate
  const value = plainValue(question, traced)
  if (value === undefined) return undefined
  const key = question.place.path.at(-1)
  const at = part === 'key' && typeof key === 'string' ? [...path.slice(0, -1), key] : path
  return { path: at, value, number: isNumber(written) }
}

function isNumber(written: JsonPrimitive): boolean {
  return typeof written === 'number'
}

/** What has to be set in the values so that the field becomes what is wanted; several where an image is in parts. */
export function changesFor(
  question: Question,
  values: JsonValue,
  all: readonly Traced<HelmCandidate>[],
): readonly ValueChange[] | Refused {
  const [first] = all
  const changes =
    question.kind === 'image'
      ? imageChanges(question, values, all)
      : first === undefined
        ? undefined
        : [plainChange(question, first)].filter((one) => one !== undefined)
  if (changes !== undefined && changes.length > 0) return changes
  const path = first?.candidate.path.join('.') ?? ''
  return refuse(
    'templated',
    `a template makes ${String(question.current)} of the value ${path}, and no value there gives ${question.value}`,
  )
}
