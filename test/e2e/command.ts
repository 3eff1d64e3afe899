import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { kintsugi as inThisProcess } from '../cli/console.ts'

const CLI = resolve(import.meta.dirname, '../../dist/cli.js')

export type Ran = { readonly code: number | null; readonly out: string; readonly err: string }

/** The same command line without a process of its own, which costs a second: for what is said, where no process has a part in it. */
export function kintsugiHere(folder: string, ...args: readonly string[]): Promise<Ran> {
  return inThisProcess(args, { cwd: folder, env: { PATH: process.env['PATH'], HOME: folder, NO_COLOR: '1' } })
}

/** Runs the built command as a process of its own. Relative paths start at `folder`. */
export function kintsugi(folder: string, ...args: readonly string[]): Promise<Ran> {
  if (!existsSync(CLI)) throw new Error('dist/cli.js is absent: npm run build makes it, npm test runs that first')
  const env = { PATH: process.env['PATH'], HOME: folder, NO_COLOR: '1' }
  return new Promise((done) => {
    const child = execFile(process.execPath, [CLI, ...args], { cwd: folder, env, maxBuffer: 1e8 }, (_, out, err) =>
      done({ code: child.exitCode, out, err }),
    )
    child.stdin?.end()
  })
}
