import { KintsugiError } from '../../domain/index.ts'
import { isMetadataAddress } from '../outbound/index.ts'

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
