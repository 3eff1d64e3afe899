import { createServer } from 'node:http'
import { closeServer, LIMITS, type ListenAt, listenAt, MAX_CONNECTIONS } from './listen.ts'

/** One metric with its samples; labels must be words of ours, never text from outside. */
export type Metric = {
  readonly name: string
  readonly type: 'counter' | 'gauge'
  readonly help: string
  readonly samples: readonly { readonly labels?: Readonly<Record<string, string>>; readonly value: number }[]
}

export type ServiceOptions = ListenAt & {
  /** Why the service is not ready, in a few words; undefined where it is. */
  readonly unready: () => string | undefined
  readonly metrics: () => readonly Metric[]
}

export type ServiceServer = { readonly url: string; close(): Promise<void> }

/** What a kubelet and a Prometheus ask: `GET /healthz`, `/readyz`, `/metrics`, and nothing else. */
export async function serviceServer(options: ServiceOptions): Promise<ServiceServer> {
  const answer = (asks: string): { readonly status: number; readonly text: string } => {
    if (asks === 'GET /healthz') return { status: 200, text: 'ok\n' }
    if (asks === 'GET /metrics') return { status: 200, text: options.metrics().map(expose).join('') }
    if (asks !== 'GET /readyz') return { status: 404, text: 'no such thing\n' }
    const why = options.unready()
    return why === undefined ? { status: 200, text: 'ready\n' } : { status: 503, text: `${why}\n` }
  }
  const server = createServer(LIMITS, (request, response) => {
    response.on('error', () => undefined)
    const { status, text } = answer(`${request.method} ${request.url}`)
    response.writeHead(status, {
      'content-type': 'text/plain; version=0.0.4; charset=utf-8',
      'x-content-type-options': 'nosniff',
      ...(status === 404 && { connection: 'close' }),
    })
    response.end(text)
  })
  server.maxConnections = MAX_CONNECTIONS
  return { url: await listenAt(server, options), close: () => closeServer(server) }
}

/** Prometheus text format 0.0.4. */
function expose({ name, type, help, samples }: Metric): string {
  const lines = samples.map(({ labels = {}, value }) => {
    const said = Object.entries(labels).map(([label, text]) => `${label}="${text.replace(/["\\\n]/g, '_')}"`)
    return `${name}${said.length === 0 ? '' : `{${said.join(',')}}`} ${value}\n`
  })
  return `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n${lines.join('')}`
}
