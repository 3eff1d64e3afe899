import {
  type Command,
  type CommandAnswer,
  type CommandFact,
  formatInstant,
  type Pull,
  type Role,
  reasonInfo,
} from '../domain/index.ts'
import { type Asked, COMMAND_HELP, leastRole, type May, mayCommand, parseCommand } from '../policy/index.ts'
import { answerText } from '../proposal/index.ts'
import { ownsAll } from './code-owners.ts'
import { answersOn, type Remembered } from './history.ts'
import type { Tick } from './lane.ts'

/**
 * Answers that one tick gives in one repository, refusals and help that one pull request ever gets, and people whose role one tick looks up: a
 * public repository is commented by whoever likes to, and none of this can be made to use up what GitHub lets the bot ask.
 */
const MOST_PER_TICK = 10
const MOST_REFUSALS = 10
const MOST_LOOKED_UP = 50
const WEEK_MS = 7 * 24 * 3_600_000

/** What a command came to; told in the report. */
export type Answered = {
  readonly repository: string
  readonly pull: number
  readonly by: string
  readonly command: CommandAnswer['command']
  readonly accepted: boolean
}

/** What is seen now of the lane of a pull request, for `explain`. */
export type Explain = (pull: Pull) => readonly string[]

type Open = { readonly pull: Pull; readonly fact: CommandFact; readonly asked: Asked }

/**
 * Answers commands that have had none. `explain` waits until the lanes were looked at, the others come before them, so that a hold holds
 * in the tick that reads it.
 */
export async function answerCommands(
  tick: Tick,
  remembered: Remembered,
  explain: Explain | undefined,
): Promise<readonly Answered[]> {
  const answered: Answered[] = []
  const roleOf = rolesIn(remembered)
  for (const open of unanswered(remembered, tick.sight.nowMs)) {
    if ((open.asked.command === 'explain') !== (explain !== undefined)) continue
    if (answered.length >= MOST_PER_TICK) break
    const one = await answer(tick, remembered, open, roleOf, explain)
    if (one !== undefined) answered.push(one)
  }
  return answered
}

/** The role of somebody, looked up now and at most once in a tick; undefined where too many have been looked up. */
type RoleOf = (login: string) => Promise<Role | undefined>

function rolesIn({ repository: { forge } }: Remembered): RoleOf {
  const known = new Map<string, Role>()
  return async (login) => {
    const role = known.get(login) ?? (known.size < MOST_LOOKED_UP ? await forge.roleOf(login) : undefined)
    if (role !== undefined) known.set(login, role)
    return role
  }
}

/** On open pull requests, and on those that ended within 7 days. */
function unanswered({ view }: Remembered, nowMs: number): readonly Open[] {
  const pulls = new Map<number, Pull>()
  for (const pull of [...view.recent, ...[...view.history.values()].flat(), ...view.open]) pulls.set(pull.number, pull)
  return [...pulls.values()]
    .filter(({ endedAtMs }) => endedAtMs === undefined || endedAtMs > nowMs - WEEK_MS)
    .sort((a, b) => a.number - b.number)
    .flatMap((pull) => {
      const done = new Set(answersOn([pull]).map(({ answer: { id } }) => id))
      return (pull.commands ?? []).flatMap((fact): Open[] => {
        const asked = done.has(fact.id) ? undefined : parseCommand(fact.firstLine)
        return asked === undefined ? [] : [{ pull, fact, asked }]
      })
    })
}

async function answer(
  tick: Tick,
  { repository: { forge } }: Remembered,
  { pull, fact, asked }: Open,
  roleOf: RoleOf,
  explain: Explain | undefined,
): Promise<Answered | undefined> {
  // Nothing is looked up for those who are not answered anyway.
  if (fact.by.kind !== 'user' || fact.edited) return undefined
  const role = await roleOf(fact.by.login)
  if (role === undefined) return undefined
  const byRole = mayCommand(asked.command, { ...fact, role, owns: true })
  // Owners are looked up only for those whose role would do.
  const owned = byRole === 'yes' && (await owns(tick, forge, pull, asked, fact.by.login))
  const may = byRole === 'yes' ? mayCommand(asked.command, { ...fact, role, owns: owned }) : byRole
  if (may === 'ignored' || (may !== 'yes' && refusalsOn(pull) >= MOST_REFUSALS)) return undefined
  if (asked.command === 'unknown' && refusalsOn(pull) >= MOST_REFUSALS) return undefined
  const data = answerOf(tick, fact, asked, role, may)
  const lines = may === 'yes' ? linesFor(asked, data, explain?.(pull) ?? []) : [refusal(asked.command, may)]
  await forge.answer(pull.number, fact.id, { accepted: data.accepted, text: answerText(data, lines) })
  return {
    repository: forge.repository,
    pull: pull.number,
    by: fact.by.login,
    command: asked.command,
    accepted: data.accepted,
  }
}

function refusalsOn(pull: Pull): number {
  return answersOn([pull]).filter(({ answer: { accepted } }) => !accepted).length
}

/** Ownership is asked only where it decides, at the head of the base as it is now. */
async function owns(
  tick: Tick,
  forge: Remembered['repository']['forge'],
  pull: Pull,
  { command }: Asked,
  login: string,
): Promise<boolean | 'unknown'> {
  if (command !== 'retry' && command !== 'undo') return true
  const revision = await forge.head(pull.base)
  return revision === undefined ? 'unknown' : ownsAll(tick.memory, forge, await forge.tree(revision), pull.files, login)
}

function answerOf(tick: Tick, fact: CommandFact, asked: Asked, role: Role, may: May): CommandAnswer {
  const atMs = tick.sight.nowMs
  return {
    id: fact.id,
    by: fact.by.login,
    role,
    command: asked.command,
    accepted: may === 'yes' && asked.command !== 'unknown',
    atMs,
    ...(asked.command === 'snooze' && may === 'yes' ? { untilMs: atMs + asked.forMs } : {}),
  }
}

function refusal(command: Command | 'unknown', may: Exclude<May, 'yes' | 'ignored'>): string {
  if (command === 'unknown') return 'this is no command'
  return may === 'role-too-low'
    ? `${command} is for people with the role ${leastRole(command)} or above in this repository`
    : `${command} is for owners of the changed files, as CODEOWNERS names them; whether you are one was looked up just now`
}

function linesFor(asked: Asked, { untilMs }: CommandAnswer, seen: readonly string[]): readonly string[] {
  switch (asked.command) {
    case 'explain':
      return seen.length === 0 ? ['nothing is seen now'] : seen
    case 'hold':
      return ['this workload is left alone until somebody says /kintsugi retry']
    case 'snooze':
      return [`this workload is left alone until ${formatInstant(untilMs ?? 0)}`]
    case 'retry':
      return ['the next look begins anew: no hold, no closed pull request and no count of attempts stands in the way']
    case 'undo':
      return [reasonInfo('undo-asked').means, reasonInfo('undo-asked').next]
    case 'unknown':
      return COMMAND_HELP
    default:
      return asked satisfies never
  }
}
