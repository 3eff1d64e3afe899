import { alarmRate, decidingOf, outsideRows, outsideTrack, type Track, type Window } from '../detection/index.ts'
import type { SignalId, Voting } from '../domain/index.ts'
import type { OutsideModel } from '../ports/index.ts'

/** What the models outside say of the rows from `from` on: a track of each. One that does not answer, or has no rows to judge, abstains. */
export function outsideTracks(
  models: readonly OutsideModel[],
  window: Window<SignalId>,
  from: number,
  voting?: Voting,
): Promise<readonly Track[]> {
  // With one of our own there are two at least.
  const rate = alarmRate(window.stepMs, decidingOf(2, voting), window.columns.length)
  return Promise.all(
    models.map(async (model) => {
      const rows = outsideRows(window, from, model.features)
      return outsideTrack(model.name, from, window.length - from, rows, await model.judge(rows.values), rate)
    }),
  )
}
