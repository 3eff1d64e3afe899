import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'

export const ENTRY: string = resolve(import.meta.dirname, '../../../dist/renderer.js')

export type Ran = { readonly code: number | null; readonly out: string; readonly err: string }

type Started = { readonly url: string; readonly out: () => string; stop(): Promise<Ran> }

/** The built service as a process of its own, in an environment that names nothing. Root is put up with, since tests may run as root. */
export async function startService(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Started | Ran> {
  const home = mkdtempSync(join(tmpdir(), 'kintsugi-service-'))
  const child = spawn(process.execPath, [ENTRY, '--listen', '127.0.0.1:0', ...args], {
    env: { HOME: home, PATH: '/usr/bin:/bin', TMPDIR: tmpdir(), ...env },
    cwd: home,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let [out, err] = ['', '']
  child.stdout.on('data', (data: Buffer) => {
    out += data.toString()
  })
  child.stderr.on('data', (data: Buffer) => {
    err += data.toString()
  })
  const ended = once(child, 'close').then(() => {
    rmSync(home, { recursive: true, force: true })
    return { code: child.exitCode, out, err }
  })
  const listening = new Promise<string>((done) => {
    child.stdout.on('data', () => {
      const url = /listening on (\S+),/.exec(out)?.[1]
      if (url !== undefined) done(url)
    })
  })
  const first = await Promise.race([listening, ended])
  if (typeof first !== 'string') return first
  const stop = () => {
    child.kill('SIGTERM')
    return ended
  }
  return { url: first, out: () => `${out}${err}`, stop }
}
