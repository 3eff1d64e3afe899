import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { JsonObject, Manifest } from '../../src/domain/index.ts'

/** A kind that the server knows: `apps/v1`, `deployments`, `Deployment`. */
export type ServedKind = {
  readonly apiVersion: string
  readonly plural: string
  readonly kind: string
  readonly namespaced?: boolean
}

export type KubernetesServer = {
  readonly url: string
  /** Method, path and query of each request, in order. */
  readonly asked: readonly string[]
  /** What was sent with writes. */
  readonly written: readonly JsonObject[]
  put(...objects: readonly Manifest[]): void
  remove(kind: string, namespace: string | undefined, name: string): void
  /** Answers 403 to what begins so: `GET /apis/argoproj.io`. */
  forbid(...beginnings: readonly string[]): void
  /** Makes every token of a list that is under way expire, as etcd's compaction does. */
  expireLists(): void
  /** Called with each request before it is answered. */
  onAsked(listener: (line: string) => void): void
  close(): Promise<void>
}

type Answer = { readonly status: number; readonly body: unknown }

const CORE: readonly ServedKind[] = [
  { apiVersion: 'v1', plural: 'namespaces', kind: 'Namespace', namespaced: false },
  { apiVersion: 'v1', plural: 'secrets', kind: 'Secret' },
]

/** The part of the Kubernetes API that lists, reads and creates, over real HTTP. Rights, pages of lists and 410 are as a cluster has them. */
export async function kubernetesServer(kinds: readonly ServedKind[] = []): Promise<KubernetesServer> {
  const state = new State([...CORE, ...kinds])
  const server = createServer((request, response) => void respond(state, request, response))
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  // A server that listens on a port has an address of this form.
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    asked: state.asked,
    written: state.written,
    put: (...objects) => objects.forEach((object) => void state.put(object)),
    remove: (kind, namespace, name) => void state.objects.delete(keyOf(kind, namespace, name)),
    forbid: (...beginnings) => void state.forbidden.push(...beginnings),
    expireLists: () => {
      state.epoch += 1
    },
    onAsked: (listener) => {
      state.listener = listener
    },
    close: () =>
      new Promise((done) => {
        server.close(() => done())
        server.closeAllConnections()
      }),
  }
}

/** A kubeconfig for it. */
export function kubeconfigFor(url: string, context = 'test'): string {
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': context,
    clusters: [{ name: 'test', cluster: { server: url, 'insecure-skip-tls-verify': true } }],
    users: [{ name: 'test', user: { token: 'a-token' } }],
    contexts: [{ name: context, context: { cluster: 'test', user: 'test' } }],
  })
}

function keyOf(kind: string, namespace: string | undefined, name: string): string {
  return `${kind}\n${namespace ?? ''}\n${name}`
}

class State {
  readonly objects = new Map<string, Manifest>()
  readonly asked: string[] = []
  readonly written: JsonObject[] = []
  readonly forbidden: string[] = []
  readonly kinds: readonly ServedKind[]
  epoch = 0
  listener: (line: string) => void = () => undefined
  #version = 100

  constructor(kinds: readonly ServedKind[]) {
    this.kinds = kinds
  }

  put(object: Manifest): Manifest {
    const metadata = object['metadata'] as { readonly name: string; readonly namespace?: string }
    this.#version += 1
    const kept = { ...object, metadata: { ...metadata, resourceVersion: String(this.#version) } }
    this.objects.set(keyOf(String(object['kind']), metadata.namespace, metadata.name), kept)
    return kept
  }

  list(kind: ServedKind, namespace: string | undefined, query: URLSearchParams): Answer {
    const all = [...this.objects.values()]
      .filter((one) => one['kind'] === kind.kind && one['apiVersion'] === kind.apiVersion)
      .filter((one) => namespace === undefined || (one['metadata'] as { namespace?: string }).namespace === namespace)
    const limit = Number(query.get('limit') ?? 0) || all.length
    const [epoch, from] = (query.get('continue') ?? `${this.epoch}/0`).split('/').map(Number)
    if (epoch !== this.epoch) return status(410, 'Expired')
    const end = (from ?? 0) + limit
    const metadata = {
      resourceVersion: String(this.#version),
      ...(end < all.length && { continue: `${this.epoch}/${end}` }),
    }
    // Members of a list carry neither apiVersion nor kind, as a cluster has it for its own kinds.
    const core = !kind.apiVersion.includes('.') || kind.apiVersion.endsWith('.k8s.io/v1')
    const items = all
      .slice(from, end)
      .map(({ apiVersion, kind: name, ...rest }) => (core ? rest : { apiVersion, kind: name, ...rest }))
    return { status: 200, body: { apiVersion: kind.apiVersion, kind: `${kind.kind}List`, metadata, items } }
  }
}

function status(code: number, reason: string): Answer {
  return { status: code, body: { kind: 'Status', apiVersion: 'v1', status: 'Failure', reason, code, message: reason } }
}

async function respond(state: State, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const parts: Uint8Array[] = []
  for await (const part of request as AsyncIterable<Uint8Array>) parts.push(part)
  const sent = Buffer.concat(parts).toString('utf8')
  const answer = answerTo(state, request, sent === '' ? undefined : JSON.parse(sent))
  response.writeHead(answer.status, { 'content-type': 'application/json' }).end(JSON.stringify(answer.body))
}

function answerTo(state: State, request: IncomingMessage, sent: JsonObject | undefined): Answer {
  const url = new URL(request.url ?? '/', 'http://x')
  const line = `${request.method} ${url.pathname}`
  state.asked.push(`${request.method} ${url.pathname}${url.search}`)
  state.listener(`${request.method} ${url.pathname}${url.search}`)
  if (sent !== undefined) state.written.push(sent)
  if (request.headers.authorization !== 'Bearer a-token') return status(401, 'Unauthorized')
  if (state.forbidden.some((beginning) => line.startsWith(beginning))) return status(403, 'Forbidden')
  if (line === 'POST /apis/authorization.k8s.io/v1/selfsubjectaccessreviews')
    return { status: 201, body: { ...sent, status: { allowed: true } } }
  if (url.pathname === '/version')
    return { status: 200, body: { major: '1', minor: '33+', gitVersion: 'v1.33.4-gke.1' } }
  return discovery(state, url.pathname) ?? objectAnswer(state, request.method ?? 'GET', url, sent)
}

function discovery(state: State, path: string): Answer | undefined {
  const versions = [...new Set(state.kinds.map(({ apiVersion }) => apiVersion))]
  if (path === '/api' || path === '/api/') return { status: 200, body: { kind: 'APIVersions', versions: ['v1'] } }
  if (path === '/apis' || path === '/apis/') {
    const groups = versions
      .filter((one) => one.includes('/'))
      .map((groupVersion) => {
        const [name, version] = groupVersion.split('/')
        return { name, versions: [{ groupVersion, version }], preferredVersion: { groupVersion, version } }
      })
    return { status: 200, body: { kind: 'APIGroupList', apiVersion: 'v1', groups } }
  }
  const group = versions.find((one) => path === (one.includes('/') ? `/apis/${one}` : `/api/${one}`))
  if (group === undefined) return undefined
  const resources = state.kinds
    .filter(({ apiVersion }) => apiVersion === group)
    .map(({ plural: name, kind, namespaced = true }) => ({ name, kind, namespaced, singularName: '', verbs: ['list'] }))
  return { status: 200, body: { kind: 'APIResourceList', apiVersion: 'v1', groupVersion: group, resources } }
}

function objectAnswer(state: State, method: string, url: URL, sent: JsonObject | undefined): Answer {
  const kind = state.kinds.find(({ apiVersion, plural }) => {
    const root = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`
    return new RegExp(`^${root}(?:/namespaces/[^/]+)?/${plural}(?:/[^/]+)?$`).test(url.pathname)
  })
  if (kind === undefined) return status(404, 'NotFound')
  const [, namespace, name] =
    new RegExp(`(?:/namespaces/([^/]+))?/${kind.plural}(?:/([^/]+))?$`).exec(url.pathname) ?? []
  if (method === 'POST' && sent !== undefined) return { status: 201, body: state.put(sent) }
  if (name === undefined) return state.list(kind, namespace, url.searchParams)
  const found = state.objects.get(keyOf(kind.kind, namespace, name))
  if (found === undefined) return status(404, 'NotFound')
  if (method !== 'PUT' || sent === undefined) return { status: 200, body: found }
  const version = (sent['metadata'] as { resourceVersion?: string }).resourceVersion
  const known = (found['metadata'] as { resourceVersion?: string }).resourceVersion
  return version !== undefined && version !== known ? status(409, 'Conflict') : { status: 200, body: state.put(sent) }
}
