import { isJsonObject, type JsonObject, type JsonValue, sha256 } from '../../domain/index.ts'
import { type ChartProblem, missing, shown } from './found-chart.ts'
import type { Got, HttpGet } from './http-get.ts'

export type OciOptions = {
  readonly archiveBytes: number
  /** Content that is at hand, by its digest. */
  readonly known?: (digest: string) => Promise<Buffer | undefined>
}

const MANIFEST = 'application/vnd.oci.image.manifest.v1+json'
const LAYER = 'application/vnd.cncf.helm.chart.content.v1.tar+gzip'
const MANIFEST_BYTES = 1_048_576
const TAGS_BYTES = 4 * 1024 * 1024
const TAG_PAGES = 20
const NAME = /^[a-z0-9]+(?:[._/-]+[a-z0-9]+)*$/

/** A chart in an OCI registry: `url` is its https address, with the name of the chart at the end. */
export type OciChart = {
  tags(): Promise<readonly string[] | ChartProblem>
  archive(version: string): Promise<Buffer | ChartProblem>
}

/** Speaks the OCI distribution protocol as somebody without an account. What is brought is checked against the digests on the way to it. */
export function ociChart(http: HttpGet, url: URL, options: OciOptions): OciChart {
  const name = url.pathname.replace(/^\/+/, '')
  const at = (rest: string): URL => new URL(`/v2/${name}/${rest}`, url.origin)
  let token: string | undefined

  const get = async (path: URL, most: number, accept?: string): Promise<Got | ChartProblem> => {
    if (!NAME.test(name)) return missing('chart-missing', `${shown(name)} is no name of a repository of a registry`)
    const headers = (): Record<string, string> => ({
      ...(accept === undefined ? {} : { accept }),
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    })
    const first = await http.get(path, url, most, headers())
    if ('found' in first || first.status !== 401 || token !== undefined) return first
    const given = await anonymousToken(http, first.headers.get('www-authenticate') ?? '', url, name)
    if (typeof given !== 'string') return given
    token = given
    return http.get(path, url, most, headers())
  }
  const whole = async (path: URL, most: number, what: string, accept?: string): Promise<Got | ChartProblem> => {
    const got = await get(path, most, accept)
    if ('found' in got || got.status === 200) return got
    if (got.status === 404) return missing('chart-missing', `${shown(url.host)} has no ${what}`)
    return missing('chart-unreachable', `${shown(url.host)} answers HTTP ${got.status} for ${what}`)
  }
  return {
    async tags() {
      const found: string[] = []
      let page: URL | undefined = at('tags/list?n=1000')
      for (let count = 0; page !== undefined && count < TAG_PAGES; count += 1) {
        const got: Got | ChartProblem = await whole(page, TAGS_BYTES, `tags of ${shown(name)}`)
        if ('found' in got) return got
        const tags: JsonValue | undefined = jsonIn(got.body)?.['tags']
        if (Array.isArray(tags)) found.push(...tags.filter((tag: JsonValue): tag is string => typeof tag === 'string'))
        page = nextPage(got, page)
      }
      // A tag has no plus, so registries keep it as an underscore.
      return found.map((tag) => tag.replaceAll('_', '+'))
    },
    async archive(version) {
      const tag = version.replaceAll('+', '_')
      if (!/^[\w.-]{1,128}$/.test(tag)) return missing('chart-missing', `${shown(version)} is no tag`)
      const got = await whole(at(`manifests/${tag}`), MANIFEST_BYTES, `${shown(name)}:${shown(tag)}`, MANIFEST)
      if ('found' in got) return got
      const told = got.headers.get('docker-content-digest')
      if (told !== null && told !== `sha256:${sha256(got.body)}`)
        return missing('chart-rejected', `the manifest of ${shown(name)}:${shown(tag)} does not have its digest`)
      const layer = layerIn(got.body, options.archiveBytes)
      if (layer === undefined)
        return missing('chart-rejected', `${shown(name)}:${shown(tag)} holds no Helm chart of bearable size`)
      const known = await options.known?.(layer)
      if (known !== undefined) return known
      const blob = await whole(at(`blobs/sha256:${layer}`), options.archiveBytes, `the content of ${shown(name)}`)
      if ('found' in blob) return blob
      if (sha256(blob.body) === layer) return blob.body
      return missing('chart-rejected', `the content of ${shown(name)}:${shown(tag)} does not have its digest`)
    },
  }
}

function jsonIn(body: Buffer): JsonObject | undefined {
  try {
    const value = JSON.parse(body.toString('utf8')) as JsonValue
    return isJsonObject(value) ? value : undefined
  } catch {
    return undefined
  }
}

function layerIn(manifest: Buffer, mostBytes: number): string | undefined {
  const layers = jsonIn(manifest)?.['layers']
  if (!Array.isArray(layers)) return undefined
  const charts = (layers as readonly JsonValue[])
    .filter((one) => isJsonObject(one))
    .filter((one) => one['mediaType'] === LAYER)
  const [only, ...more] = charts
  const { digest, size } = only ?? {}
  if (more.length > 0 || typeof digest !== 'string' || typeof size !== 'number' || size > mostBytes) return undefined
  return /^sha256:([0-9a-f]{64})$/.exec(digest)?.[1]
}

function nextPage({ headers }: Got, page: URL): URL | undefined {
  const link = /^<([^<>]{1,2000})>;\s*rel="?next"?$/.exec(headers.get('link') ?? '')?.[1]
  if (link === undefined || !URL.canParse(link, page.href)) return undefined
  const next = new URL(link, page.href)
  return next.origin === page.origin ? next : undefined
}

/** A token that anybody gets, for pulling this one repository. */
async function anonymousToken(
  http: HttpGet,
  challenge: string,
  url: URL,
  name: string,
): Promise<string | ChartProblem> {
  const closed = missing('chart-unreachable', `${shown(url.host)} lets nobody read ${shown(name)} without an account`)
  if (!/^bearer /i.test(challenge) || challenge.length > 4096) return closed
  const told = new Map(
    [...challenge.matchAll(/([a-z_]{1,30})="([^"]{0,1000})"/gi)].map(([, key, value]) => [key?.toLowerCase(), value]),
  )
  const realm = told.get('realm') ?? ''
  if (!URL.canParse(realm)) return closed
  const where = new URL(realm)
  const service = told.get('service')
  if (service !== undefined) where.searchParams.set('service', service)
  where.searchParams.set('scope', `repository:${name}:pull`)
  const got = await http.get(where, url, MANIFEST_BYTES)
  if ('found' in got) return got
  const said = got.status === 200 ? jsonIn(got.body) : undefined
  const token = said?.['token'] ?? said?.['access_token']
  return typeof token === 'string' && /^[\x21-\x7e]{1,20000}$/.test(token) ? token : closed
}
