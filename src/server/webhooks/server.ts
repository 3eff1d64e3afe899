import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { closeServer, type ListenAt, listenAt } from '../service/index.ts'
import { type AppIdentity, probotApp } from './app.ts'
import { Held, readSigned } from './body.ts'
import { judgeHead, OUTCOMES, type Outcome, type Refused } from './head.ts'
import { type Nudge, nudges, timer } from './nudges.ts'
import { type SecretFiles, webhookSecrets } from './secrets.ts'
import { Seen } from './seen.ts'
import { redeliverFailed } from './sweep.ts'

export type WebhookOptions = ListenAt & {
  /** Such as `/webhooks`; everything else is 404. */
  readonly path: string
  readonly app: AppIdentity
  readonly secrets: SecretFiles
  /** "Look again": at most one in a quarter of a second for each repository. */
  readonly onNudge: (nudge: Nudge) => void
}

export type WebhookServer = {
  /** `http://127.0.0.1:PORT`, without the path. */
  readonly url: string
  /** Requests by what came of them, since the start. */
  counts(): Readonly<Record<Outcome, number>>
  /** Asks GitHub to send again what it could not deliver. Throws what GitHub does to us. */
  redeliver(nowMs: number): Promise<readonly string[]>
  close(): Promise<void>
}

const HEADERS_MS = 5000
/** GitHub itself gives up after ten seconds. */
const REQUEST_MS = 10_000
const LOOK_MS = 1000
const MAX_CONNECTIONS = 128
const MAX_HEADERS = 16_384

const STATUS = { 'bad-signature': 401, 'too-large': 413, busy: 503, 'cut-off': 400 } as const

/**
 * Takes webhooks. A request is judged by its head, then hashed as it comes, and only then read; Probot verifies it once more. What it says
 * becomes a nudge and nothing else. There are no other routes. Throws KIN-2001 without a real secret.
 */
export async function webhookServer(options: WebhookOptions): Promise<WebhookServer> {
  const secrets = webhookSecrets(options.secrets)
  const gathered = nudges(options.onNudge, timer)
  const app = await probotApp(options.app, (nudge) => gathered.add(nudge))
  const seen = new Seen()
  const held = new Held()

  const judge = async (request: IncomingMessage): Promise<Refused> => {
    const head = judgeHead(request, options.path)
    if ('status' in head) return head
    // Whoever is refused in the middle of a body is still told so.
    const stream = request.iterator({ destroyOnReturn: false })
    const body = await readSigned(stream, head.signature, secrets.now(), held)
    if (!body.read) return { status: STATUS[body.why], outcome: body.why, text: body.why }
    // After the signature: otherwise anybody could use up the id of a delivery that is still to come.
    if (!seen.add(head.id)) return { status: 202, outcome: 'duplicate', text: 'known' }
    try {
      await app.receive(head, body.text, body.secret)
      return { status: 202, outcome: 'accepted', text: 'looking again' }
    } catch {
      seen.forget(head.id)
      return { status: 422, outcome: 'unreadable', text: 'not what its event says' }
    }
  }

  const counts: Record<Outcome, number> = zeros()
  const server = createServer(
    {
      headersTimeout: HEADERS_MS,
      requestTimeout: REQUEST_MS,
      connectionsCheckingInterval: LOOK_MS,
      maxHeaderSize: MAX_HEADERS,
      keepAliveTimeout: HEADERS_MS,
    },
    (request, response) => {
      response.on('error', () => undefined)
      judge(request).then(
        (answer) => {
          counts[answer.outcome] += 1
          say(response, answer)
        },
        () => response.destroy(),
      )
    },
  )
  server.maxConnections = MAX_CONNECTIONS
  const url = await listenAt(server, options)
  return {
    url,
    counts: () => ({ ...counts }),
    redeliver: (nowMs) => redeliverFailed(app, nowMs),
    close: async () => {
      gathered.close()
      await closeServer(server)
    },
  }
}

function zeros(): Record<Outcome, number> {
  const start: Partial<Record<Outcome, number>> = {}
  for (const outcome of OUTCOMES) start[outcome] = 0
  // Every outcome was set by the loop above.
  return start as Record<Outcome, number>
}

/** Ends the connection where the request was refused: its body was perhaps not read to the end. */
function say(response: ServerResponse, { status, text }: Refused): void {
  response.writeHead(status, {
    'content-type': 'text/plain; charset=utf-8',
    'x-content-type-options': 'nosniff',
    ...(status === 503 && { 'retry-after': '5' }),
    ...(status >= 400 && { connection: 'close' }),
  })
  response.end(`${text}\n`)
}
