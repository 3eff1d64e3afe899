/** One sample of the text format: a series with its labels, at a moment. */
export type Exposed = (name: string, labels: Readonly<Record<string, string>>, value: number) => void

/** The parts of a simulated world's facts that exporters tell; the simulation's `scrape` gives them. */
export type ContainerFacts = {
  readonly name: string
  readonly image: string
  readonly memoryLimitBytes?: number
  readonly memoryRequestBytes?: number
  readonly cpuLimitCores?: number
  readonly cpuRequestCores?: number
  readonly restarts: number
  readonly waiting?: string
  readonly lastTerminated?: { readonly reason: string; readonly atMs: number }
  readonly running?: {
    readonly sinceMs: number
    readonly workingSetBytes: number
    readonly residentBytes: number
    readonly cpuCores: number
    readonly throttledShare?: number
  }
}

export type PodFacts = {
  readonly pod: string
  readonly replicaSet: string
  readonly node: string
  readonly unschedulable: boolean
  readonly phase: string
  readonly containers: readonly ContainerFacts[]
}

export type WorkloadFacts = {
  readonly subject: { readonly namespace: string; readonly kind: string; readonly name: string }
  readonly desired: number
  readonly available: number
  readonly progressDeadlineExceeded: boolean
  readonly requestsPerSecond: number
  readonly errorRatio: number
  readonly latencyP99Seconds: number
  readonly pods: readonly PodFacts[]
}

export type Scrapes = { scrape(atMs: number): readonly WorkloadFacts[] }

/** From `fromMs` to `toMs`, both included. `extra` tells at each scrape what the world does not know. */
export type Exposition = {
  readonly fromMs: number
  readonly toMs: number
  readonly everyMs: number
  readonly extra?: (expose: Exposed, atMs: number) => void
}

export const CADVISOR_JOB = 'kubelet'
export const KSM_JOB = 'kube-state-metrics'
export const APPLICATION_JOB = 'web'
/** Upper bounds of the response time histogram, seconds; each a quarter above the one before. */
export const DURATION_BOUNDS: readonly number[] = Array.from({ length: 25 }, (_, index) => 0.02 * 1.25 ** index)

/** How long a sample of cAdvisor, which dates its own samples, is seen after the container has ended. */
const LINGER_MS = 300_000
const PHASES = ['Pending', 'Running', 'Succeeded', 'Failed', 'Unknown']
const PERIODS_PER_SECOND = 10
const INSTANCES = ['10.0.0.1:8080', '10.0.0.2:8080']

type Counters = Map<string, number>
/** What was seen of a container last. */
type Seen = { readonly atMs: number; readonly bytes: number; readonly resident: number; readonly sinceMs: number }

/**
 * The world as a file that `promtool tsdb create-blocks-from openmetrics` loads, with the names and labels of cAdvisor
 * and kube-state-metrics. Two instances of kube-state-metrics tell the same, as a rolling or sharded one does, and
 * cAdvisor also tells of the pod's own cgroup, so that a query which sums or joins naively is wrong.
 */
export function openMetrics(world: Scrapes, { fromMs, toMs, everyMs, extra }: Exposition): string {
  const lines: string[] = []
  const counters: Counters = new Map()
  const lastSeen = new Map<string, Seen>()
  for (let atMs = fromMs; atMs <= toMs; atMs += everyMs) {
    const expose: Exposed = (name, labels, value) => {
      const inside = Object.entries(labels).map(([label, text]) => `${label}=${JSON.stringify(text)}`)
      lines.push(`${name}{${inside.join(',')}} ${value} ${atMs / 1000}`)
    }
    for (const workload of world.scrape(atMs)) {
      for (const instance of INSTANCES) kubeStateMetrics(withLabels(expose, { job: KSM_JOB, instance }), workload)
      recordingRule(expose, workload)
      cadvisor({ expose, counters, lastSeen, atMs, seconds: everyMs / 1000 }, workload)
      application(expose, counters, workload, everyMs / 1000)
    }
    extra?.(expose, atMs)
  }
  return `${lines.join('\n')}\n# EOF\n`
}

/** The same, with labels that every series carries. */
export function withLabels(expose: Exposed, common: Readonly<Record<string, string>>): Exposed {
  return (name, labels, value) => expose(name, { ...common, ...labels }, value)
}

/** As both instances of kube-state-metrics would tell it. */
export function fromEachInstance(expose: Exposed): Exposed {
  return (name, labels, value) => {
    for (const instance of INSTANCES) expose(name, { job: KSM_JOB, instance, ...labels }, value)
  }
}

function kubeStateMetrics(expose: Exposed, workload: WorkloadFacts): void {
  const { namespace, kind, name } = workload.subject
  const label = kind.toLowerCase()
  const replicas = kind === 'Deployment' ? 'kube_deployment_spec_replicas' : 'kube_statefulset_replicas'
  expose(replicas, { namespace, [label]: name }, workload.desired)
  expose(`kube_${label}_status_replicas_available`, { namespace, [label]: name }, workload.available)
  // A StatefulSet has no such metric.
  const missing = Math.max(0, workload.desired - workload.available)
  if (kind === 'Deployment')
    expose('kube_deployment_status_replicas_unavailable', { namespace, deployment: name }, missing)
  if (kind === 'Deployment') deploymentCondition(expose, workload)
  for (const pod of workload.pods) podState(expose, workload, pod)
}

function deploymentCondition(expose: Exposed, { subject, progressDeadlineExceeded: failed }: WorkloadFacts): void {
  const labels = { namespace: subject.namespace, deployment: subject.name, condition: 'Progressing' }
  expose('kube_deployment_status_condition', { ...labels, status: 'true' }, failed ? 0 : 1)
  expose('kube_deployment_status_condition', { ...labels, status: 'false' }, failed ? 1 : 0)
  expose('kube_deployment_status_condition', { ...labels, status: 'unknown' }, 0)
}

function podState(expose: Exposed, { subject }: WorkloadFacts, pod: PodFacts): void {
  const { namespace, kind, name } = subject
  const controller = { owner_is_controller: 'true' }
  const place = { namespace, pod: pod.pod, uid: `uid-${pod.pod}` }
  if (kind === 'Deployment') {
    expose('kube_pod_owner', { ...place, ...controller, owner_kind: 'ReplicaSet', owner_name: pod.replicaSet }, 1)
    const set = { namespace, replicaset: pod.replicaSet, ...controller }
    expose('kube_replicaset_owner', { ...set, owner_kind: kind, owner_name: name }, 1)
  } else expose('kube_pod_owner', { ...place, ...controller, owner_kind: kind, owner_name: name }, 1)
  expose('kube_pod_info', { ...place, node: pod.node, created_by_kind: kind }, 1)
  if (pod.unschedulable) expose('kube_pod_status_unschedulable', place, 1)
  for (const phase of PHASES) expose('kube_pod_status_phase', { ...place, phase }, phase === pod.phase ? 1 : 0)
  for (const container of pod.containers)
    containerState(withLabels(expose, { ...place, container: container.name }), container, pod.node)
}

function containerState(expose: Exposed, container: ContainerFacts, node: string): void {
  expose('kube_pod_container_info', { image: container.image, image_id: `sha256:${container.image.length}` }, 1)
  expose('kube_pod_container_status_restarts_total', {}, container.restarts)
  const amounts = [
    ['limits', 'memory', 'byte', container.memoryLimitBytes],
    ['requests', 'memory', 'byte', container.memoryRequestBytes],
    ['limits', 'cpu', 'core', container.cpuLimitCores],
    ['requests', 'cpu', 'core', container.cpuRequestCores],
  ] as const
  for (const [side, resource, unit, value] of amounts)
    if (value !== undefined) expose(`kube_pod_container_resource_${side}`, { node, resource, unit }, value)
  if (container.waiting !== undefined)
    expose('kube_pod_container_status_waiting_reason', { reason: container.waiting }, 1)
  if (container.lastTerminated === undefined) return
  const { reason, atMs } = container.lastTerminated
  expose('kube_pod_container_status_last_terminated_reason', { reason }, 1)
  expose('kube_pod_container_status_last_terminated_timestamp', {}, Math.floor(atMs / 1000))
}

/** What the mixin's rule would have recorded. */
function recordingRule(expose: Exposed, { subject, pods }: WorkloadFacts): void {
  const { namespace, kind, name } = subject
  for (const { pod } of pods)
    expose(
      'namespace_workload_pod:kube_pod_owner:relabel',
      { namespace, pod, workload: name, workload_type: kind.toLowerCase() },
      1,
    )
}

type CadvisorState = {
  readonly expose: Exposed
  readonly counters: Counters
  readonly lastSeen: Map<string, Seen>
  readonly atMs: number
  readonly seconds: number
}

function cadvisor(state: CadvisorState, { subject, pods }: WorkloadFacts): void {
  for (const { pod, node, containers } of pods) {
    const common = { job: CADVISOR_JOB, instance: node, metrics_path: '/metrics/cadvisor' }
    const expose = withLabels(state.expose, { ...common, namespace: subject.namespace, pod })
    let whole = 0
    for (const container of containers) whole += containerUse({ ...state, expose }, pod, container)
    if (whole === 0) continue
    expose('container_memory_working_set_bytes', { container: '', id: `/kubepods/${pod}` }, whole * 3)
    expose('container_memory_working_set_bytes', { container: 'POD', id: `/kubepods/${pod}/pause` }, whole * 2)
  }
}

/** Tells of one container and answers with its working set. */
function containerUse(state: CadvisorState, pod: string, container: ContainerFacts): number {
  const key = `${pod}/${container.name}`
  const { running } = container
  if (running !== undefined)
    state.lastSeen.set(key, {
      atMs: state.atMs,
      bytes: running.workingSetBytes,
      resident: running.residentBytes,
      sinceMs: running.sinceMs,
    })
  const last = state.lastSeen.get(key)
  if (last === undefined || state.atMs - last.atMs >= LINGER_MS) return 0
  const id = `/kubepods/${key}/${last.sinceMs}`
  const labels = { container: container.name, id, name: id, image: container.image }
  state.expose('container_memory_working_set_bytes', labels, last.bytes)
  state.expose('container_memory_rss', labels, last.resident)
  if (running === undefined) return last.bytes
  const count = (metric: string, perSecond: number): void =>
    state.expose(metric, labels, counted(state.counters, `${metric} ${id}`, perSecond * state.seconds))
  count('container_cpu_usage_seconds_total', running.cpuCores)
  if (running.throttledShare === undefined) return last.bytes
  count('container_cpu_cfs_periods_total', PERIODS_PER_SECOND)
  count('container_cpu_cfs_throttled_periods_total', PERIODS_PER_SECOND * running.throttledShare)
  return last.bytes
}

/** The value before this scrape's interval, which is then added: a rate holds from its moment on. */
function counted(counters: Counters, key: string, added: number): number {
  const value = counters.get(key) ?? 0
  counters.set(key, value + added)
  return value
}

/** Every pod answers its share of the requests, all of them as slow as the slowest hundredth. */
function application(expose: Exposed, counters: Counters, workload: WorkloadFacts, seconds: number): void {
  const { namespace } = workload.subject
  for (const { pod } of workload.pods) {
    const place = { job: APPLICATION_JOB, instance: pod, namespace, pod }
    const share = (workload.requestsPerSecond * seconds) / workload.pods.length
    const answered = { 200: share * (1 - workload.errorRatio), 500: share * workload.errorRatio }
    for (const [code, added] of Object.entries(answered))
      expose('http_requests_total', { ...place, code }, counted(counters, `requests ${pod} ${code}`, added))
    for (const bound of [...DURATION_BOUNDS, Number.POSITIVE_INFINITY]) {
      const le = Number.isFinite(bound) ? String(bound) : '+Inf'
      const within = bound >= workload.latencyP99Seconds ? share : 0
      expose('http_request_duration_seconds_bucket', { ...place, le }, counted(counters, `${pod} ${le}`, within))
    }
  }
}
