import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { GitHubApi } from '../../../src/adapters/github/api.ts'
import { githubForge } from '../../../src/adapters/github/index.ts'
import type { Onboarding } from '../../../src/domain/index.ts'
import { branchOf, readAttempt } from '../../../src/proposal/index.ts'
import { CRAFTED_BOUNDS, CRAFTED_FILES, craftedPlans, ODD_FILES } from '../../contracts/crafted-plans.ts'
import { CART, CART_LANE, FIRST_FILES, proposalOn, pullOf, WEB } from '../../contracts/forge.ts'
import { type Call, modelApi, modelMirror } from '../../github-model/index.ts'
import { BOT, OLGA, type World, world } from './world.ts'

const ENCODER = new TextEncoder()
const BRANCH = branchOf(CART_LANE, 'kintsugi')

function mainOf({ repository }: World): string {
  return repository.state.branches.get('main') ?? ''
}

function branchesOf({ repository }: World): readonly string[] {
  return [...repository.state.branches.keys()].sort()
}

/** A forge whose API is changed by hand. */
function changed(made: World, change: (api: GitHubApi) => Partial<GitHubApi>) {
  const api = modelApi(made.repository, { actor: BOT })
  return githubForge(
    { ...api, ...change(api) },
    {
      url: 'https://github.example/acme/shop',
      branchPrefix: 'kintsugi',
      clock: { now: () => made.clock.nowMs, sleep: async () => {} },
      mirror: modelMirror(made.repository),
      branchOf: (lane) => branchOf(lane, 'kintsugi'),
      read: readAttempt,
      checkText: () => ({ conclusion: 'neutral', title: 'x', summary: 'x' }),
    },
  )
}

describe('opening', () => {
  it('takes three requests: one that looks, one that writes, one that adorns', async () => {
    const made = world()
    const calls: Call[] = []
    const forge = made.start({ calls })
    expect(await forge.open(proposalOn(mainOf(made)))).toMatchObject({ result: 'opened' })
    expect(calls.map(({ method }) => method)).toEqual(['repository', 'write', 'adorn'])
  })

  it('gives labels, reviewers and a check run, and is not stopped by those that are not there', async () => {
    const made = world({ roles: { ada: 'write' } })
    const proposal = { ...proposalOn(mainOf(made)), labels: ['kintsugi', 'absent'], reviewers: ['ada', 'nobody'] }
    const pull = pullOf(await made.forge.open(proposal))
    expect(made.repository.state.pulls.get(pull.number)).toMatchObject({ labels: ['kintsugi'], requested: ['ada'] })
    expect(made.repository.state.checks).toMatchObject([{ name: 'kintsugi', sha: pull.headSha, status: 'queued' }])
  })

  it('opens on the base of the proposal, though the branch has moved elsewhere', async () => {
    const made = world()
    const main = mainOf(made)
    made.people.push(OLGA, 'main', { [WEB]: 'memory: 65Mi\n' })
    const pull = pullOf(await made.forge.open(proposalOn(main)))
    expect(made.repository.objects.commits.get(pull.headSha)?.parents).toEqual([main])
  })

  describe('finds on the branch', () => {
    it('nothing but the base, and goes on', async () => {
      const made = world()
      await made.api.write({ branch: { name: BRANCH, oid: mainOf(made) } })
      expect(await made.forge.open(proposalOn(mainOf(made)))).toMatchObject({ result: 'adopted' })
    })

    it('an older commit of the base, and moves it', async () => {
      const made = world()
      await made.api.write({ branch: { name: BRANCH, oid: mainOf(made) } })
      made.people.push(OLGA, 'main', { [WEB]: 'memory: 65Mi\n' })
      const pull = pullOf(await made.forge.open(proposalOn(mainOf(made))))
      expect(made.repository.objects.commits.get(pull.headSha)?.parents).toEqual([mainOf(made)])
    })

    it('our commit, and opens the pull request for it', async () => {
      const made = world()
      const proposal = proposalOn(mainOf(made))
      const { branch, commitMessage: message, files } = proposal
      const answer = await made.api.write({
        branch: { name: branch, oid: mainOf(made) },
        commit: { branch, expectedHead: mainOf(made), message, files },
      })
      const pull = pullOf(await made.forge.open(proposal))
      expect(answer.commit).toMatchObject({ value: { oid: pull.headSha } })
    })

    it('an older commit of ours, and puts the new one in its place', async () => {
      const made = world()
      const { branch, commitMessage: message } = proposalOn(mainOf(made))
      const files = [{ path: CART, content: ENCODER.encode('memory: 96Mi\n') }]
      const commit = { branch, expectedHead: mainOf(made), message, files }
      await made.api.write({ branch: { name: branch, oid: mainOf(made) }, commit })
      const pull = pullOf(await made.forge.open(proposalOn(mainOf(made))))
      expect(pull).toMatchObject({ headIsOurs: true, files: [CART] })
      expect(made.repository.objects.commits.get(pull.headSha)?.parents).toEqual([mainOf(made)])
    })

    it('a commit of ours below one of a person, and leaves it alone', async () => {
      const made = world()
      const { branch, commitMessage: message, files } = proposalOn(mainOf(made))
      const commit = { branch, expectedHead: mainOf(made), message, files }
      await made.api.write({ branch: { name: branch, oid: mainOf(made) }, commit })
      const mine = made.people.push(OLGA, branch, { 'README.md': 'mine\n' })
      expect(await made.forge.open(proposalOn(mainOf(made)))).toMatchObject({ reason: 'branch-taken' })
      expect(made.repository.state.branches.get(branch)).toBe(mine)
    })
  })

  it('mends what two writers opened by halves', async () => {
    const made = world()
    const { branch, commitMessage: message, files } = proposalOn(mainOf(made))
    const commit = { branch, expectedHead: mainOf(made), message, files }
    await made.api.write({ branch: { name: branch, oid: mainOf(made) }, commit })
    // The other writer's pull request came first, for a commit of its own that was refused.
    const other = proposalOn(mainOf(made), { files: { [CART]: 'memory: 512Mi\n' } })
    const stale = made.start({ faults: ({ method }) => (method === 'repository' ? { stale: 99 } : undefined) })
    await stale.open(other)
    const forge = made.start()
    const pull = pullOf(await forge.open(proposalOn(mainOf(made))))
    expect(readAttempt(pull)).toMatchObject({ read: true })
    expect((await forge.look('main', [CART_LANE])).open).toHaveLength(1)
  })

  it('takes back a commit that is not the planned one, and says so loudly', async () => {
    const made = world()
    const forge = changed(made, (api) => ({
      write: async (document) => {
        const answer = await api.write(document)
        return answer.commit?.ok === true
          ? { ...answer, commit: { ok: true, value: { ...answer.commit.value, tree: '0'.repeat(40) } } }
          : answer
      },
    }))
    await expect(forge.open(proposalOn(mainOf(made)))).rejects.toMatchObject({ code: 'KIN-9001' })
    expect(branchesOf(made)).toEqual(['main'])
    expect(made.repository.state.pulls.get(1)?.state).toBe('closed')
  })

  it('refuses a file whose executable bit would be lost', async () => {
    const made = world()
    const main = mainOf(made)
    const entries = new Map(made.repository.objects.filesOf(main))
    entries.set(CART, { mode: '100755', oid: entries.get(CART)?.oid ?? '' })
    const { objects } = made.repository
    const before = objects.commits.get(main)
    if (before === undefined) throw new Error('it is there')
    const commit = objects.putCommit({ ...before, tree: objects.putTree(entries), parents: [main] })
    made.people.force(OLGA, 'main', commit)
    expect(await made.forge.open(proposalOn(commit))).toMatchObject({ reason: 'executable-file' })
    const web = proposalOn(commit, { name: 'web', files: { [WEB]: 'memory: 65Mi\n' } })
    expect(await made.forge.open(web)).toMatchObject({ result: 'opened' })
  })

  it.each([
    ['a name that a rule forbids', { rule: 'branch_name_pattern', of: 'branch' as const }],
    ['a message that a rule forbids', { rule: 'commit_message_pattern', of: 'message' as const }],
  ])('is refused for %s, and leaves nothing behind', async (_, rule) => {
    const names = [{ ...rule, operator: 'starts-with' as const, pattern: 'JIRA-', negate: false }]
    const made = world({ rules: { names } })
    const result = await made.forge.open(proposalOn(mainOf(made)))
    expect(result).toMatchObject({ result: 'refused', reason: 'ruleset' })
    expect(JSON.stringify(result)).toContain(rule.rule)
    expect(branchesOf(made)).toEqual(['main'])
  })

  it('is parked after three unclear answers', async () => {
    const made = world()
    let sent = 0
    const forge = made.start({ faults: ({ method }) => (method === 'write' && ++sent > 0 ? 'lost-before' : undefined) })
    expect(await forge.open(proposalOn(mainOf(made)))).toMatchObject({ result: 'refused', reason: 'pull-parked' })
    expect(sent).toBe(3)
  })
})

describe('hard limits', () => {
  it('hold against 100 crafted plans and more', async () => {
    const made = world({ files: CRAFTED_FILES })
    const { objects } = made.repository
    const entries = new Map(objects.filesOf(mainOf(made)))
    for (const [path, { mode, content }] of Object.entries(ODD_FILES))
      entries.set(path, { mode, oid: mode === '160000' ? content : objects.putBlob(ENCODER.encode(content)) })
    const before = objects.commits.get(mainOf(made))
    if (before === undefined) throw new Error('it is there')
    const main = objects.putCommit({ ...before, tree: objects.putTree(entries), parents: [mainOf(made)] })
    made.people.force(OLGA, 'main', main)
    const forge = made.start({}, CRAFTED_BOUNDS)
    const { version } = made.repository.state
    const plans = craftedPlans(main)
    await fc.assert(
      fc.asyncProperty(plans, async (proposal) => {
        for (const result of [await forge.open(proposal), await forge.refresh(1, proposal)])
          expect(result.result).toBe('refused')
        expect(made.repository.state.version).toBe(version)
      }),
      { numRuns: 400 },
    )
    // They were refused for what is wrong with them: the same forge takes a plan in which nothing is.
    expect(await forge.open(proposalOn(main))).toMatchObject({ result: 'opened' })
  })
})

describe('the offer of settings', () => {
  function offerOn(revision: string, files: Readonly<Record<string, string>>): Onboarding {
    return {
      branch: 'kintsugi/configure',
      base: { branch: 'main', revision },
      title: 'Configure Kintsugi',
      body: 'Hello.\n',
      commitMessage: 'chore: configure kintsugi\n',
      files: Object.entries(files).map(([path, text]) => ({ path, content: ENCODER.encode(text) })),
    }
  }
  const SETTINGS = { '.kintsugi/config.yaml': 'x: 1\n' }

  it('is made once, found again, and closed means no', async () => {
    const made = world()
    const offer = offerOn(mainOf(made), SETTINGS)
    const first = pullOf((await made.forge.onboard?.(offer)) ?? { result: 'refused', reason: 'conflict', message: '' })
    expect(await made.start().onboard?.(offer)).toMatchObject({ result: 'exists', pull: { number: first.number } })
    const view = await made.forge.look('main', [])
    expect([view.open, view.onboarding]).toMatchObject([[], { number: first.number, state: 'open' }])
    // Nothing would ever end it.
    expect(await made.api.checkOf(first.headSha, 'kintsugi')).toBeUndefined()
    made.people.close(OLGA, first.number)
    expect(await made.forge.onboard?.(offer)).toMatchObject({ result: 'refused', reason: 'closed-by-person' })
    expect((await made.forge.look('main', [])).onboarding).toMatchObject({ state: 'closed', endedBy: 'person' })
    expect(await made.forge.sweep()).toEqual(['kintsugi/configure'])
  })

  it('writes below its own folder and nowhere else, and over nothing', async () => {
    const made = world()
    const before = made.repository.state.version
    for (const path of ['apps/x.yaml', '.kintsugi/../x', '.kintsugi/.github/x', '.github/x', '.kintsugi/CODEOWNERS'])
      expect(await made.forge.onboard?.(offerOn(mainOf(made), { [path]: 'x' }))).toMatchObject({
        reason: 'path-forbidden',
      })
    expect(made.repository.state.version).toBe(before)
    const next = made.people.push(OLGA, 'main', { '.kintsugi/policies/a.yaml': 'x\n' })
    expect(await made.forge.onboard?.(offerOn(next, SETTINGS))).toMatchObject({ reason: 'no-effect' })
  })
})

describe('a repository that is gone, or may not be written', () => {
  it('is said by one name', async () => {
    const made = world()
    const gone = changed(made, () => ({ repository: async () => undefined }))
    await expect(gone.look('main', [])).rejects.toMatchObject({ code: 'KIN-4005' })
    await expect(gone.open(proposalOn(mainOf(made)))).rejects.toMatchObject({ code: 'KIN-4005' })
    await expect(gone.sweep()).rejects.toMatchObject({ code: 'KIN-4005' })
  })

  it('is read where it is archived, and refused without a write', async () => {
    const made = world()
    const pull = pullOf(await made.forge.open(proposalOn(mainOf(made))))
    made.people.settings({ archived: true })
    const calls: Call[] = []
    const forge = made.start({ calls })
    const web = proposalOn(mainOf(made), { name: 'web', files: { [WEB]: FIRST_FILES[CART] ?? '' } })
    expect((await forge.look('main', [CART_LANE])).open).toHaveLength(1)
    expect(await forge.open(web)).toMatchObject({ reason: 'repository-unavailable' })
    expect(await forge.merge(pull.number, pull.headSha)).toMatchObject({ reason: 'repository-unavailable' })
    expect(await forge.sweep()).toEqual([])
    expect(calls.filter(({ write }) => write)).toEqual([])
  })

  it('gets no write in a dry run', async () => {
    const made = world()
    const dry = made.start({}, { readOnly: true })
    await expect(dry.open(proposalOn(mainOf(made)))).rejects.toMatchObject({ code: 'KIN-9001' })
    expect((await dry.look('main', [CART_LANE])).open).toEqual([])
    expect(branchesOf(made)).toEqual(['main'])
  })
})

describe('the sweep', () => {
  it('takes what holds nothing, at the commit that was seen, and leaves the rest', async () => {
    const made = world()
    const main = mainOf(made)
    const open = pullOf(await made.forge.open(proposalOn(main)))
    const { commitMessage: message, files } = proposalOn(main)
    const orphan = 'kintsugi/web-0a0b0c0d'
    const left = 'kintsugi/db-0a0b0c0d'
    const commit = { branch: orphan, expectedHead: main, message, files }
    await made.api.write({ branch: { name: orphan, oid: main }, commit })
    await made.api.write({ branch: { name: left, oid: main } })
    made.people.push(OLGA, 'kintsugi/api-0a0b0c0d', { 'README.md': 'mine\n' })
    made.people.push(OLGA, 'kintsugi/notes', { 'README.md': 'mine\n' })
    await made.forge.appendAudit([{ atMs: 1, lane: CART_LANE, event: 'opened', detail: {} }])
    expect([...(await made.start().sweep())].sort()).toEqual([left, orphan])
    expect(branchesOf(made)).toEqual(
      ['main', open.branch, 'kintsugi/api-0a0b0c0d', 'kintsugi/notes', 'kintsugi/audit'].sort(),
    )
  })

  it('loses against a person who pushes meanwhile', async () => {
    const made = world()
    await made.api.write({ branch: { name: BRANCH, oid: mainOf(made) } })
    const forge = made.start({
      turn: async ({ method }, when) => {
        if (method === 'moveBranches' && when === 'before') made.people.push(OLGA, BRANCH, { 'README.md': 'mine\n' })
      },
    })
    expect(await forge.sweep()).toEqual([])
    expect(branchesOf(made)).toContain(BRANCH)
  })
})
