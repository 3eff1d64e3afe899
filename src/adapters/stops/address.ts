import { outboundDispatcher, type Proxies } from '../outbound/index.ts'
import type { Stop, StopSource } from './stop.ts'
import { unreadable } from './stop.ts'

export type AddressOptions = { readonly proxies?: Proxies; readonly timeoutMs?: number }

const TIMEOUT_MS = 5000
const MOST_BYTES = 64 * 1024

/**
 * Asks an address for `{"frozen": true}` or `{"frozen": false}`; other keys are left to whoever serves it. Only a 200 with that, in time and
 * in 64 KiB, is an answer; redirects are not followed. undici is loaded when it is first asked.
 */
export function addressStop(url: string, { proxies, timeoutMs = TIMEOUT_MS }: AddressOptions = {}): StopSource {
  return async () => {
    const undici = await import('undici')
    const limits = { connections: 1, headersTimeout: timeoutMs, bodyTimeout: timeoutMs }
    const dispatcher = outboundDispatcher(undici, { ...limits, connect: { timeout: timeoutMs } }, proxies)
    const signal = AbortSignal.timeout(timeoutMs)
    try {
      const headers = { accept: 'application/json', 'user-agent': 'kintsugi' }
      const { statusCode, body } = await undici.request(url, { dispatcher, signal, headers })
      if (statusCode !== 200) return unreadable(`it answered ${statusCode}`)
      return judged(await textOf(body))
    } catch (error) {
      return unreadable(signal.aborted ? `it took longer than ${timeoutMs} ms` : messageOf(error))
    } finally {
      await dispatcher.destroy()
    }
  }
}

function judged(text: string | undefined): Stop {
  if (text === undefined) return unreadable(`its answer is larger than ${MOST_BYTES} bytes`)
  const frozen = frozenIn(text)
  if (frozen === undefined) return unreadable('its answer is not of the form {"frozen": true} or {"frozen": false}')
  return frozen ? { stops: true } : { stops: false }
}

function frozenIn(text: string): boolean | undefined {
  try {
    const value: unknown = JSON.parse(text)
    const frozen = typeof value === 'object' && value !== null && Object.hasOwn(value, 'frozen') ? value : undefined
    const said = frozen !== undefined && 'frozen' in frozen ? frozen.frozen : undefined
    return typeof said === 'boolean' ? said : undefined
  } catch {
    return undefined
  }
}

async function textOf(body: AsyncIterable<Uint8Array>): Promise<string | undefined> {
  const parts: Uint8Array[] = []
  let size = 0
  for await (const part of body) {
    size += part.byteLength
    if (size > MOST_BYTES) return undefined
    parts.push(part)
  }
  return Buffer.concat(parts).toString('utf8')
}

function messageOf(error: unknown): string {
  return error instanceof Error && error.message !== '' ? error.message : 'no connection'
}
