import { lookup as systemLookup } from 'node:dns'
import { BlockList, isIP, type LookupFunction } from 'node:net'

const LINK_LOCAL = new BlockList()
LINK_LOCAL.addSubnet('169.254.0.0', 16, 'ipv4')
LINK_LOCAL.addAddress('100.100.100.200', 'ipv4')
LINK_LOCAL.addAddress('168.63.129.16', 'ipv4')
LINK_LOCAL.addSubnet('fe80::', 10, 'ipv6')
LINK_LOCAL.addAddress('fd00:ec2::254', 'ipv6')

const PRIVATE = new BlockList()
for (const [net, bits] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['224.0.0.0', 3],
] as const)
  PRIVATE.addSubnet(net, bits, 'ipv4')
PRIVATE.addSubnet('::', 96, 'ipv6')
PRIVATE.addSubnet('fc00::', 7, 'ipv6')
PRIVATE.addSubnet('ff00::', 8, 'ipv6')
// IPv4 behind gateways and in tunnels: where it leads is not to be seen in it.
PRIVATE.addSubnet('64:ff9b::', 32, 'ipv6')
PRIVATE.addSubnet('2002::', 16, 'ipv6')

/** Hosts that well-known ones hand downloads and anonymous tokens over to. */
const COMPANIONS: Readonly<Record<string, readonly string[]>> = {
  'github.com': ['objects.githubusercontent.com', 'release-assets.githubusercontent.com'],
  'ghcr.io': ['pkg-containers.githubusercontent.com'],
  'registry-1.docker.io': ['auth.docker.io', 'production.cloudflare.docker.com'],
}

export type AllowOptions = {
  /**
   * Beginnings of URLs that may be read: `https://charts.example.com/stable`, `oci://ghcr.io/org`. `*` is every https URL and registry of
   * the public internet.
   */
  readonly allow: readonly string[]
  /** `host` or `host:port` that may have a private address. */
  readonly allowPrivate?: readonly string[]
}

/** What may be asked. `oci` URLs are given as they go over the wire, with https. */
export type Allowed = {
  /** Whether a chart may be taken from there at all. */
  repository(url: URL): boolean
  /** Whether a request on behalf of `repository` may go there: it is allowed itself, is on the same host, or is a companion of it. */
  step(url: URL, repository: URL): boolean
  /** Whether the host may have a private address. */
  isPrivateHost(url: URL): boolean
  /** Whether a registry is spoken to without TLS: only where an allowed URL begins with http and its host. */
  isPlain(host: string): boolean
}

export function allowed({ allow, allowPrivate = [] }: AllowOptions): Allowed {
  const all = allow.includes('*')
  const beginnings = allow.flatMap((text) => {
    const web = text.replace(/^oci:\/\//, 'https://')
    return URL.canParse(web) ? [new URL(web)] : []
  })
  const repository = (url: URL): boolean =>
    isWeb(url) && ((all && url.protocol === 'https:') || beginnings.some((one) => isBelow(url, one)))
  return {
    repository,
    step: (url, from) =>
      repository(url) ||
      (isWeb(url) && url.origin === from.origin) ||
      (url.protocol === 'https:' &&
        Object.hasOwn(COMPANIONS, from.hostname) &&
        COMPANIONS[from.hostname]?.includes(url.host) === true),
    isPlain: (host) => beginnings.some((one) => one.protocol === 'http:' && one.host === host),
    isPrivateHost: (url) => allowPrivate.includes(url.host) || allowPrivate.includes(url.hostname),
  }
}

function isWeb(url: URL): boolean {
  return /^https?:$/.test(url.protocol) && url.username === '' && url.password === ''
}

/** By whole parts of the path: `/charts` is no beginning of `/charts-of-others`. Encoded slashes and dots make no way round. */
function isBelow(url: URL, beginning: URL): boolean {
  const root = beginning.pathname.replace(/\/+$/, '')
  const isPlain = !/%2f|%2e|%5c/i.test(url.pathname)
  return url.origin === beginning.origin && isPlain && (url.pathname === root || url.pathname.startsWith(`${root}/`))
}

function isForbidden(address: string, mayBePrivate: boolean): boolean {
  const family = isIP(address) === 6 ? 'ipv6' : 'ipv4'
  return LINK_LOCAL.check(address, family) || (!mayBePrivate && PRIVATE.check(address, family))
}

/** Whether the host of a URL is written as an address that may not be asked. */
export function isForbiddenHost(url: URL, mayBePrivate: boolean): boolean {
  const host = url.hostname.replace(/^\[|\]$/g, '')
  return isIP(host) !== 0 && isForbidden(host, mayBePrivate)
}

/** Resolves names as the system does and refuses those that lead to an address that may not be asked, at each connection anew. */
export function guardedLookup(mayBePrivate: boolean): LookupFunction {
  return (hostname, options, callback) => {
    systemLookup(hostname, { ...options, all: true }, (error, addresses) => {
      if (error !== null) return callback(error, '', 0)
      const [first] = addresses
      if (first === undefined || addresses.some(({ address }) => isForbidden(address, mayBePrivate)))
        return callback(new Error(`${hostname} resolves to a private address`), '', 0)
      if (options.all === true) return callback(null, addresses)
      return callback(null, first.address, first.family)
    })
  }
}
