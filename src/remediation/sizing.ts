const MI = 1024 ** 2
/** Below these increases the factor limit does not bind: doubling something tiny is harmless (DESIGN 7). */
export const FREE_MEMORY_BYTES = 256 * MI
export const FREE_CPU_MILLICORES = 500

const SCALE_FROM = 32 * MI
/** Memory above the highest peak that was seen. VPA and KRR use the same margin. */
const HEADROOM = 1.15
/** The least that an OOM kill adds. */
const LEAST_STEP_BYTES = 96 * MI
/** CPU use aimed at, as a share of the limit. */
const CPU_SHARE = 0.6
/** At this share of the limit the use is cut off by it, so it says nothing about the need. */
const CPU_SATURATED = 0.9
/** A raise smaller than this would not be felt. */
const LEAST_CPU_FACTOR = 1.25
const CPU_GRAIN_MILLICORES = 50

/** Bytes or millicores: no machine has more, and whatever is computed from less is exact. */
const MOST_SIZED = 2 ** 43

/** Whether a limit can be sized from: 0 is none, so whatever were set in its place would be less. */
export function isSizable(limit: number): boolean {
  return limit > 0 && limit <= MOST_SIZED
}

/** The smallest value of 32, 48, 64, 96, 128, 192, 256 ... Mi that is not below `bytes`. */
export function scaleUp(bytes: number): number {
  for (let power = SCALE_FROM; ; power *= 2) {
    if (bytes <= power) return power
    if (bytes <= power * 1.5) return power * 1.5
  }
}

/** The largest value of the same scale that is not above `bytes`; undefined below 32Mi. */
export function scaleDown(bytes: number): number | undefined {
  if (bytes < SCALE_FROM) return undefined
  let below = SCALE_FROM
  for (let power = SCALE_FROM; power <= bytes; power *= 2) below = power * 1.5 <= bytes ? power * 1.5 : power
  return below
}

/** The step after an OOM kill under `limitBytes`, where no peak shows the need: 32Mi -> 128Mi, 96Mi -> 192Mi. */
export function oomStep(limitBytes: number): number {
  return scaleUp(Math.max(2 * limitBytes, limitBytes + LEAST_STEP_BYTES))
}

/**
 * Memory limit wanted after an OOM kill under `killedAtBytes`. A peak counts only if it was reached above that limit: what stayed below it
 * was cut off there.
 */
export function memoryWanted(
  killedAtBytes: number,
  peakBytes: number | undefined,
): { bytes: number; by: 'peak' | 'step' } {
  if (peakBytes !== undefined && peakBytes > killedAtBytes) return { bytes: scaleUp(peakBytes * HEADROOM), by: 'peak' }
  return { bytes: oomStep(killedAtBytes), by: 'step' }
}

/** CPU limit wanted for a throttled container, millicores: the peak at 0.6 of the limit, or twice the limit where the peak was cut off or explains nothing. */
export function cpuWanted(limitMillicores: number, peakMillicores: number | undefined): number {
  const byPeak = (peakMillicores ?? 0) / CPU_SHARE
  const saturated = peakMillicores === undefined || peakMillicores >= CPU_SATURATED * limitMillicores
  const wanted =
    saturated || byPeak <= limitMillicores ? 2 * limitMillicores : Math.max(byPeak, LEAST_CPU_FACTOR * limitMillicores)
  return Math.ceil(wanted / CPU_GRAIN_MILLICORES) * CPU_GRAIN_MILLICORES
}

/** The highest value that one step may reach: the factor, or the free increase where that is more. */
export function stepBound(now: number, factor: number, free: number): number {
  return Math.max(now * factor, now + free)
}
