import { type Diagnosis, type Lane, laneOf, type Policy, type Subject, type Unknown } from '../domain/index.ts'
import { type Problem, parsePolicies, parsePolicyManifest } from '../policy/index.ts'
import { commonCauses } from './common-cause.ts'
import type { ControllerDeps } from './deps.ts'
import { historyOf, lanesOf, type Remembered, remember, settled } from './history.ts'
import { type LaneView, type Tick, viewLane } from './lane.ts'
import type { Memory } from './memory.ts'
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
}

/** Looks at everything anew and takes one step per lane. Level-based: doing it twice, or dying in the middle, does no harm. */
export async function reconcile(deps: ControllerDeps, memory: Memory, nowMs: number): Promise<TickReport> {
  const seen = await observe(deps, memory, nowMs)
  const trees = new Trees(deps)
  const remembered = await remember(deps, [...new Set(seen.findings.map((finding) => laneOf(finding.subject)))].sort())
  const sight: Sight = { ...seen, findings: settled(seen.findings, remembered, nowMs) }
  const found = sight.findings.map((finding) => finding.subject)
  const read = await readPolicies(deps, memory, trees)
  const tick: Tick = {
    deps,
    memory,
    sight,
    trees,
    policies: read.policies,
    common: commonCauses(sight.findings, sight.watched.size),
    paused: await deps.paused(),
    frozen: await deps.frozen(),
  }
  const lanes: LaneReport[] = []
  for (const lane of lanesOf(found, remembered)) lanes.push(await reconcileLane(tick, lane, remembered))
  const busy = new Set(lanes.map((one) => one.lane))
  return {
    atMs: nowMs,
    lanes,
    unknown: sight.unknown,
    quiet: [...sight.watched].filter((lane) => !busy.has(lane)).sort(),
    problems: [...sight.unreadable, ...read.problems],
  }
}

async function reconcileLane(tick: Tick, lane: Lane, remembered: readonly Remembered[]): Promise<LaneReport> {
  const history = historyOf(lane, remembered)
  const subject = subjectOf(lane, tick.sight, history.attempts.at(-1)?.record.subject)
  const view = await viewLane(tick, lane, subject, history)
  const next = nextStep(view.seen, tick.sight.nowMs)
  const step = tick.paused ? whilePaused(next) : next
  const prepared = await prepare(tick, view, step)
  const done = tick.deps.writes === 'observe' ? would(view, step, prepared) : await perform(tick, view, step, prepared)
  return { lane, subject, step, prepared, done, ...(view.seen.diagnosis && { diagnosis: view.seen.diagnosis }) }
}

function would(_view: LaneView, step: Step, prepared: Prepared): Done {
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
): Promise<{ policies: readonly Policy[]; problems: readonly string[] }> {
  const policies: Policy[] = [...deps.policies]
  const problems: string[] = []
  for (const repository of deps.repositories) {
    const [url] = repository.urls
    const head = url === undefined ? undefined : await trees.head(url, 'HEAD')
    if (head === undefined) continue
    const known = memory.policies.get(head.tree.oid)
    const read = known ?? policiesIn(head.tree, repository.forge.repository)
    memory.policies.set(head.tree.oid, read)
    policies.push(...read.policies)
    problems.push(...read.problems)
  }
  for (const manifest of await deps.site.cluster.policies()) {
    const namespace = namespaceOf(manifest)
    const operators = deps.config.policyNamespaces.includes(namespace)
    const parsed = parsePolicyManifest(
      manifest,
      operators ? { from: 'operator', namespace } : { from: 'resource', namespace },
    )
    policies.push(...parsed.policies)
    problems.push(...parsed.problems.map(sayProblem))
  }
  return { policies, problems }
}

function namespaceOf(manifest: Readonly<Record<string, unknown>>): string {
  const metadata = manifest['metadata']
  const namespace =
    typeof metadata === 'object' && metadata !== null && 'namespace' in metadata ? metadata.namespace : undefined
  return typeof namespace === 'string' ? namespace : ''
}

function policiesIn(tree: { paths(): readonly string[]; bytes(path: string): Uint8Array | undefined }, repo: string) {
  const policies: Policy[] = []
  const problems: string[] = []
  for (const file of tree.paths().filter((path) => POLICY_FILE.test(path))) {
    const text = new TextDecoder().decode(tree.bytes(file) ?? new Uint8Array())
    const parsed = parsePolicies(text, file, { from: 'repository', repo, file })
    policies.push(...parsed.policies)
    problems.push(...parsed.problems.map(sayProblem))
  }
  return { policies, problems }
}

function sayProblem(problem: Problem): string {
  return `${problem.file}:${problem.line}:${problem.column}: ${problem.message}`
}
