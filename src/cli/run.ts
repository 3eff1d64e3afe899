import type { ControllerDeps, TickReport } from '../controller/index.ts'
import { formatError, KintsugiError } from '../domain/index.ts'
import type { Arguments } from './arguments.ts'
import type { Context, ExitCode, Verb } from './verb.ts'
import { exitOf, lookOnce, type Opened, open, outsideProblems, sayAudit, sayFailed, WORLD_OPTIONS } from './world.ts'

export const run: Verb = {
  name: 'run',
  summary: 'watch, propose, merge where a policy allows it, verify, and take back what did harm',
  examples: [
    {
      says: 'what would it do now? Nothing is written. Prometheus has to know at least 10 minutes of a workload: see tick.warmUp',
      command: 'kintsugi run --once --dry-run --prometheus http://127.0.0.1:9090 --repo shop.git --policies policies/',
    },
    {
      says: 'one look, with proposals as branches of a bare clone (git clone --bare)',
      command: 'kintsugi run --once --write --prometheus http://127.0.0.1:9090 --repo shop.git --policies policies/',
    },
    {
      says: 'with an Application that is not in the repository',
      command:
        'kintsugi run --once --prometheus http://127.0.0.1:9090 --repo shop.git --application cart.yaml --policies policies/',
    },
    {
      says: 'the service: GitHub, Prometheus and Argo CD of a configuration, with webhooks where it names them',
      command: 'kintsugi run --write --config kintsugi.yaml',
    },
  ],
  options: [
    { name: 'once', says: 'look once and end' },
    { name: 'dry-run', says: 'compute everything and write nothing (the default)' },
    { name: 'write', says: 'write branches and proposals' },
    ...WORLD_OPTIONS,
  ],
  async run(context) {
    const beside = context.args.has('once') ? undefined : 'beside'
    const opened = await open(context, writesOf(context.args), beside)
    try {
      return context.args.has('once') ? await once(context, opened) : await watch(context, opened)
    } finally {
      await opened.close()
    }
  },
}

/** What stands still in the past can neither be watched nor mended: Git of today is no answer to metrics of then. */
function writesOf(args: Arguments): ControllerDeps['writes'] {
  const write = args.has('write')
  if (write && args.has('dry-run')) throw new KintsugiError('KIN-1001', '--write and --dry-run exclude each other.')
  const past = args.text('at') !== undefined
  if (past && write) throw new KintsugiError('KIN-1001', '--at looks at the past, so it excludes --write.')
  if (past && !args.has('once')) throw new KintsugiError('KIN-1001', '--at needs --once.')
  return write ? 'perform' : 'observe'
}

async function once(context: Context, opened: Opened): Promise<ExitCode> {
  const { terminal } = context
  const report = await lookOnce(context, opened)
  const { advise } = await import('./tick-advice.ts')
  const { printTick, tickDocument } = await import('./tick-report.ts')
  if (terminal.asJson) terminal.json(tickDocument(report))
  else printTick(report, terminal)
  sayFailed(report, terminal)
  sayAudit(report, undefined, terminal)
  for (const text of outsideProblems(opened.outside)) terminal.note(text)
  if (opened.deps.writes === 'perform') await writeOut(opened)
  advise(report, opened, terminal)
  return exitOf(report)
}

async function writeOut({ deps, clock }: Opened): Promise<void> {
  const { closeAudit } = await import('../controller/index.ts')
  await closeAudit(deps, clock.now())
}

async function watch(
  { terminal, io }: Context,
  { deps, clock, stops, outside, history, keeping }: Opened,
): Promise<ExitCode> {
  const { emptyMemory, loop, modelState, waker } = await import('../controller/index.ts')
  const { startServices } = await import('./compose/services.ts')
  const { printTick, tickDocument } = await import('./tick-report.ts')
  const stop = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => stop.abort())
  const bell = waker()
  const note = (text: string): void => terminal.note(text)
  const memory = emptyMemory(keeping)
  const models = () => modelState(memory, clock.now())
  const services = await startServices({ config: deps.config, cwd: io.cwd, env: io.env, wake: bell.wake, note, models })
  const kserve = await served(deps, clock, history, io.cwd, note).catch(async (error: unknown) => {
    await services.close()
    throw error
  })
  const { outsideVoters } = await import('./compose/outside.ts')
  for (const text of [...services.says, ...outsideVoters(deps.config)]) note(text)
  let said: string | undefined
  const sayStops = anew(note)
  const sayOutside = anew(note)
  const events = {
    ticked: (report: TickReport) => {
      services.ticked(report)
      if (terminal.asJson) terminal.event(tickDocument(report))
      else printTick(report, terminal)
      sayFailed(report, terminal)
      said = sayAudit(report, said, terminal)
      sayStops(stops.says())
      sayOutside(outsideProblems(outside))
    },
    failed: (error: unknown) => {
      services.failed()
      terminal.note(
        error instanceof KintsugiError
          ? formatError(error)
          : `KIN-9001 ${error instanceof Error ? error.message : String(error)}`,
      )
    },
  }
  try {
    await loop(deps, memory, clock, events, stop.signal, bell)
  } finally {
    await Promise.all([services.close(), kserve?.close()])
  }
  return 0
}

/** Our models behind KServe's protocol, where the configuration asks for it. */
async function served(
  { config, compute }: ControllerDeps,
  clock: Opened['clock'],
  history: Opened['history'],
  cwd: string,
  note: (text: string) => void,
) {
  if (config.kserve === undefined) return undefined
  const { startKserve } = await import('./compose/kserve.ts')
  const server = await startKserve({ config, cwd, history: history?.(), compute, clock, note })
  const open = config.kserve.tokenFile === undefined ? ', open to whoever reaches it: kserve.tokenFile is not set' : ''
  if (server !== undefined) note(`models over KServe V1 on ${server.url}/v1/models${open}`)
  return server
}

/** Says what was not said the last time. */
function anew(note: (text: string) => void): (texts: readonly string[]) => void {
  let before: readonly string[] = []
  return (texts) => {
    for (const text of texts) if (!before.includes(text)) note(text)
    before = texts
  }
}
