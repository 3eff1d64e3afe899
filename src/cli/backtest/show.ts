import { formatInstant, formatSubject, reasonInfo } from '../../domain/index.ts'
import { styled } from '../style.ts'
import type { Terminal } from '../terminal.ts'
import { alertsPerDay, type Summary, shownChanges } from './documents.ts'
import type { BacktestEvent, PolicyTotals } from './events.ts'
import { dateOf } from './ledger.ts'
import type { Past } from './open.ts'

const DAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday']

/** Prints events as they come, under a heading for each day that has any. */
export class Diary {
  readonly #terminal: Terminal
  readonly #source: Past['source']
  #date = ''

  constructor(terminal: Terminal, source: Past['source']) {
    this.#terminal = terminal
    this.#source = source
  }

  print(event: BacktestEvent): void {
    const date = dateOf(event.atMs)
    if (date !== this.#date) {
      if (this.#date !== '') this.#terminal.line('')
      this.#terminal.line(styled('bold', `${date}  ${DAYS[new Date(event.atMs).getUTCDay()]}`))
      this.#date = date
    }
    const time = new Date(event.atMs).toISOString().slice(11, 16)
    const who = styled('bold', formatSubject(event.subject))
    switch (event.event) {
      case 'finding':
        this.#terminal.line(
          `  ${time}  `,
          who,
          `  ${event.failure}, confidence ${event.confidence.toFixed(2)}, since ${sinceText(event.sinceMs, date)}`,
        )
        return
      case 'proposal':
        this.#proposal(time, event)
        return
      case 'would-merge':
        this.#terminal.line(`  ${time}  `, who, '  ', styled('green', 'would have been merged'))
        return
      case 'silenced':
        this.#terminal.line(`  ${time}  `, who, `  silenced: ${event.reason}`)
        this.#terminal.line(styled('dim', `         ${event.message}`))
        return
      case 'withdrawn':
        this.#terminal.line(`  ${time}  `, who, `  withdrawn: ${event.reason}`)
        return
      case 'held':
      case 'noted': {
        const by = [event.policy, event.gate === undefined ? undefined : `gate ${event.gate}`].filter(
          (one) => one !== undefined,
        )
        const from = by.length === 0 ? '' : ` (${by.join(', ')})`
        this.#terminal.line(`  ${time}  `, who, '  ', styled('yellow', `${event.event}: ${event.reason}`), from)
        this.#terminal.line(styled('dim', `         ${event.message ?? reasonInfo(event.reason).means}`))
        return
      }
      default:
        event satisfies never
    }
  }

  #proposal(time: string, event: BacktestEvent & { readonly event: 'proposal' }): void {
    const verb = event.anew ? 'computed anew' : 'would have been proposed'
    const who = styled('bold', formatSubject(event.subject))
    this.#terminal.line(`  ${time}  `, who, '  ', styled('green', verb), ` by ${event.policy} (${event.mode})`)
    for (const { field, from, to } of shownChanges(event.changes))
      this.#terminal.line(`         ${field}: ${from ?? 'nothing'} -> ${to ?? 'nothing'}`)
    for (const { file, line, column, before, after } of this.#source === 'repository' ? event.edits : [])
      this.#terminal.line('         ', styled('cyan', `${file}:${line}:${column}`), `  ${before} -> ${after}`)
  }
}

/** The time alone where it is of the same day. */
function sinceText(sinceMs: number, date: string): string {
  return dateOf(sinceMs) === date ? new Date(sinceMs).toISOString().slice(11, 16) : formatInstant(sinceMs)
}

export function printSummary({ past, ticks, policies, days, unknown }: Summary, terminal: Terminal): void {
  const episodes = policies.reduce((sum, one) => sum + one.episodes, 0)
  if (episodes > 0) terminal.line('')
  terminal.line(styled('bold', `${formatInstant(past.fromMs)} to ${formatInstant(past.untilMs)}`))
  for (const totals of policies) printPolicy(totals, terminal)
  const { mean, most } = alertsPerDay(days, past)
  const noisiest = days.find((day) => day.episodes === most)
  const peak = most === 0 ? '' : `, most on ${noisiest?.date}: ${most}`
  terminal.line(`  alerts a day: ${mean} on average${peak}`)
  const silenced = days.reduce((sum, day) => sum + day.silenced, 0)
  if (silenced > 0) terminal.line(`  silenced: ${silenced} by known events or while a change settled`)
  for (const { signal, why, looks } of unknown)
    terminal.line(styled('dim', `  not known: ${signal}, ${why} in ${looks} of ${ticks} looks`))
  const models = past.models.length === 0 ? 'no model' : past.models.join(', ')
  terminal.line(styled('dim', `  ${ticks} looks, every ${past.everyMs / 1000} s; the rules and ${models}`))
  terminal.line(styled('dim', '  nothing was applied: each proposal stayed open until its symptom went'))
  if (past.source === 'metrics')
    terminal.line(styled('dim', '  without --repo: the exporters told what was declared, and no file is known'))
}

function printPolicy({ policy, ...totals }: PolicyTotals, terminal: Terminal): void {
  const counts = (told: Readonly<Record<string, number>>) =>
    Object.entries(told)
      .map(([reason, count]) => `${reason} ${count}`)
      .join(', ')
  const parts = [
    `${totals.episodes} ${totals.episodes === 1 ? 'episode' : 'episodes'}`,
    `${totals.proposals} proposed`,
    ...(totals.wouldMerge > 0 ? [`${totals.wouldMerge} of them merged`] : []),
    ...(totals.withdrawn > 0 ? [`${totals.withdrawn} withdrawn`] : []),
    ...(Object.keys(totals.noted).length > 0 ? [`noted: ${counts(totals.noted)}`] : []),
    ...(Object.keys(totals.held).length > 0 ? [`held: ${counts(totals.held)}`] : []),
    ...(totals.suppressed > 0 ? [`suppressed: ${totals.suppressed}`] : []),
  ]
  terminal.line('  ', styled('bold', policy ?? 'no policy'), `  ${parts.join('; ')}`)
}
