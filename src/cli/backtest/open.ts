import { resolve } from 'node:path'
import { noCluster, systemClock } from '../../adapters/files/index.ts'
import { unappliedForge } from '../../adapters/local/index.ts'
import type { PrometheusMetrics } from '../../adapters/prometheus/index.ts'
import { openRecording, type Recorder, type Recording, recordInto } from '../../adapters/recording/index.ts'
import { configError, defaultConfig } from '../../config.ts'
import type { ControllerDeps } from '../../controller/index.ts'
import { historySignals, tickSignals } from '../../detection/index.ts'
import {
  type Config,
  KintsugiError,
  OWN_MODELS,
  type OwnModelId,
  type Policy,
  type SignalId,
} from '../../domain/index.ts'
import type { Clock, Metrics } from '../../ports/index.ts'
import type { Arguments } from '../arguments.ts'
import { chartsOf, controllerDeps, readConfig, readPolicies } from '../compose/controller.ts'
import { jobsOf, type MetricsOptions, metricsOf, onlyCluster } from '../compose/metrics.ts'
import { once, openRealWorld } from '../compose/real-world.ts'
import { durationOf, untilOf } from '../detect/range.ts'
import type { Context } from '../verb.ts'
import { DECLARED_URL, DeclaredCluster } from './declared.ts'
import { readAhead } from './read-ahead.ts'

/** A past that is ready to be walked through. */
export type Past = {
  readonly deps: ControllerDeps
  /** The first moment that is looked at, and the last. */
  readonly fromMs: number
  readonly untilMs: number
  readonly everyMs: number
  /** Whether targets are lines of a repository, or only fields and values. */
  readonly source: 'repository' | 'metrics'
  readonly models: readonly OwnModelId[]
  /** Moves the clock, and what depends on it, to a moment. */
  moveTo(nowMs: number): Promise<void>
  /** Ends a recording, where one is made. */
  finish(): Promise<void>
  close(): Promise<void>
}

const DAY_MS = 86_400_000
const SINCE_MS = 30 * DAY_MS
/** A year of minutes takes hours. */
const MOST_TICKS = 525_600
/** A range of days may take Prometheus longer than those that the service asks for. */
const TIMEOUT_MS = 60_000

/** Wires the controller to the past that the flags name. Throws KIN-1001, KIN-1002, KIN-1006, KIN-2001, KIN-2002 and KIN-4002. */
export async function openPast(context: Context): Promise<Past> {
  const { args, io } = context
  const [recorded, record] = [args.text('recorded'), args.text('record')]
  if (recorded === undefined && !args.has('prometheus') && !args.has('config'))
    throw new KintsugiError('KIN-1001', 'backtest needs --prometheus URL, or --recorded DIR.')
  if (recorded !== undefined && (record !== undefined || args.has('prometheus')))
    throw new KintsugiError('KIN-1001', '--recorded is in the place of --prometheus and --record.')
  const policies = await policiesOf(args, io.cwd)
  const models = modelsOf(args.text('models'))
  const configFile = args.text('config')
  const told = configFile === undefined ? undefined : await readConfig(configFile, io.cwd)
  const recording = recorded === undefined ? undefined : await openRecording(resolve(io.cwd, recorded))
  const recorder = record === undefined ? undefined : await recordInto(resolve(io.cwd, record))
  const clock = movable()
  const range = rangeOf(args, told ?? defaultConfig('default'), recording)
  const metrics = metricsThrough(recording, recorder, range.untilMs)
  const parts = { context, told, clock, metrics }
  const world = args.text('repo') === undefined ? await withoutSource(parts) : await withSource(parts)
  const config = pastConfig(world.config, models)
  const charts = await chartsOf(io.env, config.renderer)
  const stops = { paused: async () => false, frozen: async () => false }
  return {
    deps: controllerDeps({ ...world, config, policies: world.policies(policies), charts, writes: 'perform', stops }),
    ...range,
    source: world.source,
    models,
    moveTo: async (nowMs) => {
      clock.nowMs = nowMs
      await world.declare(nowMs)
    },
    finish: async () => recorder?.finish(range),
    close: () => world.close(),
  }
}

async function policiesOf(args: Arguments, cwd: string): Promise<readonly Policy[]> {
  const paths = args.list('policies')
  if (paths.length === 0 && args.has('repo')) return []
  if (paths.length === 0) throw new KintsugiError('KIN-1001', '--policies is missing; only a --repo may have its own.')
  const policies = await readPolicies(paths, cwd, 'operator')
  if (policies.length > 0) return policies
  throw new KintsugiError('KIN-2002', `${paths.join(', ')}: there is no SelfHealingPolicy`)
}

function modelsOf(text: string | undefined): readonly OwnModelId[] {
  if (text === undefined) return ['isolation-forest']
  if (text === 'off') return []
  if (text === 'all') return OWN_MODELS
  const names = text.split(',')
  const known = OWN_MODELS.filter((one) => names.includes(one))
  if (known.length === names.length) return known
  throw new KintsugiError('KIN-1001', `--models is off, all, or some of ${OWN_MODELS.join(',')}, not "${text}".`)
}

type Movable = Clock & { nowMs: number }

function movable(): Movable {
  const clock = { nowMs: 0, now: () => clock.nowMs, sleep: async () => undefined }
  return clock
}

type Range = Pick<Past, 'fromMs' | 'untilMs' | 'everyMs'>

/** On the grid of ticks, both ends included. */
function rangeOf(args: Arguments, { tick }: Config, recording: Recording | undefined): Range {
  const everyMs = durationOf(args, 'every') ?? tick.everyMs
  const wantedMs = untilOf(args) ?? recording?.untilMs ?? systemClock.now()
  const since = durationOf(args, 'since')
  const beganMs = since === undefined && recording !== undefined ? recording.fromMs : wantedMs - (since ?? SINCE_MS)
  const untilMs = Math.floor(wantedMs / everyMs) * everyMs
  const fromMs = Math.ceil(beganMs / everyMs) * everyMs
  if (recording !== undefined && (fromMs < recording.fromMs || untilMs > recording.untilMs))
    throw new KintsugiError(
      'KIN-1006',
      `the recording is of ${instant(recording.fromMs)} to ${instant(recording.untilMs)}, and asked is ${instant(fromMs)} to ${instant(untilMs)}`,
    )
  const ticks = (untilMs - fromMs) / everyMs
  if (ticks < 0) throw new KintsugiError('KIN-1001', 'the range is shorter than a tick.')
  if (ticks > MOST_TICKS)
    throw new KintsugiError('KIN-1001', `the range has ${ticks} ticks; ${MOST_TICKS} are the most: shorten --since.`)
  return { fromMs, untilMs, everyMs }
}

function instant(ms: number): string {
  return new Date(ms).toISOString()
}

/** What a tick reads, and what the models read: jobs too, which are asked for only where something was found. */
const SETS: readonly (readonly SignalId[])[] = [tickSignals, [...historySignals, 'job-active']]

type ThroughPast = (live: () => PrometheusMetrics, cluster: string) => Metrics

function metricsThrough(
  recording: Recording | undefined,
  recorder: Recorder | undefined,
  untilMs: number,
): ThroughPast {
  return (live, cluster) => {
    const source = recording?.metrics(cluster) ?? live()
    return readAhead(recorder?.over(source) ?? source, untilMs, SETS)
  }
}

/** What of a configuration holds for the past: who is stopped, asked or told now says nothing of it. */
function pastConfig(config: Config, models: readonly OwnModelId[]): Config {
  return {
    ...config,
    pause: [],
    freezes: [],
    onboarding: { ...config.onboarding, enabled: false },
    dashboard: { enabled: false },
    detection: { ...config.detection, models, kserve: [], healing: { enabled: false } },
  }
}

type Parts = {
  readonly context: Context
  readonly told: Config | undefined
  readonly clock: Clock
  readonly metrics: ThroughPast
}

function metricsOptions({ args, io }: Context): MetricsOptions {
  const [prometheus, tokenFile, caFile] = [args.text('prometheus'), args.text('token-file'), args.text('ca-file')]
  return {
    cwd: io.cwd,
    env: io.env,
    timeoutMs: TIMEOUT_MS,
    jobs: { cadvisor: args.list('cadvisor-job'), kubeStateMetrics: args.list('kube-state-metrics-job') },
    ...(prometheus !== undefined && { prometheus }),
    ...(tokenFile !== undefined && { tokenFile }),
    ...(caFile !== undefined && { caFile }),
  }
}

async function withSource({ context, told, clock, metrics }: Parts) {
  const { args } = context
  const world = await openRealWorld({
    ...metricsOptions(context),
    repo: args.text('repo') ?? '',
    urls: args.list('url'),
    applications: args.list('application'),
    readOnly: true,
    past: { clock, metrics },
    ...(told !== undefined && { config: told }),
  })
  const policies = (all: readonly Policy[]) => all
  return { ...world, source: 'repository' as const, policies, declare: async () => undefined }
}

/** Without a repository, the cluster's own word of what is declared stands in for it. */
async function withoutSource({ context, told, clock, metrics: through }: Parts) {
  for (const flag of ['application', 'url'] as const)
    if (context.args.list(flag).length > 0) throw new KintsugiError('KIN-1001', `--${flag} needs --repo.`)
  const config = told === undefined ? unboundConfig() : declaredConfig(told)
  const options = metricsOptions(context)
  const live = once(() => metricsOf(config, jobsOf(config, options.jobs), options, clock))
  const cluster = onlyCluster(config).name
  const metrics = through(live.get, cluster)
  const forge = await unappliedForge({ url: DECLARED_URL, branchPrefix: 'kintsugi', clock })
  const declared = new DeclaredCluster(metrics, forge, config.tick)
  return {
    config,
    site: { metrics, cluster: noCluster(cluster), gitops: declared.gitops(cluster) },
    repositories: [{ urls: [DECLARED_URL], forge }],
    source: 'metrics' as const,
    policies: (all: readonly Policy[]) => all.map(withoutPaths),
    declare: (nowMs: number) => declared.at(nowMs),
    close: async () => live.made()?.close(),
  }
}

/** Paths are those of a repository. */
function withoutPaths(policy: Policy): Policy {
  return { ...policy, pullRequest: { ...policy.pullRequest, allowedPaths: [] } }
}

function unboundConfig(): Config {
  const binding = { cluster: 'default', repositories: [DECLARED_URL], baseBranches: ['main'], paths: ['**'] }
  return defaultConfig('default', { bindings: [binding] })
}

/** The namespaces of the bindings hold; their repositories, branches and paths are not there to be held against. */
function declaredConfig(config: Config): Config {
  if (config.bindings.length === 0) throw configError(config, ['bindings'], 'bindings binds nothing')
  return {
    ...config,
    forges: [],
    environments: [],
    bindings: config.bindings.map(({ project: _, ...binding }) => ({
      ...binding,
      repositories: [DECLARED_URL],
      baseBranches: ['main'],
      paths: ['**'],
    })),
  }
}
