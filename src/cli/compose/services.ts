import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import type { TickReport } from '../../controller/index.ts'
import { type Config, type GithubConfig, KintsugiError } from '../../domain/index.ts'
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
  /** Called by whatever says "look again". */
  readonly wake: () => void
  /** Told of what goes wrong beside the loop. */
  readonly note: (text: string) => void
}

const SWEEP_MS = 30 * 60_000

/** What listens beside the loop, as far as the configuration asks for it: health and metrics, and webhooks. Throws KIN-2001 without a real secret. */
export async function startServices({ config, cwd, wake, note }: ServicesOptions): Promise<Services> {
  const seen = { ticks: 0, failures: 0, lanes: 0, failedLanes: 0, lastMs: 0 }
  const webhooks = await webhooksOf(config, cwd, wake)
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

/** Webhooks are those of the first GitHub that has a secret. */
async function webhooksOf(config: Config, cwd: string, wake: () => void): Promise<WebhookServer | undefined> {
  const { webhooks } = config
  const github = config.forges.flatMap((forge) => forge.github ?? []).find((one) => one.webhookSecretFile !== undefined)
  if (webhooks === undefined || github?.webhookSecretFile === undefined) return undefined
  const { appId, apiUrl, webhookSecretFile, webhookPreviousSecretFile: previous } = github
  return webhookServer({
    ...webhooks.listen,
    path: webhooks.path,
    app: { appId, privateKey: privateKeyOf(github, cwd), baseUrl: apiUrl },
    secrets: {
      file: resolve(cwd, webhookSecretFile),
      ...(previous !== undefined && { previousFile: resolve(cwd, previous) }),
    },
    onNudge: wake,
  })
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
