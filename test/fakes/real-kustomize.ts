import { execFile } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { parseAllDocuments } from 'yaml'
import type { RenderApplication } from '../../src/adapters/simulation/index.ts'
import { isJsonObject, type Manifest, type Tree, valueAt } from '../../src/domain/index.ts'

const run = promisify(execFile)

export async function hasKubectl(): Promise<boolean> {
  return run('kubectl', ['kustomize', '--help']).then(
    () => true,
    () => false,
  )
}

/** Renders an Application as Argo CD does, with the kustomize in kubectl: nothing of our own build has a part in it. */
export const kubectlRender: RenderApplication = async (tree, application) => {
  const path = valueAt(application, ['spec', 'source', 'path'])
  if (typeof path !== 'string') return { rendered: false, reason: 'unsupported-source', message: 'no path' }
  const dir = mkdtempSync(join(tmpdir(), 'kintsugi-kustomize-'))
  try {
    writeTree(dir, tree, path)
    const { stdout } = await run('kubectl', ['kustomize', join(dir, path)], { maxBuffer: 16 * 1024 * 1024 })
    return { rendered: true, objects: manifestsIn(stdout) }
  } catch (error) {
    return { rendered: false, reason: 'render-failed', message: error instanceof Error ? error.message : 'kubectl' }
  } finally {
    rmSync(dir, { recursive: true, force: true })
  }
}

/** A plain directory gets a kustomization that lists its files, so that it passes through kustomize too. */
function writeTree(dir: string, tree: Tree, path: string): void {
  for (const file of tree.paths()) {
    mkdirSync(dirname(join(dir, file)), { recursive: true })
    writeFileSync(join(dir, file), tree.bytes(file) ?? '')
  }
  if (tree.blob(`${path}/kustomization.yaml`) !== undefined) return
  const own = tree.paths().filter((file) => dirname(file) === path && /\.ya?ml$/.test(file))
  const list = own.map((file) => `  - ${file.slice(path.length + 1)}\n`).join('')
  writeFileSync(join(dir, path, 'kustomization.yaml'), `resources:\n${list}`)
}

function manifestsIn(text: string): readonly Manifest[] {
  return parseAllDocuments(text).flatMap((document): Manifest[] => {
    const value: unknown = document.toJS()
    return isJsonObject(value) ? [value] : []
  })
}
