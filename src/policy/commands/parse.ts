import { type Command, parseDuration } from '../../domain/index.ts'

/** What a comment asks for. `unknown` is a line that speaks to the bot and is none of the commands. */
export type Asked =
  | { readonly command: Exclude<Command, 'snooze'> }
  | { readonly command: 'snooze'; readonly forMs: number }
  | { readonly command: 'unknown' }

const HOUR_MS = 3_600_000
const LEAST_SNOOZE_MS = HOUR_MS / 4
const MOST_SNOOZE_MS = 30 * 24 * HOUR_MS
const MOST_LETTERS = 200

/**
 * The first line of a comment, as it was written: what is quoted, indented or in code does not begin with the word, and is no command.
 * Undefined where the bot is not spoken to.
 */
export function parseCommand(firstLine: string): Asked | undefined {
  const line = firstLine.slice(0, MOST_LETTERS + 1)
  if (!/^\/kintsugi(?:\s|$)/.test(line)) return undefined
  const [, word, argument, ...rest] = line.trimEnd().split(/\s+/)
  if (line.length > MOST_LETTERS || rest.length > 0) return { command: 'unknown' }
  switch (word) {
    case 'explain':
    case 'hold':
    case 'retry':
    case 'undo':
      return argument === undefined ? { command: word } : { command: 'unknown' }
    case 'snooze':
      return snooze(argument)
    default:
      return { command: 'unknown' }
  }
}

function snooze(written: string | undefined): Asked {
  const forMs = parseDuration(written ?? '')
  const fits = forMs !== undefined && forMs >= LEAST_SNOOZE_MS && forMs <= MOST_SNOOZE_MS
  return fits ? { command: 'snooze', forMs } : { command: 'unknown' }
}

/** One line for each command, for the answer to anything else. */
export const COMMAND_HELP: readonly string[] = [
  '/kintsugi explain: what is seen now, and what the bot waits for',
  '/kintsugi hold: leave this workload alone until retry',
  '/kintsugi snooze 7d: leave it alone for that long, between 15m and 30d',
  '/kintsugi retry: try again, over a closed pull request, a hold or an exhausted count',
  '/kintsugi undo: take a merged change back, or close an open one',
]
