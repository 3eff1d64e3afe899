import { execFileSync } from 'node:child_process'
import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DECIDED, FIRST_FILES } from '../../contracts/forge.ts'

const ENVIRONMENT = {
  PATH: process.env['PATH'] ?? '',
  HOME: '/nonexistent',
  LC_ALL: 'C',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_CONFIG_GLOBAL: '/dev/null',
}

const folders: string[] = []

export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'kintsugi-test-'))
  folders.push(folder)
  return folder
}

export function removeFolders(): void {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true })
}

/** A bare repository and a person who uses plain git on it. */
export class TestRepository {
  readonly gitDir: string
  nowMs = DECIDED

  constructor(gitDir: string) {
    this.gitDir = gitDir
  }

  git(args: readonly string[], input = '', extra: Readonly<Record<string, string>> = {}): string {
    return this.#run(['--git-dir', this.gitDir, ...args], input, extra)
  }

  /** Runs git in a clone of the person. */
  inClone(folder: string, ...args: readonly string[]): string {
    this.nowMs += 1000
    return this.#run(['-C', folder, '-c', 'protocol.file.allow=always', ...args], '', {})
  }

  clone(): string {
    const folder = join(temporaryFolder(), 'clone')
    this.#run(['clone', '--quiet', this.gitDir, folder], '', {})
    return folder
  }

  #run(args: readonly string[], input: string, extra: Readonly<Record<string, string>>): string {
    const date = `${Math.floor(this.nowMs / 1000)} +0000`
    const person = { GIT_AUTHOR_NAME: 'person', GIT_AUTHOR_EMAIL: 'person@example.com', GIT_AUTHOR_DATE: date }
    const committer = {
      GIT_COMMITTER_NAME: 'person',
      GIT_COMMITTER_EMAIL: 'person@example.com',
      GIT_COMMITTER_DATE: date,
    }
    const env = { ...ENVIRONMENT, ...person, ...committer, ...extra }
    return execFileSync('git', args, { env, input, encoding: 'utf8', stdio: ['pipe', 'pipe', 'pipe'] }).trim()
  }

  /** A commit on top of a branch, which starts at `main` where there is none. `undefined` deletes; a mode may stand before the content. */
  push(
    branch: string,
    files: Readonly<Record<string, string | undefined>>,
    modes: Readonly<Record<string, string>> = {},
  ): string {
    this.nowMs += 1000
    const ref = `refs/heads/${branch}`
    const start = this.find(ref) ?? this.find('refs/heads/main')
    const index = { GIT_INDEX_FILE: join(temporaryFolder(), 'index') }
    if (start !== undefined) this.git(['read-tree', start], '', index)
    const lines = Object.entries(files).map(([path, text]) => {
      if (text === undefined) return `0 ${'0'.repeat(40)}\t${path}\0`
      const oid = modes[path] === '160000' ? text : this.git(['hash-object', '-w', '--stdin'], text)
      return `${modes[path] ?? '100644'} ${oid}\t${path}\0`
    })
    this.git(['update-index', '-z', '--index-info'], lines.join(''), index)
    const tree = this.git(['write-tree'], '', index)
    const parents = start === undefined ? [] : ['-p', start]
    const commit = this.git(['commit-tree', tree, ...parents, '-m', `change ${Object.keys(files).join(', ')}`])
    this.git(['update-ref', ref, commit])
    return commit
  }

  find(ref: string): string | undefined {
    const found = this.git(['for-each-ref', '--format=%(objectname)', ref])
    return found === '' ? undefined : found
  }

  /** All refs with what they show: changes with every write that counts. */
  state(): string {
    return this.git(['for-each-ref', '--format=%(refname) %(objectname)'])
  }
}

let prototype: string | undefined

/** A fresh bare repository whose `main` holds FIRST_FILES. */
export function freshRepository(): TestRepository {
  if (prototype === undefined) {
    prototype = join(mkdtempSync(join(tmpdir(), 'kintsugi-test-')), 'shop.git')
    execFileSync('git', ['init', '--quiet', '--bare', '--initial-branch=main', prototype], { env: ENVIRONMENT })
    new TestRepository(prototype).push('main', FIRST_FILES)
  }
  const gitDir = join(temporaryFolder(), 'shop.git')
  cpSync(prototype, gitDir, { recursive: true })
  return new TestRepository(gitDir)
}
