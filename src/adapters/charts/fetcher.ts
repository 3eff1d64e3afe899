import { sha256 } from '../../domain/index.ts'
import { type Allowed, type AllowOptions, allowed } from './allowed.ts'
import { archiveCache } from './archive-cache.ts'
import { entriesIn, type IndexEntry } from './chart-index.ts'
import {
  type ChartProblem,
  type ChartProvider,
  type ChartWanted,
  type FoundChart,
  missing,
  shown,
  wantedText,
} from './found-chart.ts'
import { type HttpGet, httpGet } from './http-get.ts'
import { ociChart } from './oci.ts'
import { isExactVersion, newestIn, sameVersion } from './semver.ts'
import { unpackChart } from './unpack.ts'

export type ChartLimits = {
  readonly indexBytes: number
  readonly archiveBytes: number
  /** For one request with its redirects. */
  readonly timeoutMs: number
}

export type ChartFetcherOptions = AllowOptions & {
  /** Folder of packed charts by digest; it is made, for this user alone. */
  readonly cacheDir?: string
  readonly limits?: Partial<ChartLimits>
}

export type ChartFetcher = ChartProvider & { close(): Promise<void> }

const LIMITS: ChartLimits = { indexBytes: 64 * 1024 * 1024, archiveBytes: 16 * 1024 * 1024, timeoutMs: 30_000 }

/** The place of a repository as it is asked, and whether it is an OCI registry. Argo CD writes those without a scheme. */
type Place = { readonly url: URL; readonly oci: boolean }

/**
 * Brings exact versions of charts from HTTP chart repositories and OCI registries, apart from whatever renders them: only from allowed places,
 * without credentials, to public addresses, within caps, checked against the digest that the index or the manifest names. A range is resolved
 * to the newest version in it, which the answer names. Equal charts are asked for once; indexes are read once in the life of a fetcher.
 */
export function chartFetcher(options: ChartFetcherOptions): ChartFetcher {
  const limits = { ...LIMITS, ...options.limits }
  const may = allowed(options)
  const http = httpGet(may, limits.timeoutMs)
  const cache = options.cacheDir === undefined ? undefined : archiveCache(options.cacheDir, limits.archiveBytes)
  const indexes = new Map<string, Promise<Buffer | ChartProblem>>()
  const brought = new Map<string, Promise<FoundChart>>()

  const indexOf = (url: URL): Promise<Buffer | ChartProblem> => {
    const known = indexes.get(url.href)
    if (known !== undefined) return known
    const reading = readIndex(http, url, limits.indexBytes)
    indexes.set(url.href, reading)
    return reading
  }
  const fromRepository = async (wanted: ChartWanted, url: URL): Promise<FoundChart> => {
    const index = await indexOf(url)
    if (!Buffer.isBuffer(index)) return index
    const entry = entryFor(wanted, index)
    if ('found' in entry) return entry
    const [first] = entry.urls
    if (first === undefined || !URL.canParse(first, asFolder(url)))
      return missing('chart-rejected', `the index names no URL for ${wantedText(wanted)}`)
    if (entry.digest === undefined)
      return missing('chart-rejected', `the index names no digest for ${wantedText(wanted)}, so it cannot be checked`)
    const archive =
      (await cache?.get(entry.digest)) ??
      (await download(http, new URL(first, asFolder(url)), url, entry.digest, limits))
    return Buffer.isBuffer(archive) ? opened(wanted, entry.version, archive) : archive
  }
  const fromRegistry = async (wanted: ChartWanted, url: URL): Promise<FoundChart> => {
    const { archiveBytes } = limits
    const known = async (digest: string) => cache?.get(digest)
    const registry = ociChart(http, url, { archiveBytes, known })
    let version: string | undefined = wanted.targetRevision
    if (!isExactVersion(version)) {
      const tags = await registry.tags()
      if ('found' in tags) return tags
      version = newestIn(wanted.targetRevision, tags)
      if (version === undefined) return missing('chart-missing', `no version answers to ${wantedText(wanted)}`)
    }
    const archive = await registry.archive(version)
    return Buffer.isBuffer(archive) ? opened(wanted, version, archive) : archive
  }
  const opened = async (wanted: ChartWanted, version: string, archive: Buffer): Promise<FoundChart> => {
    const files = unpackChart(archive)
    if (files === undefined)
      return missing('chart-rejected', `${wantedText(wanted)} is no packed chart of plain files within the caps`)
    const digest = sha256(archive)
    await cache?.put(digest, archive)
    return { found: true, version, digest, archive, files }
  }
  const bring = async (wanted: ChartWanted): Promise<FoundChart> => {
    const place = placeOf(wanted, may)
    if (place === undefined) return missing('chart-missing', `${wantedText(wanted)} names no chart repository`)
    if (!may.repository(place.url))
      return missing('chart-not-allowed', `${shown(wanted.repoURL)} is not among the allowed chart repositories`)
    return place.oci ? fromRegistry(wanted, place.url) : fromRepository(wanted, place.url)
  }
  return {
    chart(wanted) {
      const key = JSON.stringify([wanted.repoURL, wanted.chart, wanted.targetRevision])
      const known = brought.get(key)
      if (known !== undefined) return known
      const bringing = bring(wanted)
      brought.set(key, bringing)
      return bringing
    },
    close: () => http.close(),
  }
}

function placeOf({ repoURL, chart }: ChartWanted, may: Allowed): Place | undefined {
  if (/^https?:\/\//i.test(repoURL)) return URL.canParse(repoURL) ? { url: new URL(repoURL), oci: false } : undefined
  const bare = repoURL.replace(/^oci:\/\//i, '').replace(/\/+$/, '')
  const scheme = may.isPlain(bare.split('/', 1)[0] ?? '') ? 'http' : 'https'
  const address = `${scheme}://${bare}/${chart}`
  if (/:\/\//.test(bare) || /[?#\\@]|\.\./.test(`${bare}/${chart}`) || !URL.canParse(address)) return undefined
  return { url: new URL(address), oci: true }
}

function asFolder(url: URL): string {
  return `${url.origin}${url.pathname.replace(/\/+$/, '')}/`
}

async function readIndex(http: HttpGet, url: URL, most: number): Promise<Buffer | ChartProblem> {
  const got = await http.get(new URL('index.yaml', asFolder(url)), url, most)
  if ('found' in got) return got
  if (got.status === 200) return got.body
  const reason = got.status === 404 ? 'chart-missing' : 'chart-unreachable'
  return missing(reason, `${shown(url.host)} answers HTTP ${got.status} for the index of its charts`)
}

function entryFor(wanted: ChartWanted, index: Buffer): IndexEntry | ChartProblem {
  const entries = entriesIn(index, wanted.chart)
  if (entries === undefined)
    return missing('chart-missing', `the index of ${shown(wanted.repoURL)} has no chart ${shown(wanted.chart)}`)
  const { targetRevision: revision } = wanted
  const version = isExactVersion(revision)
    ? revision
    : newestIn(
        revision,
        entries.map((one) => one.version),
      )
  const entry = entries.find((one) => version !== undefined && sameVersion(one.version, version))
  return entry ?? missing('chart-missing', `no version answers to ${wantedText(wanted)}`)
}

async function download(
  http: HttpGet,
  url: URL,
  from: URL,
  digest: string,
  limits: ChartLimits,
): Promise<Buffer | ChartProblem> {
  const got = await http.get(url, from, limits.archiveBytes)
  if ('found' in got) return got
  if (got.status !== 200)
    return missing('chart-unreachable', `${shown(url.host)} answers HTTP ${got.status} for ${shown(url.pathname)}`)
  if (sha256(got.body) === digest) return got.body
  return missing('chart-rejected', `${shown(url.href)} does not have the digest that the index names`)
}
