import { isJsonObject, type JsonObject, type JsonPath, type JsonValue, type UnpackChart } from '../../domain/index.ts'
import { isRefused } from '../refused.ts'
import type { ResolvedSource } from '../resolve.ts'
import { bytesIfReadable, filesBelow, joinPath } from '../tree.ts'
import { firstValue } from './first-value.ts'

/** A chart of a source: the source's own or one below it, once for every name that it goes by in the values. */
export type Chart = {
  readonly name: string
  /** Its place in the values of the chart at the top. */
  readonly prefix: JsonPath
  readonly version: string
  readonly appVersion: string
  /** Its folder in the tree of the source, or the archive that it is packed in. */
  readonly dir: string
  /** Where helm finds it: differs from `dir` for a dependency that stands elsewhere in the repository. */
  readonly mount: string
  readonly files: ChartFiles
  /** Why the chart counts as somebody else's, whose templates are not edited; undefined for an own one. */
  readonly foreign: string | undefined
  readonly packed: boolean
  readonly below: readonly Chart[]
}

/** Files of one chart by their paths in it, those of charts below it included. */
export type ChartFiles = {
  readonly paths: readonly string[]
  readonly bytes: (path: string) => Uint8Array | undefined
}

const DEPTH = 6
const MOST_CHARTS = 300

type Place = Pick<Chart, 'dir' | 'mount' | 'files' | 'packed'>

type Use = { readonly key: string; readonly place: Place; readonly repository: string }

type Reading = { readonly source: ResolvedSource; readonly unpack: UnpackChart | undefined; left: number }

export function treeFiles(source: ResolvedSource, dir: string): ChartFiles {
  const skip = dir === '' ? 0 : dir.length + 1
  return {
    paths: filesBelow(source.tree, dir).map((path) => path.slice(skip)),
    bytes: (path) => bytesIfReadable(source.tree, joinPath(dir, path) ?? path),
  }
}

export function textIn(files: ChartFiles, path: string): string {
  return new TextDecoder().decode(files.bytes(path))
}

function mapIn(files: ChartFiles, path: string): JsonObject {
  const value = firstValue(files.bytes(path), path)
  return isJsonObject(value) && !isRefused(value) ? value : {}
}

function text(map: JsonObject, key: string): string {
  const value = map[key]
  return typeof value === 'string' || typeof value === 'number' ? String(value) : ''
}

function within(place: Place, folder: string): Place {
  const { files } = place
  const prefix = `${folder}/`
  return {
    dir: place.packed ? `${place.dir}/${folder}` : (joinPath(place.dir, folder) ?? folder),
    mount: joinPath(place.mount, folder) ?? folder,
    packed: place.packed,
    files: {
      paths: files.paths.flatMap((path) => (path.startsWith(prefix) ? [path.slice(prefix.length)] : [])),
      bytes: (path) => files.bytes(prefix + path),
    },
  }
}

type Opened = ReturnType<UnpackChart>

const archives = new WeakMap<UnpackChart, WeakMap<Uint8Array, { readonly files: Opened }>>()

/** An archive is opened once, by its very bytes. */
function opened(bytes: Uint8Array, unpack: UnpackChart): Opened {
  const known = archives.get(unpack) ?? new WeakMap<Uint8Array, { readonly files: Opened }>()
  archives.set(unpack, known)
  const one = known.get(bytes) ?? { files: unpack(bytes) }
  known.set(bytes, one)
  return one.files
}

function unpacked(place: Place, archive: string, unpack: UnpackChart | undefined): Place | undefined {
  const bytes = unpack === undefined ? undefined : place.files.bytes(archive)
  const files = bytes === undefined || unpack === undefined ? undefined : opened(bytes, unpack)
  if (files === undefined) return undefined
  return {
    dir: place.packed ? `${place.dir}/${archive}` : (joinPath(place.dir, archive) ?? archive),
    mount: joinPath(place.mount, archive) ?? archive,
    packed: true,
    files: { paths: [...files.keys()].sort(), bytes: (path) => files.get(path) },
  }
}

/** What stands in `charts/`, folders and archives; an archive that can't be opened is left out. */
function vendored(place: Place, unpack: UnpackChart | undefined): readonly Place[] {
  const folders = new Set(place.files.paths.flatMap((path) => /^(charts\/[^/]+)\/Chart\.yaml$/.exec(path)?.[1] ?? []))
  const archives = place.files.paths.filter((path) => /^charts\/[^/]+\.tgz$/.test(path))
  return [
    ...[...folders].map((folder) => within(place, folder)),
    ...archives.flatMap((archive) => unpacked(place, archive, unpack) ?? []),
  ]
}

/** A dependency by `file://` that stands elsewhere in the repository: Argo CD has helm copy it into `charts/`. */
function local(place: Place, name: string, repository: string, source: ResolvedSource): Place | undefined {
  if (place.packed || !repository.startsWith('file://')) return undefined
  const dir = joinPath(place.dir, repository.slice('file://'.length))
  if (dir === undefined || source.tree.blob(joinPath(dir, 'Chart.yaml') ?? '') === undefined) return undefined
  const mount = joinPath(place.mount, `charts/${name}`) ?? name
  return { dir, mount, packed: false, files: treeFiles(source, dir) }
}

export function dependenciesOf(files: ChartFiles): readonly JsonObject[] {
  return ['Chart.yaml', 'requirements.yaml'].flatMap((path) => {
    const list = mapIn(files, path)['dependencies']
    return Array.isArray(list) ? list.filter((one: JsonValue) => isJsonObject(one)) : []
  })
}

/** Every chart below one, once for every alias; those that no dependency names go by their own name. */
function usesIn(place: Place, reading: Reading): readonly Use[] {
  const there = vendored(place, reading.unpack).map((one) => ({ place: one, about: mapIn(one.files, 'Chart.yaml') }))
  const named = new Set<string>()
  const uses = dependenciesOf(place.files).flatMap((dependency): Use[] => {
    const name = text(dependency, 'name')
    const repository = text(dependency, 'repository')
    const same = there.filter(({ about }) => text(about, 'name') === name)
    const exact = same.find(({ about }) => text(about, 'version') === text(dependency, 'version')) ?? same[0]
    const found = exact?.place ?? local(place, name, repository, reading.source)
    named.add(name)
    const key = text(dependency, 'alias') || name
    return found === undefined || key === '' ? [] : [{ key, place: found, repository }]
  })
  const others = there.filter(({ about }) => !named.has(text(about, 'name')))
  return [...uses, ...others.map((one) => ({ key: text(one.about, 'name'), place: one.place, repository: '' }))]
}

function foreignChild(use: Use, above: Chart['foreign']): string | undefined {
  if (above !== undefined) return above
  if (use.place.packed) return `the chart is packed in ${use.place.dir}`
  const remote = use.repository !== '' && !use.repository.startsWith('file://')
  return remote ? `the chart in ${use.place.dir} is vendored from ${use.repository.slice(0, 200)}` : undefined
}

function chartAt(place: Place, prefix: JsonPath, foreign: string | undefined, reading: Reading, depth: number): Chart {
  reading.left -= 1
  const about = mapIn(place.files, 'Chart.yaml')
  const uses = depth === 0 ? [] : usesIn(place, reading)
  const below: Chart[] = []
  for (const use of uses) {
    if (reading.left <= 0) break
    below.push(chartAt(use.place, [...prefix, use.key], foreignChild(use, foreign), reading, depth - 1))
  }
  const facts = { name: text(about, 'name'), version: text(about, 'version'), appVersion: text(about, 'appVersion') }
  return { ...facts, ...place, prefix, foreign, below }
}

const VENDOR_FOLDER = /(?:^|\/)(?:vendor|vendored|third[_-]party|upstream)\//

/**
 * Why the source's own chart counts as somebody else's. HEURISTIC: it is when it comes from a chart repository, when it lies in the
 * `charts/` of another chart, or below a folder called vendor, third_party or upstream. `home` and `sources` in Chart.yaml prove nothing:
 * charts that were copied to be changed keep them, and so do those of people who publish theirs.
 */
function foreignRoot({ source, tree, dir }: ResolvedSource): string | undefined {
  if (source.chart !== undefined) return `the chart ${source.chart} comes from ${source.repoURL}`
  const outer = /^(.*?)\/?charts\/[^/]+$/.exec(dir)?.[1]
  if (outer !== undefined && tree.blob(joinPath(outer, 'Chart.yaml') ?? 'Chart.yaml') !== undefined)
    return `the chart lies in the charts/ of ${outer === '' ? 'another chart' : outer}`
  return VENDOR_FOLDER.test(`${dir}/`) ? `the folder ${dir} is one for what others made` : undefined
}

const known = new WeakMap<ResolvedSource, Map<UnpackChart | undefined, Chart>>()

/** The charts of a source, its own at the top. Packed ones are there only where something opens them. */
export function chartOf(source: ResolvedSource, unpack: UnpackChart | undefined): Chart {
  const charts = known.get(source) ?? new Map<UnpackChart | undefined, Chart>()
  const found = charts.get(unpack)
  if (found !== undefined) return found
  const place = { dir: source.dir, mount: source.dir, files: treeFiles(source, source.dir), packed: false }
  const chart = chartAt(place, [], foreignRoot(source), { source, unpack, left: MOST_CHARTS }, DEPTH)
  known.set(source, charts.set(unpack, chart))
  return chart
}

export function eachChart(chart: Chart): readonly Chart[] {
  return [chart, ...chart.below.flatMap(eachChart)]
}

/** The chart whose values hold a path. */
export function ownerOf(chart: Chart, path: JsonPath): Chart {
  const next = chart.below.find(({ prefix }) => prefix.every((step, index) => step === path[index]))
  return next === undefined ? chart : ownerOf(next, path)
}

/** Paths of a chart that are its own, not those of charts below it. */
export function ownPaths(chart: Chart): readonly string[] {
  return chart.files.paths.filter((path) => !path.startsWith('charts/'))
}

export function isTemplate(path: string): boolean {
  return path.startsWith('templates/') && /\.(?:ya?ml|tpl|tmpl)$/.test(path)
}
