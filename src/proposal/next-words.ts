import type { MaintenanceWindow, Mode, Policy } from '../domain/index.ts'
import { code, fixed, type Markdown, md } from './text.ts'

const DAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'] as const

function clock(minute: number): string {
  return `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`
}

/** Days from Monday on, runs of three or more as `Mon-Fri`. */
function dayWords(days: readonly number[]): string {
  const sorted = days.map((day) => (day + 6) % 7).sort((a, b) => a - b)
  const name = (at: number): string => DAYS[(at + 1) % 7] ?? ''
  const runs: number[][] = []
  for (const day of sorted) {
    const last = runs.at(-1)
    if (last !== undefined && last.at(-1) === day - 1) last.push(day)
    else runs.push([day])
  }
  return runs
    .flatMap((run) => (run.length < 3 ? run.map(name) : [`${name(run[0] ?? 0)}-${name(run.at(-1) ?? 0)}`]))
    .join(', ')
}

function windowWords({ days, fromMinute, toMinute, timeZone }: MaintenanceWindow): string {
  const named = days.length === 7 ? 'every day' : dayWords(days)
  return `${named} ${clock(fromMinute)} to ${clock(toMinute)} ${timeZone.replace(/[^\w/+-]/g, '')}`
}

function owned(owners: readonly string[]): Markdown {
  if (owners.length === 0) return fixed('')
  const named = owners.slice(0, 5).map((owner) => code(owner, 80))
  const left = owners.length - named.length
  return md` CODEOWNERS asks ${fixed(named.join(', '))}${fixed(left > 0 ? ` and ${left} more` : '')}.`
}

export type NextFacts = {
  readonly rules: Policy['pullRequest']
  /** Who CODEOWNERS asks, as written there. */
  readonly owners: readonly string[]
  readonly commands: boolean
}

/** Who merges this, and when: what happens if nobody does anything comes out of it. */
export function nextWords(mode: Mode, { rules, owners, commands }: NextFacts): Markdown {
  const stop = commands ? 'close it or comment `/kintsugi hold`' : 'close it'
  const { window, requiredChecks } = rules
  const within = window === undefined ? '' : `, within ${windowWords(window)}`
  const checks =
    requiredChecks === 0 ? '' : ` (at least ${requiredChecks} required check${requiredChecks === 1 ? '' : 's'} green)`
  switch (mode) {
    case 'comment':
      return fixed('**Next:** nothing, this is for reading alone.')
    case 'propose':
      return md`**Next:** a person merges it or closes it; the bot does neither.${owned(owners)}`
    case 'merge-on-approval':
      return md`**Next:** the bot merges it once somebody with the right to has approved it and every gate holds${fixed(checks)}${fixed(within)}.${owned(owners)}`
    case 'automerge':
      return md`**Next:** the bot merges it by itself once every gate holds${fixed(checks)}${fixed(within)}. To stop it, ${fixed(stop)}.${owned(owners)}`
    default:
      return mode satisfies never
  }
}
