import type { LookupFunction } from 'node:net'
import type { Agent, Dispatcher } from 'undici'
import type { Proxies } from './proxies.ts'

type Undici = Pick<typeof import('undici'), 'Agent' | 'EnvHttpProxyAgent'>

export type Connecting = {
  readonly timeout: number
  /** Certificates that the server's is checked against, PEM; those of Node (NODE_EXTRA_CA_CERTS) where left out. */
  readonly ca?: string
  /** How a name becomes an address. A proxy resolves names itself. */
  readonly lookup?: LookupFunction
}

export type DispatcherOptions = Pick<
  Agent.Options,
  'connections' | 'keepAliveTimeout' | 'keepAliveMaxTimeout' | 'headersTimeout' | 'bodyTimeout'
> & { readonly connect: Connecting }

/**
 * The connections of one client of ours: straight, or through the proxies of the environment, in a tunnel (CONNECT) for every scheme, so
 * that a proxy sees hosts and no paths. undici is given, so that it is loaded when its caller wants.
 */
export function outboundDispatcher(undici: Undici, options: DispatcherOptions, proxies?: Proxies): Dispatcher {
  const { connect, ...rest } = options
  const { timeout, ca, lookup } = connect
  // Said here, so that no environment variable turns it off.
  const trust = { timeout, rejectUnauthorized: true }
  const target = { ...trust, ...(ca === undefined ? {} : { ca }) }
  const straight = { ...rest, connect: { ...target, ...(lookup === undefined ? {} : { lookup }) } }
  if (proxies === undefined) return new undici.Agent(straight)
  return new undici.EnvHttpProxyAgent({
    ...straight,
    requestTls: target,
    proxyTls: trust,
    // Empty, and not left out: undici would look into the environment of the process.
    httpProxy: proxies.http ?? '',
    httpsProxy: proxies.https ?? '',
    noProxy: proxies.except,
  })
}
