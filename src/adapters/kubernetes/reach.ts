import { type IncomingMessage, request as plainRequest } from 'node:http'
import { type RequestOptions, request } from 'node:https'
import { KintsugiError } from '../../domain/index.ts'

export type ReachOptions = {
  /** A kubeconfig; the service account of the pod where left out, then the usual places. */
  readonly kubeconfig?: string
  readonly context?: string
  /** For one answer, default 15 s. */
  readonly timeoutMs?: number
}

/** The API of a cluster, read-only by its shape: there is no way to send anything but a GET. */
export type Reach = {
  /** `undefined` for 404 and for a kind that the cluster does not know. Throws KIN-6001 and KIN-6002. */
  get(path: string, query?: Readonly<Record<string, string>>): Promise<unknown>
}

/** The list is to be begun anew: its token has expired (410). */
export class Expired extends Error {
  override readonly name = 'Expired'
}

const TIMEOUT_MS = 15_000
const MOST_BYTES = 64 * 1024 * 1024
/** Tokens of service accounts change; applying them anew costs a read of a file. */
const KEPT_MS = 30_000

/** Credentials, authorities and proxies are those of the official client, loaded when the first question is asked; the transport is ours, with caps. */
export function clusterReach(options: ReachOptions): Reach {
  let opening: Promise<Opened> | undefined
  let applied: { readonly untilMs: number; readonly options: RequestOptions } | undefined
  const settings = async (opened: Opened): Promise<RequestOptions> => {
    const nowMs = performance.now()
    if (applied === undefined || applied.untilMs < nowMs)
      applied = { untilMs: nowMs + KEPT_MS, options: await opened.apply() }
    return applied.options
  }
  return {
    async get(path, query = {}) {
      opening ??= open(options)
      const opened = await opening
      const url = new URL(`${opened.server}${path}`)
      for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value)
      const { status, text } = await ask(url, await settings(opened), options.timeoutMs ?? TIMEOUT_MS)
      if (status === 200) return parsed(text, path)
      if (status === 404) return undefined
      if (status === 410) throw new Expired()
      // A token that was taken back: the next question reads it anew.
      if (status === 401) applied = undefined
      const why = status === 401 || status === 403 ? `may not be read: ${status}` : `answered ${status}`
      throw new KintsugiError('KIN-6002', `${path} ${why}`, { retryable: status === 429 || status >= 500 })
    },
  }
}

type Opened = { readonly server: string; apply(): Promise<RequestOptions> }

class NoContext extends Error {}

/** What is wrong with a kubeconfig. The client quotes the lines around a mistake, and a token may stand there, so of its words only the place is said. */
function why(cause: unknown): string {
  if (cause instanceof NoContext) return cause.message
  if (!(cause instanceof Error)) return 'it is not one'
  if ('code' in cause && typeof cause.code === 'string') return `it cannot be read (${cause.code})`
  const place = /\((\d{1,9}:\d{1,9})\)/.exec(cause.message)?.[1]
  return place === undefined ? 'it is not one' : `it is not YAML at ${place}`
}

/** What the client falls back to where it finds nothing. */
const NO_KUBECONFIG = 'http://localhost:8080'

async function open({ kubeconfig, context }: ReachOptions): Promise<Opened> {
  const { KubeConfig } = await import('@kubernetes/client-node')
  const config = new KubeConfig()
  try {
    if (kubeconfig === undefined) config.loadFromDefault()
    else config.loadFromFile(kubeconfig)
    if (context !== undefined) {
      if (config.getContextObject(context) === null) throw new NoContext(`it has no context ${context}`)
      config.setCurrentContext(context)
    }
  } catch (cause) {
    throw new KintsugiError('KIN-2001', `kubernetes: the kubeconfig ${kubeconfig ?? ''} cannot be used: ${why(cause)}`)
  }
  const cluster = config.getCurrentCluster()
  if (cluster === null) throw new KintsugiError('KIN-2001', 'kubernetes: the kubeconfig names no cluster')
  if (kubeconfig === undefined && cluster.server === NO_KUBECONFIG)
    throw new KintsugiError(
      'KIN-2001',
      'kubernetes: there is neither a kubeconfig nor a service account here: set KUBECONFIG, or kubernetes.kubeconfig of the cluster',
    )
  if (!cluster.server.startsWith('https://') && cluster.skipTLSVerify !== true)
    throw new KintsugiError(
      'KIN-2001',
      `kubernetes: ${cluster.server.replace(/\/\/[^/]*@/, '//')} is not https, and a token would be readable`,
    )
  return {
    server: cluster.server.replace(/\/$/, ''),
    async apply() {
      const applied: RequestOptions = {}
      try {
        await config.applyToHTTPSOptions(applied)
      } catch {
        // The cause is not kept: it quotes what a command for credentials printed.
        throw new KintsugiError('KIN-6002', 'the credentials that the kubeconfig names cannot be had', {
          retryable: true,
        })
      }
      return applied
    },
  }
}

function ask(
  url: URL,
  settings: RequestOptions,
  timeoutMs: number,
): Promise<{ readonly status: number; readonly text: string }> {
  const headers = { ...settings.headers, accept: 'application/json', 'user-agent': 'kintsugi' }
  const send = url.protocol === 'https:' ? request : plainRequest
  return new Promise((resolve, reject) => {
    const failed = (cause: unknown): void => {
      const why = cause instanceof Error ? cause.message : String(cause)
      reject(new KintsugiError('KIN-6001', `${url.host} did not answer: ${why}`, { cause, retryable: true }))
    }
    const signal = AbortSignal.timeout(timeoutMs)
    const sent = send(url, { ...settings, method: 'GET', headers, signal }, (response) => {
      read(response).then((text) => resolve({ status: response.statusCode ?? 0, text }), failed)
    })
    sent.on('error', failed)
    sent.end()
  })
}

async function read(response: IncomingMessage): Promise<string> {
  const parts: Uint8Array[] = []
  let size = 0
  for await (const part of response as AsyncIterable<Uint8Array>) {
    size += part.byteLength
    if (size > MOST_BYTES) throw new Error(`its answer is larger than ${MOST_BYTES / 1024 / 1024} MB`)
    parts.push(part)
  }
  return Buffer.concat(parts).toString('utf8')
}

function parsed(text: string, path: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new KintsugiError('KIN-6002', `${path} answered with something that is no JSON`, { cause })
  }
}
