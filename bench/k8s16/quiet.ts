import { afterDeploy, atHeapRelease, inCleanUp, inMondayPeak, inNightlyJob, PER_HOUR } from './calendar.ts'
import type { K8s16 } from './generate.ts'

/** After a gap or a reset, a model may still look at it for so long. */
const AFTER = PER_HOUR / 2

/** What must not fire, by the rows in which an alert would be its own. An alert belongs to the first that its first row lies in. */
export function quietIn({ gaps, resets }: K8s16): ReadonlyMap<string, (row: number) => boolean> {
  return new Map([
    ['Monday peak', inMondayPeak],
    ['nightly job', inNightlyJob],
    ['deploy', afterDeploy],
    ['volume clean-up', inCleanUp],
    ['heap release', atHeapRelease],
    ['scrape gap', (row) => gaps.some(({ from, to }) => row >= from && row < to + AFTER)],
    ['counter reset', (row) => resets.some((reset) => row >= reset && row < reset + AFTER)],
  ])
}

/** Those that the aim is set for. */
export const AIMED = ['Monday peak', 'nightly job', 'deploy'] as const
export const ELSEWHERE = 'nothing at all'

/** How often each was there in the rows [from, to). */
export function occasions(quiet: ReturnType<typeof quietIn>, from: number, to: number): ReadonlyMap<string, number> {
  return new Map(
    [...quiet].map(([name, within]) => {
      let times = 0
      for (let row = from; row < to; row += 1) if (within(row) && (row === from || !within(row - 1))) times += 1
      return [name, times]
    }),
  )
}
