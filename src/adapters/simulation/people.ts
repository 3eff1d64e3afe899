import { spawn } from 'node:child_process'
import { KintsugiError } from '../../domain/index.ts'

/** A commit that somebody in the simulated world makes. Whole contents, path by path. */
export type PersonCommit = {
  readonly branch: string
  readonly author: string
  readonly message: string
  readonly atMs: number
  readonly files: Readonly<Record<string, string>>
}

const ENVIRONMENT = { GIT_CONFIG_NOSYSTEM: '1', GIT_CONFIG_GLOBAL: '/dev/null' }

/** Makes an empty bare repository whose HEAD names `branch`. */
export async function createRepository(gitDir: string, branch: string): Promise<void> {
  await git(['init', '--quiet', '--bare', `--initial-branch=${branch}`, gitDir])
}

/** Adds a commit to a branch of a bare repository, as a push of a person would. The same commit twice gives the same object. */
export async function commitAs(gitDir: string, commit: PersonCommit): Promise<void> {
  const ref = `refs/heads/${commit.branch}`
  const parent = (await git(['--git-dir', gitDir, 'rev-parse', '--verify', '--quiet', ref], undefined, true)).trim()
  const when = `${Math.floor(commit.atMs / 1000)} +0000`
  const stream = [
    `commit ${ref}\n`,
    `author ${commit.author} ${when}\ncommitter ${commit.author} ${when}\n`,
    data(commit.message),
    parent === '' ? '' : `from ${parent}\n`,
    ...Object.keys(commit.files)
      .sort()
      .map((path) => `M 100644 inline ${path}\n${data(commit.files[path] ?? '')}`),
    '\n',
  ]
  await git(['--git-dir', gitDir, 'fast-import', '--quiet', '--date-format=raw'], stream.join(''))
}

/** A branch of a repository on a forge, with a person's token. */
export type Remote = { readonly url: string; readonly branch: string; readonly token: string }

/** Brings the branch of a bare repository to where the remote has it. */
export async function fetchFrom(gitDir: string, remote: Remote): Promise<void> {
  await remotely(gitDir, remote, ['fetch', '--quiet', '--no-tags'], `+refs/heads/${remote.branch}`)
}

/** Pushes the branch, as a person does; with `force`, over whatever is there. */
export async function pushTo(gitDir: string, remote: Remote, force = false): Promise<void> {
  await remotely(gitDir, remote, ['push', '--quiet'], `${force ? '+' : ''}refs/heads/${remote.branch}`)
}

async function remotely(gitDir: string, { url, branch, token }: Remote, verb: readonly string[], from: string) {
  const credentials = Buffer.from(`x-access-token:${token}`).toString('base64')
  await git(['--git-dir', gitDir, ...verb, url, `${from}:refs/heads/${branch}`], '', false, {
    GIT_CONFIG_COUNT: '1',
    GIT_CONFIG_KEY_0: 'http.extraHeader',
    // In the environment, where other users of the machine cannot read it.
    GIT_CONFIG_VALUE_0: `Authorization: Basic ${credentials}`,
    GIT_TERMINAL_PROMPT: '0',
  })
}

function data(text: string): string {
  return `data ${new TextEncoder().encode(text).byteLength}\n${text}\n`
}

/** Runs git and gives what it printed; with `mayFail`, a refusal is the empty text. */
function git(
  args: readonly string[],
  input = '',
  mayFail = false,
  environment: Readonly<Record<string, string>> = {},
): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn('git', args, { env: { PATH: process.env['PATH'] ?? '', ...ENVIRONMENT, ...environment } })
    let out = ''
    let err = ''
    child.stdout.on('data', (part) => {
      out += String(part)
    })
    child.stderr.on('data', (part) => {
      err += String(part)
    })
    child.on('error', (cause) =>
      reject(new KintsugiError('KIN-4001', `git could not be started: ${cause.message}`, { cause })),
    )
    child.on('close', (code) => {
      if (code === 0 || mayFail) resolve(code === 0 ? out : '')
      else
        reject(
          new KintsugiError(
            'KIN-4001',
            `git ${args.find((word) => !word.startsWith('-') && !word.includes('/'))}: ${err.trim().split('\n')[0] ?? ''}`,
          ),
        )
    })
    child.stdin.on('error', () => undefined)
    child.stdin.end(input)
  })
}
