import {
  type ErrorCode,
  isWithin,
  KintsugiError,
  type Series,
  type SignalAnswer,
  type SignalId,
  type TimeRange,
} from '../../domain/index.ts'
import type { Clock, Metrics, MetricsScope } from '../../ports/index.ts'
import type { Proxies } from '../outbound/index.ts'
import { hasSeries, parseScalar } from './answer.ts'
import { type ApplicationMetrics, checkApplicationMetrics } from './application-metrics.ts'
import { parseEndpoint } from './endpoint.ts'
import { type Exchange, exchange } from './exchange.ts'
import { OWNER_RULE, type OwnerSource } from './owners.ts'
import { paced } from './paced.ts'
import { aggregate, equal, isLabelName, type Matcher, oneOf, selector } from './promql.ts'
import { type Part, rangeReader } from './query-range.ts'
import { isGrid } from './range.ts'
import type { Scope } from './scope.ts'
import { requestsFor, type SignalRequest } from './signal-requests.ts'
import { stitch } from './stitch.ts'

/** The way to a server. */
export type Connection = {
  /** Root of the API: http or https, a path prefix is kept. */
  readonly url: string
  /** Read again whenever it changes, as is the CA file, which then replaces the system's authorities. */
  readonly tokenFile?: string
  readonly caFile?: string
  /** Which way it is asked; straight where left out. */
  readonly proxies?: Proxies
  /** Sent as X-Scope-OrgID. */
  readonly tenant?: string
  /** Per request, default 10 s. */
  readonly timeoutMs?: number
  /** Per answer, default 64 MiB. */
  readonly maxBodyBytes?: number
  /** Requests at once, default 4. */
  readonly concurrency?: number
}

export type PrometheusOptions = Connection & {
  /** Name of the cluster in the configuration; with `clusterLabel` also the value of that label. */
  readonly cluster: string
  readonly clusterLabel?: string
  /** Only these jobs may decide anything. */
  readonly jobs: { readonly cadvisor: readonly string[]; readonly kubeStateMetrics: readonly string[] }
  readonly application?: ApplicationMetrics
  /** `recorded` uses the mixin's recording rule while it answers at both ends of the range. Default `join`. */
  readonly owners?: OwnerSource
  /** Requests that may begin within any minute; as many as are asked where left out. */
  readonly requestsPerMinute?: number
  readonly clock: Clock
}

/** Whether Prometheus answers at all, asked with the cheapest question; `code` is that of the error table. */
export type Reach =
  | { readonly reached: true; readonly skewMs: number }
  | { readonly reached: false; readonly code: ErrorCode; readonly problem: string }

export interface PrometheusMetrics extends Metrics {
  reach(): Promise<Reach>
  /** The clock of Prometheus minus ours, in milliseconds; undefined when it does not tell. */
  skewMs(): Promise<number | undefined>
  close(): Promise<void>
}

type GroupRead =
  | {
      readonly read: true
      readonly series: ReadonlyMap<SignalId, readonly Series[]>
      readonly warnings: readonly string[]
    }
  | { readonly read: false; readonly problem: string }

function answerOf(id: SignalId, asked: string, group: GroupRead): SignalAnswer {
  if (!group.read) return { signal: id, status: 'error', series: [], asked, problem: group.problem }
  const series = group.series.get(id) ?? []
  if (group.warnings.length > 0)
    return { signal: id, status: 'partial', series, asked, problem: group.warnings.join('; ') }
  return { signal: id, status: series.length === 0 ? 'empty' : 'ok', series, asked }
}

/** Throws KIN-2001 for a label that is none. */
export function clusterMatchers(options: PrometheusOptions): readonly Matcher[] {
  if (options.clusterLabel === undefined) return []
  if (!isLabelName(options.clusterLabel))
    throw new KintsugiError('KIN-2001', `${JSON.stringify(options.clusterLabel)} is not the name of a label`)
  return [equal(options.clusterLabel, options.cluster)]
}

/** The way to the server that the options name. Throws KIN-2001 for one that cannot work. */
export function exchangeOf(options: PrometheusOptions): Exchange {
  check(options)
  return connect(options)
}

/** The same for whoever asks queries of their own. */
export function connect(options: Connection): Exchange {
  if (options.tenant !== undefined && !/^[\x21-\x7e]+$/.test(options.tenant))
    throw new KintsugiError('KIN-2001', 'the tenant cannot be sent in a header')
  const { tokenFile, caFile, tenant, proxies } = options
  return exchange({
    endpoint: parseEndpoint(options.url),
    ...(tokenFile === undefined ? {} : { tokenFile }),
    ...(caFile === undefined ? {} : { caFile }),
    ...(tenant === undefined ? {} : { tenant }),
    ...(proxies === undefined ? {} : { proxies }),
    timeoutMs: options.timeoutMs ?? TIMEOUT_MS,
    maxBodyBytes: options.maxBodyBytes ?? 64 * 1024 * 1024,
    concurrency: options.concurrency ?? 4,
  })
}

export const TIMEOUT_MS = 10_000

function check(options: PrometheusOptions): void {
  const { jobs, application } = options
  if (jobs.cadvisor.length === 0 || jobs.kubeStateMetrics.length === 0)
    throw new KintsugiError('KIN-2001', `cluster ${options.cluster} lists no job of cAdvisor or of kube-state-metrics`)
  if (application !== undefined) checkApplicationMetrics(application)
}

async function ruleAnswers(http: Exchange, cluster: readonly Matcher[], range: TimeRange): Promise<boolean> {
  const query = aggregate('count', [], selector(OWNER_RULE, cluster)).text
  const replies = await Promise.all(
    [range.startMs, range.endMs].map((at) => http.post('/api/v1/query', { query, time: (at / 1000).toFixed(3) })),
  )
  return replies.every((reply) => reply.answered && hasSeries(reply.body))
}

async function reach(http: Exchange, clock: Clock): Promise<Reach> {
  const before = clock.now()
  const reply = await http.post('/api/v1/query', { query: 'time()' })
  if (!reply.answered) return { reached: false, code: reply.code, problem: reply.problem }
  const server = parseScalar(reply.body)
  if (server === undefined) return { reached: false, code: 'KIN-3004', problem: 'it did not answer with its time' }
  return { reached: true, skewMs: Math.round(server * 1000 - (before + clock.now()) / 2) }
}

/** The address without what it may hold of credentials. */
function whereAsked(answer: Reach, url: string): Reach {
  if (answer.reached) return answer
  return { ...answer, problem: `${answer.problem}, asked of Prometheus at ${new URL(url).origin}` }
}

async function measureSkew(http: Exchange, clock: Clock): Promise<number | undefined> {
  const answer = await reach(http, clock)
  return answer.reached ? answer.skewMs : undefined
}

/**
 * Metrics of one Prometheus or of anything that speaks its API (Thanos, Mimir, a tenant of either). What the server
 * or the network does is an answer with status `error` and a code of the error table. Throws KintsugiError only for
 * settings that cannot work: here KIN-2001 for the options, and in `read` KIN-1002 or KIN-2001 for the token and CA file.
 */
export function prometheusMetrics(options: PrometheusOptions): PrometheusMetrics {
  const { requestsPerMinute } = options
  const open = exchangeOf(options)
  const http = requestsPerMinute === undefined ? open : paced(open, requestsPerMinute, options.clock)
  const cluster = clusterMatchers(options)
  const timeoutMs = options.timeoutMs ?? TIMEOUT_MS
  const readRange = rangeReader(http, timeoutMs)

  async function scopeFor(range: TimeRange, asked: MetricsScope | undefined): Promise<Scope> {
    const recorded = options.owners === 'recorded' && (await ruleAnswers(http, cluster, range))
    const within = asked === undefined ? [] : [oneOf('namespace', asked.namespaces)]
    const scope = {
      cluster: [...cluster, ...within],
      jobs: options.jobs,
      owners: recorded ? 'recorded' : 'join',
    } as const
    const { application } = options
    return {
      ...scope,
      ...(application === undefined ? {} : { application }),
      ...(asked?.workloads === undefined ? {} : { workloads: asked.workloads }),
    }
  }

  async function readGroup(
    request: SignalRequest,
    range: TimeRange,
    scope: MetricsScope | undefined,
  ): Promise<GroupRead> {
    const answer = await readRange(request.query, range)
    if (!answer.read) return answer
    const stitched = stitch(answer.parts, [...request.asked.keys()], range, options.cluster)
    if (!stitched.whole) return { read: false, problem: `KIN-3004 ${stitched.problem}` }
    const wanted = [...stitched.series].map(([id, series]): [SignalId, readonly Series[]] => [
      id,
      series.filter(({ subject }) => isWithin(subject, scope)),
    ])
    return { read: true, series: new Map(wanted), warnings: warningsOf(answer.parts) }
  }

  function warningsOf(parts: readonly Part[]): readonly string[] {
    const all = new Set(parts.flatMap((part) => part.warnings))
    return all.size === 0 ? [] : [http.quote([...all].join('; '))]
  }

  return {
    cluster: options.cluster,
    async read(ids, range, scope) {
      if (!isGrid(range)) throw new KintsugiError('KIN-9001', `${JSON.stringify(range)} is not a grid of time`)
      const requests = requestsFor(ids, await scopeFor(range, scope))
      const groups = await Promise.all(
        requests.map(async (request) => ({ request, group: await readGroup(request, range, scope) })),
      )
      return ids.map((id) => {
        const found = groups.find(({ request }) => request.asked.has(id))
        if (found === undefined) return { signal: id, status: 'empty', series: [], asked: '' }
        return answerOf(id, found.request.asked.get(id) ?? '', found.group)
      })
    },
    reach: async () => whereAsked(await reach(http, options.clock), options.url),
    skewMs: () => measureSkew(http, options.clock),
    close: () => http.close(),
  }
}
