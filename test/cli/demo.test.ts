import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { kintsugi } from './console.ts'

let cwd = ''

beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), 'kintsugi-test-'))
})

afterEach(() => {
  rmSync(cwd, { recursive: true, force: true })
})

describe('kintsugi demo', () => {
  it('puts no world among the files of somebody', async () => {
    writeFileSync(join(cwd, 'mine'), 'precious')
    const { code, err } = await kintsugi(['demo', '--headless', '--dir', '.'], { cwd })
    expect({ code, err: err.split('\n')[0] }).toEqual({
      code: 2,
      err: 'KIN-1001 --dir . is not empty: name a new folder.',
    })
    expect(readdirSync(cwd)).toEqual(['mine'])
  })

  it('says that a file is no folder', async () => {
    writeFileSync(join(cwd, 'file'), '')
    const { err } = await kintsugi(['demo', '--headless', '--dir', 'file'], { cwd })
    expect(err).toContain('KIN-1002 --dir file cannot be made or read.')
  })

  it.each(['0', '-1', '1.5', 'x', ''])('knows no seed %j', async (seed) => {
    const { code } = await kintsugi(['demo', '--headless', `--seed=${seed}`, '--dir', 'world'], { cwd })
    expect(code).toBe(2)
    expect(existsSync(join(cwd, 'world'))).toBe(false)
  })
})
