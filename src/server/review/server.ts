import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { isReason, KintsugiError, type Reason, reasonInfo } from '../../domain/index.ts'
import type { Clock } from '../../ports/index.ts'
import { changePage } from './change-page.ts'
import { type Notice, page } from './frame.ts'
import { html } from './html.ts'
import type { ChangeModel, Frame, Overview } from './model.ts'
import { overviewPage } from './overview-page.ts'
import { STYLE } from './style.ts'

/** Where the pages get what they show. Asked anew for every page. */
export type ReviewSource = {
  overview(): Promise<Overview>
  /** Undefined when there is no such proposal. */
  change(number: number): Promise<ChangeModel | undefined>
}

export type ActionResult = { readonly done: true } | { readonly done: false; readonly reason: Reason }

/** What a person may decide. The composition hands these in; without them the page only shows. */
export type ReviewActions = {
  /** Merges only if `sha` is still the head: the one that the reader saw. */
  merge(number: number, sha: string): Promise<ActionResult>
  close(number: number): Promise<ActionResult>
}

export type ReviewOptions = {
  readonly source: ReviewSource
  readonly actions?: ReviewActions
  readonly clock: Clock
  readonly cluster: string
  readonly repository: string
  readonly simulated: boolean
  /** 0, the default, takes a free one. */
  readonly port?: number
}

export type ReviewServer = {
  /** `http://127.0.0.1:PORT/` */
  readonly url: string
  close(): Promise<void>
}

const ADDRESS = '127.0.0.1'
const MAX_BODY = 4096
const MAX_HEADERS = 8192
const REQUEST_MS = 10_000
const MAX_CONNECTIONS = 64
/** How often Node looks for connections that are over their time. */
const LOOK_MS = 2000

const STYLE_DIGEST = createHash('sha256').update(STYLE).digest('base64')
const HEADERS: Readonly<Record<string, string>> = {
  'content-type': 'text/html; charset=utf-8',
  'content-security-policy': `default-src 'none'; style-src 'sha256-${STYLE_DIGEST}'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'`,
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  // Not `no-referrer`: with that, browsers send `Origin: null` with the page's own forms.
  'referrer-policy': 'same-origin',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'cache-control': 'no-store',
}

type Answer = { readonly status: number; readonly body: string; readonly headers?: Readonly<Record<string, string>> }

/** What a form said has come of it, by names from a closed list: nothing else of an address reaches a page. */
function noticeOf(query: URLSearchParams): Notice | undefined {
  const done = query.get('done')
  if (done === 'merge') return { tone: 'good', says: 'Merged.' }
  if (done === 'close') return { tone: 'good', says: 'Closed.' }
  const refused = query.get('refused') ?? ''
  return isReason(refused) ? { tone: 'bad', says: `Not done: ${refused}. ${reasonInfo(refused).means}` } : undefined
}

function sameText(a: string, b: string): boolean {
  const left = createHash('sha256').update(a).digest()
  return timingSafeEqual(left, createHash('sha256').update(b).digest())
}

/** The form of a request, or undefined when it is too large, cut off or of another type. */
async function formOf(request: IncomingMessage): Promise<URLSearchParams | undefined> {
  const type = (request.headers['content-type'] ?? '').split(';')[0]?.trim().toLowerCase()
  if (type !== 'application/x-www-form-urlencoded') return undefined
  const parts: Uint8Array[] = []
  let size = 0
  for await (const part of request as AsyncIterable<Uint8Array>) {
    size += part.byteLength
    if (size > MAX_BODY) return undefined
    parts.push(part)
  }
  return new URLSearchParams(Buffer.concat(parts).toString('utf8'))
}

/** Browsers say where a form comes from; a form of another page has no business here. */
function fromElsewhere(request: IncomingMessage, hosts: readonly string[]): boolean {
  const { origin } = request.headers
  const site = request.headers['sec-fetch-site']
  if (origin !== undefined && !hosts.some((host) => origin === `http://${host}`)) return true
  return site !== undefined && site !== 'same-origin' && site !== 'none'
}

class Review {
  readonly #options: ReviewOptions
  readonly #token = randomBytes(32).toString('hex')
  #hosts: readonly string[] = []

  constructor(options: ReviewOptions) {
    this.#options = options
  }

  listensOn(port: number): void {
    this.#hosts = [`${ADDRESS}:${port}`, `localhost:${port}`]
  }

  async answer(request: IncomingMessage): Promise<Answer> {
    // A page elsewhere whose name was turned to this address sends its own name as Host.
    if (!this.#hosts.includes(request.headers.host ?? ''))
      return this.#plain(421, 'This address answers to 127.0.0.1 only.')
    const target = request.url ?? '/'
    if (!URL.canParse(target, `http://${ADDRESS}`)) return this.#plain(400, 'This is not an address.')
    const url = new URL(target, `http://${ADDRESS}`)
    const method = request.method ?? ''
    const act = /^\/changes\/(\d{1,9})\/(merge|close)$/.exec(url.pathname)
    if (act !== null) {
      if (method !== 'POST') return this.#notAllowed('POST')
      return this.#act(request, Number(act[1]), act[2] === 'merge' ? 'merge' : 'close')
    }
    if (method !== 'GET' && method !== 'HEAD') return this.#notAllowed('GET, HEAD')
    return this.#show(url)
  }

  #frame(): Frame {
    const { cluster, repository, simulated, clock } = this.#options
    return { cluster, repository, simulated, nowMs: clock.now() }
  }

  async #show(url: URL): Promise<Answer> {
    const says = noticeOf(url.searchParams)
    const view = { live: url.searchParams.get('live') === '1', ...(says !== undefined && { notice: says }) }
    if (url.pathname === '/')
      return { status: 200, body: overviewPage(this.#frame(), await this.#options.source.overview(), view) }
    const number = /^\/changes\/(\d{1,9})$/.exec(url.pathname)?.[1]
    const change = number === undefined ? undefined : await this.#options.source.change(Number(number))
    if (change === undefined) return this.#plain(404, 'There is no such page.')
    const forms = this.#options.actions === undefined ? {} : { forms: { token: this.#token } }
    return { status: 200, body: changePage(this.#frame(), change, { ...view, ...forms }) }
  }

  async #act(request: IncomingMessage, number: number, verb: 'merge' | 'close'): Promise<Answer> {
    const { actions } = this.#options
    if (actions === undefined) return this.#plain(403, 'This page only shows.')
    if (fromElsewhere(request, this.#hosts)) return this.#plain(403, 'The form comes from another page.')
    const form = await formOf(request)
    if (form === undefined) return this.#plain(413, 'The form is not one of this page.')
    if (!sameText(form.get('token') ?? '', this.#token))
      return this.#plain(403, 'The form is older than this process. Go back, load the page again and repeat.')
    const sha = form.get('sha') ?? ''
    if (!/^[0-9a-f]{40,64}$/.test(sha)) return this.#plain(400, 'The form names no commit.')
    const result = verb === 'merge' ? await actions.merge(number, sha) : await actions.close(number)
    const said = result.done ? `done=${verb}` : `refused=${result.reason}`
    return { status: 303, body: '', headers: { location: `/changes/${number}?${said}` } }
  }

  #notAllowed(allow: string): Answer {
    return { ...this.#plain(405, 'This address does not do that.'), headers: { allow } }
  }

  #plain(status: number, says: string): Answer {
    const body = html`<h1>${says}</h1><p><a href="/">All proposals</a></p>`
    return { status, body: page(this.#frame(), { title: says, path: '/', live: false, body }) }
  }

  /** The source could not be read: said with its code, never with what else is in the error. */
  failed(thrown: unknown): Answer {
    if (thrown instanceof KintsugiError) return this.#plain(502, `${thrown.code}: ${thrown.message}`)
    return this.#plain(500, 'KIN-9001: this page could not be made.')
  }
}

function send(response: ServerResponse, answer: Answer, method: string | undefined): void {
  if (response.headersSent || response.destroyed) return
  const body = method === 'HEAD' ? '' : answer.body
  // What is left of a request that was refused early is not read, so its connection is given up.
  const rest = answer.status >= 400 ? { connection: 'close' } : {}
  response.writeHead(answer.status, { ...HEADERS, ...rest, ...answer.headers })
  response.end(body)
}

function listening(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, ADDRESS, () => {
      const address = server.address()
      resolve(typeof address === 'object' && address !== null ? address.port : port)
    })
  })
}

/**
 * Serves the review page on 127.0.0.1. GET changes nothing; the two forms need the token of this process and the Host and Origin of this page.
 * Throws what `listen` throws when the port is taken.
 */
export async function reviewServer(options: ReviewOptions): Promise<ReviewServer> {
  const review = new Review(options)
  const server = createServer({
    maxHeaderSize: MAX_HEADERS,
    requestTimeout: REQUEST_MS,
    headersTimeout: REQUEST_MS / 2,
    connectionsCheckingInterval: LOOK_MS,
  })
  server.maxConnections = MAX_CONNECTIONS
  server.on('request', (request, response) => {
    review
      .answer(request)
      .catch((thrown: unknown) => review.failed(thrown))
      .then((answer) => send(response, answer, request.method))
      .catch(() => response.destroy())
  })
  const port = await listening(server, options.port ?? 0)
  review.listensOn(port)
  return {
    url: `http://${ADDRESS}:${port}/`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
