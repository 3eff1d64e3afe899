import { type RandomWorld, type RenderApplication, randomScenario } from '../../src/adapters/simulation/index.ts'
import { type Right, rightActionOf } from '../../src/adapters/simulation/truth.ts'
import type { ControllerDeps, Done } from '../../src/controller/index.ts'
import type { Attempt, FieldChange } from '../../src/domain/index.ts'
import { laneOf, parseQuantity, toBytes, toMillicores } from '../../src/domain/index.ts'
import { readAttempt } from '../../src/proposal/index.ts'
import { URL, Walk } from '../fakes/walk.ts'
import { deedsOf } from './told.ts'

const MINUTE_MS = 60_000
/** How long after the fault the bot has. */
const GIVEN_MS = 110 * MINUTE_MS

/** What the bot did in a random world, judged by the world's truth. */
export type Judged = {
  readonly seed: number
  readonly fault: Right['fault']
  /** `short`: the right field, called enough in a calm hour, and less than the need of the day. */
  readonly answer: 'right' | 'abstained' | 'short' | 'wrong' | 'silent'
  readonly because: string
  readonly deeds: readonly string[]
}

export type RandomPlay = {
  readonly render?: RenderApplication
  readonly edit?: ControllerDeps['edit']
  /** What people do after each tick. */
  readonly eachTick?: (walk: Walk) => Promise<void>
  /** When the story is over; when all that fails is resolved, where left out. */
  readonly done?: (walk: Walk) => Promise<boolean>
}

/** Plays the random world of a seed: seldom ticks before the fault, one every other minute after it, until the story is over. */
export async function playRandom(
  seed: number,
  { eachTick, done, ...parts }: RandomPlay = {},
): Promise<{ readonly walk: Walk; readonly world: RandomWorld }> {
  const world = randomScenario(seed, URL)
  const walk = await Walk.begin({ ...world, seed, ...parts })
  const right = rightActionOf(world)
  const over = done ?? (async () => resolvedAll(await attemptsOf(walk), right))
  for (let minute = 1; walk.clock.now() < right.faultMs + GIVEN_MS; minute += 1) {
    const calm = walk.clock.now() < right.faultMs
    const report = await walk.minute(minute % (calm ? 10 : 2) === 0)
    if (report !== undefined) await eachTick?.(walk)
    if (!calm && minute % 10 === 0 && (await over(walk))) break
  }
  return { walk, world }
}

async function attemptsOf(walk: Walk): Promise<readonly Attempt[]> {
  const pulls = await walk.forge.pulls()
  return pulls.map((pull) => {
    const read = readAttempt(pull)
    if (!read.read) throw new Error(`#${pull.number} cannot be read: ${read.reason}`)
    return read.attempt
  })
}

function resolvedAll(attempts: readonly Attempt[], { subjects }: Right): boolean {
  const resolved = attempts.filter((one) => one.conclusion?.verdict === 'resolved').map((one) => one.record.lane)
  return subjects.length > 0 && subjects.every((subject) => resolved.includes(laneOf(subject)))
}

/** A release in a shared base that is rolled back for one of its readers is rolled back for all. */
function mendedAll(attempts: readonly Attempt[], right: Right): boolean {
  const lanes = right.subjects.map(laneOf)
  return attempts.some((one) => lanes.includes(one.record.lane) && mends(one, right))
}

export async function judgeRandom(seed: number): Promise<Judged> {
  const { walk, world } = await playRandom(seed)
  const right = rightActionOf(world)
  const attempts = await attemptsOf(walk)
  const base = { seed, fault: right.fault, deeds: deedsOf(walk.reports) }
  const wrong = attempts.flatMap((attempt) => wrongIn(attempt, right))[0]
  if (wrong !== undefined) return { ...base, answer: 'wrong', because: wrong }
  if (right.subjects.length === 0) return { ...base, answer: 'right', because: 'left alone' }
  if (mendedAll(attempts, right)) return { ...base, answer: 'right', because: 'mended' }
  if (resolvedAll(attempts, right)) return { ...base, answer: 'short', because: 'resolved with less than the need' }
  const lanes = right.subjects.map(laneOf)
  const reason = walk.reports
    .flatMap((report) => report.lanes)
    .findLast(({ lane, done }) => lanes.includes(lane) && isAbstention(done))?.done
  return reason === undefined || !('reason' in reason)
    ? { ...base, answer: 'silent', because: 'nothing was said' }
    : { ...base, answer: 'abstained', because: reason.reason }
}

/** Waiting for one's own fix is none. */
function isAbstention(done: Done): boolean {
  if (done.done === 'noted') return true
  return done.done === 'held' && done.reason !== 'awaiting-sync' && done.reason !== 'verifying'
}

function mends({ record, conclusion }: Attempt, { mends: truth }: Right): boolean {
  return (
    conclusion?.verdict === 'resolved' && record.changes.some((change) => truth !== undefined && enough(change, truth))
  )
}

function enough(change: FieldChange, truth: NonNullable<Right['mends']>): boolean {
  if (change.field !== truth.field) return false
  if (truth.field === 'image') return change.value === truth.value
  const value = parseQuantity(change.value)
  if (value === undefined) return false
  return truth.field === 'resources.limits.memory'
    ? toBytes(value) > truth.aboveBytes
    : toMillicores(value) / 1000 > truth.aboveCores
}

/** Fields that a fix of the failing one may carry along: a request that follows its limit. */
const COMPANIONS: Readonly<Record<string, string>> = {
  'resources.limits.memory': 'resources.requests.memory',
  'resources.limits.cpu': 'resources.requests.cpu',
}

function wrongIn({ record, pull, conclusion }: Attempt, { subjects, mends: truth, faultMs }: Right): readonly string[] {
  const what = `#${pull.number} ${pull.title}`
  const subject = subjects.find((one) => laneOf(one) === record.lane)
  if (subject === undefined || truth === undefined) return [`${what}: nothing is wrong there`]
  if (record.decidedAtMs < faultMs) return [`${what}: before anything was wrong`]
  if (record.kind === 'revert') return [`${what}: nothing had done harm`]
  if (conclusion?.verdict === 'harmful') return [`${what}: did harm`]
  return record.changes.flatMap(({ field, container, value }) => {
    if (field !== truth.field && field !== COMPANIONS[truth.field]) return [`${what}: sets ${field}`]
    if (container !== subject.container) return [`${what}: in container ${container}`]
    return truth.field === 'image' && value !== truth.value ? [`${what}: sets ${value}`] : []
  })
}
