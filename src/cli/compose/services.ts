import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { outboundFetch, proxiesOf } from '../../adapters/outbound/index.ts'
import { configError } from '../../config.ts'
import type { TickReport } from '../../controller/index.ts'
import { type Config, type GithubConfig, type JsonPath, KintsugiError } from '../../domain/index.ts'
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
}

const SWEEP_MS = 30 * 60_000

/** What listens beside the loop, as far as the configuration asks for it: health and metrics, and webhooks. Throws KIN-2001 without a real secret. */
export async function startServices({ config, cwd, env, wake, note }: ServicesOptions): Promise<Services> {
  const seen = { ticks: 0, failures: 0, lanes: 0, failedLanes: 0, lastMs: 0 }
  const webhooks = await webhooksOf(config, cwd, env, wake)
  const service = await serviceOf(config, seen, webhooks)
  const sweep = webhooks && setInterval(() => redeliver(webhooks, note), SWEEP_MS)
  sweep?.unref()
  return {
    says: [
      ...(service === undefined ? [] : [`health and metrics on ${service.url}`]),
      ...(webhooks === undefined ? [] : [`webhooks on ${webhooks.url}${config.webhooks?.path ?? ''}`]),
    ],
    ticked: ({ atMs, lanes, failed }) => {
      seen.ticks += 1
      seen.lanes = lanes.length
      seen.failedLanes += failed.length
      seen.lastMs = atMs
    },
    failed: () => {
      seen.failures += 1
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

type Seen = {
  readonly ticks: number
  readonly failures: number
  readonly lanes: number
  readonly failedLanes: number
  readonly lastMs: number
}

async function serviceOf(
  config: Config,
  seen: Seen,
  webhooks: WebhookServer | undefined,
): Promise<ServiceServer | undefined> {
  if (config.listen === undefined) return undefined
  return serviceServer({
    ...config.listen,
    unready: () => (seen.ticks + seen.failures === 0 ? 'the first look is still under way' : undefined),
    metrics: () => metricsOf(seen, webhooks),
  })
}

function metricsOf(seen: Seen, webhooks: WebhookServer | undefined): readonly Metric[] {
  const one = (name: string, type: Metric['type'], help: string, value: number): Metric => ({
    name,
    type,
    help,
    samples: [{ value }],
  })
  const counts = Object.entries(webhooks?.counts() ?? {})
  return [
    one('kintsugi_ticks_total', 'counter', 'Looks at everything that ended.', seen.ticks),
    one('kintsugi_tick_failures_total', 'counter', 'Looks that the world cut short.', seen.failures),
    one('kintsugi_last_tick_timestamp_seconds', 'gauge', 'The moment of the last look.', seen.lastMs / 1000),
    one('kintsugi_lanes', 'gauge', 'Workloads that the last look had something to say of.', seen.lanes),
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
