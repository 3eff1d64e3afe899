import { KintsugiError, type Lane, type Pull, reasonInfo } from '../domain/index.ts'
import { readAttempt } from '../proposal/index.ts'
import { type Answered, answerCommands, type Explain } from './commands.ts'
import type { ControllerDeps } from './deps.ts'
import { describeStep } from './describe-step.ts'
import { lanesOf, remember, settlingLanes } from './history.ts'
import { keepHouse } from './housekeeping.ts'
import type { Tick } from './lane.ts'
import { type Look, lanesIn, look, subjectsIn } from './look.ts'
import type { Memory } from './memory.ts'
import { modelFindings } from './models.ts'
import { observe, type Sight } from './observe.ts'
import type { Done } from './perform.ts'
import { reconcileLane } from './reconcile-lane.ts'
import type { FailedLane, LaneReport, TickReport } from './tick-report.ts'

/**
 * Looks at everything anew and takes one step per lane. Level-based: doing it twice, or dying in the middle, does no harm.
 * Lanes on which a rule has spoken, or a fix of ours is settling, come first: no model has a say there. The others wait for the models.
 */
export async function reconcile(deps: ControllerDeps, memory: Memory, nowMs: number): Promise<TickReport> {
  const seen = await observe(deps, nowMs)
  const first = await look(deps, memory, seen)
  const answered = await answeredBy(first, undefined)
  // What was just answered counts from now on.
  const start = answered.some(({ accepted }) => accepted) ? await look(deps, memory, seen) : first
  const decided = new Set([...lanesIn(seen.findings), ...settlingLanes(start.remembered, nowMs)])
  const failed: FailedLane[] = []
  const lanes = await eachLane(start, failed, (lane) => decided.has(lane))

  const { findings: modelled, silenced } = await modelFindings(start.tick, start.remembered, decided)
  let last = start
  if (lanesOf(subjectsIn(modelled), start.remembered).some((lane) => !decided.has(lane))) {
    // The models took their time, and what was written meanwhile counts.
    last = await look(deps, memory, { ...seen, findings: [...seen.findings, ...modelled] })
    lanes.push(...(await eachLane(last, failed, (lane) => !decided.has(lane))))
  }
  const explained = await answeredBy(last, (pull) => explainFrom(lanes, pull))
  const kept = maySpeak(last.tick) ? await keepHouse(last.tick, last.remembered, lanes) : []
  const said = { answered: [...answered, ...explained], kept, silenced }
  const report = reportOf(seen, last, lanes, failed, said)
  if (deps.writes === 'perform') await deps.audit?.record(report, maySpeak(last.tick))
  return withAudit(report, deps)
}

/** The journal's word is of after the tick was written down. */
function withAudit(report: TickReport, { audit }: ControllerDeps): TickReport {
  if (audit === undefined) return report
  const says = audit.says()
  return { ...report, audit: { state: audit.state(), ...(says === undefined ? {} : { says }) } }
}

async function answeredBy({ tick, remembered }: Look, explain: Explain | undefined): Promise<readonly Answered[]> {
  if (!maySpeak(tick)) return []
  const answered: Answered[] = []
  for (const one of remembered) answered.push(...(await answerCommands(tick, one, explain)))
  return answered
}

/** One step per lane, in order. What one opens or merges counts for those after it: its line, and its place in the budget. */
async function eachLane(
  { tick, remembered }: Look,
  failed: FailedLane[],
  asked: (lane: Lane) => boolean,
): Promise<LaneReport[]> {
  const reports: LaneReport[] = []
  const lanes = lanesIn(tick.sight.findings)
  let known = remembered
  for (const lane of lanesOf(subjectsIn(tick.sight.findings), remembered).filter(asked)) {
    const report = await lanewise(() => reconcileLane(tick, lane, known), lane, failed)
    if (report === undefined) continue
    reports.push(report)
    if (changedPulls(report.done)) known = (await remember(tick.deps, lanes)).remembered
  }
  return reports
}

/** What the world did to one lane is said, and the others go on; the next tick looks at it anew. */
async function lanewise(
  work: () => Promise<LaneReport>,
  lane: Lane,
  failed: FailedLane[],
): Promise<LaneReport | undefined> {
  try {
    return await work()
  } catch (error) {
    if (!(error instanceof KintsugiError)) throw error
    failed.push({ lane, error })
    return undefined
  }
}

function changedPulls({ done }: Done): boolean {
  return ['opened', 'refreshed', 'reverted', 'merged', 'queued', 'closed'].includes(done)
}

function reportOf(
  seen: Sight,
  { problems, unreachable }: Look,
  lanes: readonly LaneReport[],
  failed: readonly FailedLane[],
  said: Pick<TickReport, 'answered' | 'kept' | 'silenced'>,
): TickReport {
  const busy = new Set(lanes.map((one) => one.lane))
  return {
    atMs: seen.nowMs,
    lanes: [...lanes].sort((a, b) => (a.lane < b.lane ? -1 : 1)),
    unknown: seen.unknown,
    quiet: [...seen.watched].filter((lane) => !busy.has(lane)).sort(),
    problems: [...seen.unreadable, ...problems],
    failed,
    unreachable: unreachable.map(({ repository, error }) => ({
      repository,
      reason: 'repository-unavailable',
      message: error.message,
    })),
    ...said,
  }
}

/** Whether anything may be written beside the steps of lanes. */
function maySpeak({ deps, paused, epoch }: Tick): boolean {
  return deps.writes === 'perform' && !paused && (deps.epoch === undefined || epoch !== undefined)
}

/** What `explain` says of a pull request: the step that was taken for its lane in this tick, and why. */
function explainFrom(lanes: readonly LaneReport[], pull: Pull): readonly string[] {
  const answer = readAttempt(pull)
  const report = answer.read ? lanes.find(({ lane }) => lane === answer.attempt.record.lane) : undefined
  if (report === undefined) return ['nothing is wrong with this workload just now, and nothing is waited for']
  const seen = report.diagnosis === undefined ? [] : [`${report.diagnosis.failure}: ${report.diagnosis.summary}`]
  const { done } = report
  const why = 'reason' in done ? [`${done.reason}: ${reasonInfo(done.reason).means}`, reasonInfo(done.reason).next] : []
  return [...seen, `the bot would ${describeStep(report.step)}`, ...why]
}
