import { spawn } from 'node:child_process'
import { readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { STEP_PERMISSIONS } from '../../src/adapters/github/permissions.ts'
import { CLI } from '../fakes/built.ts'
import { prometheusTools } from '../fakes/real-prometheus.ts'
import { size } from '../fakes/size.ts'
import { type Place, place } from './github-place.ts'

const MINUTE = 60_000
const PATIENCE_MS = 120_000
/** How the stand-in names the query that each look at the forge begins with. */
const LOOK = 'query rateLimit repository'

/** In the process itself, before anything of it is loaded: its time goes ahead by what the file says. */
const CLOCK = `import { readFileSync } from 'node:fs'
const wall = Date.now
let ahead = 0
const look = () => { try { ahead = Number(readFileSync(process.env.AHEAD, 'utf8')) || 0 } catch {} }
look()
setInterval(look, 50).unref()
Date.now = () => wall() + ahead
`

const tools = prometheusTools('tokens in the memory of a service')

// The heap is written down twice: too slow for every run.
describe.runIf(tools !== undefined && size(1, 2) > 1)('a service that runs for longer than a token lives', () => {
  let made: Place
  beforeAll(async () => {
    if (tools === undefined) return
    made = await place({ tools, more: 'tick: {every: 5s}\n' })
    writeFileSync(join(made.folder, 'clock.mjs'), CLOCK)
  }, 60_000)
  afterAll(() => made?.close())

  /** Everything on the heap of the process, as V8 writes it down. */
  async function heapOf(pid: number): Promise<string> {
    const there = () => readdirSync(made.folder).filter((name) => name.endsWith('.heapsnapshot'))
    process.kill(pid, 'SIGUSR2')
    let bytes = 0
    // It is written in one go, which may take its time.
    const grows = () => {
      const now = there().reduce((sum, name) => sum + statSync(join(made.folder, name)).size, 0)
      const still = now === 0 || now !== bytes
      bytes = now
      return still
    }
    await expect.poll(grows, { timeout: PATIENCE_MS, interval: 500 }).toBe(false)
    const text = there()
      .map((name) => readFileSync(join(made.folder, name), 'utf8'))
      .join('')
    expect(text.trimEnd().endsWith('}')).toBe(true)
    for (const name of there()) rmSync(join(made.folder, name))
    return text
  }

  it('holds no token that is over, and asks for each with no more than its step needs', async () => {
    const { github, folder } = made
    const ahead = join(folder, 'ahead')
    writeFileSync(ahead, '0')
    const args = ['--heapsnapshot-signal=SIGUSR2', '--import', join(folder, 'clock.mjs'), CLI, 'run', '--write']
    const child = spawn(process.execPath, [...args, '--config', 'kintsugi.yaml', '--policies', 'policy.yaml'], {
      cwd: folder,
      env: { PATH: process.env['PATH'], HOME: folder, NO_COLOR: '1', AHEAD: ahead },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    const issued = () => github.standIn.tokens.issued()
    const inHeap = (heap: string) => issued().filter(({ token }) => heap.includes(token))
    try {
      // The first is of the scene itself, and no process ever sees it.
      await expect.poll(() => issued().length, { timeout: PATIENCE_MS, interval: 50 }).toBe(3)
      const first = await heapOf(child.pid ?? 0)
      const early = inHeap(first).map(({ token }) => token)
      expect(early.length, 'the heap shows tokens that are in use').toBeGreaterThan(0)
      const before = issued().length
      const asked = github.world.calls.length
      github.world.clock.advance(61 * MINUTE)
      writeFileSync(ahead, String(61 * MINUTE))
      await expect.poll(() => issued().length, { timeout: PATIENCE_MS, interval: 50 }).toBeGreaterThan(before)
      // What was under way when the hour ended still holds its own; what begins after the new token does not.
      const looks = () => github.world.calls.slice(asked).filter(({ operation }) => operation === LOOK).length
      await expect.poll(looks, { timeout: PATIENCE_MS, interval: 50 }).toBeGreaterThan(2)
      const now = github.world.clock.now()
      const late = inHeap(await heapOf(child.pid ?? 0))
      expect(late.filter(({ expiresAt }) => expiresAt <= now).map(({ token }) => early.indexOf(token))).toEqual([])
      expect(late.length).toBeGreaterThan(0)
    } finally {
      child.kill('SIGKILL')
    }
    const given = Object.values(STEP_PERMISSIONS).map((one) => JSON.stringify(Object.entries(one).sort()))
    for (const { permissions, repositories } of issued().slice(1)) {
      expect(repositories).toHaveLength(1)
      expect(given).toContain(JSON.stringify(Object.entries(permissions).sort()))
    }
  }, 600_000)
})
