import type { ControllerDeps, Keeping, TickReport } from '../controller/index.ts'
import { type Config, ERRORS, formatError, KintsugiError } from '../domain/index.ts'
import type { Clock, ClusterHistory, OutsideModel } from '../ports/index.ts'
import type { Arguments } from './arguments.ts'
import type { Stops } from './compose/stops.ts'
import { JOB_OPTIONS } from './job-options.ts'
import { styled } from './style.ts'
import type { Terminal } from './terminal.ts'
import type { Context, ExitCode, Option } from './verb.ts'

/** What `run` and `plan` look at. */
export const WORLD_OPTIONS: readonly Option[] = [
  { name: 'prometheus', value: 'URL', says: 'root of the Prometheus API' },
  { name: 'token-file', value: 'FILE', says: 'bearer token for Prometheus, read again whenever it changes' },
  { name: 'ca-file', value: 'FILE', says: 'authorities that Prometheus is trusted by' },
  ...JOB_OPTIONS,
  { name: 'repo', value: 'BARE_REPO', says: 'bare GitOps repository: proposals become branches and refs in it' },
  {
    name: 'application',
    value: 'FILE',
    repeatable: true,
    says: 'Argo CD Application; those in the repository where none is named',
  },
  {
    name: 'url',
    value: 'URL',
    repeatable: true,
    says: 'the repoURL by which Applications name --repo; where not told, its origin, or the only one they name',
  },
  { name: 'policies', value: 'PATH', repeatable: true, says: 'file or folder of SelfHealingPolicies' },
  {
    name: 'config',
    value: 'FILE',
    says: 'operator configuration; without one, every mode above propose is off. With a GitHub in it, --repo is left out',
  },
  { name: 'at', value: 'TIME', says: 'look at this past moment (ISO 8601) instead of now; never with --write' },
  { name: 'simulation', value: 'DIR', says: 'a world made by kintsugi demo, instead of a real one' },
]

/** What is known of a real world beside what the controller needs: for messages. */
export type Surroundings = {
  readonly repo: string
  /** `namespace/name` of the Applications at hand. */
  readonly applications: readonly string[]
  readonly jobs: { readonly cadvisor: readonly string[]; readonly kubeStateMetrics: readonly string[] }
}

export type Opened = {
  readonly deps: ControllerDeps
  readonly stops: Stops
  /** Where fitted models are kept for later processes; nowhere in a simulated world. */
  readonly keeping?: Keeping
  readonly clock: Clock
  /** Models outside that have a vote. */
  readonly outside: readonly OutsideModel[]
  /** The metrics of the cluster as a whole; absent in a simulated world. */
  readonly history?: () => ClusterHistory
  /** Absent in a simulated world. */
  readonly around?: Surroundings
  /** Throws KIN-3001 to KIN-3004 when Prometheus does not answer; notes a clock that differs. */
  check(terminal: Terminal): Promise<void>
  close(): Promise<void>
}

const MOST_SKEW_MS = 60_000

/** Wires the controller to the world that the flags name. A real one may be fitted on beside the ticks; a simulated one waits. */
export async function open(
  { args, io, terminal }: Context,
  writes: ControllerDeps['writes'],
  fits?: ControllerDeps['fits'],
): Promise<Opened> {
  const { chartsOf, controllerDeps, readConfig, readPolicies } = await import('./compose/controller.ts')
  const { stopsOf } = await import('./compose/stops.ts')
  const { outsideModels } = await import('./compose/outside.ts')
  const { keepingOf } = await import('./compose/kept-models.ts')
  const atMs = momentOf(args)
  const policies = await readPolicies(args.list('policies'), io.cwd, 'operator')
  const configFile = args.text('config')
  const config = configFile === undefined ? undefined : await readConfig(configFile, io.cwd)
  for (const text of unused(config)) terminal.note(styled('yellow', text))
  const charts = await chartsOf(io.env, config?.renderer)
  const simulation = args.text('simulation')
  if (simulation !== undefined) {
    const { simulatedParts } = await import('./compose/simulated-parts.ts')
    const { clock, ...parts } = await simulatedParts(simulation, io.cwd, charts, config)
    const stops = stopsOf(parts.config, io)
    const outside = outsideModels(parts.config, io, clock)
    const deps = controllerDeps({ ...parts, policies, charts, writes, stops, outside })
    return { deps, stops, clock, outside, check: async () => undefined, close: () => closeAll(outside) }
  }
  const note = (text: string): void => terminal.note(text)
  const world = await realWorld({ args, io, config, readOnly: writes === 'observe', atMs, note })
  const stops = stopsOf(world.config, { ...io, ...(world.configMap && { configMap: world.configMap }) })
  const outside = outsideModels(world.config, io, world.clock)
  return {
    deps: controllerDeps({
      ...world,
      config: fits === undefined ? forOneLook(world.config) : world.config,
      policies,
      charts,
      writes,
      stops,
      outside,
      ...(fits && { fits }),
    }),
    stops,
    keeping: keepingOf(world.config, io.env),
    clock: world.clock,
    outside,
    history: world.history,
    ...(world.around && { around: { ...world.around, applications: world.applications, jobs: world.jobs } }),
    check: async (terminal) => {
      const answer = await world.reach()
      if (!answer.reached) throw new KintsugiError(answer.code, answer.problem)
      if (atMs === undefined && Math.abs(answer.skewMs) > MOST_SKEW_MS)
        terminal.note(`the clock of Prometheus is ${Math.round(answer.skewMs / 1000)} s ahead of this one`)
    },
    close: async () => {
      await Promise.all([world.close(), closeAll(outside)])
    },
  }
}

async function closeAll(models: readonly OutsideModel[]): Promise<void> {
  await Promise.all(models.map((model) => model.close()))
}

/** All models take some seconds per workload, which nobody waits for at a single look: it asks the one that is fitted within a second. */
export function forOneLook(config: Config): Config {
  const { models } = config.detection
  if (!models.includes('isolation-forest')) return config
  return { ...config, detection: { ...config.detection, models: ['isolation-forest'] } }
}

/** What is written in the configuration and comes to nothing yet: nobody should wait for a message that is not sent. */
export function unused(config: Config | undefined): readonly string[] {
  const names = (config?.receivers ?? []).map(({ name }) => name)
  return names.length === 0 ? [] : [`receivers: this version sends nothing to any receiver (${names.join(', ')})`]
}

type RealArguments = {
  readonly args: Arguments
  readonly io: Context['io']
  readonly config: Config | undefined
  readonly readOnly: boolean
  readonly atMs: number | undefined
  readonly note: (text: string) => void
}

/** The repositories of the configuration's GitHubs, or the bare one that --repo names. */
async function realWorld({ args, io, config, readOnly, atMs, note }: RealArguments) {
  const [prometheus, tokenFile, caFile] = [args.text('prometheus'), args.text('token-file'), args.text('ca-file')]
  const asked = {
    cwd: io.cwd,
    env: io.env,
    applications: args.list('application'),
    jobs: { cadvisor: args.list('cadvisor-job'), kubeStateMetrics: args.list('kube-state-metrics-job') },
    readOnly,
    ...(prometheus !== undefined && { prometheus }),
    ...(tokenFile !== undefined && { tokenFile }),
    ...(caFile !== undefined && { caFile }),
    ...(atMs !== undefined && { atMs }),
  }
  const onGithub = config?.forges.some(({ kind }) => kind === 'github') === true
  if (config !== undefined && onGithub && args.text('repo') === undefined) {
    const { openGithubWorld } = await import('./compose/github-world.ts')
    const { githubDoor } = await import('./compose/github-door.ts')
    const door = githubDoor({ cwd: io.cwd, env: io.env, notice: note })
    return { ...(await openGithubWorld({ ...asked, config, door })), around: undefined }
  }
  if (config === undefined && prometheus === undefined) needed(args, 'prometheus')
  const repo = needed(args, 'repo')
  const { openRealWorld } = await import('./compose/real-world.ts')
  const world = await openRealWorld({ ...asked, repo, urls: args.list('url'), ...(config !== undefined && { config }) })
  return { ...world, around: { repo }, configMap: undefined }
}

function needed(args: Arguments, name: string): string {
  const value = args.text(name)
  if (value === undefined) throw new KintsugiError('KIN-1001', `--${name} is missing.`)
  return value
}

function momentOf(args: Arguments): number | undefined {
  const text = args.text('at')
  if (text === undefined) return undefined
  const atMs = Date.parse(text)
  if (!Number.isFinite(atMs)) throw new KintsugiError('KIN-1001', `--at ${text} is not a moment in ISO 8601.`)
  return atMs
}

/** One look at everything, at the newest moment of the grid of ticks. */
export async function lookOnce({ terminal }: Context, { deps, clock, check, keeping }: Opened): Promise<TickReport> {
  await check(terminal)
  const { emptyMemory, reconcile } = await import('../controller/index.ts')
  const { everyMs } = deps.config.tick
  const nowMs = Math.floor(clock.now() / everyMs) * everyMs
  return terminal.during('looking at metrics and Git', () => reconcile(deps, emptyMemory(keeping), nowMs))
}

/** What a look without a single sample means; undefined where a workload was seen. Lanes may be known from Git alone. */
export function blindness({ quiet, lanes, unknown }: TickReport): 'failed' | 'empty' | undefined {
  if (quiet.length > 0 || lanes.some((lane) => lane.diagnosis !== undefined)) return undefined
  return unknown.some((one) => one.why === 'query-failed') ? 'failed' : 'empty'
}

/** Queries that failed, and not one sample of anything: that is an outage, and the caller is told, as of a lane that was cut short. */
export function exitOf(report: TickReport): ExitCode {
  if (blindness(report) === 'failed') return 6
  const [first] = report.failed
  return first === undefined ? 0 : ERRORS[first.error.code].exit
}

/** Says on stderr which lanes were cut short, and why. */
export function sayFailed(report: TickReport, terminal: Terminal): void {
  for (const { lane, error } of report.failed) {
    terminal.note(styled('red', formatError(error)), styled('dim', `  (${lane}, looked at anew in the next tick)`))
  }
}

/** Says what is wrong with the journal, or why there is none, where that was not said last; gives what is said now. */
export function sayAudit({ audit }: TickReport, said: string | undefined, terminal: Terminal): string | undefined {
  const says = audit?.says
  if (says !== undefined && says !== said) terminal.note(styled('yellow', says))
  return says
}

/** Which models outside did not answer the last time, and why. */
export function outsideProblems(models: readonly OutsideModel[]): readonly string[] {
  return models.flatMap((model) => model.says() ?? [])
}
