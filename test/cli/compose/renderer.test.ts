import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { chartsOf } from '../../../src/cli/compose/controller.ts'
import { chart, helms, input, showing } from '../../adapters/render/given.ts'
import { startService } from '../../adapters/render/service-process.ts'
import { kintsugi } from '../console.ts'

const [first] = helms
const plain = chart({ 'chart/templates/a.yaml': showing('a') })
const config = (url: string): string => {
  const folder = mkdtempSync(join(tmpdir(), 'kintsugi-config-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const file = join(folder, 'kintsugi.yaml')
  writeFileSync(file, `clusters: [{name: a}]\nrenderer: {url: "${url}"}\n`)
  return file
}

describe('charts of the configuration', () => {
  it.skipIf(first === undefined)('are rendered in the renderer that it names, isolated as that says', async () => {
    const service = await startService(['--helm', first?.[1] ?? '', '--allow-root'])
    if (!('url' in service)) throw new Error(service.err)
    // A helm of this machine that fails shows that it is not used.
    const charts = await chartsOf({ KINTSUGI_HELM: '/nowhere' }, { url: service.url })
    expect(charts.isolation).toBe('isolated')
    expect(await charts.helm?.(input(plain))).toMatchObject({ rendered: true })
    const { out } = await kintsugi(['version', '--config', config(service.url)])
    expect(out).toMatch(/renderer http:\S+: helm \d\S+, isolation isolated/)
    await service.stop()
  })

  it('are refused by name while that renderer is not there, and this machine renders none in its place', async () => {
    const charts = await chartsOf(process.env, { url: 'http://127.0.0.1:1' })
    expect(charts).toMatchObject({ isolation: 'process', version: undefined })
    expect(await charts.helm?.(input(plain))).toMatchObject({ rendered: false, reason: 'renderer-unreachable' })
    const { out } = await kintsugi(['version', '--json', '--config', config('http://127.0.0.1:1')])
    expect(JSON.parse(out)).toMatchObject({ renderer: { url: 'http://127.0.0.1:1', says: null } })
  })
})
