import {
  type Attempt,
  KintsugiError,
  type Lane,
  laneOf,
  type Pull,
  type Reason,
  type Subject,
} from '../domain/index.ts'
import { type AnswerOn, wishesOf } from '../policy/index.ts'
import type { Note, RepositoryView } from '../ports/index.ts'
import { branchOf, readAnswer, readAttempt } from '../proposal/index.ts'
import { prefixOf } from './binding.ts'
import type { ControllerDeps, Repository } from './deps.ts'

/** What one repository remembers, read once per tick. */
export type Remembered = {
  readonly repository: Repository
  readonly view: RepositoryView
  readonly prefix: string
  /** Attempts that can be believed, of every lane, oldest first. */
  readonly attempts: readonly Attempt[]
  /** Pull requests of ours that cannot: open ones, and ended ones whose record was changed, since lost history never grants a right. */
  readonly unbelieved: readonly { readonly pull: Pull; readonly reason: Reason }[]
}

/** A repository that did not answer this time, with what the world said. The others go on without it. */
export type Unreachable = { readonly repository: string; readonly error: KintsugiError }

export type Memories = { readonly remembered: readonly Remembered[]; readonly unreachable: readonly Unreachable[] }

/** Throws what the first of them said where no repository answers. */
export async function remember(deps: ControllerDeps, lanes: readonly Lane[]): Promise<Memories> {
  const remembered: Remembered[] = []
  const unreachable: Unreachable[] = []
  for (const repository of deps.repositories) {
    try {
      remembered.push(await rememberOne(deps, repository, lanes))
    } catch (error) {
      if (!(error instanceof KintsugiError)) throw error
      unreachable.push({ repository: repository.forge.repository, error })
    }
  }
  const [first] = unreachable
  // Without any repository there is nothing to decide on.
  if (remembered.length === 0 && first !== undefined) throw first.error
  return { remembered, unreachable }
}

/** What one repository remembers, in one look. Throws what its forge throws. */
export async function rememberOne(
  deps: ControllerDeps,
  repository: Repository,
  lanes: readonly Lane[],
): Promise<Remembered> {
  const view = await repository.forge.look(await repository.forge.defaultBranch(), lanes)
  const clusters = deps.config.clusters.map(({ name }) => name)
  return believe(repository, view, prefixOf(deps, repository), clusters)
}

function believe(
  repository: Repository,
  view: RepositoryView,
  prefix: string,
  clusters: readonly string[],
): Remembered {
  const pulls = new Map<number, Pull>()
  for (const pull of [...view.recent, ...[...view.history.values()].flat(), ...view.open]) pulls.set(pull.number, pull)
  const attempts: Attempt[] = []
  const unbelieved: Remembered['unbelieved'][number][] = []
  for (const pull of [...pulls.values()].sort((a, b) => a.number - b.number)) {
    const answer = readAttempt(pull, clusters)
    if (answer.read) attempts.push(answer.attempt)
    else if (pull.state === 'open' || answer.reason !== 'head-not-ours')
      unbelieved.push({ pull, reason: answer.reason })
  }
  return { repository, view, prefix, attempts, unbelieved }
}

/** What of a lane still asks for something, and the newest attempt that does not. */
export type LaneHistory = {
  readonly attempts: readonly Attempt[]
  readonly pending?: Attempt
  readonly revertedBy?: number
  readonly last?: Attempt
  readonly unbelieved?: Remembered['unbelieved'][number]
  readonly note?: Note
  readonly remembered?: Remembered
  /** What was answered to commands on pull requests of the lane. */
  readonly answers: readonly AnswerOn[]
  /** Attempts of other lanes in any repository. */
  readonly elsewhere: readonly Attempt[]
  /** What every repository remembers: a lane without a past of its own counts against the budget of its repository too. */
  readonly all: readonly Remembered[]
}

/** All that is remembered of one lane: in the first repository that knows it, and beside it elsewhere. */
export function historyOf(lane: Lane, all: readonly Remembered[]): LaneHistory {
  const elsewhere = all.flatMap(({ attempts }) => attempts.filter(({ record }) => record.lane !== lane))
  for (const remembered of all) {
    const attempts = remembered.attempts.filter((attempt) => attempt.record.lane === lane)
    const branch = branchOf(lane, remembered.prefix)
    const unbelieved = remembered.unbelieved.find(({ pull }) => pull.branch === branch)
    const note = remembered.view.notes.get(lane)
    if (attempts.length === 0 && unbelieved === undefined && note === undefined) continue
    return {
      ...split(attempts),
      attempts,
      remembered,
      answers: answersOn([...attempts.map(({ pull }) => pull), ...(unbelieved ? [unbelieved.pull] : [])]),
      elsewhere,
      all,
      ...(unbelieved && { unbelieved }),
      ...(note && { note }),
    }
  }
  return { attempts: [], answers: [], elsewhere, all }
}

/** What our own replies remember. */
export function answersOn(pulls: readonly Pull[]): readonly AnswerOn[] {
  return pulls.flatMap(({ number, answers = [] }) =>
    answers.flatMap((text): AnswerOn[] => {
      const answer = readAnswer(text)
      return answer === undefined ? [] : [{ pull: number, answer }]
    }),
  )
}

/** The oldest attempt without an end comes first: a merged fix is judged before its successor. */
function split(attempts: readonly Attempt[]): Pick<LaneHistory, 'pending' | 'revertedBy' | 'last'> {
  const pending = attempts.find((attempt) => attempt.conclusion === undefined && attempt.pull.state !== 'closed')
  const ended = attempts.filter((attempt) => attempt.conclusion !== undefined || attempt.pull.state === 'closed')
  const last = ended.at(-1)
  const reverter = pending && attempts.find((attempt) => attempt.record.reverts === pending.pull.number)
  return { ...(pending && { pending }), ...(last && { last }), ...(reverter && { revertedBy: reverter.pull.number }) }
}

/** Every lane with something to look at: a finding, or a memory without an end. */
export function lanesOf(subjects: readonly Subject[], all: readonly Remembered[]): readonly Lane[] {
  const lanes = new Set(subjects.map(laneOf))
  for (const { attempts } of all) {
    for (const attempt of attempts) {
      const unended = attempt.conclusion === undefined && attempt.pull.state !== 'closed'
      if (unended || asksForUndo(attempt, attempts)) lanes.add(attempt.record.lane)
    }
  }
  return [...lanes].sort()
}

/** Whether a person asked to take a merged change back, and nothing has done so yet. */
function asksForUndo({ pull }: Attempt, attempts: readonly Attempt[]): boolean {
  if (pull.state !== 'merged' || attempts.some(({ record }) => record.reverts === pull.number)) return false
  return wishesOf(answersOn([pull]), Number.POSITIVE_INFINITY).undo !== undefined
}

/** How long the models are not asked after a fix of ours: they were fitted on what was before it. */
const SETTLING_MS = 24 * 3_600_000

/** Lanes that a fix of ours has just changed: no finding of the models on them is acted on. */
export function settlingLanes(all: readonly Remembered[], nowMs: number): ReadonlySet<Lane> {
  return new Set(
    all.flatMap(({ attempts }) =>
      attempts
        .filter(({ pull }) => pull.state === 'merged' && (pull.endedAtMs ?? pull.createdAtMs) > nowMs - SETTLING_MS)
        .map(({ record }) => record.lane),
    ),
  )
}
