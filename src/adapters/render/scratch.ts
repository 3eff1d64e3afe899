import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { JsonValue } from '../../domain/index.ts'
import type { Chart } from './chart.ts'
import { underWay } from './under-way.ts'

/** A folder of its own for one render. `root` is what must not be seen in any message. */
export type Scratch = {
  readonly root: string
  readonly chart: string
  /** Relative to `chart`. */
  readonly valueFiles: readonly string[]
  readonly env: Readonly<Record<string, string>>
}

/** Hands a fresh folder (0700) to `use` and removes it afterwards, whatever happens, an interrupt of the process included. */
export async function inScratch<T>(use: (root: string) => Promise<T>): Promise<T> {
  const root = await mkdtemp(join(tmpdir(), 'kintsugi-render-'))
  underWay.folder(root)
  try {
    return await use(root)
  } finally {
    await rm(root, { recursive: true, force: true, maxRetries: 3 })
    underWay.folderGone(root)
  }
}

/** Everything that helm looks for outside of the chart points into the folder, where there is nothing; the PATH has no program. */
export function emptyEnvironment(root: string): Readonly<Record<string, string>> {
  const home = join(root, 'home')
  return {
    HOME: home,
    PATH: join(root, 'bin'),
    TMPDIR: join(root, 'tmp'),
    KUBECONFIG: join(home, 'kubeconfig'),
    XDG_CACHE_HOME: join(home, 'cache'),
    XDG_CONFIG_HOME: join(home, 'config'),
    XDG_DATA_HOME: join(home, 'data'),
    HELM_CACHE_HOME: join(home, 'cache'),
    HELM_CONFIG_HOME: join(home, 'config'),
    HELM_DATA_HOME: join(home, 'data'),
    HELM_PLUGINS: join(home, 'plugins'),
    HELM_REGISTRY_CONFIG: join(home, 'registry.json'),
    HELM_REPOSITORY_CONFIG: join(home, 'repositories.yaml'),
    HELM_REPOSITORY_CACHE: join(home, 'repository'),
    // More threads would only reserve more of the bounded address space.
    GOMAXPROCS: '2',
    // A render is over before what it leaves behind is worth collecting; one that grows is collected in good time for its bound.
    GOGC: '400',
    GOMEMLIMIT: '512MiB',
    LC_ALL: 'C',
  }
}

export async function layOut(root: string, chart: Chart, inline: readonly string[]): Promise<Scratch> {
  await Promise.all(['home', 'bin', 'tmp', 'values', 'chart'].map((name) => mkdir(join(root, name), { mode: 0o700 })))
  const folder = join(root, 'chart')
  const folders = new Set([...chart.files.keys()].map((path) => dirname(path)))
  for (const one of folders) await mkdir(join(folder, one), { recursive: true, mode: 0o700 })
  for (const [path, content] of chart.files) await writeFresh(join(folder, path), content)
  const contents = [...chart.valueFiles, ...inline]
  // Relative to the chart: the path of the folder is not helm's to know, and helm cuts at commas.
  const valueFiles = contents.map((_, at) => `../values/value-file-${at}.yaml`)
  for (const [at, content] of contents.entries())
    await writeFresh(join(root, 'values', `value-file-${at}.yaml`), content)
  return { root, chart: folder, valueFiles, env: emptyEnvironment(root) }
}

/** `wx`: an existing file or link is never written through. */
function writeFresh(path: string, content: Uint8Array | string): Promise<void> {
  return writeFile(path, content, { flag: 'wx', mode: 0o600 })
}

/** The values that an Application holds itself. As Argo CD has it, `valuesObject` takes the place of `values`. JSON is YAML. */
export function inlineValues(helm: { readonly values?: string; readonly valuesObject?: JsonValue }): readonly string[] {
  if (helm.valuesObject !== undefined && helm.valuesObject !== null) return [JSON.stringify(helm.valuesObject)]
  return helm.values === undefined || helm.values === '' ? [] : [helm.values]
}
