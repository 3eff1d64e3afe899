import type { ReviewedForge } from '../../src/adapters/local/index.ts'
import {
  type BaseRules,
  type CheckFact,
  type CommandFact,
  NO_RULES,
  type Pull,
  type PullFacts,
  type ReviewFact,
  type Role,
} from '../../src/domain/index.ts'
import type { Clock, Forge, MergeResult } from '../../src/ports/index.ts'

export const CI_APP = 15_368
export const OWN_APP = 777

export type Peopled = {
  readonly rules?: Partial<BaseRules>
  /** What a check says on every new head: nothing where it is left out. */
  readonly checks?: Readonly<Record<string, CheckFact['state']>>
  readonly roles?: Readonly<Record<string, Role>>
}

/** A person's doors, beside those of the local forge. */
export type PeopledForge = Forge & {
  comment(pull: number, by: string, text: string): void
  review(pull: number, by: string, state: ReviewFact['state']): Promise<void>
  report(pull: number, check: string, state: CheckFact['state']): void
  /** Merges of heads on which a required check was not green: there are none. */
  readonly wrong: readonly string[]
}

type Own = {
  readonly commands: CommandFact[]
  readonly answers: string[]
  reviews: ReviewFact[]
  readonly checks: Map<string, CheckFact['state']>
}

/** A forge in memory to which people, checks and rules come: what a local one has none of. */
export function peopledForge(local: ReviewedForge, given: Peopled, clock: Clock): PeopledForge {
  const rules: BaseRules = { ...NO_RULES, ...given.rules }
  const pulls = new Map<number, Own>()
  const wrong: string[] = []
  const ownOf = (pull: number): Own => {
    const own = pulls.get(pull) ?? { commands: [], answers: [], reviews: [], checks: new Map() }
    pulls.set(pull, own)
    return own
  }
  const checksOf = ({ number, headSha }: Pull): readonly CheckFact[] =>
    Object.entries({ ...given.checks, ...Object.fromEntries(ownOf(number).checks) }).map(([name, state]) => ({
      name,
      app: CI_APP,
      state,
      sha: headSha,
    }))
  const green = (pull: Pull): boolean =>
    rules.requiredChecks.every(({ name }) => checksOf(pull).some((one) => one.name === name && one.state === 'green'))
  const approved = (pull: Pull): number =>
    ownOf(pull.number).reviews.filter(({ state, sha }) => state === 'approved' && sha === pull.headSha).length
  const factsOf = (pull: Pull): PullFacts => ({
    sha: pull.headSha,
    draft: false,
    mergeable: 'yes',
    state: green(pull) && approved(pull) >= rules.approvals ? 'clean' : 'blocked',
    checks: checksOf(pull),
    reviews: ownOf(pull.number).reviews,
    unresolvedConversations: 0,
    disarmedByPerson: false,
    inMergeQueue: false,
    verified: true,
    pushedAtMs: pull.createdAtMs,
  })
  const shown = (pull: Pull): Pull => ({
    ...pull,
    commands: ownOf(pull.number).commands,
    answers: ownOf(pull.number).answers,
    ...(pull.state === 'open' ? { facts: factsOf(pull) } : {}),
  })
  const pullOf = async (number: number): Promise<Pull> => {
    const found = (await local.pulls()).find((one) => one.number === number)
    if (found === undefined) throw new Error(`there is no #${number}`)
    return found
  }
  return {
    ...local,
    wrong,
    look: async (base, lanes) => {
      const view = await local.look(base, lanes)
      const ended = (await local.pulls()).filter(({ state }) => state !== 'open')
      return {
        ...view,
        rules,
        self: { login: 'kintsugi', app: OWN_APP, check: 'kintsugi' },
        open: view.open.map(shown),
        recent: ended.filter(({ endedAtMs = 0 }) => endedAtMs > clock.now() - 7 * 24 * 3_600_000).map(shown),
        history: new Map([...view.history].map(([lane, of]) => [lane, of.map(shown)])),
      }
    },
    merge: async (number, sha, how): Promise<MergeResult> => {
      const pull = await pullOf(number)
      if (!green(pull)) wrong.push(`#${number} was not green`)
      if (approved(pull) < rules.approvals) return { result: 'waiting', by: 'awaiting-approval' }
      return green(pull) ? local.merge(number, sha, how) : { result: 'waiting', by: 'checks-pending' }
    },
    answer: async (pull, id, { text }) => {
      const own = ownOf(pull)
      if (!own.commands.some((command) => command.id === id)) throw new Error(`nobody said ${id}`)
      own.answers.push(text)
    },
    roleOf: async (login) => given.roles?.[login] ?? 'read',
    inTeam: async () => 'unknown',
    comment: (pull, login, text) => {
      const { commands } = ownOf(pull)
      const [firstLine = ''] = text.split('\n')
      const id = `${pull}-${commands.length}`
      commands.push({ id, by: { login, kind: 'user' }, atMs: clock.now(), edited: false, firstLine })
    },
    review: async (number, login, state) => {
      const { headSha } = await pullOf(number)
      const own = ownOf(number)
      const counts = ['write', 'maintain', 'admin'].includes(given.roles?.[login] ?? 'read')
      const review = { by: { login, kind: 'user' }, state, sha: headSha, atMs: clock.now(), counts } as const
      own.reviews = [...own.reviews.filter(({ by }) => by.login !== login), review]
    },
    report: (pull, check, state) => void ownOf(pull).checks.set(check, state),
  }
}
