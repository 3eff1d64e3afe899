import { type AnswerIndex, type Evidence, type Finding, momentOf, type Series, sampleAt } from '../domain/index.ts'

/** A failure that begins this soon after a new image appears probably came with it. */
const SOON_MS = 10 * 60_000

/**
 * The newest image that appeared within 10 minutes before the failure began. One that was there when the range began is not new, nor one
 * before which no image was seen: that is how samples that are missing look.
 */
export function newImageBefore(index: AnswerIndex, finding: Finding): Evidence | undefined {
  const images = index.all('running-image', finding.subject)
  const appeared = images
    .flatMap((series) => firstSeen(series) ?? [])
    .filter(({ series, atMs }) =>
      images.some((other) => other !== series && sampleAt(other, atMs - series.stepMs) >= 1),
    )
    .filter(({ atMs }) => atMs <= finding.startMs && finding.startMs - atMs <= SOON_MS)
    .sort((a, b) => b.atMs - a.atMs)[0]
  if (appeared === undefined) return undefined
  return {
    signal: 'running-image',
    subject: appeared.series.subject,
    atMs: appeared.atMs,
    value: 1,
    says: 'a new image appeared within 10 minutes before the failure began',
    asked: index.answer('running-image')?.asked ?? '',
  }
}

function firstSeen(series: Series): { readonly series: Series; readonly atMs: number } | undefined {
  const first = series.values.findIndex((value) => value >= 1)
  return first <= 0 ? undefined : { series, atMs: momentOf(series, first) }
}
