import { KintsugiError } from '../../../domain/index.ts'
import {
  type Call,
  type ClientParts,
  MOST_REDIRECTS,
  obey,
  originOf,
  Passing,
  reportOf,
  type SentReply,
  sent,
} from './sending.ts'
import { messageIn } from './tokens.ts'
import { readAll } from './wire.ts'

/** Archives are handed out by another host, by an address that carries its own right: it gets no token of ours. */
export async function streamed(parts: ClientParts, call: Call): Promise<AsyncIterable<Uint8Array>> {
  let at = await sent(parts, call, call.route)
  if (at.reply.status === 401) {
    await closed(parts, call, at)
    parts.tokens.forget(at.token)
    at = await sent(parts, call, call.route)
  }
  for (let step = 0; at.reply.status >= 300 && at.reply.status < 400; step += 1) {
    const to = at.reply.headers.get('location') ?? ''
    const from = originOf(at.reply.url)
    await closed(parts, call, at)
    if (step >= MOST_REDIRECTS || !mayServe(to, from))
      throw new KintsugiError('KIN-4003', `GitHub sends ${call.what} to a host that is not followed`)
    at = await sent(parts, call, to, true)
  }
  if (at.reply.status === 200) return counted(parts, call, at)
  const text = await closed(parts, call, at)
  obey(
    (await parts.turns()).budget,
    call,
    { status: at.reply.status, headers: at.reply.headers, text },
    parts.pace.nowMs(),
  )
  if (at.reply.status >= 500) throw new Passing(`answered ${at.reply.status}`)
  throw new KintsugiError(
    'KIN-4002',
    `GitHub has no ${call.what} (${at.reply.status}): ${messageIn(text, parts.scrub)}`,
  )
}

/** `codeload.` of the same domain, or the same host. */
function mayServe(to: string, from: string | undefined): boolean {
  if (!URL.canParse(to) || from === undefined) return false
  const [there, here] = [new URL(to), new URL(from)]
  if (there.origin === here.origin) return true
  const domain = here.hostname.replace(/^api\./, '')
  return there.protocol === here.protocol && (there.hostname === `codeload.${domain}` || there.hostname === domain)
}

async function closed(parts: ClientParts, call: Call, { reply, startMs }: SentReply): Promise<string> {
  const text = await readAll(reply.body).then(
    (bytes) => bytes.toString('utf8'),
    () => '',
  )
  ;(await parts.turns()).budget.ended()
  parts.report(reportOf(parts, call, reply.status, startMs, Buffer.byteLength(text)))
  return text
}

async function* counted(parts: ClientParts, call: Call, { reply, startMs }: SentReply): AsyncGenerator<Uint8Array> {
  const turns = await parts.turns()
  let bytes = 0
  try {
    for await (const chunk of reply.body) {
      bytes += chunk.byteLength
      yield chunk
    }
  } catch (error) {
    if (error instanceof KintsugiError) throw error
    const why = error instanceof Error ? parts.scrub.clean(error.message) : 'no reason'
    throw new KintsugiError('KIN-4003', `${call.what} broke off: ${why}`, { retryable: true, cause: error })
  } finally {
    turns.budget.ended()
    parts.report(reportOf(parts, call, reply.status, startMs, bytes))
  }
}
