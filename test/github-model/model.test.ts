import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { AmbiguousWrite, type GitHubApi, type WriteDocument } from '../../src/adapters/github/api.ts'
import {
  type Fault,
  Kill,
  ModelRepository,
  modelApi,
  OWNER,
  type People,
  peopleOf,
  type RepositoryOptions,
} from './index.ts'

const BOT = { login: 'kintsugi', kind: 'app', appId: 7 } as const
const CI = { login: 'ci', kind: 'app', appId: 9 } as const
const FILES = { 'apps/cart/deployment.yaml': 'memory: 32Mi\n', 'apps/a.yaml': 'a\n', 'README.md': 'shop\n' }
const BRANCH = 'kintsugi/cart-12345678'

type World = { repository: ModelRepository; api: GitHubApi; people: People; base: string }

function world(options: Partial<RepositoryOptions> = {}, fault?: Fault): World {
  const repository = new ModelRepository({ files: FILES, now: () => Date.UTC(2026, 10, 21), ...options })
  const api = modelApi(repository, { actor: BOT, faults: ({ count }) => (count === 1 ? fault : undefined) })
  return { repository, api, people: peopleOf(repository), base: repository.state.branches.get('main') ?? '' }
}

function document(oid: string, text = 'memory: 64Mi\n'): WriteDocument {
  const files = [{ path: 'apps/cart/deployment.yaml', content: new TextEncoder().encode(text) }]
  return {
    branch: { name: BRANCH, oid },
    commit: { branch: BRANCH, expectedHead: oid, message: 'fix: memory\n\nWhy.', files },
    pull: { branch: BRANCH, base: 'main', title: 'Memory', body: 'Why.', draft: false },
  }
}

async function opened(options: Partial<RepositoryOptions> = {}): Promise<World & { number: number; head: string }> {
  const made = world(options)
  const answer = await made.api.write(document(made.base))
  if (answer.pull?.ok !== true || answer.commit?.ok !== true) throw new Error('it opens')
  return { ...made, number: answer.pull.value.number, head: answer.commit.value.oid }
}

describe('the model of GitHub', () => {
  it('gives blobs and trees the ids that git gives', () => {
    const folder = mkdtempSync(join(tmpdir(), 'model-'))
    try {
      const { repository, base } = world()
      for (const [path, text] of Object.entries({ ...FILES })) {
        execFileSync('mkdir', ['-p', join(folder, path, '..')])
        writeFileSync(join(folder, path), text)
      }
      const git = (...args: string[]): string =>
        execFileSync('git', ['-C', folder, ...args], { encoding: 'utf8' }).trim()
      git('init', '-q')
      git('add', '.')
      expect(repository.objects.commits.get(base)?.tree).toBe(git('write-tree'))
    } finally {
      rmSync(folder, { recursive: true })
    }
  })

  it('gives an archive that tar reads', async () => {
    const { api, base } = world()
    const folder = mkdtempSync(join(tmpdir(), 'model-'))
    try {
      const chunks: Uint8Array[] = []
      for await (const chunk of await api.archive(base)) chunks.push(chunk)
      writeFileSync(join(folder, 'a.tar.gz'), Buffer.concat(chunks))
      execFileSync('tar', ['-xzf', 'a.tar.gz'], { cwd: folder })
      const path = join(folder, `acme-shop-${base.slice(0, 7)}`, 'apps/cart/deployment.yaml')
      expect(readFileSync(path, 'utf8')).toBe('memory: 32Mi\n')
    } finally {
      rmSync(folder, { recursive: true })
    }
  })

  it('takes the same document twice without a second anything', async () => {
    const { api, repository, base } = await opened()
    const again = await api.write(document(base))
    const kinds = [again.branch, again.commit, again.pull].map((one) => (one?.ok === false ? one.refusal.kind : 'ok'))
    expect(kinds).toEqual(['exists', 'stale', 'exists'])
    expect(repository.state.pulls.size).toBe(1)
  })

  it('leaves an orphan branch where only the commit is refused', async () => {
    const { api, base, repository } = world()
    const { commit, ...rest } = document(base)
    const answer = await api.write({
      ...rest,
      ...(commit ? { commit: { ...commit, expectedHead: '0'.repeat(40) } } : {}),
    })
    expect(answer.commit?.ok === false && answer.commit.refusal.kind).toBe('stale')
    expect(answer.pull?.ok === false && answer.pull.refusal.kind).toBe('no-commits')
    expect([...repository.state.branches.keys()]).toEqual(['main', BRANCH])
  })

  it.each([
    ['refused', 0, 0],
    ['lost-before', 0, 0],
    ['lost-after', 1, 1],
    [{ partial: 1 }, 1, 0],
    [{ partial: 2 }, 1, 0],
    ['kill-before', 0, 0],
    ['kill-after', 1, 1],
  ] as const)('a write with the fault %j leaves %i branch and %i pull request', async (fault, branches, pulls) => {
    const { api, base, repository } = world({}, fault)
    const thrown = await api.write(document(base)).catch((error: unknown) => error)
    const killed = fault === 'kill-before' || fault === 'kill-after'
    if (killed) expect(thrown).toBeInstanceOf(Kill)
    else if (fault !== 'refused') expect(thrown).toBeInstanceOf(AmbiguousWrite)
    expect(repository.state.branches.size - 1).toBe(branches)
    expect(repository.state.pulls.size).toBe(pulls)
  })

  it('answers a stale read as of an earlier time', async () => {
    const { repository, base, people } = await opened()
    const api = modelApi(repository, { actor: BOT, faults: () => ({ stale: 1 }) })
    people.push(OWNER, 'main', { 'README.md': 'new\n' })
    expect(await api.branch('main')).toBe(base)
  })

  it('merges only at the sha, and not what a rule or a draft forbids', async () => {
    const { api, people, number, head, repository } = await opened()
    const kind = async (sha: string): Promise<string> => {
      const done = await api.merge(number, { sha, method: 'squash' })
      return done.ok ? 'merged' : `${done.refusal.kind} ${done.refusal.status}`
    }
    const foreign = people.push(OWNER, BRANCH, { 'README.md': 'x\n' })
    expect(await kind(head)).toBe('stale 409')
    people.force(OWNER, BRANCH, head)
    people.rules('main', { requiredChecks: [{ name: 'ci', app: 9 }] })
    people.status(OWNER, { name: 'ci', sha: head, state: 'success' })
    people.check(BOT, { name: 'ci', sha: head, state: 'success' })
    expect(await kind(head)).toBe('rules 405')
    people.check(CI, { name: 'ci', sha: head, state: 'success' })
    expect(await kind(foreign)).toBe('stale 409')
    expect(await kind(head)).toBe('merged')
    const tip = repository.objects.commits.get(repository.state.branches.get('main') ?? '')
    expect(tip?.message).toBe('fix: memory (#1)\n\nWhy.')
    expect((await api.pull(number))?.state).toBe('merged')
  })

  it('sees conflicts, and what follows from a deleted branch', async () => {
    const { api, people, number, repository } = await opened()
    people.push(OWNER, 'main', { 'apps/cart/deployment.yaml': 'memory: 1Gi\n' })
    expect(await api.pull(number)).toMatchObject({ mergeable: 'conflict', mergeState: 'dirty' })
    people.deleteBranch(OWNER, BRANCH)
    expect(await api.pull(number)).toMatchObject({ state: 'closed', endedBy: OWNER })
    expect(people.reopen(OWNER, number)).toBe(false)
    expect(repository.state.branches.has(BRANCH)).toBe(false)
  })

  it('merges by itself what is armed, and refuses to arm what is clean', async () => {
    const { api, people, number, head } = await opened({ settings: { autoMerge: true } })
    const clean = await api.arm(number, head, 'squash')
    expect(clean.ok === false && clean.refusal.kind).toBe('clean')
    people.rules('main', { requiredChecks: [{ name: 'ci', app: 9 }] })
    expect(await api.arm(number, head, 'squash')).toEqual({ ok: true, value: null })
    people.check(CI, { name: 'ci', sha: head, state: 'success' })
    expect((await api.pull(number))?.state).toBe('merged')
  })

  it('queues, and merges once the group is green', async () => {
    const { api, people, number, head, repository } = await opened({ rules: { mergeQueue: true } })
    people.rules('main', { requiredChecks: [{ name: 'ci', app: 9 }] })
    people.check(CI, { name: 'ci', sha: head, state: 'success' })
    expect(await api.enqueue(number, head)).toEqual({ ok: true, value: null })
    people.advanceQueue(OWNER)
    expect((await api.pull(number))?.inMergeQueue).toBe(true)
    const group = repository.state.pulls.get(number)?.queued?.group ?? ''
    people.check(CI, { name: 'ci', sha: group, state: 'success' })
    people.advanceQueue(OWNER)
    expect(await api.pull(number)).toMatchObject({ state: 'merged', mergeCommit: group })
  })

  it('asks owners and approvals of the rules', async () => {
    const { api, people, number, head } = await opened({
      files: { ...FILES, CODEOWNERS: '* @nobody\n/apps/ @acme/shop\n' },
      roles: { rita: 'write', sam: 'read' },
      teams: { 'acme/shop': ['rita'] },
      rules: { approvals: 1, codeOwners: true },
    })
    people.review({ login: 'sam', kind: 'user' }, number, 'approved')
    expect((await api.merge(number, { sha: head, method: 'squash' })).ok).toBe(false)
    people.review({ login: 'rita', kind: 'user' }, number, 'approved')
    expect((await api.merge(number, { sha: head, method: 'squash' })).ok).toBe(true)
  })
})
