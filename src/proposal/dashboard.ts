import { formatInstant, formatSubject, type Reason, reasonInfo, type Subject } from '../domain/index.ts'
import { code, codeCell, fixed, joinLines, type Markdown, md, prose, pullReference } from './text.ts'

/** What one repository's dashboard shows. Nothing is ever read back from it. */
export type DashboardState = {
  /** Open pull requests of ours, each with the gates that wait. */
  readonly open: readonly {
    readonly pull: number
    readonly title: string
    readonly waiting: readonly { readonly gate: string; readonly reason?: Reason }[]
  }[]
  /** Lanes that people told the bot to leave alone; without an end until `/kintsugi retry`. */
  readonly held: readonly {
    readonly subject: Subject
    readonly pull?: number
    readonly by: string
    readonly untilMs?: number
  }[]
  /** Lanes that call for a change and get none. */
  readonly refused: readonly { readonly subject: Subject; readonly failure: string; readonly reason: Reason }[]
  readonly limits: readonly { readonly says: string; readonly used: number; readonly most: number }[]
  /** Policies that are stopped because their fixes did harm. */
  readonly breaker: readonly { readonly policy: string; readonly untilMs: number }[]
  /** What stops every write: `paused`, `frozen`, `audit-broken`. */
  readonly stopped: readonly Reason[]
}

export const DASHBOARD_TITLE = 'Kintsugi dashboard'

const MAX_ROWS = 50

type Table = {
  readonly title: string
  readonly columns: readonly string[]
  readonly rows: readonly (readonly Markdown[])[]
}

function table({ title, columns, rows }: Table): readonly Markdown[] {
  if (rows.length === 0) return []
  const left = rows.length - MAX_ROWS
  return [
    fixed(`### ${title}`),
    fixed(''),
    fixed(`| ${columns.join(' | ')} |`),
    fixed(`|${columns.map(() => '---|').join('')}`),
    ...rows.slice(0, MAX_ROWS).map((cells) => fixed(`| ${cells.join(' | ')} |`)),
    ...(left > 0 ? [fixed(''), md`and ${left} more`] : []),
    fixed(''),
  ]
}

function open({ open: pulls }: DashboardState): Table {
  const rows = pulls.map(({ pull, title, waiting }) => [
    pullReference(pull),
    prose(title, 160),
    waiting.length === 0
      ? fixed('nothing: it is merged next')
      : fixed(
          waiting
            .slice(0, 5)
            .map(({ gate, reason }) => (reason === undefined ? prose(gate, 80) : codeCell(reason)))
            .join(', '),
        ),
  ])
  return { title: 'Open', columns: ['Pull request', 'What', 'Waits for'], rows }
}

function held({ held: lanes }: DashboardState): Table {
  const rows = lanes.map(({ subject, pull, by, untilMs }) => [
    codeCell(formatSubject(subject)),
    pull === undefined ? fixed('') : pullReference(pull),
    codeCell(by, 60),
    fixed(untilMs === undefined ? 'somebody says `/kintsugi retry`' : formatInstant(untilMs)),
  ])
  return { title: 'Left alone, as asked', columns: ['Workload', 'Asked on', 'By', 'Until'], rows }
}

function refused({ refused: lanes }: DashboardState): Table {
  const rows = lanes.map(({ subject, failure, reason }) => [
    codeCell(formatSubject(subject)),
    codeCell(failure, 60),
    codeCell(reason),
    fixed(reasonInfo(reason).next),
  ])
  return { title: 'Seen, and not changed', columns: ['Workload', 'Failure', 'Why', 'What helps'], rows }
}

/** The one dashboard issue of a repository. The same state gives the same bytes, so an unchanged one is not written. */
export function dashboardText(state: DashboardState): string {
  const { stopped, breaker, limits } = state
  const lines = [
    fixed(
      'What the bot does here, and what keeps it from doing more. It is written anew when something changes; nothing is read from it, and closing it makes the bot leave it alone.',
    ),
    fixed(''),
    ...stopped.map(
      (reason) =>
        md`**Nothing is written now** (${code(reason)}): ${fixed(reasonInfo(reason).means)} ${fixed(reasonInfo(reason).next)}`,
    ),
    ...(stopped.length === 0 ? [] : [fixed('')]),
    ...table(open(state)),
    ...table(held(state)),
    ...table(refused(state)),
    ...table({
      title: 'Stopped policies',
      columns: ['Policy', 'Until'],
      rows: breaker.map(({ policy, untilMs }) => [codeCell(policy), fixed(formatInstant(untilMs))]),
    }),
    ...table({
      title: 'Limits',
      columns: ['Limit', 'Used', 'Of'],
      rows: limits.map(({ says, used, most }) => [prose(says, 120), fixed(String(used)), fixed(String(most))]),
    }),
  ]
  const quiet = state.open.length + state.held.length + state.refused.length + breaker.length + stopped.length === 0
  return joinLines(
    quiet ? [...lines.slice(0, 2), fixed('Nothing is open, held or refused.'), fixed(''), ...lines.slice(2)] : lines,
  ).trimEnd()
}
