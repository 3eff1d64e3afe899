import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { performance } from 'node:perf_hooks'
import { describe, expect, it } from 'vitest'

const ROOT = resolve(import.meta.dirname, '../..')
const CLI = resolve(ROOT, 'dist/cli.js')

type Ran = { readonly code: number | null; readonly out: string; readonly err: string; readonly tookMs: number }

function node(args: readonly string[], stdin = false): Promise<Ran> {
  const began = performance.now()
  return new Promise((done) => {
    const child = execFile(process.execPath, [...args], { cwd: ROOT, maxBuffer: 1e7 }, (_, out, err) =>
      done({ code: child.exitCode, out, err, tookMs: performance.now() - began }),
    )
    if (!stdin) child.stdin?.end()
  })
}

/** The fastest of several runs: what the work costs when nobody else uses the machine. */
async function fastest(args: readonly string[]): Promise<number> {
  const times: number[] = []
  for (let run = 0; run < 5; run += 1) times.push((await node(args)).tookMs)
  return Math.min(...times)
}

describe('dist/cli.js', () => {
  it('is built: npm run build makes it, npm test runs that first', () => {
    expect(existsSync(CLI)).toBe(true)
  })

  it('shows its help in less than 150 ms more than Node needs to start', async () => {
    const bare = await fastest(['-e', '0'])
    expect((await fastest([CLI, '--help'])) - bare).toBeLessThan(150)
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
