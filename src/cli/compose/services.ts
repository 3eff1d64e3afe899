import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { outboundFetch, proxiesOf } from '../../adapters/outbound/index.ts'
import { configError } from '../../config.ts'
import type { ModelState, TickReport } from '../../controller/index.ts'
import { type Config, formatDuration, type GithubConfig, type JsonPath, KintsugiError } from '../../domain/index.ts'
import {
  type Metric,
  type ServiceServer,
  serviceServer,
  type WebhookServer,
  webhookServer,
} from '../../server/index.ts'

export type Services = {
  /** Where something listens, for people. */
  readonly says: readonly string[]
  ticked(report: TickReport): void
  failed(): void
  close(): Promise<void>
}

export type ServicesOptions = {
  readonly config: Config
  readonly cwd: string
  /** Where the proxies are named. */
  readonly env: Readonly<Record<string, string | undefined>>
  /** Called by whatever says "look again". */
  readonly wake: () => void
  /** Told of what goes wrong beside the loop. */
  readonly note: (text: string) => void
  /** Epoch milliseconds; the clock of this machine where left out. */
  readonly now?: () => number
  /** What the models take now. */
  readonly models?: () => ModelState
}

const SWEEP_MS = 30 * 60_000

/** What listens beside the loop, as far as the configuration asks for it: health and metrics, and webhooks. Throws KIN-2001 without a real secret. */
export async function startServices({
  config,
  cwd,
  env,
  wake,
  note,
  models,
  now = Date.now,
}: ServicesOptions): Promise<Services> {
  const seen = { ticks: 0, failures: 0, lanes: 0, failedLanes: 0, silenced: 0, lastMs: 0, endedMs: now() }
  const webhooks = await webhooksOf(config, cwd, env, wake)
  const service = await serviceOf(config, seen, { webhooks, now, models })
  const sweep = webhooks && setInterval(() => redeliver(webhooks, note), SWEEP_MS)
  sweep?.unref()
  return {
    says: [
      ...(service === undefined ? [] : [`health and metrics on ${service.url}`]),
      ...(webhooks === undefined ? [] : [`webhooks on ${webhooks.url}${config.webhooks?.path ?? ''}`]),
    ],
    ticked: ({ atMs, lanes, failed, silenced }) => {
      seen.ticks += 1
      seen.lanes = lanes.length
      seen.failedLanes += failed.length
      seen.silenced = silenced.length
      seen.lastMs = atMs
      seen.endedMs = now()
    },
    failed: () => {
      seen.failures += 1
      seen.endedMs = now()
    },
    close: async () => {
      clearInterval(sweep)
      await Promise.all([service?.close(), webhooks?.close()])
    },
  }
}

function redeliver(webhooks: WebhookServer, note: (text: string) => void): void {
  webhooks.redeliver(Date.now()).then(
    (again) => {
      if (again.length > 0) note(`webhooks: asked GitHub for ${again.length} deliveries that had failed`)
    },
    // What GitHub answers may hold anything; the next tick sees the same things without it.
    () => note('webhooks: failed deliveries could not be asked for'),
  )
}

/** Webhooks are those of the one GitHub that has a secret: the configuration allows no second. */
async function webhooksOf(
  config: Config,
  cwd: string,
  env: ServicesOptions['env'],
  wake: () => void,
): Promise<WebhookServer | undefined> {
  const { webhooks } = config
  const at = config.forges.findIndex(({ github }) => github?.webhookSecretFile !== undefined)
  const github = config.forges[at]?.github
  if (webhooks === undefined || github?.webhookSecretFile === undefined) return undefined
  const { appId, apiUrl, webhookSecretFile, webhookPreviousSecretFile: previous } = github
  const privateKey = placed(config, ['forges', at, 'privateKeyFile'], () => privateKeyOf(github, cwd))
  const proxied = outboundFetch(proxiesOf(env))
  const server = webhookServer({
    ...webhooks.listen,
    path: webhooks.path,
    app: { appId, privateKey, baseUrl: apiUrl, fetch: proxied },
    secrets: {
      file: resolve(cwd, webhookSecretFile),
      ...(previous !== undefined && { previousFile: resolve(cwd, previous) }),
    },
    onNudge: wake,
  })
  return server.catch((error: unknown) => {
    throw withPlace(config, ['forges', at, 'webhookSecretFile'], error)
  })
}

function placed<T>(config: Config, path: JsonPath, read: () => T): T {
  try {
    return read()
  } catch (error) {
    throw withPlace(config, path, error)
  }
}

/** What is wrong with a file that the configuration names, said where it names it. */
function withPlace(config: Config, path: JsonPath, error: unknown): unknown {
  const told = error instanceof KintsugiError && error.code === 'KIN-2001' && error.at === undefined
  return told ? configError(config, path, error.message, error) : error
}

function privateKeyOf({ privateKeyFile }: GithubConfig, cwd: string): string {
  try {
    return readFileSync(resolve(cwd, privateKeyFile), 'utf8')
  } catch (cause) {
    throw new KintsugiError('KIN-2001', `forges: the private key ${privateKeyFile} cannot be read`, { cause })
  }
}

function one(name: string, type: Metric['type'], help: string, value: number): Metric {
  return { name, type, help, samples: [{ value }] }
}

function modelMetrics(state: ModelState): readonly Metric[] {
  const gauge = (name: string, help: string, value: number) => one(`kintsugi_${name}`, 'gauge', help, value)
  return [
    gauge('judged_series', 'Series that the models judge.', state.series),
    gauge('models_bytes', 'Fitted models in memory, about.', state.modelBytes),
    gauge('windows_bytes', 'Samples and scores of the last judgement in memory.', state.windowBytes),
    gauge('models_kept_bytes', 'Fitted models on disk.', state.keptBytes),
    gauge('models_kept', 'Files of fitted models on disk.', state.keptModels),
    gauge('fits_waiting', 'Fits that models abstain for.', state.fitsWaiting),
    gauge('fits_oldest_wait_seconds', 'How long the oldest of them has waited.', state.oldestWaitMs / 1000),
  ]
}

type Seen = {
  readonly ticks: number
  readonly failures: number
  readonly lanes: number
  readonly failedLanes: number
  readonly silenced: number
  readonly lastMs: number
  /** When the last look ended, whatever came of it; when the process began, before the first. */
  readonly endedMs: number
}

/** Where the answers of health and metrics come from, beside what was seen. */
type Sources = {
  readonly webhooks: WebhookServer | undefined
  readonly now: () => number
  readonly models: ServicesOptions['models']
}

async function serviceOf(
  config: Config,
  seen: Seen,
  { webhooks, now, models }: Sources,
): Promise<ServiceServer | undefined> {
  if (config.listen === undefined) return undefined
  return serviceServer({
    ...config.listen,
    unready: () => unready(seen, config.tick.everyMs, now()),
    metrics: () => [...metricsOf(seen, webhooks), ...(models === undefined ? [] : modelMetrics(models()))],
  })
}

/** A look that takes longer than so many intervals hangs: on an answer that never comes, or on itself. */
const HANGING_INTERVALS = 5
/** Looks at short intervals may each take a while. */
const HANGING_LEAST_MS = 5 * 60_000

/** A look that failed has ended: the next one is as good as any. */
function unready({ ticks, failures, endedMs }: Seen, everyMs: number, nowMs: number): string | undefined {
  const silentMs = nowMs - endedMs
  if (silentMs > Math.max(HANGING_LEAST_MS, HANGING_INTERVALS * everyMs))
    return `hanging: no look has ended for ${formatDuration(Math.floor(silentMs / 60_000) * 60_000)}`
  return ticks + failures === 0 ? 'the first look is still under way' : undefined
}

function metricsOf(seen: Seen, webhooks: WebhookServer | undefined): readonly Metric[] {
  const counts = Object.entries(webhooks?.counts() ?? {})
  return [
    one('kintsugi_ticks_total', 'counter', 'Looks at everything that ended.', seen.ticks),
    one('kintsugi_tick_failures_total', 'counter', 'Looks that the world cut short.', seen.failures),
    one('kintsugi_last_tick_timestamp_seconds', 'gauge', 'The moment of the last look.', seen.lastMs / 1000),
    one('kintsugi_lanes', 'gauge', 'Workloads that the last look had something to say of.', seen.lanes),
    one('kintsugi_silenced_alarms', 'gauge', 'Alarms of models that the last look did not tell.', seen.silenced),
    one('kintsugi_lane_failures_total', 'counter', 'Workloads that the world cut short.', seen.failedLanes),
    ...(counts.length === 0
      ? []
      : [
          {
            name: 'kintsugi_webhook_requests_total',
            type: 'counter' as const,
            help: 'Requests to the webhook address, by what came of them.',
            samples: counts.map(([outcome, value]) => ({ labels: { outcome }, value })),
          },
        ]),
  ]
}
