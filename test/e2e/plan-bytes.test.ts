import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { makeWorld, STORY_START_MS } from '../../src/cli/demo/make-world.ts'

const CLI = resolve(import.meta.dirname, '../../dist/cli.js')
const MINUTE = 60_000
/** A second Node to compare with, such as Node 24 in CI. */
const OTHER_NODE = process.env['KINTSUGI_OTHER_NODE']

describe('the plan of one moment', () => {
  const dir = mkdtempSync(join(tmpdir(), 'kintsugi-plan-'))
  let first = ''

  beforeAll(async () => {
    const file = {
      schemaVersion: 1,
      seed: 1,
      speed: 1,
      startMs: STORY_START_MS,
      startedWallMs: 0,
      helm: false,
    } as const
    await makeWorld(dir, { ...file, frozenAtMs: STORY_START_MS + 6 * MINUTE })
    first = plan(process.execPath)
  })

  afterAll(() => {
    rmSync(dir, { recursive: true })
  })

  function plan(node: string): string {
    return execFileSync(node, [CLI, 'plan', '--json', '--simulation', dir], {
      encoding: 'utf8',
      env: { PATH: process.env['PATH'] ?? '' },
    })
  }

  it('proposes the edit of the story', () => {
    expect(first).toContain('apps/cart/overlays/prod/resources.yaml')
  })

  it('is the same bytes twice', () => {
    expect(plan(process.execPath)).toBe(first)
  })

  it('is the same bytes on the other Node', () => {
    if (OTHER_NODE === undefined) {
      console.log('KINTSUGI_OTHER_NODE names no second Node: compared with this one alone')
      expect(process.env['KINTSUGI_REQUIRE_TOOLS']).toBeUndefined()
      return
    }
    expect(plan(OTHER_NODE)).toBe(first)
  })
})
