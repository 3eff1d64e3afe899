import {
  laneOf,
  type Manifest,
  type Series,
  type SignalId,
  type Subject,
  sameWorkload,
  signalInfo,
  type TimeRange,
} from '../../domain/index.ts'
import { type Deployed, deployedOf } from './deployed.ts'
import { bellAt, dieAt, streamOf } from './noise.ts'
import { readyPods, type View, viewOf } from './observe.ts'
import { changesOf, type Deployment, deadlinePassed, stageAt, type Timeline, timelineOf } from './rollout.ts'
import { type Scenario, truths } from './scenario.ts'
import { type ScrapedWorkload, scrapeOf } from './scrape.ts'
import { type Look, seenValues } from './seen-values.ts'
import { type ContainerScope, containerGauges, type Gauge, imagesOf, runningImage, workloadGauge } from './signals.ts'
import { natureOf } from './workload.ts'

const DAY_MS = 86_400_000
const MINUTE_MS = 60_000

/** What an Application put into the cluster at a moment. Every object carries its namespace. */
export type Sync = {
  readonly application: string
  readonly revision: string
  readonly atMs: number
  readonly objects: readonly Manifest[]
}

export type WorldInput = {
  readonly scenario: Scenario
  readonly seed: number
  /** In the order in which they happened. */
  readonly syncs: readonly Sync[]
}

/** What a cluster's exporters say, as a pure function of the seed, the time that is asked for, and the syncs up to then. */
export type World = {
  readonly cluster: string
  /** Series of one signal, of every workload or of `only`. NaN where there is no sample; series without any sample are left out. */
  read(signal: SignalId, range: TimeRange, only?: Subject): readonly Series[]
  /** Health of a workload as Argo CD would judge it. */
  health(workload: Subject, atMs: number): 'Healthy' | 'Progressing' | 'Degraded' | 'Missing'
  /** Everything that exporters would show at a moment, pod by pod. */
  scrape(atMs: number): readonly ScrapedWorkload[]
}

type Member = {
  readonly subject: Subject
  readonly view: View
  readonly look: Look
  /** Tells what was deployed when from anything else. */
  readonly deployments: string
}

/** The world as these syncs made it. A later sync never changes what this one says of the time before. */
export function createWorld(input: WorldInput): World {
  return worldsOf(input.scenario, input.seed)(input.syncs)
}

/** The worlds of one scenario, sync after sync: a workload for which the syncs deployed nothing else than before is the one that it was. */
export function worldsOf(scenario: Scenario, seed: number): (syncs: readonly Sync[]) => World {
  let before: readonly Member[] = []
  return (syncs) => {
    before = membersOf({ scenario, seed, syncs }, before)
    return worldOf({ scenario, seed, syncs }, before)
  }
}

function worldOf(input: WorldInput, members: readonly Member[]): World {
  const { scenario } = input
  const byLane = new Map(members.map((member) => [laneOf(member.subject), member]))
  return {
    cluster: scenario.cluster,
    read: (signal, range, only) => {
      const asked = only === undefined ? members : members.filter(({ subject }) => sameWorkload(subject, only))
      return asked
        .flatMap((member) => seriesOf(member, signal, range))
        .map((series) => withGaps(series, input))
        .filter((series) => series.values.some((value) => !Number.isNaN(value)))
    },
    health: (workload, atMs) => {
      const member = byLane.get(laneOf(workload))
      return member === undefined ? 'Missing' : healthAt(member.view.timeline, atMs)
    },
    scrape: (atMs) => members.flatMap(({ subject, view }) => scrapeOf(subject, view, atMs)),
  }
}

function membersOf({ scenario, seed, syncs }: WorldInput, before: readonly Member[]): Member[] {
  const asked = deploymentsOf(scenario, syncs)
  return scenario[truths].flatMap((truth): Member[] => {
    const { namespace, kind, name } = truth
    const subject: Subject = { cluster: scenario.cluster, namespace, kind, name }
    const changes = changesOf(asked.get(laneOf(subject)) ?? [])
    if (changes.length === 0) return []
    const deployments = JSON.stringify(changes)
    const known = before.find((one) => sameWorkload(one.subject, subject) && one.deployments === deployments)
    if (known !== undefined) return [known]
    return [{ subject, view: viewOf(timelineOf(natureOf(truth, seed), changes)), look: seenValues(), deployments }]
  })
}

/** What each workload was asked to be, lane by lane, oldest first. */
function deploymentsOf(scenario: Scenario, syncs: readonly Sync[]): ReadonlyMap<string, readonly Deployment[]> {
  const deployments = new Map<string, Deployment[]>()
  const owned = new Map<string, Set<string>>()
  for (const sync of syncs) {
    const before = owned.get(sync.application) ?? new Set()
    const now = new Map<string, Deployed>()
    for (const manifest of sync.objects) {
      const deployed = deployedOf(manifest, '')
      if (deployed !== undefined) now.set(laneOf({ cluster: scenario.cluster, ...deployed }), deployed)
    }
    for (const lane of new Set([...before, ...now.keys()])) {
      const list = deployments.get(lane) ?? []
      list.push({ atMs: sync.atMs, deployed: now.get(lane) })
      deployments.set(lane, list)
    }
    owned.set(sync.application, new Set(now.keys()))
  }
  return deployments
}

function seriesOf({ subject, view, look }: Member, signal: SignalId, range: TimeRange): Series[] {
  const series = (gauge: Gauge, container?: string, labels?: Readonly<Record<string, string>>): Series => ({
    signal,
    subject: container === undefined ? subject : { ...subject, container },
    startMs: range.startMs,
    stepMs: range.stepMs,
    values: look(`${signal} ${container ?? ''} ${labels?.['image'] ?? ''}`, gauge, range),
    ...(labels === undefined ? {} : { labels }),
  })
  const ofWorkload = workloadGauge(signal, view)
  if (ofWorkload !== undefined) return [series(ofWorkload)]
  return scopesOf(view, range).flatMap((scope) => {
    if (signal === 'running-image')
      return imagesOf(scope).map((image) => series(runningImage(scope, image), scope.name, { image }))
    const gauge = containerGauges[signal]
    return gauge === undefined ? [] : [series(gauge(scope), scope.name)]
  })
}

function scopesOf(view: View, range: TimeRange): ContainerScope[] {
  const pods = view.timeline.pods.filter((pod) => pod.createdMs <= range.endMs && pod.deletedMs > range.startMs)
  const names = new Set(pods.flatMap((pod) => pod.deployed.containers.map(({ name }) => name)))
  return [...names].sort().map((name) => ({ view, name, pods }))
}

/** Now and then an exporter misses a scrape or two: the same moments for every series of that exporter. */
function withGaps(series: Series, { scenario, seed }: WorldInput): Series {
  if (scenario.scrapeGapsPerDay <= 0) return series
  const stream = streamOf('gap', signalInfo(series.signal).mechanism)
  const slotMs = DAY_MS / scenario.scrapeGapsPerDay
  const values = series.values.slice()
  const endMs = series.startMs + (values.length - 1) * series.stepMs
  for (let slot = Math.floor(series.startMs / slotMs); slot * slotMs <= endMs; slot += 1) {
    const fromMs = Math.floor(((slot + 0.9 * dieAt(seed, stream, slot)) * slotMs) / MINUTE_MS) * MINUTE_MS
    const toMs = fromMs + (bellAt(seed, stream, slot) > 0 ? 2 : 1) * MINUTE_MS
    const first = Math.max(0, Math.ceil((fromMs - series.startMs) / series.stepMs))
    const end = Math.max(0, Math.ceil((toMs - series.startMs) / series.stepMs))
    values.fill(Number.NaN, first, end)
  }
  return { ...series, values }
}

function healthAt(timeline: Timeline, atMs: number): ReturnType<World['health']> {
  const stage = stageAt(timeline, atMs)
  if (stage?.deployed === undefined) return 'Missing'
  if (deadlinePassed(stage, atMs)) return 'Degraded'
  return atMs >= stage.completeMs && readyPods(timeline, atMs) >= stage.deployed.replicas ? 'Healthy' : 'Progressing'
}
