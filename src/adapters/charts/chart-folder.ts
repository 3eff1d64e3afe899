import { lstat, readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { isJsonObject, sha256 } from '../../domain/index.ts'
import { type ChartProvider, type FoundChart, missing, shown, wantedText } from './found-chart.ts'
import { packChart } from './pack.ts'
import { isExactVersion, newestIn, sameVersion } from './semver.ts'
import { smallYaml } from './small-yaml.ts'
import { unpackChart } from './unpack.ts'

type Packed = {
  readonly name: string
  readonly version: string
  readonly archive: Uint8Array
  readonly files: ReadonlyMap<string, Uint8Array>
}

const MOST_FILES = 5000
const MOST_BYTES = 64 * 1024 * 1024
const MOST_ARCHIVE = 16 * 1024 * 1024
/** `charts/`, `charts/<repository>/<chart>/`: no deeper are charts looked for. */
const DEEP = 3

/**
 * Charts out of a folder: unpacked ones and `.tgz` files, in it or in folders of it, whatever repository an Application names. Nothing is
 * asked of a network, and links are not followed.
 */
export function chartFolder(dir: string): ChartProvider {
  let reading: Promise<readonly Packed[]> | undefined
  return {
    async chart(wanted) {
      reading ??= chartsBelow(dir, DEEP)
      const named = (await reading).filter(({ name }) => name === wanted.chart.slice(wanted.chart.lastIndexOf('/') + 1))
      const versions = named.map(({ version }) => version)
      const version = isExactVersion(wanted.targetRevision)
        ? wanted.targetRevision
        : newestIn(wanted.targetRevision, versions)
      const found = named.find((one) => version !== undefined && sameVersion(one.version, version))
      if (found !== undefined) return foundIn(found)
      const has = versions.length === 0 ? '' : `: it has ${versions.map(shown).slice(0, 5).join(', ')}`
      return missing('chart-missing', `the folder of charts has no ${wantedText(wanted)}${has}`)
    },
  }
}

function foundIn({ version, archive, files }: Packed): FoundChart {
  return { found: true, version, digest: sha256(archive), archive, files }
}

async function chartsBelow(dir: string, depth: number): Promise<readonly Packed[]> {
  const entries = await readdir(dir, { withFileTypes: true }).catch(() => [])
  if (entries.some((one) => one.isFile() && one.name === 'Chart.yaml')) {
    const files = await filesBelow(dir)
    return files === undefined ? [] : [...packed(files, undefined)]
  }
  const found: Packed[] = []
  for (const one of entries) {
    const path = join(dir, one.name)
    if (one.isDirectory() && depth > 0) found.push(...(await chartsBelow(path, depth - 1)))
    if (!one.isFile() || !one.name.endsWith('.tgz') || (await lstat(path)).size > MOST_ARCHIVE) continue
    const archive = await readFile(path)
    const files = unpackChart(archive)
    if (files !== undefined) found.push(...packed(files, archive))
  }
  return found
}

function packed(files: ReadonlyMap<string, Uint8Array>, archive: Uint8Array | undefined): readonly Packed[] {
  const text = files.get('Chart.yaml')
  const about = text === undefined ? undefined : smallYaml(text)
  const { name, version } = isJsonObject(about) ? about : {}
  if (typeof name !== 'string' || typeof version !== 'string' || !/^[\w.-]{1,200}$/.test(name)) return []
  return [{ name, version, files, archive: archive ?? packChart(name, files) }]
}

/** Regular files only; undefined where there are links or too much. */
async function filesBelow(root: string): Promise<ReadonlyMap<string, Uint8Array> | undefined> {
  const files = new Map<string, Uint8Array>()
  let bytes = 0
  const waiting = ['']
  for (let folder = waiting.pop(); folder !== undefined; folder = waiting.pop()) {
    for (const one of await readdir(join(root, folder), { withFileTypes: true })) {
      const path = folder === '' ? one.name : `${folder}/${one.name}`
      if (one.isDirectory()) waiting.push(path)
      else if (!one.isFile()) return undefined
      else {
        bytes += (await lstat(join(root, path))).size
        if (files.size >= MOST_FILES || bytes > MOST_BYTES) return undefined
        files.set(path, await readFile(join(root, path)))
      }
    }
  }
  return files
}
