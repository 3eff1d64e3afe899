import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'

const CLI = resolve(import.meta.dirname, '../../dist/cli.js')

let folder = ''
let demo: ChildProcess
let ended: Promise<number | null>

function listing(): readonly string[] {
  return execFileSync('ps', ['-eo', 'pid=,args='], { encoding: 'utf8' }).split('\n')
}

/** Ids of the processes that work on the folder of this demo: its world and its controller. */
function parts(): readonly number[] {
  return listing()
    .filter((line) => line.includes(folder) && /world-process\.js|--simulation/.test(line))
    .map((line) => Number.parseInt(line, 10))
    .filter((pid) => pid !== demo.pid)
}

/** Gives up after 40 s, and then the expectation that follows says what is there. */
async function until(enough: (found: number) => boolean): Promise<number> {
  for (let look = 0; look < 400 && !enough(parts().length); look += 1) await wait(100)
  return parts().length
}

async function begin(): Promise<void> {
  folder = join(mkdtempSync(join(tmpdir(), 'kintsugi-test-')), 'world')
  demo = spawn(process.execPath, [CLI, 'demo', '--headless', '--speed', '240', '--dir', folder], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  ended = new Promise((done) => demo.once('close', (code) => done(code)))
  expect(await until((found) => found === 2)).toBe(2)
}

function end(): void {
  demo.kill('SIGKILL')
  for (const pid of parts()) process.kill(pid, 'SIGKILL')
  rmSync(resolve(folder, '..'), { recursive: true, force: true, maxRetries: 5 })
}

describe.skipIf(process.platform === 'win32')('the processes of a demo end with it', () => {
  beforeEach(begin)
  afterEach(end)

  it.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)('at %s, which is no success', async (signal) => {
    demo.kill(signal)
    expect(await ended).toBe(1)
    expect(parts()).toEqual([])
  })

  it('when it is killed', async () => {
    demo.kill('SIGKILL')
    expect(await until((found) => found === 0)).toBe(0)
  })

  it('when nobody reads its output any more', async () => {
    demo.stdout?.destroy()
    expect(await ended).toBe(0)
    expect(await until((found) => found === 0)).toBe(0)
  })

  it('when one of them ends early, which is no success', async () => {
    const [first] = parts()
    process.kill(first ?? 0, 'SIGKILL')
    expect(await ended).toBe(1)
    expect(parts()).toEqual([])
  })
})

describe.skipIf(process.platform === 'win32')('the processes of a demo end', () => {
  it('when the shell of npm takes the signal for itself', async () => {
    const root = mkdtempSync(join(tmpdir(), 'kintsugi-test-'))
    const own = join(root, 'world')
    const shell = spawn('sh', ['-c', `"${process.execPath}" "${CLI}" demo --headless --dir "${own}"; true`], {
      stdio: 'ignore',
      env: { ...process.env, npm_lifecycle_event: 'demo' },
    })
    const listed = () => listing().filter((line) => line.includes(own) && !line.includes(' sh -c'))
    for (let look = 0; look < 400 && listed().length < 3; look += 1) await wait(100)
    expect(listed()).toHaveLength(3)
    shell.kill('SIGTERM')
    for (let look = 0; look < 150 && listed().length > 0; look += 1) await wait(100)
    expect(listed()).toEqual([])
    rmSync(root, { recursive: true, force: true, maxRetries: 5 })
  }, 60_000)
})
