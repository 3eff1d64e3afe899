import { type Gate, reasonInfo } from '../domain/index.ts'
import { code, codeCell, fixed, joinLines, type Markdown, md, plainLine, prose } from './text.ts'

/** What a check run shows: GitHub takes 255 characters of a title and 65,535 of a summary. */
export type CheckText = {
  /** Never red: people may merge whenever they want, also where the check is a required one. */
  readonly conclusion: 'success' | 'neutral'
  readonly title: string
  readonly summary: string
}

const MAX_TITLE = 200
const MAX_GATES = 40

function row({ name, pass, value, reason }: Gate): Markdown {
  const why = reason === undefined ? fixed('') : codeCell(reason)
  return md`| ${fixed(pass ? 'holds' : '**waits**')} | ${prose(name, 80)} | ${codeCell(value, 200)} | ${why} |`
}

/** Checks and reviews that rules ask for: while one of them waits, the forge holds the merge for that. */
const SHOWN_BY_FORGE: ReadonlySet<string> = new Set(['required checks', 'reviews', 'code owners', 'conversations'])

function waitingLine({ name, reason }: Gate, waiting: readonly Gate[]): Markdown {
  if (reason === undefined) return md`- ${prose(name, 80)}`
  if (reason === 'forge-blocked' && waiting.some((one) => SHOWN_BY_FORGE.has(one.name)))
    return md`- ${prose(name, 80)}: GitHub waits for the same. (${code(reason)})`
  const { means, next } = reasonInfo(reason)
  return md`- ${prose(name, 80)}: ${fixed(means)} ${fixed(next)} (${code(reason)})`
}

/** One check run with every gate and its value, those that wait first. */
export function checkText(gates: readonly Gate[]): CheckText {
  const waiting = gates.filter(({ pass }) => !pass)
  const names = waiting
    .slice(0, 10)
    .map(({ name }) => name.slice(0, 80))
    .join(', ')
  const title =
    waiting.length === 0
      ? `Every gate holds (${gates.length})`
      : `Waits for ${waiting.length} of ${gates.length} gates: ${names}`
  const sentence =
    waiting.length === 0
      ? fixed('Every gate holds: the bot merges this commit, and no other.')
      : fixed('The bot does not merge this by itself as long as one gate waits. A person may merge it at any time.')
  const shown = [...waiting, ...gates.filter(({ pass }) => pass)].slice(0, MAX_GATES)
  const lines = [
    sentence,
    fixed(''),
    ...(waiting.length === 0
      ? []
      : [...waiting.slice(0, MAX_GATES).map((one) => waitingLine(one, waiting)), fixed('')]),
    fixed('| | Gate | Value | Reason |'),
    fixed('|---|---|---|---|'),
    ...shown.map(row),
  ]
  const conclusion = waiting.length === 0 ? 'success' : 'neutral'
  return { conclusion, title: plainLine(title, MAX_TITLE), summary: joinLines(lines) }
}
