import { beforeAll, describe, expect, it } from 'vitest'
import type { ControllerDeps } from '../../src/controller/index.ts'
import { emptyMemory } from '../../src/controller/index.ts'
import { shopOf } from '../scenarios/worlds.ts'
import { BOT, CI, GitHubWalk, REQUIRED } from './github-walk.ts'
import { modelApi, OWNER, type PullState, type State } from './index.ts'

const KUSTOMIZATION = 'apps/cart/overlays/prod/kustomization.yaml'
const OWN = { name: 'kintsugi', app: BOT.appId } as const

let walk: GitHubWalk
let start: State
let number: number

/** The real controller on a base branch with a merge queue that asks for our check, up to a proposal that waits for CI alone. */
beforeAll(async () => {
  const rules = { requiredChecks: [REQUIRED, OWN], mergeQueue: true }
  // The bot may pass the queue by: it never does.
  walk = await GitHubWalk.begin({ ...shopOf({ only: ['cart'] }), repository: { rules, bypass: [BOT.login] } })
  for (let minute = 0; minute < 12; minute += 1) {
    await walk.minute()
    if (minute >= 8) await tick()
  }
  number = [...walk.repository.state.pulls.values()].find(({ state }) => state === 'open')?.number ?? 0
  walk.people.check(CI, { name: 'ci', sha: pull().headOid, state: 'success' })
  for (let left = 3; left > 0 && pull().queued === undefined; left -= 1) await tick()
  start = walk.repository.state
  expect(pull()).toMatchObject({ state: 'open', queued: { by: { login: BOT.login } } })
}, 60_000)

function pull(): PullState {
  const found = walk.repository.state.pulls.get(number)
  if (found === undefined) throw new Error('the bot opens one')
  return found
}

/** One tick of a process that remembers nothing: what it did. */
async function tick(change: Partial<ControllerDeps> = {}, memory = emptyMemory()) {
  const { lanes, failed } = await walk.tick(walk.deps({}, change), memory)
  expect(failed).toEqual([])
  return lanes[0]?.done
}

function ownCheck(sha: string): State['checks'][number] | undefined {
  const { checks } = walk.repository.state
  return checks.filter((one) => one.sha === sha && one.name === OWN.name && one.app === OWN.app).at(-1)
}

/** Others report on what the queue has built, and it goes on. */
function queueGoesOn(): void {
  const { group = '' } = pull().queued ?? {}
  walk.people.check(CI, { name: 'ci', sha: group, state: 'success' })
  walk.people.advanceQueue(OWNER)
}

function bytesOf(path: string): string {
  const { objects, state } = walk.repository
  const entry = objects.filesOf(state.branches.get('main')).get(path)
  return new TextDecoder().decode(objects.blobs.get(entry?.oid ?? ''))
}

function unpatched(): string {
  return bytesOf(KUSTOMIZATION).replace(/^.*resources\.yaml.*\n/m, '')
}

/** The proposal in the queue behind somebody else's pull request: what the queue built of the two. */
async function behindAnother(
  files: Readonly<Record<string, string>>,
  by: typeof OWNER | typeof BOT = BOT,
): Promise<string> {
  walk.repository.restore(start)
  await modelApi(walk.repository, { actor: BOT }).dequeue(number)
  const head = walk.people.push(OWNER, 'theirs', files)
  const theirs =
    walk.people.open(OWNER, { branch: 'theirs', base: 'main', title: 'theirs', body: '', draft: false }) ?? 0
  for (const [app, { name }] of [
    [CI, REQUIRED],
    [BOT, OWN],
  ] as const)
    walk.people.check(app, { name, sha: head, state: 'success' })
  expect([walk.people.enqueue(OWNER, theirs), walk.people.enqueue(by, number)]).toEqual([true, true])
  return pull().queued?.group ?? ''
}

describe('in the merge queue', () => {
  it('merges what is proven, and nothing before that is said', async () => {
    walk.repository.restore(start)
    const { group = '' } = pull().queued ?? {}
    queueGoesOn()
    expect(pull().state).toBe('open')
    expect(await tick()).toEqual({ done: 'held', reason: 'in-merge-queue' })
    expect(ownCheck(group)?.conclusion).toBe('success')
    queueGoesOn()
    expect(pull()).toMatchObject({ state: 'merged', mergeCommit: group })
  })

  it('says it once for each group, and asks nothing again of what it remembers', async () => {
    walk.repository.restore(start)
    const memory = emptyMemory()
    await tick({}, memory)
    const { checks } = walk.repository.state
    expect(await tick({}, memory)).toEqual({ done: 'held', reason: 'in-merge-queue' })
    expect(await tick()).toEqual({ done: 'held', reason: 'in-merge-queue' })
    expect(walk.repository.state.checks).toEqual(checks)
  })

  it('proves what the queue builds anew when another file of the base moved', async () => {
    walk.repository.restore(start)
    const { group: old = '' } = pull().queued ?? {}
    walk.commit({ 'docs/other.md': 'x\n' })
    walk.people.advanceQueue(OWNER)
    const { group = '' } = pull().queued ?? {}
    expect(group).not.toBe(old)
    await tick()
    expect(ownCheck(group)?.conclusion).toBe('success')
    expect(ownCheck(old)).toBeUndefined()
    queueGoesOn()
    expect(pull().state).toBe('merged')
  })

  it('proves again, by rendering, where an input moved and the fix stays what it was', async () => {
    walk.repository.restore(start)
    walk.commit({ [KUSTOMIZATION]: `${bytesOf(KUSTOMIZATION)}# a person was here\n` })
    walk.people.advanceQueue(OWNER)
    const { group = '' } = pull().queued ?? {}
    await tick()
    expect(ownCheck(group)).toMatchObject({ conclusion: 'success' })
    expect(ownCheck(group)?.summary).toContain('merge group: proven again')
    queueGoesOn()
    expect(pull().state).toBe('merged')
  })

  it('takes out what no longer holds at the base itself', async () => {
    walk.repository.restore(start)
    walk.commit({ [KUSTOMIZATION]: unpatched() })
    walk.people.advanceQueue(OWNER)
    const { group = '' } = pull().queued ?? {}
    expect(await tick()).toMatchObject({ done: 'dequeued' })
    expect(pull().queued).toBeUndefined()
    expect(ownCheck(group)).toBeUndefined()
  })

  it('fails the check of what was built on another change that takes a proven input away', async () => {
    const group = await behindAnother({ [KUSTOMIZATION]: unpatched() })
    const done = await tick()
    expect(ownCheck(group)?.conclusion).toBe('failure')
    expect(ownCheck(group)?.summary).toContain('merge group: not what was proven')
    expect(done).toMatchObject({ done: 'held' })
    expect(done).not.toMatchObject({ reason: 'in-merge-queue' })
    walk.people.advanceQueue(OWNER)
    expect(pull()).toMatchObject({ state: 'open' })
    expect(pull().queued).toBeUndefined()
  })

  it('proves what was built on another change that touches nothing proven', async () => {
    const group = await behindAnother({ 'docs/other.md': 'x\n' })
    expect(await tick()).toEqual({ done: 'held', reason: 'in-merge-queue' })
    expect(ownCheck(group)).toMatchObject({ conclusion: 'success' })
    expect(ownCheck(group)?.summary).toContain('merge group: as proven')
  })

  it('never fails the check where a person has put it into the queue', async () => {
    const group = await behindAnother({ [KUSTOMIZATION]: unpatched() }, OWNER)
    await tick({ frozen: async () => true })
    expect(pull().queued).toBeDefined()
    expect(ownCheck(group)?.conclusion).toBe('neutral')
  })

  it.each([
    ['a pause', { paused: async () => true }, 'paused'],
    ['a freeze', { frozen: async () => true }, 'frozen'],
  ] as const)('%s takes it out of the queue', async (_name, change, reason) => {
    walk.repository.restore(start)
    const { group = '' } = pull().queued ?? {}
    expect(await tick(change)).toEqual({ done: 'dequeued', pull: number, reason })
    expect(pull()).toMatchObject({ state: 'open' })
    expect(pull().queued).toBeUndefined()
    expect(ownCheck(group)).toBeUndefined()
    expect(await tick(change)).toMatchObject({ done: 'held' })
  })

  it('a person who takes it out has said no', async () => {
    walk.repository.restore(start)
    expect(walk.people.dequeue(OWNER, number)).toBe(true)
    for (let count = 0; count < 2; count += 1)
      expect(await tick()).toEqual({ done: 'held', reason: 'disarmed-by-person' })
    expect(pull().queued).toBeUndefined()
    expect(walk.people.enqueue(OWNER, number)).toBe(true)
    expect(await tick()).toEqual({ done: 'held', reason: 'in-merge-queue' })
    expect(pull().queued).toMatchObject({ by: { login: OWNER.login } })
  })

  it('what the queue itself has put out is not put in again as it is, and a new commit is', async () => {
    walk.repository.restore(start)
    await tick()
    const { group = '' } = pull().queued ?? {}
    walk.people.check(CI, { name: 'ci', sha: group, state: 'failure' })
    walk.people.advanceQueue(OWNER)
    expect(pull().queued).toBeUndefined()
    for (let count = 0; count < 2; count += 1) expect(await tick()).toEqual({ done: 'held', reason: 'queue-removed' })
    await walk.minute()
    walk.commit({ [KUSTOMIZATION]: `${bytesOf(KUSTOMIZATION)}# a person was here\n` })
    expect(await tick()).toMatchObject({ done: 'refreshed' })
    walk.people.check(CI, { name: 'ci', sha: pull().headOid, state: 'success' })
    for (let left = 3; left > 0 && pull().queued === undefined; left -= 1) await tick()
    expect(pull().queued).toMatchObject({ by: { login: BOT.login } })
  })

  it('an entry of ours whose text somebody has changed comes out', async () => {
    walk.repository.restore(start)
    walk.people.edit(OWNER, number, { body: 'mine' })
    expect(await tick()).toEqual({ done: 'disarmed', pull: number, reason: 'tampered' })
    expect(pull().queued).toBeUndefined()
  })

  it('a freeze after the check was green still takes it out', async () => {
    walk.repository.restore(start)
    await tick()
    expect(await tick({ frozen: async () => true })).toMatchObject({ done: 'dequeued', reason: 'frozen' })
    expect(pull().queued).toBeUndefined()
  })
})
