import type { Deployed } from './deployed.ts'
import { drawn, streamOf } from './noise.ts'
import { createPod, firstReadyMs, type Pod, readyAt } from './pods.ts'
import type { Nature } from './workload.ts'

/** From its moment on this is what the cluster is asked for; undefined when the workload was removed. */
export type Deployment = { readonly atMs: number; readonly deployed: Deployed | undefined }

/** One rollout: from a changed manifest to the next. */
export type Stage = {
  readonly fromMs: number
  readonly deployed: Deployed | undefined
  /** Moments at which it came further, ascending, the start first. */
  readonly progressMs: readonly number[]
  /** When the last new pod was ready; Infinity when it never is. */
  readonly completeMs: number
}

export type Timeline = { readonly nature: Nature; readonly stages: readonly Stage[]; readonly pods: readonly Pod[] }

function sameAsk(a: Deployed | undefined, b: Deployed | undefined): boolean {
  if (a === undefined || b === undefined) return a === b
  return a.templateHash === b.templateHash && a.replicas === b.replicas && a.progressDeadlineMs === b.progressDeadlineMs
}

/** Those that ask for something else than the one before. */
export function changesOf(deployments: readonly Deployment[]): readonly Deployment[] {
  return deployments.filter((one, index) => index === 0 || !sameAsk(one.deployed, deployments[index - 1]?.deployed))
}

/** Plays the rollouts of one workload one after the other. */
export function timelineOf(nature: Nature, changes: readonly Deployment[]): Timeline {
  const pods: Pod[] = []
  const stages: Stage[] = []
  for (const [index, change] of changes.entries()) {
    const untilMs = changes[index + 1]?.atMs ?? Infinity
    const alive = pods.filter((pod) => pod.deletedMs === Infinity)
    if (change.deployed === undefined) {
      remove(alive, change.atMs)
      stages.push({ fromMs: change.atMs, deployed: undefined, progressMs: [change.atMs], completeMs: change.atMs })
      continue
    }
    stages.push(roll({ nature, deployed: change.deployed, alive, pods, atMs: change.atMs, untilMs }))
  }
  return { nature, stages, pods }
}

function remove(pods: readonly Pod[], atMs: number): void {
  for (const pod of pods) pod.deletedMs = Math.min(pod.deletedMs, atMs)
}

type Rolling = {
  readonly nature: Nature
  readonly deployed: Deployed
  readonly alive: readonly Pod[]
  /** Every pod that ever was; new ones are added. */
  readonly pods: Pod[]
  readonly atMs: number
  readonly untilMs: number
}

function roll(rolling: Rolling): Stage {
  const { deployed, alive, atMs, untilMs } = rolling
  const current = alive.filter((pod) => pod.deployed.templateHash === deployed.templateHash)
  const old = alive.filter((pod) => pod.deployed.templateHash !== deployed.templateHash)
  // The Deployment controller first takes away old pods that never came up: they serve nobody.
  const useless = old.filter((pod) => firstReadyMs(pod) > atMs)
  remove(useless, atMs)
  remove(current.slice(deployed.replicas), atMs)
  const made = current.slice(0, deployed.replicas)
  replace(
    rolling,
    old.filter((pod) => !useless.includes(pod)),
    made,
  )
  const readyMs = made.map(firstReadyMs)
  const progressMs = [atMs, ...readyMs.filter((at) => at > atMs && at < untilMs)].sort((a, b) => a - b)
  const whole = made.length >= deployed.replicas
  return { fromMs: atMs, deployed, progressMs, completeMs: whole ? Math.max(atMs, ...readyMs) : Infinity }
}

/** Makes new pods and removes old ones within the surge and the unavailability that are allowed; pods that never get ready stop it there. */
function replace(rolling: Rolling, old: readonly Pod[], made: Pod[]): void {
  const { deployed, untilMs } = rolling
  const { replicas, surge, unavailable } = deployed
  let serving = old
  let now = rolling.atMs
  while (now < untilMs) {
    const notReady = made.filter((pod) => firstReadyMs(pod) > now).length
    const spare = Math.max(0, serving.length + made.length - (replicas - unavailable) - notReady)
    const going = worstFirst(serving, now).slice(0, spare)
    remove(going, now)
    serving = serving.filter((pod) => !going.includes(pod))
    const missing = Math.min(replicas - made.length, replicas + surge - serving.length - made.length)
    for (let count = 0; count < missing; count += 1) made.push(create(rolling, now))
    if (made.length >= replicas && serving.length === 0) return
    const next = Math.min(...made.map(firstReadyMs).filter((at) => at > now))
    if (next === Infinity && going.length === 0) return
    now = next
  }
}

function worstFirst(pods: readonly Pod[], atMs: number): Pod[] {
  return [...pods.filter((pod) => !readyAt(pod, atMs)), ...pods.filter((pod) => readyAt(pod, atMs))]
}

function create({ nature, deployed, pods }: Rolling, createdMs: number): Pod {
  const replicaSet = `${deployed.name}-${deployed.templateHash}`
  const suffix = streamOf(deployed.namespace, replicaSet, pods.length, nature.seed)
    .toString(36)
    .padStart(5, '0')
    .slice(0, 5)
  const name = `${replicaSet}-${suffix}`
  const pod = createPod({
    nature,
    deployed,
    createdMs: createdMs + drawn(nature.seed, streamOf(name), 0, 800),
    name,
    replicaSet,
  })
  pods.push(pod)
  return pod
}

export function stageAt(timeline: Timeline, atMs: number): Stage | undefined {
  return timeline.stages.findLast((stage) => stage.fromMs <= atMs)
}

/** Whether the rollout has made no progress for longer than its deadline. */
export function deadlinePassed(stage: Stage, atMs: number): boolean {
  if (stage.deployed === undefined || atMs >= stage.completeMs) return false
  const last = stage.progressMs.findLast((at) => at <= atMs) ?? stage.fromMs
  return atMs - last > stage.deployed.progressDeadlineMs
}
