import { lookup as systemLookup } from 'node:dns'
import { BlockList, isIP, type LookupFunction } from 'node:net'

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
