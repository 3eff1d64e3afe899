import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { stopsOf } from '../../../src/cli/compose/stops.ts'
import { KintsugiError } from '../../../src/domain/index.ts'

let cwd = ''
beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), 'kintsugi-stops-'))
})
afterEach(() => rmSync(cwd, { recursive: true, force: true }))

describe('what the operator stops the bot by', () => {
  it('is none where none is named', async () => {
    const stops = stopsOf({ pause: [], freezes: [] }, { cwd, env: {} })
    expect([await stops.paused(), await stops.frozen(), stops.says()]).toEqual([false, false, []])
  })

  it('is any one of the sources, each of its own key', async () => {
    const told = { pause: [{ config: false }, { file: 'pause' }], freezes: [{ file: 'freeze' }] }
    const stops = stopsOf(told, { cwd, env: {} })
    expect([await stops.paused(), await stops.frozen()]).toEqual([false, false])
    writeFileSync(join(cwd, 'pause'), '')
    expect([await stops.paused(), await stops.frozen()]).toEqual([true, false])
    writeFileSync(join(cwd, 'freeze'), '')
    expect(await stops.frozen()).toBe(true)
    expect(stops.says()).toEqual([])
    const always = stopsOf({ pause: [{ config: true }], freezes: [] }, { cwd, env: {} })
    expect(await always.paused()).toBe(true)
  })

  it('is said where it cannot be read, without the query of an address', async () => {
    const stops = stopsOf(
      {
        pause: [{ configMap: 'ops/pause' }, { command: [join(cwd, 'nothing'), '--token=canary'] }],
        freezes: [{ url: 'http://127.0.0.1:1/freeze?key=canary' }],
      },
      {
        cwd,
        env: {},
        configMap: async () => {
          throw new KintsugiError('KIN-6002', '/api/v1/namespaces/ops/configmaps/pause may not be read: 403')
        },
      },
    )
    expect([await stops.paused(), await stops.frozen()]).toEqual([true, true])
    expect(stops.says()).toEqual([
      expect.stringMatching(
        /^pause: the ConfigMap ops\/pause cannot be read, and counts as set: .* may not be read: 403$/,
      ),
      expect.stringMatching(/^pause: the command .*\/nothing cannot be read, and counts as set: .*ENOENT/),
      expect.stringMatching(
        /^freezes: http:\/\/127\.0\.0\.1:1\/freeze cannot be read, and counts as set: .*ECONNREFUSED/,
      ),
    ])
    expect(JSON.stringify(stops.says())).not.toContain('canary')
  })

  it('reads the ConfigMap of the cluster that is looked at', async () => {
    const asked: string[] = []
    const configMap = async (namespace: string, name: string) => {
      asked.push(`${namespace} ${name}`)
      return { paused: 'false' }
    }
    const stops = stopsOf({ pause: [{ configMap: 'ops/pause' }], freezes: [] }, { cwd, env: {}, configMap })
    expect([await stops.paused(), await stops.paused()]).toEqual([false, false])
    expect(asked).toEqual(['ops pause'])
  })
})
