import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { PROJECT } from './project.ts'

const FOLDER = join(PROJECT, '.tools')

export type Ran = { readonly ok: true; readonly stdout: string } | { readonly ok: false; readonly stderr: string }

/** The real tools that judge. `versions` is how they call themselves. */
export type Tools = {
  readonly helm: (args: readonly string[], cwd: string) => Promise<Ran>
  readonly kustomize: (dir: string) => Promise<Ran>
  readonly git: (args: readonly string[], cwd: string) => Promise<Ran>
  readonly helmPath: string
  readonly versions: readonly string[]
}

const MOST_OUTPUT = 256 * 1024 * 1024
const LONGEST_MS = 60_000

/** Nothing may be fetched: a base on another host counts as one that can't be built. */
const ENVIRONMENT = {
  PATH: process.env['PATH'] ?? '',
  HOME: '/nonexistent',
  GIT_ALLOW_PROTOCOL: 'none',
  GIT_CONFIG_NOSYSTEM: '1',
  HTTPS_PROXY: 'http://127.0.0.1:9',
  HTTP_PROXY: 'http://127.0.0.1:9',
}

function run(file: string, args: readonly string[], cwd: string, accept: readonly number[] = [0]): Promise<Ran> {
  return new Promise((done) => {
    const options = { cwd, env: ENVIRONMENT, maxBuffer: MOST_OUTPUT, timeout: LONGEST_MS }
    execFile(file, [...args], options, (error, stdout, stderr) => {
      const code = error === null ? 0 : typeof error.code === 'number' ? error.code : -1
      done(accept.includes(code) ? { ok: true, stdout } : { ok: false, stderr: stderr.trim() || String(error) })
    })
  })
}

function place(name: string, fallback: string): string {
  const own = join(FOLDER, name)
  return existsSync(own) ? own : fallback
}

async function version(file: string, args: readonly string[]): Promise<string | undefined> {
  const ran = await run(file, args, '/')
  return ran.ok ? ran.stdout.trim().split('\n').join(' ') : undefined
}

/** Undefined where one of them is missing: there is no judging by half. */
export async function findTools(helm: 3 | 4): Promise<Tools | undefined> {
  const [helmPath, kubectl] = [place(`helm${helm}`, 'helm'), place('kubectl', 'kubectl')]
  const [helmVersion, kubectlVersion] = await Promise.all([
    version(helmPath, ['version', '--template={{.Version}}']),
    version(kubectl, ['version', '--client']),
  ])
  if (helmVersion === undefined || kubectlVersion === undefined) return undefined
  return {
    helm: (args, cwd) => run(helmPath, args, cwd),
    kustomize: (dir) => run(kubectl, ['kustomize', '.'], dir),
    git: (args, cwd) => run('git', args, cwd, [0, 1]),
    helmPath,
    versions: [`helm ${helmVersion}`, kubectlVersion, `node ${process.version}`],
  }
}
