import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { GitHubApi, Outcome, RepositoryQuery, WriteDocument } from '../../src/adapters/github/api.ts'
import { treeOid } from '../../src/adapters/github/tree-oid.ts'
import { blobOid } from '../../src/domain/index.ts'

/** A repository `acme/shop` with `values.yaml` and `apps/cart/values.yaml`, a label `kintsugi`, and ann, who may write. */
export type GitHubWorld = {
  readonly api: GitHubApi
  /** First commit of main. */
  readonly first: string
  /** A commit by ann on a branch that is there. */
  push(branch: string, files: Readonly<Record<string, string>>): Promise<string>
  /** Until what GitHub computes by itself is computed. */
  settle(): Promise<void>
  close(): Promise<void>
}

const BRANCH = 'kintsugi/cart-0a1b2c3d'
const QUERY: RepositoryQuery = {
  base: 'main',
  prefix: 'kintsugi',
  heads: [BRANCH],
  sinceMs: 0,
  labels: ['kintsugi', 'absent'],
  issueLabel: 'kintsugi',
}
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)

function offer(base: string, branch = BRANCH): WriteDocument {
  return {
    branch: { name: branch, oid: base },
    commit: {
      branch,
      expectedHead: base,
      message: 'raise the limit of cart\n\nIt was killed.\n\nKintsugi-Lane: a/b\n',
      files: [{ path: 'values.yaml', content: bytes('memory: 64Mi\n') }],
    },
    pull: { branch, base: 'main', title: 'raise the limit of cart', body: 'It was killed.', draft: false },
  }
}

function well<Value>(outcome: Outcome<Value> | undefined): Value {
  if (outcome?.ok !== true) throw new Error(`refused: ${JSON.stringify(outcome)}`)
  return outcome.value
}

function kind(outcome: Outcome<unknown> | undefined): string | undefined {
  return outcome?.ok === false ? outcome.refusal.kind : undefined
}

/** What every GitHubApi does alike, in memory and over HTTP. */
export function githubApiContract(name: string, make: () => Promise<GitHubWorld>): void {
  describe(`${name} as a GitHubApi`, () => {
    let world: GitHubWorld
    let api: GitHubApi
    beforeEach(async () => {
      world = await make()
      api = world.api
    })
    afterEach(() => world.close())

    const open = async (): Promise<{ readonly number: number; readonly head: string; readonly id: string }> => {
      const { number, headOid, id } = well((await api.write(offer(world.first))).pull)
      await world.settle()
      return { number, head: headOid, id }
    }

    reading(() => world)
    writing(() => world)
    talking(() => world, open)
    merging(() => world, open)
  })
}

function reading(at: () => GitHubWorld): void {
  it('shows an untouched repository', async () => {
    const { api, first } = at()
    const view = await api.repository(QUERY)
    expect(view).toMatchObject({
      archived: false,
      issues: true,
      defaultBranch: 'main',
      open: [],
      ended: [],
      livingIssues: [],
    })
    expect(view?.base).toMatchObject({ branch: 'main', oid: first })
    expect(view?.rules).toMatchObject({ known: true, requiredChecks: [], mergeQueue: false })
    expect([...(view?.labels.keys() ?? [])]).toEqual(['kintsugi'])
    expect([view?.branches.size, view?.ofHeads.get(BRANCH), view?.createdSince(0)]).toEqual([0, [], 0])
  })

  it('has no base where there is no such branch', async () => {
    const view = await at().api.repository({ ...QUERY, base: 'nope' })
    expect(view?.base).toBeUndefined()
  })

  it('knows nothing of what is not there', async () => {
    const { api } = at()
    expect(await api.pull(99)).toBeUndefined()
    expect(await api.branch('kintsugi/nope')).toBeUndefined()
    expect(await api.commit('a'.repeat(40))).toBeUndefined()
    expect(await api.listing('a'.repeat(40))).toBeUndefined()
    expect(await api.pullsOf('kintsugi/nope', 10)).toEqual([])
    expect(await api.role('nobody-at-all')).toBe('none')
  })

  it('lists a tree whose id follows from its leaves, and gives their bytes', async () => {
    const { api, first } = at()
    const listing = await api.listing(first)
    expect(listing?.complete).toBe(true)
    expect(listing?.tree).toBe((await api.commit(first))?.tree)
    expect(treeOid(listing?.entries ?? [])).toBe(listing?.tree)
    const entry = listing?.entries.find(({ path }) => path === 'values.yaml')
    const content = await api.blob(entry?.oid ?? '')
    expect([entry?.mode, blobOid(content), new TextDecoder().decode(content)]).toEqual([
      '100644',
      entry?.oid,
      'memory: 32Mi\n',
    ])
  })

  it('compares, and finds commits that touched a path', async () => {
    const { api, first, push } = at()
    const second = await push('main', { 'values.yaml': 'memory: 48Mi\n', 'new.yaml': 'a: 1\n' })
    const comparison = await api.compare(first, second)
    expect(comparison).toMatchObject({ status: 'ahead', mergeBase: first, complete: true })
    const oid = blobOid(bytes('memory: 48Mi\n'))
    expect(comparison?.files).toContainEqual(expect.objectContaining({ path: 'values.yaml', oid, status: 'modified' }))
    const touching = await api.commitsTouching('values.yaml', 'main', 10)
    expect(touching.map(({ revision }) => revision)).toEqual([second, first])
    expect((await api.commitsTouching('new.yaml', second, 10)).map(({ revision }) => revision)).toEqual([second])
    expect(touching[0]?.by).toEqual({ login: 'ann', kind: 'user' })
    expect(await api.branch('main')).toBe(second)
    expect(await api.role('ann')).toBe('write')
  })
}

function writing(at: () => GitHubWorld): void {
  it('opens branch, commit and pull request in one request', async () => {
    const { api, first, settle } = at()
    const made = await api.write(offer(first))
    const commit = well(made.commit)
    expect(commit).toMatchObject({ parents: [first], verified: true, author: { login: api.self.login, kind: 'app' } })
    expect(commit.message.trim()).toBe('raise the limit of cart\n\nIt was killed.\n\nKintsugi-Lane: a/b')
    expect(well(made.pull)).toMatchObject({
      branch: BRANCH,
      base: 'main',
      headOid: commit.oid,
      state: 'open',
      crossRepository: false,
    })
    await settle()
    const view = await api.repository(QUERY)
    expect(view?.open).toMatchObject([
      { number: well(made.pull).number, author: { login: api.self.login, kind: 'app' }, files: ['values.yaml'] },
    ])
    expect(view?.open[0]?.commits.map(({ oid }) => oid)).toEqual([commit.oid])
    expect(view?.branches.get(BRANCH)).toBe(commit.oid)
    expect(view?.ofHeads.get(BRANCH)?.map(({ number }) => number)).toEqual([well(made.pull).number])
    expect(view?.createdSince(0)).toBe(1)
    expect((await api.pullsOf(BRANCH, 5)).map(({ number }) => number)).toEqual([well(made.pull).number])
  })

  it('refuses the same again, part by part, and nothing is doubled', async () => {
    const { api, first } = at()
    await api.write(offer(first))
    const again = await api.write(offer(first))
    expect([kind(again.branch), kind(again.commit), kind(again.pull)]).toEqual(['exists', 'stale', 'exists'])
    expect((await api.repository(QUERY))?.open).toHaveLength(1)
  })

  it('refuses a commit on another head, and then a pull request without commits; the branch stays', async () => {
    const { api, first, push } = at()
    const second = await push('main', { 'other.yaml': 'a: 1\n' })
    const { commit: planned, ...rest } = offer(second)
    if (planned === undefined) throw new Error('no commit')
    const made = await api.write({ ...rest, commit: { ...planned, expectedHead: first } })
    expect([made.branch?.ok, kind(made.commit), kind(made.pull)]).toEqual([true, 'stale', 'no-commits'])
    expect(await api.branch(BRANCH)).toBe(second)
  })

  it('refuses what is too long', async () => {
    const { api, first } = at()
    const { pull, ...rest } = offer(first)
    if (pull === undefined) throw new Error('no pull')
    const made = await api.write({ ...rest, pull: { ...pull, title: 'x'.repeat(257) } })
    expect(kind(made.pull)).toBe('invalid')
    expect(kind(await api.createComment(1, 'x'.repeat(65_537)))).toMatch(/invalid|not-found/)
  })

  it('moves and deletes branches only at the commit that was seen', async () => {
    const { api, first } = at()
    const commit = well((await api.write(offer(first))).commit)
    expect(kind(await api.moveBranches([{ name: BRANCH, from: first, to: first }]))).toBe('stale')
    expect(await api.branch(BRANCH)).toBe(commit.oid)
    expect((await api.moveBranches([{ name: BRANCH, from: commit.oid, to: undefined }])).ok).toBe(true)
    expect(await api.branch(BRANCH)).toBeUndefined()
    expect((await api.repository(QUERY))?.ended).toMatchObject([{ branch: BRANCH, state: 'closed' }])
  })

  it('makes a branch without parents once', async () => {
    const { api } = at()
    const file = { path: 'audit/a.jsonl', content: bytes('{}\n') }
    const made = well(await api.createOrphan('kintsugi/audit', 'audit', [file]))
    expect(await api.commit(made.commit)).toMatchObject({ parents: [], message: expect.stringContaining('audit') })
    expect(await api.branch('kintsugi/audit')).toBe(made.commit)
    expect(kind(await api.createOrphan('kintsugi/audit', 'audit', [file]))).toBe('exists')
  })
}

type Opened = { readonly number: number; readonly head: string; readonly id: string }

function talking(at: () => GitHubWorld, open: () => Promise<Opened>): void {
  it('adorns with what there is, and says what there is not', async () => {
    const { api } = at()
    const { number, head, id } = await open()
    const check = { sha: head, name: 'kintsugi', status: 'in_progress', title: 'gates', summary: 'two of ten' } as const
    const answer = await api.adorn({
      pull: { id, number },
      labels: ['kintsugi', 'absent'],
      reviewers: ['ann', 'nobody-at-all'],
      check,
    })
    expect([...answer.missing].sort()).toEqual(['absent', 'nobody-at-all'])
    const pull = await api.pull(number)
    expect(pull?.labels).toEqual(['kintsugi'])
    expect(pull?.checks).toMatchObject([{ name: 'kintsugi', state: 'running', app: api.self.appId, sha: head }])
    expect(await api.checkOf(head, 'kintsugi')).toMatchObject({
      id: well(answer.check).id,
      title: 'gates',
      summary: 'two of ten',
    })
  })

  it('changes its check run in place', async () => {
    const { api } = at()
    const { number, head } = await open()
    const run = { sha: head, name: 'kintsugi', status: 'in_progress', title: 'gates', summary: 'a' } as const
    const { id } = well(await api.checkRun(run))
    expect(well(await api.checkRun({ ...run, id, status: 'completed', conclusion: 'success', summary: 'b' })).id).toBe(
      id,
    )
    expect(await api.checkOf(head, 'kintsugi')).toMatchObject({
      id,
      status: 'completed',
      conclusion: 'success',
      summary: 'b',
    })
    expect((await api.pull(number))?.checks).toMatchObject([{ name: 'kintsugi', state: 'green' }])
    expect(await api.checkOf(head, 'other')).toBeUndefined()
  })

  it('shows what was tried on more heads than one request asks for', async () => {
    const { api } = at()
    const { number } = await open()
    const others = Array.from({ length: 60 }, (_, index) => `kintsugi/other-${10_000_000 + index}`)
    const view = await api.repository({ ...QUERY, heads: [...others, BRANCH] })
    expect(view?.ofHeads.get(BRANCH)?.map((one) => one.number)).toEqual([number])
    expect(others.map((head) => view?.ofHeads.get(head)?.length)).toEqual(others.map(() => 0))
  })

  it('shows whoever waits to be merged into a base', async () => {
    const { api } = at()
    const { number, head } = await open()
    const { pulls, queue } = await api.awaiting('main')
    expect(pulls.find((one) => one.number === number)).toEqual({
      ...{ number, branch: BRANCH, headOid: head, crossRepository: false },
      author: { login: api.self.login, kind: 'app' },
    })
    expect(queue).toEqual([])
    expect((await api.awaiting('nope')).pulls).toEqual([])
  })

  it('comments, and edits its comment', async () => {
    const { api } = at()
    const { number } = await open()
    const comment = well(await api.createComment(number, 'first words'))
    expect(comment).toMatchObject({ author: { login: api.self.login, kind: 'app' }, body: 'first words' })
    expect((await api.updateComment(comment.id, 'other words')).ok).toBe(true)
    expect((await api.react(comment.id, '+1')).ok).toBe(true)
    const pull = await api.pull(number)
    expect(pull?.comments).toMatchObject([{ id: comment.id, body: 'other words', editedAtMs: expect.any(Number) }])
    expect(kind(await api.updateComment('IC_nothing', 'x'))).toBe('not-found')
  })

  it('edits and closes a pull request', async () => {
    const { api } = at()
    const { number } = await open()
    expect((await api.updatePull(number, { title: 'other', body: 'also other' })).ok).toBe(true)
    expect(await api.pull(number)).toMatchObject({ title: 'other', body: 'also other', state: 'open' })
    expect((await api.updatePull(number, { state: 'closed' })).ok).toBe(true)
    const view = await api.repository(QUERY)
    expect(view?.open).toEqual([])
    expect(view?.ended).toMatchObject([{ number, state: 'closed', endedBy: { login: api.self.login } }])
    expect(kind(await api.updatePull(99, { title: 'x' }))).toBe('not-found')
  })

  it('keeps issues by label', async () => {
    const { api } = at()
    const issue = well(await api.createIssue({ title: 'lane', body: 'note', labels: ['kintsugi'] }))
    expect(issue).toMatchObject({ state: 'open', author: { login: api.self.login, kind: 'app' } })
    expect((await api.repository(QUERY))?.livingIssues).toMatchObject([{ number: issue.number, body: 'note' }])
    expect((await api.updateIssue(issue.number, { body: 'other', state: 'closed' })).ok).toBe(true)
    expect(await api.issues('kintsugi')).toMatchObject([{ number: issue.number, body: 'other', state: 'closed' }])
    expect(await api.issues('absent')).toEqual([])
  })
}

function merging(at: () => GitHubWorld, open: () => Promise<Opened>): void {
  it('merges only the commit that was judged, once', async () => {
    const { api, first } = at()
    const { number, head } = await open()
    expect(kind(await api.merge(number, { sha: first, method: 'squash' }))).toBe('stale')
    const { commit } = well(
      await api.merge(number, { sha: head, method: 'squash', title: 'raised', message: 'by the bot' }),
    )
    expect(await api.branch('main')).toBe(commit)
    expect(await api.pull(number)).toMatchObject({
      state: 'merged',
      mergeCommit: commit,
      endedBy: { login: api.self.login },
    })
    expect((await api.repository(QUERY))?.ended).toMatchObject([{ number, state: 'merged', mergeCommit: commit }])
    expect(kind(await api.merge(number, { sha: head, method: 'squash' }))).toBe('not-mergeable')
  })

  it('refuses to merge what conflicts', async () => {
    const { api, push, settle } = at()
    const { number, head } = await open()
    await push('main', { 'values.yaml': 'memory: 128Mi\n' })
    await api.pull(number)
    await settle()
    expect(await api.pull(number)).toMatchObject({ mergeable: 'conflict' })
    expect(kind(await api.merge(number, { sha: head, method: 'squash' }))).toBe('not-mergeable')
  })

  it('sees a foreign commit', async () => {
    const { api, push, settle } = at()
    const { number, head } = await open()
    const foreign = await push(BRANCH, { 'values.yaml': 'memory: 1Gi\n' })
    await settle()
    const pull = await api.pull(number)
    expect(pull).toMatchObject({ headOid: foreign })
    expect(pull?.commits.map(({ oid, verified }) => [oid, verified])).toEqual([
      [head, true],
      [foreign, false],
    ])
    expect(kind(await api.merge(number, { sha: head, method: 'squash' }))).toBe('stale')
  })

  it('cannot disarm what is not armed, nor arm where that is off', async () => {
    const { api } = at()
    const { number, head } = await open()
    expect((await api.disarm(number)).ok).toBe(false)
    expect((await api.arm(number, head, 'squash')).ok).toBe(false)
    expect(kind(await api.enqueue(99, head))).toBe('not-found')
  })
}
