import { KintsugiError } from '../../domain/index.ts'

type Env = Readonly<Record<string, string | undefined>>

/** Where requests go that do not go straight: addresses of HTTP proxies, and the hosts that are asked without one. */
export type Proxies = {
  /** For `http://`, and for `https://` where that has none of its own. */
  readonly http: string | undefined
  readonly https: string | undefined
  /** As in NO_PROXY: hosts, with what is below them, and perhaps a port; `*` is every host. */
  readonly except: string
}

/** What nobody means by "the network": this machine, and Services by their whole names. */
const NEAR = ['localhost', '127.0.0.1', '[::1]', 'svc', 'svc.cluster.local']

/**
 * HTTPS_PROXY, HTTP_PROXY and NO_PROXY, of which the spelling in small letters wins; undefined where no proxy is named. Throws KIN-2001 for
 * one that is no address; never quotes it, since it may hold a password.
 */
export function proxiesOf(env: Env): Proxies | undefined {
  const [http, https] = [proxyIn(env, 'HTTP_PROXY'), proxyIn(env, 'HTTPS_PROXY')]
  if (http === undefined && https === undefined) return undefined
  const told = env['no_proxy'] ?? env['NO_PROXY'] ?? ''
  return { http, https, except: told.trim() === '*' ? '*' : [...NEAR, told].join(',') }
}

function proxyIn(env: Env, name: string): string | undefined {
  const told = env[name.toLowerCase()] ?? env[name] ?? ''
  if (told.trim() === '') return undefined
  // As curl reads it, a proxy without a scheme is one of plain HTTP.
  const text = told.includes('://') ? told.trim() : `http://${told.trim()}`
  if (URL.canParse(text) && /^https?:$/.test(new URL(text).protocol)) return text
  throw new KintsugiError('KIN-2001', `${name} is no address of an HTTP proxy, such as http://proxy.example.com:3128`)
}
