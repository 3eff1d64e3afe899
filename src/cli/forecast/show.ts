import type { Arrival, Usage } from '../../detection/index.ts'
import { formatDuration, formatInstant } from '../../domain/index.ts'
import { numberText } from '../detect/number-text.ts'
import { styled } from '../style.ts'
import type { Terminal } from '../terminal.ts'

/** What there is to print of a forecast. */
export type Told = {
  readonly nowMs: number
  readonly limit: number | undefined
  readonly coverage: number
  readonly usage: Usage
  readonly arrival: Arrival | undefined
}

/** A JSON document for each moment, and one for the limit. */
export function printJson(terminal: Terminal, { nowMs, limit, coverage, usage, arrival }: Told): void {
  if (usage.known)
    for (const { atMs, mean, low, high } of usage.moments)
      terminal.event({ at: formatInstant(atMs), ahead: formatDuration(atMs - nowMs), mean, low, high, coverage })
  else terminal.event({ mean: null, why: usage.why })
  if (arrival === undefined) return
  if (!arrival.rising) {
    terminal.event({ limit, at: null, why: arrival.why })
    return
  }
  const { atMs, earliestMs, latestMs, growth } = arrival
  const latest = Number.isFinite(latestMs) ? formatInstant(latestMs) : null
  const at = formatInstant(atMs)
  terminal.event({ limit, at, earliest: formatInstant(earliestMs), latest, coverage, perDay: growth.perDay })
}

/** Why nothing is said, in words. */
const WHY: Readonly<Record<string, string>> = {
  'too-little-data': 'the samples reach back too short a time',
  flat: 'the samples never move',
  failed: 'no model could be fitted',
  steady: 'nothing shows that it rises towards it',
  reached: 'it is there already',
}

/** A line for each moment, and one for the limit. */
export function printTable(terminal: Terminal, { nowMs, limit: asked, coverage, usage, arrival }: Told): void {
  const share = `${Math.round(100 * coverage)} %`
  if (usage.known) {
    if (!usage.seasonal) terminal.line('no day was seen in the samples: the level of late stands for what comes')
    for (const { atMs, mean, low, high } of usage.moments)
      terminal.line(
        `in ${formatDuration(atMs - nowMs).padEnd(6)} ${formatInstant(atMs)}  `,
        styled('bold', shown(mean)),
        `  ${share} within ${shown(low)} and ${shown(high)}`,
      )
  } else terminal.line(`no forecast: ${WHY[usage.why] ?? usage.why}`)
  if (arrival === undefined) return
  const limit = shown(asked ?? Number.NaN)
  if (!arrival.rising) {
    terminal.line(`${limit} is not in sight: ${WHY[arrival.why] ?? arrival.why}`)
    return
  }
  const { atMs, earliestMs, latestMs, growth } = arrival
  const latest = Number.isFinite(latestMs) ? formatInstant(latestMs) : 'never'
  terminal.line(
    styled('bold', `${limit} is met in ${formatDuration(atMs - nowMs)}, at ${formatInstant(atMs)}`),
    `  ${share} between ${formatInstant(earliestMs)} and ${latest}; it rises by ${shown(growth.perDay)} a day, seen over ${formatDuration(growth.seenMs)}`,
  )
}

const DIGITS = 4

function shown(value: number): string {
  return numberText(value, DIGITS)
}
