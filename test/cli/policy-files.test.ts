import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { policyFiles } from '../../src/cli/policy-files.ts'

let dir = ''
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'kintsugi-policies-'))
})
afterEach(() => rmSync(dir, { recursive: true, force: true }))

describe('a folder of policies', () => {
  it('that is a mounted ConfigMap has each policy once, though a kubelet lays it out by links', async () => {
    mkdirSync(join(dir, '..2026_11_21_17_00_00.1'))
    writeFileSync(join(dir, '..2026_11_21_17_00_00.1/memory.yaml'), 'kind: SelfHealingPolicy\n')
    symlinkSync('..2026_11_21_17_00_00.1', join(dir, '..data'))
    symlinkSync('..data/memory.yaml', join(dir, 'memory.yaml'))
    const files = await policyFiles([dir], '/')
    expect(files.map(({ text }) => text)).toEqual(['kind: SelfHealingPolicy\n'])
  })

  it('that is empty has none, as the chart mounts it where none is told', async () => {
    expect(await policyFiles([dir], '/')).toEqual([])
  })
})
