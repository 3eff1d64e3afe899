import { COMMANDS, type CommandAnswer, ROLES } from '../domain/index.ts'
import { blockJson, findBlock, hiddenBlock, parseBlock } from './block.ts'
import { code, fixed, joinLines, prose } from './text.ts'

const MOST_LINES = 20

/** The reply to a command: sentences for the one who asked, and what the bot will remember of it. */
export function answerText(answer: CommandAnswer, lines: readonly string[]): string {
  const said = lines.slice(0, MOST_LINES).map((line) => prose(line, 400))
  const done = answer.accepted ? 'done' : 'not done'
  const head = fixed(
    answer.command === 'unknown'
      ? 'This is no command, and nothing was done. These are:'
      : `${code(answer.command)}: ${done}.`,
  )
  return joinLines([
    head,
    fixed(''),
    ...said.map((line) => fixed(`- ${line}`)),
    fixed(''),
    fixed(hiddenBlock('answer', blockJson(answer))),
  ])
}

/** What one of our own replies remembers; undefined for any other text. */
export function readAnswer(text: string): CommandAnswer | undefined {
  const block = findBlock('answer', text)
  const held = block.found === 'one' ? parseBlock(block.json) : undefined
  if (held === undefined) return undefined
  const { id, by, accepted, untilMs, atMs } = held
  const role = ROLES.find((one) => one === held['role'])
  const command = [...COMMANDS, 'unknown' as const].find((one) => one === held['command'])
  if (typeof id !== 'string' || typeof by !== 'string' || typeof accepted !== 'boolean') return undefined
  if (role === undefined || command === undefined || typeof atMs !== 'number') return undefined
  if (untilMs !== undefined && typeof untilMs !== 'number') return undefined
  return { id, by, role, command, accepted, atMs, ...(untilMs === undefined ? {} : { untilMs }) }
}
