import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { describe, expect, it } from 'vitest'

const ROOT = resolve(import.meta.dirname, '../..')
const CLI = resolve(ROOT, 'dist/cli.js')

type Ran = { readonly code: number | null; readonly out: string; readonly err: string }

function node(args: readonly string[]): Promise<Ran> {
  return new Promise((done) => {
    const child = execFile(process.execPath, [...args], { cwd: ROOT, maxBuffer: 1e7 }, (_, out, err) =>
      done({ code: child.exitCode, out, err }),
    )
    child.stdin?.end()
  })
}

const TELL_CPU = 'process.on("exit", () => console.error(JSON.stringify(process.cpuUsage())))'

/** Processor time of the cheapest of several runs, ms: what other processes of the machine do hardly counts. */
async function cheapest(args: readonly string[]): Promise<number> {
  const times: number[] = []
  for (let run = 0; run < 5; run += 1) {
    const { err } = await node(['--import', `data:text/javascript,${encodeURIComponent(TELL_CPU)}`, ...args])
    const { user, system } = JSON.parse(err.trim().split('\n').at(-1) ?? '')
    times.push((user + system) / 1000)
  }
  return Math.min(...times)
}

describe('dist/cli.js', () => {
  it('is built: npm run build makes it, npm test runs that first', () => {
    expect(existsSync(CLI)).toBe(true)
  })

  it('shows its help with less than 150 ms of work, the start of Node included', async () => {
    expect(await cheapest([CLI, '--help'])).toBeLessThan(150)
  })

  it.each([
    [['--help'], 0],
    [['explain', 'cooldown'], 0],
    [['explian'], 2],
    [['explain', '--jsn'], 2],
    [['explain', 'nothing-like-it'], 2],
  ] as const)('ends %j with exit code %i', async (args, code) => {
    expect((await node([CLI, ...args])).code).toBe(code)
  })

  it('ends quietly when the reader of its output goes away', async () => {
    const script = `
      const { spawn } = require('node:child_process')
      const child = spawn(process.execPath, [${JSON.stringify(CLI)}, 'explain', '--json'], { stdio: ['ignore', 'pipe', 'pipe'] })
      child.stdout.destroy()
      let said = ''
      child.stderr.on('data', (data) => { said += data })
      child.on('close', (code, signal) => console.log(JSON.stringify({ code, signal, said })))`
    const { out } = await node(['-e', script])
    expect(JSON.parse(out)).toEqual({ code: 0, signal: null, said: '' })
  })
})
