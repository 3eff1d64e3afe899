import { chmodSync, existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { gzipSync } from 'node:zlib'
import { onTestFinished } from 'vitest'
import type { HelmRenderInput, HelmSettings, Tree } from '../../../src/domain/index.ts'
import { memoryTree } from '../../../src/source/index.ts'

const TOOLS = resolve(import.meta.dirname, '../../../.tools')

/** The real ones that are here, by name. */
export const helms: readonly (readonly [string, string])[] = ['helm3', 'helm4']
  .map((name) => [name, join(TOOLS, name)] as const)
  .filter(([, file]) => existsSync(file))

if (helms.length === 0)
  console.log('skipped: tests with real helm, since .tools/ holds none (npm run tools fetches it)')

export const CHART_YAML = 'apiVersion: v2\nname: cart\nversion: 0.1.0\n'

export const SETTINGS: HelmSettings = { valueFiles: [], ignoreMissingValueFiles: false, parameters: [] }

/** A chart in the folder `chart` of a tree that lists its links and submodules. */
export function chart(
  files: Readonly<Record<string, string | Uint8Array>>,
  special: Readonly<Record<string, 'symlink' | 'submodule'>> = {},
): Tree {
  const tree = memoryTree({ 'chart/Chart.yaml': CHART_YAML, ...files }, special)
  return {
    oid: tree.oid,
    paths: () => tree.paths(),
    bytes: (path) => tree.bytes(path),
    blob: (path) => tree.blob(path),
    special: (path) => tree.special(path),
    specials: () => Object.keys(special),
  }
}

/** A .tgz of these files, by the plain headers that `helm package` writes. */
export function archive(files: Readonly<Record<string, string | Uint8Array>>, type = '0'): Uint8Array {
  const blocks = Object.entries(files).flatMap(([name, text]) => {
    const content = Buffer.from(text as Uint8Array) // both kinds that it takes, which its overloads do not say together
    const header = Buffer.alloc(512)
    header.write(name, 0)
    header.write('0000644\0', 100)
    header.write(`${content.length.toString(8).padStart(11, '0')}\0`, 124)
    header.write('        ', 148)
    header.write(type, 156)
    header.write('ustar\0' + '00', 257)
    const sum = header.reduce((total, byte) => total + byte, 0)
    header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148)
    return [header, content, Buffer.alloc((512 - (content.length % 512)) % 512)]
  })
  return gzipSync(Buffer.concat([...blocks, Buffer.alloc(1024)]))
}

export function input(tree: Tree, change: Partial<HelmRenderInput> = {}): HelmRenderInput {
  return {
    tree,
    chartPath: 'chart',
    releaseName: 'cart',
    namespace: 'shop',
    valueFiles: [],
    helm: SETTINGS,
    validateSchema: true,
    ...change,
  }
}

/** A ConfigMap whose `data.value` is what the template text gives. */
export function showing(template: string): string {
  return `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: shown\ndata:\n  value: ${template}\n`
}

/** A shell script in the place of helm until the test ends, for what a good helm never does. */
export function scriptedHelm(script: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'kintsugi-scripted-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const file = join(folder, 'helm')
  writeFileSync(file, `#!/bin/sh\n${script}\n`)
  chmodSync(file, 0o755)
  return file
}

/** Folders of renders that are still there. */
export function leftovers(): readonly string[] {
  return readdirSync(tmpdir()).filter((name) => name.startsWith('kintsugi-render-'))
}
