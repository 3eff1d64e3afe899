import type { Subject } from '../../domain/index.ts'
import { applicationManifest } from './manifests.ts'
import { type Draw, drawWorld } from './random-draw.ts'
import {
  GOOD_TAG,
  imageOf,
  NEXT_TAG,
  randomApplicationTexts,
  randomRepository,
  stagingOf,
} from './random-repository.ts'
import { type PlannedCommit, type Scenario, type TruthChange, truths, type WorkloadTruth } from './scenario.ts'
import type { RepositoryFiles } from './shop-repository.ts'

const MIB = 1024 * 1024
const DAY_MS = 86_400_000
const CLUSTER = 'demo'

/** What would mend a world, for the tests to judge by. */
export type Right = {
  /** The workloads that fail; none in a healthy world, where every action is wrong. A release in a shared base breaks all who read it. */
  readonly subjects: readonly Subject[]
  readonly fault: Draw['fault']
  readonly faultMs: number
  readonly mends?:
    | { readonly field: 'resources.limits.memory'; readonly aboveBytes: number }
    | { readonly field: 'resources.limits.cpu'; readonly aboveCores: number }
    | { readonly field: 'image'; readonly value: string }
}

/** Read through truth.ts only. */
export const right: unique symbol = Symbol('right')

export type RandomWorld = {
  readonly scenario: Scenario
  /** The first commit. */
  readonly files: RepositoryFiles
  /** What people commit while the world runs. */
  readonly commits: readonly PlannedCommit[]
  readonly [right]: Right
}

/** A world drawn by its seed: layout, names, need, limit, noise and the moment of its one fault, or none. */
export function randomScenario(seed: number, repoURL = 'https://git.example/random/gitops.git'): RandomWorld {
  const draw = drawWorld(seed)
  return {
    scenario: {
      name: `random-${seed}`,
      cluster: CLUSTER,
      startMs: draw.startMs,
      bornMs: draw.startMs - 3 * DAY_MS,
      applications: randomApplicationTexts(draw, repoURL).map(applicationManifest),
      policies: [],
      scrapeGapsPerDay: 1,
      [truths]: truthsOf(draw),
    },
    files: randomRepository(draw, repoURL, GOOD_TAG),
    commits: commitsOf(draw, repoURL),
    [right]: rightOf(draw),
  }
}

/** A bad release is one commit: the files that differ at the next tag. */
function commitsOf(draw: Draw, repoURL: string): readonly PlannedCommit[] {
  if (draw.fault !== 'bad-release' && draw.fault !== 'missing-image') return []
  const before = randomRepository(draw, repoURL, GOOD_TAG)
  const after = randomRepository(draw, repoURL, NEXT_TAG)
  const files = Object.fromEntries(Object.entries(after).filter(([path, text]) => before[path] !== text))
  const message = `${draw.name}: release ${NEXT_TAG}`
  return [{ atMs: draw.faultMs, author: 'Robin Okafor <robin@acme.example>', message, files }]
}

function changeOf(draw: Draw): readonly TruthChange[] {
  const onset = { atMs: draw.faultMs, overMs: draw.onsetMs }
  if (draw.fault === 'out-of-memory')
    return [{ ...onset, addBytes: (draw.faultShare - draw.calmShare) * draw.limitMiB * MIB }]
  if (draw.fault === 'cpu-starved') return [{ ...onset, cpuFactor: draw.faultShare / CALM_CPU }]
  return []
}

/** Share of the CPU limit that a calm workload needs at its mean traffic. */
const CALM_CPU = 0.35

function truthsOf(draw: Draw): readonly WorkloadTruth[] {
  const rpsPerPod = draw.baseRps / draw.replicas
  const victim: WorkloadTruth = {
    ...{ namespace: draw.namespace, kind: draw.kind, name: draw.name, container: draw.container },
    images: {
      [imageOf(draw.name, GOOD_TAG)]: 'runs',
      ...(draw.fault === 'missing-image' ? {} : { [imageOf(draw.name, NEXT_TAG)]: 'crashes' }),
    },
    startUpMs: 15_000,
    memory: { baseBytes: draw.calmShare * draw.limitMiB * MIB, bytesPerHour: 0, bytesPerRps: 0, fillMs: 50_000 },
    cpu: { idleCores: 0.005, coresPerRps: (CALM_CPU * draw.cpuLimitMillicores) / 1000 / rpsPerPod },
    traffic: { baseRps: draw.baseRps, daily: 0.25, peakHour: draw.peakHour, monday: 1.1 },
    latencySeconds: 0.12,
    errorRatio: 0.002,
    noise: draw.noise,
    room: { cpuCores: 8, memoryBytes: 16 * 1024 * MIB },
    changes: changeOf(draw),
  }
  const twin: WorkloadTruth = { ...victim, namespace: stagingOf(draw), changes: [] }
  return [victim, ...(draw.layout === 'shared-base' ? [twin] : []), neighbourOf(draw)]
}

/** Healthy, though it may be noisy. */
function neighbourOf(draw: Draw): WorkloadTruth {
  return {
    ...{ namespace: draw.namespace, kind: 'Deployment', name: draw.neighbour, container: 'app' },
    images: { [imageOf(draw.neighbour, GOOD_TAG)]: 'runs' },
    startUpMs: 20_000,
    memory: { baseBytes: 130 * MIB, bytesPerHour: 0, bytesPerRps: 0, fillMs: 60_000 },
    cpu: { idleCores: 0.02, coresPerRps: 0.01 },
    traffic: { baseRps: 30, daily: 0.5, peakHour: (draw.peakHour + 8) % 24, monday: 1.3 },
    latencySeconds: 0.2,
    errorRatio: 0.003,
    noise: draw.noise * 1.5,
    bursts: { share: 0.1, factor: 1.6 },
    room: { cpuCores: 8, memoryBytes: 16 * 1024 * MIB },
    changes: [],
  }
}

function rightOf(draw: Draw): Right {
  const { fault, faultMs, namespace, kind, name, container } = draw
  if (fault === 'healthy') return { fault, faultMs, subjects: [] }
  const subject: Subject = { cluster: CLUSTER, namespace, kind, name, container }
  const twin: Subject = { ...subject, namespace: stagingOf(draw) }
  const shared = draw.layout === 'shared-base' && (fault === 'bad-release' || fault === 'missing-image')
  return { fault, faultMs, subjects: shared ? [subject, twin] : [subject], mends: mendsOf(draw) }
}

function mendsOf(draw: Draw): NonNullable<Right['mends']> {
  if (draw.fault === 'out-of-memory')
    return { field: 'resources.limits.memory', aboveBytes: draw.faultShare * draw.limitMiB * MIB }
  if (draw.fault === 'cpu-starved')
    return { field: 'resources.limits.cpu', aboveCores: (draw.faultShare * draw.cpuLimitMillicores) / 1000 }
  return { field: 'image', value: imageOf(draw.name, GOOD_TAG) }
}
