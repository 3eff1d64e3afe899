import type { Deployed, DeployedContainer } from './deployed.ts'
import { backOffMs, failuresAfter, imageFate, type RunSearch, runSearch, runStream } from './faults.ts'
import { drawn, streamOf } from './noise.ts'
import type { Nature } from './workload.ts'

const DAY_MS = 86_400_000
const NEVER_RAN: History = { runs: [], started: 0 }

/** One life of the main container: from its start to its end, Infinity while none is in sight. */
export type Run = {
  readonly startMs: number
  readonly readyMs: number
  readonly endMs: number
  readonly end: 'oom' | 'error' | 'none'
}

/** A pod from its creation on. What it goes through depends on nothing but its own manifest and the truth, so that it can be asked for any moment. */
export type Pod = {
  readonly name: string
  readonly replicaSet: string
  readonly node: string
  readonly stream: number
  readonly deployed: Deployed
  readonly main: DeployedContainer
  readonly createdMs: number
  /** Infinity while nothing has removed it. */
  deletedMs: number
  /** Whether any node has room for its requests. */
  readonly placed: boolean
  readonly pullable: boolean
  history(atMs: number): History
}

/** Runs, oldest first, of which `started` began at or before the moment that was asked for. Later ones do not count yet. */
export type History = { readonly runs: readonly Run[]; readonly started: number }

export type PodSetting = {
  readonly nature: Nature
  readonly deployed: Deployed
  readonly createdMs: number
  readonly name: string
  readonly replicaSet: string
}

export function mainContainer(nature: Nature, deployed: Deployed): DeployedContainer {
  const named = deployed.containers.find(({ name }) => name === nature.truth.container)
  return named ?? deployed.containers[0] ?? { name: nature.truth.container, image: '' }
}

function fits(nature: Nature, deployed: Deployed): boolean {
  const { room } = nature.truth
  let cores = 0
  let bytes = 0
  for (const container of deployed.containers) {
    cores += container.cpuRequestCores ?? 0
    bytes += container.memoryRequestBytes ?? 0
  }
  return cores <= room.cpuCores && bytes <= room.memoryBytes
}

export function createPod(setting: PodSetting): Pod {
  const { nature, deployed, name } = setting
  const stream = streamOf(deployed.namespace, name)
  const main = mainContainer(nature, deployed)
  const placed = fits(nature, deployed)
  const pullable = deployed.containers.every((container) => imageFate(nature.truth, container) !== 'missing')
  const startMs = setting.createdMs + drawn(nature.seed, stream, 2000, 5000)
  return {
    name,
    replicaSet: setting.replicaSet,
    node: `node-${1 + Math.floor(drawn(nature.seed, stream + 1, 0, 3))}`,
    stream,
    deployed,
    main,
    createdMs: setting.createdMs,
    deletedMs: Infinity,
    placed,
    pullable,
    history: placed && pullable ? historyOf({ nature, deployed, main, name, startMs }) : () => NEVER_RAN,
  }
}

type Life = {
  readonly nature: Nature
  readonly deployed: Deployed
  readonly main: DeployedContainer
  readonly name: string
  readonly startMs: number
}

/** Grows the list of runs as far as it is asked for. How it was asked never changes what it holds. */
function historyOf(life: Life): (atMs: number) => History {
  const { nature, name } = life
  const runs: Run[] = []
  let search: RunSearch | undefined
  let failures = 0
  let nextMs = life.startMs
  let knownUntilMs = -Infinity
  const start = (): RunSearch => {
    const stream = runStream(name, runs.length)
    const readyMs = nextMs + nature.truth.startUpMs * drawn(nature.seed, stream + 2, 0.8, 1.2)
    runs.push({ startMs: nextMs, readyMs, endMs: Infinity, end: 'none' })
    const { replicas } = life.deployed
    return runSearch({ nature, container: life.main, replicas, startMs: nextMs, stream })
  }
  const advance = (untilMs: number): void => {
    if (untilMs <= knownUntilMs) return
    knownUntilMs = untilMs
    while (nextMs <= untilMs) {
      search ??= start()
      const ending = search.until(untilMs)
      const open = runs.at(-1)
      if (ending === undefined || open === undefined) return
      runs[runs.length - 1] = { ...open, endMs: ending.atMs, end: ending.end }
      failures = failuresAfter(failures, ending.atMs - open.startMs)
      nextMs = ending.atMs + backOffMs(failures)
      search = undefined
    }
  }
  return (atMs) => {
    advance(atMs)
    return { runs, started: startedBy(runs, atMs) }
  }
}

function startedBy(runs: readonly Run[], atMs: number): number {
  let low = 0
  let high = runs.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((runs[middle]?.startMs ?? Infinity) <= atMs) low = middle + 1
    else high = middle
  }
  return low
}

/** The run that started last, or undefined when none has. */
export function lastRun(pod: Pod, atMs: number): Run | undefined {
  const { runs, started } = pod.history(atMs)
  return runs[started - 1]
}

export function existsAt(pod: Pod, atMs: number): boolean {
  return pod.createdMs <= atMs && atMs < pod.deletedMs
}

export function readyAt(pod: Pod, atMs: number): boolean {
  if (!existsAt(pod, atMs)) return false
  const run = lastRun(pod, atMs)
  return run !== undefined && run.readyMs <= atMs && atMs < run.endMs
}

/** When the pod is ready for the first time; Infinity when it is not within a day. */
export function firstReadyMs(pod: Pod): number {
  for (const withinMs of [DAY_MS / 288, DAY_MS / 24, DAY_MS]) {
    const horizonMs = pod.createdMs + withinMs
    const { runs, started } = pod.history(horizonMs)
    // Beyond the horizon the end of an open run is not known yet, so nothing there may decide.
    const found = runs.find((run, index) => index < started && run.readyMs <= horizonMs && run.readyMs < run.endMs)
    if (found !== undefined) return found.readyMs
  }
  return Infinity
}
