import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import { createServer, type IncomingMessage, type Server } from 'node:http'
import { closeServer, listenAt, STYLE } from '../../server/index.ts'
import { refusedPage } from './page.ts'

export type Loopback = {
  /** What the admin opens. */
  readonly url: string
  /** Where GitHub sends the browser back to. */
  readonly redirectUrl: string
  /** Goes to GitHub and comes back with the code. */
  readonly state: string
  /** Resolves when the browser has got its last page. */
  readonly shown: Promise<void>
  close(): Promise<void>
}

export type LoopbackPages = {
  start(): string
  /** Called at most once, with a code that came back with our state to the browser that began. */
  created(code: string): Promise<string>
}

type Answer = { readonly status: number; readonly body: string; readonly headers?: Readonly<Record<string, string>> }

const ADDRESS = '127.0.0.1'
const LIMITS = { headersTimeout: 5000, requestTimeout: 10_000, maxHeaderSize: 16_384 }
const MAX_CONNECTIONS = 32
const CODE = /^[0-9A-Za-z_-]{1,200}$/

function token(): string {
  return randomBytes(32).toString('hex')
}

function same(a: string, b: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest()
  return timingSafeEqual(digest(a), digest(b))
}

/**
 * The pages of the manifest flow, on a port of this machine that nobody knows before. The address holds a token that works once: whoever
 * opens it first gets a cookie, and only that browser may bring the code back. Other users of the machine may see the address in the list
 * of processes, and get nothing by it.
 */
export async function openLoopback(githubOrigin: string, pages: LoopbackPages): Promise<Loopback> {
  const flow = new Flow(pages)
  let shown = (): void => undefined
  const wasShown = new Promise<void>((done) => {
    shown = done
  })
  const server = createServer(LIMITS, (request, response) => {
    response.on('error', () => undefined)
    flow.answer(request).then(
      ({ status, body, headers }) => {
        response.writeHead(status, { ...headersFor(githubOrigin), connection: 'close', ...headers })
        response.end(body, () => {
          if (status === 200 && flow.ended) shown()
        })
      },
      () => response.destroy(),
    )
  })
  server.maxConnections = MAX_CONNECTIONS
  const origin = await listenAt(server, { host: ADDRESS, port: 0 })
  flow.listensAt(new URL(origin).host)
  return {
    url: `${origin}${flow.paths.start}`,
    redirectUrl: `${origin}${flow.paths.created}`,
    state: flow.state,
    shown: wasShown,
    close: () => ended(server),
  }
}

async function ended(server: Server): Promise<void> {
  const closing = closeServer(server)
  server.closeAllConnections()
  await closing
}

function headersFor(githubOrigin: string): Readonly<Record<string, string>> {
  const style = createHash('sha256').update(STYLE).digest('base64')
  return {
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy': `default-src 'none'; style-src 'sha256-${style}'; form-action ${githubOrigin}; frame-ancestors 'none'; base-uri 'none'`,
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY',
    // The address of this page stays here; GitHub may see which origin its form came from.
    'referrer-policy': 'strict-origin',
    'cross-origin-opener-policy': 'same-origin',
    'cache-control': 'no-store',
  }
}

class Flow {
  readonly state = token()
  readonly paths = { start: `/${token()}`, created: `/created/${token()}`, done: `/done/${token()}` }
  readonly #pages: LoopbackPages
  readonly #session = token()
  #host = ''
  #begun = false
  /** The page of the end, while and after it is made. */
  #ending: Promise<string> | undefined

  constructor(pages: LoopbackPages) {
    this.#pages = pages
  }

  get ended(): boolean {
    return this.#ending !== undefined
  }

  listensAt(host: string): void {
    this.#host = host
  }

  async answer(request: IncomingMessage): Promise<Answer> {
    // A page elsewhere whose name was turned to this address sends its own name as Host.
    if (request.headers.host !== this.#host) return refusal(421, 'This address answers to 127.0.0.1 only.')
    if (request.method !== 'GET') return refusal(405, 'Nothing is posted to this address.')
    const url = new URL(request.url ?? '/', `http://${this.#host}`)
    if (same(url.pathname, this.paths.start)) return this.#start(request)
    if (same(url.pathname, this.paths.created)) return this.#created(request, url.searchParams)
    if (same(url.pathname, this.paths.done) && this.#ending !== undefined && this.#isOurs(request))
      return { status: 200, body: await this.#ending }
    return refusal(404, 'There is no such page.')
  }

  #start(request: IncomingMessage): Answer {
    if (this.#begun && !this.#isOurs(request))
      return refusal(403, 'This address was opened by another browser already.')
    this.#begun = true
    const cookie = `${this.#cookie()}=${this.#session}; HttpOnly; SameSite=Lax; Path=/`
    return { status: 200, body: this.#pages.start(), headers: { 'set-cookie': cookie } }
  }

  async #created(request: IncomingMessage, query: URLSearchParams): Promise<Answer> {
    if (!this.#isOurs(request)) return refusal(403, 'This did not begin in this browser.')
    if (!same(query.get('state') ?? '', this.state))
      return refusal(403, 'The state is not the one that was sent to GitHub.')
    const code = query.get('code') ?? ''
    if (!CODE.test(code)) return refusal(400, 'GitHub sent no code back.')
    this.#ending ??= this.#pages.created(code)
    await this.#ending
    // Takes the code, spent as it is, out of the address.
    return { status: 303, body: '', headers: { location: this.paths.done } }
  }

  /** Cookies know no ports, so the name tells flows apart that run at once. */
  #cookie(): string {
    return `kintsugi-init-${this.#host.split(':').at(-1)}`
  }

  #isOurs(request: IncomingMessage): boolean {
    const wanted = `${this.#cookie()}=`
    const cookies = (request.headers.cookie ?? '').split(/; */)
    const found = cookies.find((one) => one.startsWith(wanted))
    return found !== undefined && same(found.slice(wanted.length), this.#session)
  }
}

function refusal(status: number, says: string): Answer {
  return { status, body: refusedPage(says) }
}
