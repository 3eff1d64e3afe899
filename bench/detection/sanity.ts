import { peerName } from './lines.ts'
import { FLOOR } from './peers/index.ts'
import type { Line } from './table.ts'

/** What must hold of any model on any data, so that a bench that is itself broken is seen. */
export function broken(lines: readonly Line[], models: readonly string[]): readonly string[] {
  const floor = lines.find((line) => line.name === peerName(FLOOR))
  if (floor === undefined) return ['there is no random score to hold the models against']
  return lines.flatMap((line) => [
    ...outOfRange(line),
    ...(models.includes(line.name) && !(line.macro.vus > floor.macro.vus)
      ? [`${line.name} ranks no better than random: VUS-PR ${line.macro.vus} and ${floor.macro.vus}`]
      : []),
    ...(models.includes(line.name) && line.macro.event.recall === 0 ? [`${line.name} meets no event`] : []),
  ])
}

function outOfRange({ name, macro }: Line): readonly string[] {
  const shares = {
    'event precision': macro.event.precision,
    'event recall': macro.event.recall,
    'event F1': macro.event.f1,
    'onset F1': macro.onset.f1,
    'time in alarm': macro.inAlarm,
    'point F1': macro.pointF1,
    'VUS-PR': macro.vus,
    'AUC-PR': macro.auc,
  }
  return Object.entries(shares).flatMap(([what, value]) =>
    value >= 0 && value <= 1 ? [] : [`${name}: ${what} is ${value}`],
  )
}
