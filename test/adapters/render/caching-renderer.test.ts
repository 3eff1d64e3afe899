import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { cachingRenderer, helmRenderer } from '../../../src/adapters/render/index.ts'
import type { HelmRenderInput, RenderOutcome } from '../../../src/domain/index.ts'
import type { Renderer } from '../../../src/ports/index.ts'
import { memoryTree } from '../../../src/source/index.ts'
import { chart, input, SETTINGS, scriptedHelm, showing } from './given.ts'

const OWN = mkdtempSync(join(tmpdir(), 'kintsugi-cache-'))
afterAll(() => rmSync(OWN, { recursive: true, force: true }))
const MEMORY = { memoryBytes: 1_000_000 }
const plain = { 'chart/templates/a.yaml': showing('a') }

/** A real child in the place of helm, which writes a line for each start. */
function counting(printed = 'apiVersion: v1\\nkind: A\\nmetadata: {name: a}\\n') {
  const log = join(mkdtempSync(join(OWN, 'log-')), 'starts')
  writeFileSync(log, '')
  const path = scriptedHelm(
    `echo "$1" >> ${log}; if [ "$1" = template ]; then ${`printf '${printed}'`}; else echo v3.18.0; fi`,
  )
  return { path, starts: () => readFileSync(log, 'utf8').split('\n').length - 1, log }
}

const dir = () => join(mkdtempSync(join(OWN, 'store-')), 'renders')

describe('cachingRenderer', () => {
  it('starts no child for an unchanged tree, nor for another tree with the same blobs', async () => {
    const helm = counting()
    const renderer = cachingRenderer(helmRenderer({ path: helm.path }), MEMORY)
    const first = await renderer.render(input(chart(plain)))
    const before = helm.starts()
    expect(first).toMatchObject({ rendered: true, objects: [{ kind: 'A' }] })
    expect(await renderer.render(input(chart(plain)))).toEqual(first)
    expect(await renderer.render(input(chart({ ...plain, 'elsewhere/other.yaml': 'b' })))).toEqual(first)
    expect(helm.starts()).toBe(before)
  })

  const values = memoryTree({ 'v.yaml': 'a: 1\n' })
  const others = memoryTree({ 'v.yaml': 'a: 2\n' })
  it.each<readonly [string, Partial<HelmRenderInput>]>([
    ['a file of the chart', { tree: chart({ ...plain, 'chart/values.yaml': 'b: 2\n' }) }],
    ['the name of a file', { tree: chart({ 'chart/templates/b.yaml': showing('a') }) }],
    ['a value file', { valueFiles: [{ tree: others, path: 'v.yaml' }] }],
    ['the order of value files', { valueFiles: [...[others, values].map((tree) => ({ tree, path: 'v.yaml' }))] }],
    ['inline values', { helm: { ...SETTINGS, valuesObject: { a: 3 } } }],
    ['a parameter', { helm: { ...SETTINGS, parameters: [{ name: 'a', value: '1', forceString: false }] } }],
    ['the name of the release', { releaseName: 'other' }],
    ['the namespace', { namespace: 'other' }],
    ['whether values are checked', { validateSchema: false }],
  ])('renders anew when %s changes', async (_, change) => {
    const helm = counting()
    const renderer = cachingRenderer(helmRenderer({ path: helm.path }), MEMORY)
    const given = input(chart(plain), { valueFiles: [{ tree: values, path: 'v.yaml' }] })
    await renderer.render(given)
    const before = helm.starts()
    await renderer.render({ ...given, ...change })
    expect(helm.starts()).toBe(before + 1)
    await renderer.render({ ...given, ...change })
    expect(helm.starts()).toBe(before + 1)
  })

  it('renders anew with another tool', async () => {
    const helm = counting()
    const renderer = cachingRenderer(helmRenderer({ path: helm.path }), MEMORY)
    await renderer.render(input(chart(plain)))
    const before = helm.starts()
    writeFileSync(helm.path, `${readFileSync(helm.path, 'utf8')}# another\n`)
    await renderer.render(input(chart(plain)))
    expect(helm.starts()).toBe(before + 1)
  })

  it('shares one render among equal inputs at the same time', async () => {
    const helm = counting()
    const renderer = cachingRenderer(helmRenderer({ path: helm.path }), MEMORY)
    await helmRenderer({ path: helm.path }).version()
    const before = helm.starts()
    const all = await Promise.all(Array.from({ length: 8 }, () => renderer.render(input(chart(plain)))))
    expect(new Set(all).size).toBe(1)
    // One render, and the version of the tool.
    expect(helm.starts()).toBe(before + 2)
  })

  it('gives a render of its own to whoever asks for a fresh one, and does not keep it', async () => {
    const helm = counting()
    const renderer = cachingRenderer(helmRenderer({ path: helm.path }), MEMORY)
    await renderer.render(input(chart(plain), { fresh: true }))
    const before = helm.starts()
    await renderer.render(input(chart(plain), { fresh: true }))
    await renderer.render(input(chart(plain)))
    expect(helm.starts()).toBe(before + 2)
  })

  function answering(outcome: RenderOutcome): { readonly renderer: Renderer; readonly asked: () => number } {
    let asked = 0
    const render = async () => {
      asked += 1
      return outcome
    }
    return { renderer: { isolation: 'process', version: async () => 'helm 3', render }, asked: () => asked }
  }

  it.each([
    ['render-limit', 2],
    ['renderer-unreachable', 2],
    ['renderer-missing', 2],
    ['render-failed', 1],
  ] as const)('asks again after %s: %i times in two', async (reason, times) => {
    const { renderer, asked } = answering({ rendered: false, reason, message: 'no' })
    const caching = cachingRenderer(renderer, MEMORY)
    await caching.render(input(chart(plain)))
    await caching.render(input(chart(plain)))
    expect(asked()).toBe(times)
  })

  it('does not keep what was thrown', async () => {
    let asked = 0
    const render = async () => {
      asked += 1
      throw new Error('no disk')
    }
    const caching = cachingRenderer({ isolation: 'process', version: async () => 'helm 3', render }, MEMORY)
    await expect(caching.render(input(chart(plain)))).rejects.toThrow('no disk')
    await expect(caching.render(input(chart(plain)))).rejects.toThrow('no disk')
    expect(asked).toBe(2)
  })

  it('keeps no more than it may: what was used longest ago is rendered anew', async () => {
    const big = {
      rendered: true,
      objects: [{ apiVersion: 'v1', kind: 'A', text: 'a'.repeat(1000) }],
      tool: 't',
    } as const
    const { renderer, asked } = answering(big)
    const caching = cachingRenderer(renderer, { memoryBytes: 10_000 })
    const one = (name: string) => caching.render(input(chart(plain), { releaseName: name }))
    for (const name of ['a', 'b', 'a', 'c', 'a']) await one(name)
    expect(asked()).toBe(3)
    await one('b')
    expect(asked()).toBe(4)
  })

  it('passes a chart with a link on, though a tree without it was kept', async () => {
    const helm = counting()
    const renderer = cachingRenderer(helmRenderer({ path: helm.path }), MEMORY)
    await renderer.render(input(chart(plain)))
    const linked = chart(plain, { 'chart/files/secret': 'symlink' })
    expect(await renderer.render(input(linked))).toMatchObject({ rendered: false, reason: 'unsafe-path' })
  })
})

describe('cachingRenderer with a folder', () => {
  it('starts nothing at all in a second process', async () => {
    const [helm, folder] = [counting(), dir()]
    const first = await cachingRenderer(helmRenderer({ path: helm.path }), { ...MEMORY, dir: folder }).render(
      input(chart(plain)),
    )
    const before = helm.starts()
    const second = cachingRenderer(helmRenderer({ path: helm.path }), { ...MEMORY, dir: folder })
    expect(await second.render(input(chart(plain)))).toEqual(first)
    expect(helm.starts()).toBe(before)
    expect(statSync(folder).mode & 0o777).toBe(0o700)
    for (const name of readdirSync(folder)) expect(statSync(join(folder, name)).mode & 0o777).toBe(0o600)
  })

  it.each<readonly [string, (folder: string, name: string) => void]>([
    ['was changed', (folder, name) => writeFileSync(join(folder, name), 'x')],
    [
      'is of another key',
      (folder, name) => {
        const other = readFileSync(join(folder, name))
        rmSync(join(folder, name))
        writeFileSync(join(folder, name), other.subarray(0, other.length - 3))
      },
    ],
  ])('renders anew where an entry %s', async (_, change) => {
    const [helm, folder] = [counting(), dir()]
    const open = () => cachingRenderer(helmRenderer({ path: helm.path }), { ...MEMORY, dir: folder })
    const first = await open().render(input(chart(plain)))
    const [name = ''] = readdirSync(folder)
    const before = helm.starts()
    change(folder, name)
    expect(await open().render(input(chart(plain)))).toEqual(first)
    expect(helm.starts()).toBeGreaterThan(before)
  })

  it('does not believe an entry under the name of another', async () => {
    const [helm, folder] = [counting(), dir()]
    const open = () => cachingRenderer(helmRenderer({ path: helm.path }), { ...MEMORY, dir: folder })
    await open().render(input(chart(plain)))
    const [first = ''] = readdirSync(folder)
    await open().render(input(chart(plain), { releaseName: 'other' }))
    const second = readdirSync(folder).find((name) => name !== first) ?? ''
    writeFileSync(join(folder, second), readFileSync(join(folder, first)))
    const before = helm.starts()
    await open().render(input(chart(plain), { releaseName: 'other' }))
    expect(helm.starts()).toBeGreaterThan(before)
  })

  it('does not use a folder that others may read', async () => {
    const [helm, folder] = [counting(), dir()]
    const open = () => cachingRenderer(helmRenderer({ path: helm.path }), { ...MEMORY, dir: folder })
    await open().render(input(chart(plain)))
    chmodSync(folder, 0o755)
    const before = helm.starts()
    await open().render(input(chart(plain)))
    expect(helm.starts()).toBeGreaterThan(before)
  })

  it('stays below its size: what was used longest ago goes', async () => {
    const [helm, folder] = [counting(), dir()]
    const open = (dirBytes: number) =>
      cachingRenderer(helmRenderer({ path: helm.path }), { ...MEMORY, dir: folder, dirBytes })
    for (const releaseName of ['a', 'b']) await open(1e9).render(input(chart(plain), { releaseName }))
    const [one = '', two = ''] = readdirSync(folder)
    const size = statSync(join(folder, one)).size
    utimesSync(join(folder, one), new Date(0), new Date(0))
    await open(size * 3 - 1).render(input(chart(plain), { releaseName: 'c' }))
    const left = readdirSync(folder)
    expect(left).not.toContain(one)
    expect(left).toContain(two)
  })

  it('keeps what helm itself refused for later, and nothing else that failed', async () => {
    const folder = dir()
    const fails = scriptedHelm('echo "Error: values do not fit" >&2; exit 1')
    const breaks = scriptedHelm('echo "prlimit: cannot" >&2; exit 1')
    for (const path of [fails, breaks])
      await cachingRenderer(helmRenderer({ path }), { ...MEMORY, dir: folder }).render(input(chart(plain)))
    expect(readdirSync(folder)).toHaveLength(1)
  })
})
