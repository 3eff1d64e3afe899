import type { ControllerDeps, TickReport } from '../controller/index.ts'
import { KintsugiError } from '../domain/index.ts'
import type { Clock } from '../ports/index.ts'
import type { Arguments } from './arguments.ts'
import type { Context, ExitCode, Option, Verb } from './verb.ts'

/** What `run` and `plan` look at. */
export const WORLD_OPTIONS: readonly Option[] = [
  { name: 'prometheus', value: 'URL', says: 'root of the Prometheus API' },
  { name: 'token-file', value: 'FILE', says: 'bearer token for Prometheus, read again whenever it changes' },
  { name: 'ca-file', value: 'FILE', says: 'authorities that Prometheus is trusted by' },
  { name: 'repo', value: 'BARE_REPO', says: 'bare GitOps repository: proposals become branches and refs in it' },
  {
    name: 'application',
    value: 'FILE',
    repeatable: true,
    says: 'Argo CD Application; those in the repository where none is named',
  },
  { name: 'policies', value: 'PATH', repeatable: true, says: 'file or folder of SelfHealingPolicies' },
  { name: 'config', value: 'FILE', says: 'operator configuration; without one, every mode above propose is off' },
  { name: 'at', value: 'TIME', says: 'look at this moment (ISO 8601) instead of now' },
  { name: 'simulation', value: 'DIR', says: 'a world made by kintsugi demo, instead of a real one' },
]

export const run: Verb = {
  name: 'run',
  summary: 'watch, propose, merge where a policy allows it, verify, and take back what did harm',
  examples: [
    {
      says: 'what would it do now? Nothing is written',
      command: 'kintsugi run --once --dry-run --prometheus http://127.0.0.1:9090 --repo shop.git --policies policies/',
    },
    {
      says: 'one look, with proposals as branches of a clone',
      command: 'kintsugi run --once --write --prometheus http://127.0.0.1:9090 --repo shop.git --policies policies/',
    },
  ],
  options: [
    { name: 'once', says: 'look once and end' },
    { name: 'dry-run', says: 'compute everything and write nothing (the default)' },
    { name: 'write', says: 'write branches and proposals' },
    ...WORLD_OPTIONS,
  ],
  async run(context) {
    const { args } = context
    if (args.has('write') && args.has('dry-run'))
      throw new KintsugiError('KIN-1001', '--write and --dry-run exclude each other.')
    const opened = await open(context, args.has('write') ? 'perform' : 'observe')
    try {
      return args.has('once') ? await once(context, opened) : await watch(context, opened)
    } finally {
      await opened.close()
    }
  },
}

export type Opened = { readonly deps: ControllerDeps; readonly clock: Clock; close(): Promise<void> }

/** Wires the controller to the world that the flags name. */
export async function open({ args, io }: Context, writes: ControllerDeps['writes']): Promise<Opened> {
  const { chartsOf, controllerDeps, readConfig, readPolicies } = await import('./compose/controller.ts')
  const charts = await chartsOf(io.env)
  const policies = await readPolicies(args.list('policies'), io.cwd, 'operator')
  const configFile = args.text('config')
  const config = configFile === undefined ? undefined : await readConfig(configFile, io.cwd)
  const simulation = args.text('simulation')
  if (simulation !== undefined) {
    const { simulatedParts } = await import('./compose/simulated-parts.ts')
    const { clock, ...parts } = await simulatedParts(simulation, io.cwd, charts, config)
    return { deps: controllerDeps({ ...parts, policies, charts, writes }), clock, close: async () => undefined }
  }
  const { openRealWorld } = await import('./compose/real-world.ts')
  const atMs = momentOf(args)
  const [tokenFile, caFile] = [args.text('token-file'), args.text('ca-file')]
  const world = await openRealWorld({
    cwd: io.cwd,
    prometheus: needed(args, 'prometheus'),
    repo: needed(args, 'repo'),
    applications: args.list('application'),
    ...(tokenFile === undefined ? {} : { tokenFile }),
    ...(caFile === undefined ? {} : { caFile }),
    ...(config === undefined ? {} : { config }),
    ...(atMs === undefined ? {} : { atMs }),
  })
  return { deps: controllerDeps({ ...world, policies, charts, writes }), clock: world.clock, close: world.close }
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

async function once({ terminal }: Context, { deps, clock }: Opened): Promise<ExitCode> {
  const { emptyMemory, reconcile } = await import('../controller/index.ts')
  const { printTick, tickDocument } = await import('./tick-report.ts')
  const { everyMs } = deps.config.tick
  const report = await reconcile(deps, emptyMemory(), Math.floor(clock.now() / everyMs) * everyMs)
  if (terminal.asJson) terminal.json(tickDocument(report))
  else printTick(report, terminal)
  return exitOf(report)
}

/** Prometheus answering nothing at all is no health: the caller is told. */
export function exitOf(report: TickReport): ExitCode {
  const failed = report.unknown.filter((one) => one.why === 'query-failed').length
  return failed > 0 && report.quiet.length === 0 && report.lanes.length === 0 ? 6 : 0
}

async function watch({ terminal }: Context, { deps, clock }: Opened): Promise<ExitCode> {
  const { emptyMemory, loop } = await import('../controller/index.ts')
  const { printTick, tickDocument } = await import('./tick-report.ts')
  const { formatError } = await import('../domain/index.ts')
  const stop = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort())
  const events = {
    ticked: (report: TickReport) => {
      if (terminal.asJson) terminal.event(tickDocument(report))
      else printTick(report, terminal)
    },
    failed: (error: unknown) => {
      terminal.note(
        error instanceof KintsugiError
          ? formatError(error)
          : `KIN-9001 ${error instanceof Error ? error.message : String(error)}`,
      )
    },
  }
  await loop(deps, emptyMemory(), clock, events, stop.signal)
  return 0
}
