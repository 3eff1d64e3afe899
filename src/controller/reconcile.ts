import {
  type Diagnosis,
  type Finding,
  KintsugiError,
  type Lane,
  laneOf,
  type Policy,
  type Subject,
  type Tree,
  type Unknown,
} from '../domain/index.ts'
import { formatProblem, parsePolicies, parsePolicyManifest } from '../policy/index.ts'
import { commonCauses } from './common-cause.ts'
import type { ControllerDeps } from './deps.ts'
import { historyOf, lanesOf, type Remembered, remember, settlingLanes } from './history.ts'
import { type Tick, viewLane } from './lane.ts'
import type { Memory } from './memory.ts'
import { modelFindings } from './models.ts'
import { describeStep, nextStep, type Step, whilePaused } from './next-step.ts'
import { observe, type Sight } from './observe.ts'
import { Trees } from './owner.ts'
import { type Done, perform } from './perform.ts'
import { type Prepared, prepare } from './prepare.ts'

/** What one tick did with one lane. */
export type LaneReport = {
  readonly lane: Lane
  readonly subject: Subject
  readonly diagnosis?: Diagnosis
  readonly step: Step
  readonly prepared: Prepared
  readonly done: Done
}

export type TickReport = {
  readonly atMs: number
  readonly lanes: readonly LaneReport[]
  /** What could not be judged, and why. */
  readonly unknown: readonly Unknown[]
  /** Lanes that had samples and no finding: nothing to report of them but that they were looked at. */
  readonly quiet: readonly Lane[]
  /** Policies and Applications that could not be read: said, never skipped in silence. */
  readonly problems: readonly string[]
  /** Lanes that the world cut short, each with the error. They are looked at anew at the next tick. */
  readonly failed: readonly FailedLane[]
}

export type FailedLane = { readonly lane: Lane; readonly error: KintsugiError }

/**
 * Looks at everything anew and takes one step per lane. Level-based: doing it twice, or dying in the middle, does no harm.
 * Lanes on which a rule has spoken, or a fix of ours is settling, come first: no model has a say there. The others wait for the models.
 */
export async function reconcile(deps: ControllerDeps, memory: Memory, nowMs: number): Promise<TickReport> {
  const seen = await observe(deps, nowMs)
  const first = await look(deps, memory, seen)
  const decided = new Set([...lanesIn(seen.findings), ...settlingLanes(first.remembered, nowMs)])
  const failed: FailedLane[] = []
  const lanes = await eachLane(first, failed, (lane) => decided.has(lane))

  const modelled = await modelFindings(deps, memory, seen, decided)
  let last = first
  if (lanesOf(subjectsIn(modelled), first.remembered).some((lane) => !decided.has(lane))) {
    // The models took their time, and what was written meanwhile counts.
    last = await look(deps, memory, { ...seen, findings: [...seen.findings, ...modelled] })
    lanes.push(...(await eachLane(last, failed, (lane) => !decided.has(lane))))
  }
  return reportOf(seen, lanes, last.problems, failed)
}

/** One look at what is remembered and allowed, for what was seen. */
type Look = { readonly tick: Tick; readonly remembered: readonly Remembered[]; readonly problems: readonly string[] }

async function look(deps: ControllerDeps, memory: Memory, sight: Sight): Promise<Look> {
  const trees = new Trees(deps)
  const remembered = await remember(deps, lanesIn(sight.findings))
  const { policies, problems, unread } = await readPolicies(deps, memory, trees)
  const common = commonCauses(sight.findings, sight.watched.size)
  const [paused, frozen] = [await deps.paused(), await deps.frozen()]
  const tick: Tick = { deps, memory, sight, trees, policies, unreadPolicies: unread, common, paused, frozen }
  return { tick, remembered, problems }
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
    if (changedPulls(report.done)) known = await remember(tick.deps, lanes)
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
  return done === 'opened' || done === 'refreshed' || done === 'reverted' || done === 'merged' || done === 'closed'
}

function subjectsIn(findings: readonly Finding[]): readonly Subject[] {
  return findings.map((finding) => finding.subject)
}

function lanesIn(findings: readonly Finding[]): readonly Lane[] {
  return [...new Set(subjectsIn(findings).map(laneOf))].sort()
}

function reportOf(
  seen: Sight,
  lanes: readonly LaneReport[],
  problems: readonly string[],
  failed: readonly FailedLane[],
): TickReport {
  const busy = new Set(lanes.map((one) => one.lane))
  return {
    atMs: seen.nowMs,
    lanes: [...lanes].sort((a, b) => (a.lane < b.lane ? -1 : 1)),
    unknown: seen.unknown,
    quiet: [...seen.watched].filter((lane) => !busy.has(lane)).sort(),
    problems: [...seen.unreadable, ...problems],
    failed,
  }
}

async function reconcileLane(tick: Tick, lane: Lane, remembered: readonly Remembered[]): Promise<LaneReport> {
  const history = historyOf(lane, remembered)
  const subject = subjectOf(lane, tick.sight, history.attempts.at(-1)?.record.subject)
  const view = await viewLane(tick, lane, subject, history)
  const next = nextStep(view.seen, tick.sight.nowMs)
  const step = tick.paused ? whilePaused(next) : next
  const prepared = await prepare(tick, view, step)
  const done = tick.deps.writes === 'observe' ? would(step, prepared) : await perform(tick, view, step, prepared)
  return { lane, subject, step, prepared, done, ...(view.seen.diagnosis && { diagnosis: view.seen.diagnosis }) }
}

function would(step: Step, prepared: Prepared): Done {
  if (prepared.ready === 'refused') return { done: 'held', reason: prepared.reason, message: prepared.message }
  if (step.do === 'hold') return { done: 'held', reason: step.reason }
  return step.do === 'nothing' ? { done: 'nothing' } : { done: 'would', what: describeStep(step) }
}

/** The workload of a lane, without its container. */
function subjectOf(lane: Lane, sight: Sight, recorded: Subject | undefined): Subject {
  const found = sight.findings.find((finding) => laneOf(finding.subject) === lane)?.subject ?? recorded
  if (found === undefined) throw new RangeError(`no subject is known of ${lane}`)
  return { cluster: found.cluster, namespace: found.namespace, kind: found.kind, name: found.name }
}

const POLICY_FILE = /^\.kintsugi\/policies\/[^/]+\.ya?ml$/

/** The operator's policies, those on the default branch of each repository, and the cluster's own resources. */
async function readPolicies(
  deps: ControllerDeps,
  memory: Memory,
  trees: Trees,
): Promise<{ policies: readonly Policy[]; problems: readonly string[]; unread: ReadonlySet<string> }> {
  const policies: Policy[] = [...deps.policies]
  const problems: string[] = []
  const unread = new Set<string>()
  for (const repository of deps.repositories) {
    const [url] = repository.urls
    const head = url === undefined ? undefined : await trees.head(url, 'HEAD')
    if (head === undefined) continue
    const known = memory.policies.get(head.tree.oid)
    const read = known ?? policiesIn(head.tree, repository.forge.repository)
    memory.policies.set(head.tree.oid, read)
    policies.push(...read.policies)
    problems.push(...read.problems)
    if (read.problems.length > 0) unread.add(repository.forge.repository)
  }
  for (const manifest of await deps.site.cluster.policies()) {
    const namespace = namespaceOf(manifest)
    const operators = deps.config.policyNamespaces.includes(namespace)
    const parsed = parsePolicyManifest(
      manifest,
      operators ? { from: 'operator', namespace } : { from: 'resource', namespace },
    )
    policies.push(...parsed.policies)
    problems.push(...parsed.problems.map(formatProblem))
    // A resource may speak of any workload of the cluster.
    if (parsed.problems.length > 0) for (const { forge } of deps.repositories) unread.add(forge.repository)
  }
  return { policies, problems, unread }
}

function namespaceOf(manifest: Readonly<Record<string, unknown>>): string {
  const metadata = manifest['metadata']
  const namespace =
    typeof metadata === 'object' && metadata !== null && 'namespace' in metadata ? metadata.namespace : undefined
  return typeof namespace === 'string' ? namespace : ''
}

function policiesIn(tree: Pick<Tree, 'paths' | 'bytes'>, repo: string) {
  const policies: Policy[] = []
  const problems: string[] = []
  for (const file of tree.paths().filter((path) => POLICY_FILE.test(path))) {
    const text = textOf(tree, file)
    if (text === undefined) {
      problems.push(`${file}:1:1: the file is too large to be read`)
      continue
    }
    const parsed = parsePolicies(text, file, { from: 'repository', repo, file })
    policies.push(...parsed.policies)
    problems.push(...parsed.problems.map(formatProblem))
  }
  return { policies, problems }
}

/** Undefined for a file that its tree lists and does not read. */
function textOf(tree: Pick<Tree, 'bytes'>, file: string): string | undefined {
  try {
    return new TextDecoder().decode(tree.bytes(file) ?? new Uint8Array())
  } catch (error) {
    if (error instanceof KintsugiError && error.code === 'KIN-1002') return undefined
    throw error
  }
}
