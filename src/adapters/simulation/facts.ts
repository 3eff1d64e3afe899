import {
  isJsonObject,
  laneOf,
  type Manifest,
  type ProvenImage,
  rangeEndingAt,
  type Series,
  type SignalId,
  type Subject,
  type TimeRange,
  valueAt,
  type WorkloadFacts,
} from '../../domain/index.ts'
import { deployedOf } from './deployed.ts'
import type { Sync, World } from './world.ts'

const STEP_MS = 5 * 60_000
const LOOK_BACK_MS = 14 * 86_400_000
/** An image is proven once it has run this long without failing. */
const PROVEN_MS = 30 * 60_000
const FAILURE_FLAGS = [
  'crash-loop',
  'image-pull',
  'oom-killed',
  'rollout-failed',
] as const satisfies readonly SignalId[]

/** The workload as one sync left it, until the next one that changed its pods. */
type Period = { readonly revision: string; readonly fromMs: number; readonly toMs: number; readonly manifest: Manifest }

/** What an operator could look up about a workload: its object, its last change, and which images ran well, by the public signals alone. */
export function factsOf(input: {
  readonly world: World
  readonly syncs: readonly Sync[]
  readonly subject: Subject
  readonly nowMs: number
}): WorkloadFacts {
  const periods = periodsOf(input)
  const last = periods.at(-1)
  if (last === undefined) return {}
  const labels = valueAt(last.manifest, ['metadata', 'labels'])
  return {
    live: last.manifest,
    ...(isJsonObject(labels) ? { labels: textsOf(labels) } : {}),
    containers: containersOf(last.manifest),
    lastChange: { revision: last.revision, atMs: last.fromMs },
    provenImages: periods.toReversed().flatMap((period) => provenIn(input.world, input.subject, period)),
  }
}

function periodsOf(input: { syncs: readonly Sync[]; subject: Subject; nowMs: number }): Period[] {
  const periods: Period[] = []
  for (const sync of input.syncs) {
    const manifest = sync.objects.find((object) => isSubject(object, input.subject))
    const deployed = manifest === undefined ? undefined : deployedOf(manifest, '')
    if (manifest === undefined || deployed === undefined) continue
    const before = periods.at(-1)
    const same = before !== undefined && deployedOf(before.manifest, '')?.templateHash === deployed.templateHash
    if (same) periods[periods.length - 1] = { ...before, manifest }
    else {
      if (before !== undefined) periods[periods.length - 1] = { ...before, toMs: sync.atMs }
      periods.push({ revision: sync.revision, fromMs: sync.atMs, toMs: input.nowMs, manifest })
    }
  }
  return periods
}

function isSubject(object: Manifest, subject: Subject): boolean {
  const deployed = deployedOf(object, '')
  return deployed !== undefined && laneOf({ cluster: subject.cluster, ...deployed }) === laneOf(subject)
}

function textsOf(labels: Readonly<Record<string, unknown>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(labels).map(([name, value]) => [name, String(value)]))
}

function containersOf(manifest: Manifest): NonNullable<WorkloadFacts['containers']> {
  const list = valueAt(manifest, ['spec', 'template', 'spec', 'containers'])
  if (!Array.isArray(list)) return []
  return list.filter(isJsonObject).map((spec) => {
    const declared = (part: string, name: string) => valueAt(spec, ['resources', part, name])
    const fields = {
      image: spec['image'],
      memoryLimit: declared('limits', 'memory'),
      memoryRequest: declared('requests', 'memory'),
      cpuLimit: declared('limits', 'cpu'),
      cpuRequest: declared('requests', 'cpu'),
    }
    const known = Object.entries(fields).filter(([, value]) => typeof value === 'string' || typeof value === 'number')
    return {
      name: String(spec['name'] ?? ''),
      ...Object.fromEntries(known.map(([key, value]) => [key, String(value)])),
    }
  })
}

function provenIn(world: World, subject: Subject, period: Period): ProvenImage[] {
  const range = rangeEndingAt(period.toMs, Math.min(period.toMs - period.fromMs, LOOK_BACK_MS), STEP_MS)
  const workload: Subject = {
    cluster: subject.cluster,
    namespace: subject.namespace,
    kind: subject.kind,
    name: subject.name,
  }
  const read = (signal: SignalId) => world.read(signal, range, workload)
  const flags = FAILURE_FLAGS.flatMap(read)
  const [available] = read('replicas-available')
  const [desired] = read('replicas-desired')
  const declared = new Set((containersOf(period.manifest) ?? []).map(({ image }) => image))
  return read('running-image').flatMap((running) => {
    const image = running.labels?.['image']
    if (image === undefined || !declared.has(image)) return []
    const stretch = lastCalmStretch(range, (index) => {
      if (!isKnown(available, index) || !isKnown(running, index)) return undefined
      const served = sampleAt(available, index) >= sampleAt(desired, index)
      return sampleAt(running, index) === 1 && served && flags.every((flag) => sampleAt(flag, index) !== 1)
    })
    return stretch === undefined ? [] : [{ image, revision: period.revision, ...stretch }]
  })
}

function sampleAt(series: Series | undefined, index: number): number {
  return series?.values[index] ?? Number.NaN
}

function isKnown(series: Series | undefined, index: number): boolean {
  return !Number.isNaN(sampleAt(series, index))
}

/** The latest unbroken stretch that is long enough. A moment without samples neither breaks nor proves it. */
function lastCalmStretch(
  range: TimeRange,
  calm: (index: number) => boolean | undefined,
): { readonly fromMs: number; readonly toMs: number } | undefined {
  let found: { readonly fromMs: number; readonly toMs: number } | undefined
  let fromMs: number | undefined
  for (let atMs = range.startMs; atMs <= range.endMs; atMs += range.stepMs) {
    const is = calm((atMs - range.startMs) / range.stepMs)
    if (is === undefined) continue
    fromMs = is ? (fromMs ?? atMs) : undefined
    if (fromMs !== undefined && atMs - fromMs >= PROVEN_MS) found = { fromMs, toMs: atMs }
  }
  return found
}
