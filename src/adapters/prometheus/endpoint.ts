import { lookup as systemLookup } from 'node:dns'
import { BlockList, isIP, type LookupFunction } from 'node:net'
import { KintsugiError } from '../../domain/index.ts'

// Addresses at which clouds hand out credentials to whoever asks from inside. IPv4 rules match mapped IPv6 too.
const METADATA = new BlockList()
METADATA.addSubnet('169.254.0.0', 16, 'ipv4')
METADATA.addAddress('100.100.100.200', 'ipv4')
METADATA.addAddress('168.63.129.16', 'ipv4')
METADATA.addSubnet('fe80::', 10, 'ipv6')
METADATA.addAddress('fd00:ec2::254', 'ipv6')
// Link-local IPv4 behind a NAT64 gateway, and in the old form that embeds it.
METADATA.addSubnet('64:ff9b::a9fe:0', 112, 'ipv6')
METADATA.addSubnet('::a9fe:0', 112, 'ipv6')

export function isMetadataAddress(address: string): boolean {
  const family = isIP(address)
  return family !== 0 && METADATA.check(address, family === 6 ? 'ipv6' : 'ipv4')
}

/**
 * The root of a Prometheus API, without a slash at its end. Throws KIN-2001 for anything but http or https, for
 * credentials, query or fragment in the URL, and for link-local and metadata addresses.
 */
export function parseEndpoint(url: string): string {
  const refuse = (why: string): KintsugiError => new KintsugiError('KIN-2001', `the URL of Prometheus ${why}`)
  if (!URL.canParse(url)) throw refuse('is not a URL')
  const parsed = new URL(url)
  if (parsed.protocol !== 'http:' && parsed.protocol !== 'https:') throw refuse('must begin with http:// or https://')
  if (parsed.username !== '' || parsed.password !== '')
    throw refuse('holds credentials: put a bearer token into a file and name it as tokenFile')
  if (parsed.search !== '' || parsed.hash !== '') throw refuse('has a query or a fragment')
  const host = parsed.hostname.replace(/^\[|\]$/g, '')
  if (isMetadataAddress(host)) throw refuse(`is a link-local or metadata address, ${host}`)
  return `${parsed.origin}${parsed.pathname.replace(/\/+$/, '')}`
}

/** Resolves names as the system does and refuses what resolves to a metadata address, at each connection anew. */
export function guardedLookup(resolve: typeof systemLookup = systemLookup): LookupFunction {
  return (hostname, options, callback) => {
    resolve(hostname, { ...options, all: true }, (error, addresses) => {
      if (error !== null) return callback(error, '', 0)
      const [first] = addresses
      if (first === undefined || addresses.some(({ address }) => isMetadataAddress(address)))
        return callback(new Error(`${hostname} resolves to a link-local or metadata address`), '', 0)
      if (options.all === true) return callback(null, addresses)
      return callback(null, first.address, first.family)
    })
  }
}
