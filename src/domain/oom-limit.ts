import { type AnswerIndex, samplesIn } from './answers.ts'
import { signalInfo } from './signal.ts'
import type { Subject } from './subject.ts'

/**
 * The highest memory limit, bytes, under which a kill of this container is certain; undefined when none is. A flagged sample says that there was one since the look-back began or the flag was
 * last seen down; the limit may have been raised meanwhile, so the lowest of that span counts.
 */
export function oomLimitOf(index: AnswerIndex, subject: Subject): number | undefined {
  const killed = index.series('oom-killed', subject)
  const limit = index.series('memory-limit', subject)
  if (killed === undefined || limit === undefined) return undefined
  const lookBackMs = signalInfo('oom-killed').lookBackMs ?? 0
  let downMs = Number.NEGATIVE_INFINITY
  let highest: number | undefined
  for (const { atMs, value } of samplesIn(killed, killed.startMs, Number.POSITIVE_INFINITY)) {
    if (value < 1) downMs = atMs
    else {
      const span = samplesIn(limit, Math.max(atMs - lookBackMs, downMs), atMs)
      if (span.length === 0) continue
      const lowest = span.reduce((least, sample) => Math.min(least, sample.value), Number.POSITIVE_INFINITY)
      highest = Math.max(highest ?? 0, lowest)
    }
  }
  return highest
}
