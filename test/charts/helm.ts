import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { parseAllDocuments, stringify } from 'yaml'
import { isJsonObject, type JsonObject, type Manifest, valueAt } from '../../src/domain/index.ts'

const ROOT = resolve(import.meta.dirname, '../..')
export const CHART = join(ROOT, 'charts/kintsugi')

/** The real helms that `npm run tools` fetches; their absence is said, or refused where KINTSUGI_REQUIRE_TOOLS asks for real tools. */
export const helms = ['helm3', 'helm4'].filter((name) => existsSync(join(ROOT, '.tools', name)))
if (helms.length < 2) {
  if (process.env['KINTSUGI_REQUIRE_TOOLS'] !== undefined) throw new Error('the chart is tested with helm 3 and helm 4')
  console.warn('skipped: charts/kintsugi by helm 3 and 4, because they are not there (npm run tools fetches them)')
}

export type Rendered =
  | { readonly ok: true; readonly objects: readonly Manifest[] }
  | { readonly ok: false; readonly message: string }

/** `helm template` of the chart with these values, without a cluster. */
export async function render(helm: string, values: JsonObject): Promise<Rendered> {
  const dir = await mkdtemp(join(tmpdir(), 'kintsugi-chart-'))
  try {
    const file = join(dir, 'values.yaml')
    await writeFile(file, stringify(values))
    const tool = join(ROOT, '.tools', helm)
    const args = ['template', 'kintsugi', CHART, '--namespace', 'kintsugi', '--values', file, '--include-crds']
    const env = { HOME: dir, PATH: '/nowhere' }
    const printed = await new Promise<{ readonly failed: boolean; readonly out: string; readonly err: string }>(
      (done) => {
        execFile(tool, args, { env, maxBuffer: 16_777_216, timeout: 20_000 }, (error, out, err) =>
          done({ failed: error !== null, out, err }),
        )
      },
    )
    if (printed.failed) return { ok: false, message: printed.err }
    const objects = parseAllDocuments(printed.out)
      .map((document) => document.toJS())
      .filter(isJsonObject)
    return { ok: true, objects }
  } finally {
    await rm(dir, { recursive: true, force: true })
  }
}

/** Values with which everything that must be told is told. */
export const least: JsonObject = {
  image: { repository: 'registry.example.com/kintsugi' },
  github: { appId: 4711, existingSecret: 'kintsugi-github' },
  config: {
    clusters: [
      { name: 'prod', prometheus: { url: 'http://prometheus.monitoring:9090' }, argocd: { namespaces: ['argocd'] } },
    ],
    bindings: [{ cluster: 'prod', namespace: 'shop', repositories: ['https://github.com/example/shop-gitops'] }],
  },
}

export function named(objects: readonly Manifest[], kind: string, name: string): Manifest {
  const found = objects.find((one) => one['kind'] === kind && valueAt(one, ['metadata', 'name']) === name)
  if (found === undefined) throw new Error(`there is no ${kind} ${name}`)
  return found
}

export function kinds(objects: readonly Manifest[]): readonly string[] {
  return objects.map((one) => `${String(one['kind'])} ${String(valueAt(one, ['metadata', 'name']))}`).sort()
}
