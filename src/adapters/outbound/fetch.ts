import { outboundDispatcher } from './dispatcher.ts'
import type { Proxies } from './proxies.ts'

const CONNECT_MS = 10_000
const ANSWER_MS = 60_000

/** `fetch` for single requests, through the proxies where there are any. undici is loaded by the first of them. */
export function outboundFetch(proxies: Proxies | undefined): typeof fetch {
  if (proxies === undefined) return fetch
  let opened: Promise<typeof fetch> | undefined
  return async (input, init) => {
    opened ??= open(proxies)
    return (await opened)(input, init)
  }
}

async function open(proxies: Proxies): Promise<typeof fetch> {
  const undici = await import('undici')
  const options = { headersTimeout: ANSWER_MS, bodyTimeout: ANSWER_MS, connect: { timeout: CONNECT_MS } }
  const dispatcher = outboundDispatcher(undici, options, proxies)
  // The cast: undici's fetch is Node's own, whose types speak of other copies of the same classes.
  return ((input: string, init: object) => undici.fetch(input, { ...init, dispatcher })) as unknown as typeof fetch
}
