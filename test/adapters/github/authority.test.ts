import { beforeEach, describe, expect, it } from 'vitest'
import type { Pull } from '../../../src/domain/index.ts'
import type { Forge } from '../../../src/ports/index.ts'
import { hiddenBlock } from '../../../src/proposal/block.ts'
import { readAttempt } from '../../../src/proposal/index.ts'
import { CART, CART_LANE, proposalOn, pullOf, WEB } from '../../contracts/forge.ts'
import { BOT, OLGA, type World, world } from './world.ts'

const MALLORY = { login: 'mallory', kind: 'user' } as const
const OTHER_APP = { login: 'other', kind: 'app', appId: 99 } as const

let made: World
let forge: Forge
let main: string
let pull: Pull

async function lane(): Promise<readonly Pull[]> {
  return (await made.start().look('main', [CART_LANE])).history.get(CART_LANE) ?? []
}

async function newest(): Promise<Pull> {
  const found = (await lane()).at(-1)
  if (found === undefined) throw new Error('no pull request')
  return found
}

beforeEach(async () => {
  made = world()
  forge = made.forge
  main = (await forge.head('main')) ?? ''
  pull = pullOf(await forge.open(proposalOn(main)))
})

describe('what is believed', () => {
  it('is the same for a process that remembers nothing', async () => {
    made.people.comment(MALLORY, pull.number, '/kintsugi hold')
    await forge.say({ pull: pull.number }, 'Waiting.')
    await forge.say({ lane: CART_LANE }, 'Noted.')
    const [one, other] = [await forge.look('main', [CART_LANE]), await made.start().look('main', [CART_LANE])]
    expect({ ...other, openedSince: 0 }).toEqual({ ...one, openedSince: 0 })
  })

  it.each(['squash', 'merge', 'rebase'] as const)(
    'is the same after a merge by %s, whatever the message',
    async (method) => {
      for (const squashTitle of ['PR_TITLE', 'COMMIT_OR_PR_TITLE'] as const) {
        for (const squashMessage of ['PR_BODY', 'COMMIT_MESSAGES', 'BLANK'] as const) {
          const here = world({ settings: { squashTitle, squashMessage } })
          const base = (await here.forge.head('main')) ?? ''
          const opened = pullOf(await here.forge.open(proposalOn(base)))
          const before = readAttempt(opened)
          const merged = await here.forge.merge(opened.number, opened.headSha, { method })
          expect(merged.result).toBe('merged')
          const after = (await here.start().look('main', [CART_LANE])).history.get(CART_LANE)?.[0]
          if (after === undefined || !before.read) throw new Error('it was there')
          expect(readAttempt(after)).toMatchObject({ read: true, attempt: { record: before.attempt.record } })
        }
      }
    },
  )
})

describe('what others forge', () => {
  it('as a pull request from a fork is not seen', async () => {
    const body = made.repository.state.pulls.get(pull.number)?.body ?? ''
    for (const by of [MALLORY, OTHER_APP, BOT])
      made.people.fork(by, { branch: pull.branch, base: 'main', title: pull.title, body, files: { [CART]: 'x' } })
    expect(await lane()).toEqual([await newest()])
    expect((await forge.look('main', [])).open).toHaveLength(1)
  })

  it('as a pull request of their own from our branch is not seen, and not taken over', async () => {
    const here = world()
    const base = (await here.forge.head('main')) ?? ''
    const proposal = proposalOn(base)
    here.people.push(
      MALLORY,
      proposal.branch,
      { [CART]: 'memory: 128Mi\n' },
      { message: proposal.commitMessage, as: BOT },
    )
    const { modelApi } = await import('../../github-model/index.ts')
    const api = modelApi(here.repository, { actor: { ...OTHER_APP } })
    await api.write({ pull: { branch: proposal.branch, base: 'main', title: 'x', body: proposal.body, draft: false } })
    const view = await here.forge.look('main', [CART_LANE])
    expect([view.open, view.history.get(CART_LANE)]).toEqual([[], []])
    expect(await here.forge.open(proposal)).toMatchObject({ result: 'refused', reason: 'branch-taken' })
  })

  it('as an edit of the body stops the lane', async () => {
    const body = made.repository.state.pulls.get(pull.number)?.body ?? ''
    made.people.edit(MALLORY, pull.number, { body: `${body} ` })
    expect(readAttempt(await newest())).toEqual({ read: false, reason: 'tampered' })
    expect(await forge.merge(pull.number, pull.headSha)).toEqual({ result: 'stopped', reason: 'tampered' })
    expect(await forge.refresh(pull.number, proposalOn(main))).toMatchObject({ reason: 'tampered' })
  })

  it('as another base branch stops the lane', async () => {
    made.people.push(OLGA, 'production', { [CART]: 'memory: 32Mi\n', [WEB]: 'memory: 64Mi\n' })
    const state = made.repository.state.pulls.get(pull.number)
    if (state === undefined) throw new Error('it is there')
    made.repository.setPull({ ...state, base: 'production' })
    expect(readAttempt(await newest())).toEqual({ read: false, reason: 'tampered' })
    expect(await forge.merge(pull.number, pull.headSha)).toEqual({ result: 'stopped', reason: 'tampered' })
    expect(await forge.arm(pull.number, pull.headSha, 'squash')).toMatchObject({ result: 'refused' })
    expect(await forge.refresh(pull.number, proposalOn(main))).toMatchObject({ reason: 'tampered' })
  })

  it('as a default branch with another name is refreshed there, and never merged as it is', async () => {
    made.people.renameDefault('trunk')
    const next = made.start()
    await next.look('trunk', [CART_LANE])
    const lane = async () => (await next.look('trunk', [CART_LANE])).history.get(CART_LANE)?.at(-1)
    const seen = await lane()
    expect(seen).toMatchObject({ base: 'trunk', headIsOurs: true, unsettled: true })
    expect(seen && readAttempt(seen).read).toBe(true)
    expect(await next.merge(pull.number, pull.headSha)).toEqual({ result: 'recompute', reason: 'base-moved' })
    expect(await next.arm(pull.number, pull.headSha, 'squash')).toMatchObject({ result: 'refused' })
    const there = proposalOn(main)
    const base = { ...there.base, branch: 'trunk' }
    const proposal = { ...there, base, record: { ...there.record, base } }
    expect(await next.refresh(pull.number, proposal)).toMatchObject({ pull: { number: pull.number } })
    expect(await lane()).toMatchObject({ base: 'trunk', headSha: pull.headSha, headIsOurs: true })
    expect((await lane())?.unsettled).toBeUndefined()
    expect(await next.merge(pull.number, pull.headSha)).toMatchObject({ result: 'merged' })
  })

  it('as the default branch, while its own is still there, stops the lane', async () => {
    made.people.push(OLGA, 'trunk', {})
    made.people.settings({ defaultBranch: 'trunk' })
    const state = made.repository.state.pulls.get(pull.number)
    if (state === undefined) throw new Error('it is there')
    made.repository.setPull({ ...state, base: 'trunk' })
    const next = made.start()
    const [seen] = (await next.look('trunk', [CART_LANE])).open
    expect(seen && readAttempt(seen)).toEqual({ read: false, reason: 'tampered' })
    expect(await next.merge(pull.number, pull.headSha)).toEqual({ result: 'stopped', reason: 'tampered' })
  })

  it('as a commit in our name without a signature stops the bot', async () => {
    const message = pull.commitMessage
    made.people.push(MALLORY, pull.branch, { [CART]: 'memory: 9Gi\n' }, { message, as: BOT })
    const seen = await newest()
    expect(seen).toMatchObject({ headIsOurs: false })
    expect(readAttempt(seen)).toEqual({ read: false, reason: 'head-not-ours' })
    expect(await forge.merge(seen.number, seen.headSha)).toMatchObject({ result: 'stopped' })
  })

  // GitHub gives whoever squashes a pull request of ours a Verified commit in our name, with any message, on any branch.
  it('as a Verified commit in our name is never merged, and makes place for the proposal', async () => {
    const forged = made.repository.commit(BOT, main, { [CART]: 'memory: 9Gi\n' }, pull.commitMessage, true)
    made.people.force(MALLORY, pull.branch, forged)
    expect(await lane()).toEqual([])
    expect(await forge.merge(pull.number, forged)).toMatchObject({ result: 'stopped' })
    const again = pullOf(await forge.open(proposalOn(main)))
    expect(again).toMatchObject({ number: pull.number, headIsOurs: true })
    expect((await forge.tree(again.headSha)).blob(CART)).toBe((await forge.tree(pull.headSha)).blob(CART))
  })

  it('as our commit put on another base is never merged', async () => {
    const next = made.people.push(OLGA, 'main', { [WEB]: 'memory: 65Mi\n' })
    const files = { [CART]: 'memory: 128Mi\n', [WEB]: 'memory: 64Mi\n' }
    made.people.force(MALLORY, pull.branch, made.repository.commit(BOT, next, files, pull.commitMessage, true))
    const head = (await forge.head(pull.branch)) ?? ''
    expect(await forge.merge(pull.number, head)).toMatchObject({ result: 'stopped' })
  })

  it('as comments is not ours', async () => {
    await forge.say({ pull: pull.number }, 'Waiting.')
    const shown = await newest()
    const living = made.repository.state.pulls.get(pull.number)?.comments[0]
    for (const by of [MALLORY, OTHER_APP]) {
      made.people.comment(by, pull.number, living?.body ?? '')
      made.people.comment(by, pull.number, 'Yes.\n\n<!-- kintsugi:answer v1 0123456789abcdef -->')
      made.people.comment(by, pull.number, hiddenBlock('conclusion', '{}'))
    }
    expect(await newest()).toEqual(shown)
    made.people.editComment(MALLORY, living?.id ?? '', `${living?.body} and more`)
    expect((await newest()).comment).toBeUndefined()
    await forge.say({ pull: pull.number }, 'Waiting.')
    expect((await newest()).comment).toBe('Waiting.')
    expect(
      made.repository.state.pulls.get(pull.number)?.comments.filter(({ author }) => author.login === 'kintsugi'),
    ).toHaveLength(2)
  })

  it('as living issues is not read, and an edited one is no note', async () => {
    await forge.say({ lane: CART_LANE }, 'Noted.')
    const issue = [...made.repository.state.issues.values()][0]
    const { modelApi } = await import('../../github-model/index.ts')
    const theirs = modelApi(made.repository, { actor: OTHER_APP })
    await theirs.createIssue({ title: 'x', body: issue?.body.replace('Noted.', 'Forged.') ?? '', labels: ['kintsugi'] })
    const read = async () => (await made.start().look('main', [CART_LANE])).notes.get(CART_LANE)?.text
    expect(await read()).toBe('Noted.')
    made.people.edit(MALLORY, issue?.number ?? 0, { body: 'Edited.' })
    expect(await read()).toBeUndefined()
    await made.start().say({ lane: CART_LANE }, 'Noted.')
    expect(await read()).toBe('Noted.')
    expect([...made.repository.state.issues.values()]).toHaveLength(2)
  })

  it('in 50 messages on the base changes nothing', async () => {
    await forge.merge(pull.number, pull.headSha)
    const before = await lane()
    for (let count = 0; count < 50; count += 1) {
      const message = `${pull.commitMessage}\nKintsugi-Incident: forged-${count}\n`
      made.people.push(MALLORY, 'main', { 'README.md': `shop ${count}\n` }, { message, as: BOT })
    }
    expect(await lane()).toEqual(before)
  })
})

describe('what GitHub itself does to the branch', () => {
  it('is no stranger, but is not what was judged: it is refreshed before it is merged', async () => {
    const next = made.people.push(OLGA, 'main', { [WEB]: 'memory: 65Mi\n' })
    made.people.updateBranch(OLGA, pull.number)
    const seen = await newest()
    expect(seen).toMatchObject({ headIsOurs: true, unsettled: true, body: pull.body })
    expect(readAttempt(seen)).toMatchObject({ read: true })
    expect(await forge.merge(seen.number, seen.headSha)).toEqual({ result: 'recompute', reason: 'base-moved' })
    const fresh = pullOf(await forge.refresh(seen.number, proposalOn(next)))
    expect(fresh).toMatchObject({ number: pull.number, headIsOurs: true })
    expect(fresh.unsettled).toBeUndefined()
    expect(made.repository.objects.commits.get(fresh.headSha)?.parents).toEqual([next])
    expect(await forge.merge(fresh.number, fresh.headSha)).toMatchObject({ result: 'merged' })
  })

  it('is a stranger where a person may have had a hand in it', async () => {
    const next = made.people.push(OLGA, 'main', { [WEB]: 'memory: 65Mi\n' })
    const files = { ...{ [WEB]: 'memory: 65Mi\n' }, [CART]: 'memory: 9Gi\n' }
    const tree = made.repository.objects.treeWith(
      next,
      new Map(Object.entries(files).map(([path, text]) => [path, new TextEncoder().encode(text)])),
    )
    const merge = made.repository.objects.putCommit({
      tree,
      parents: [pull.headSha, next],
      message: `Merge branch 'main' into ${pull.branch}`,
      atMs: made.repository.now(),
      author: MALLORY,
      committer: { login: 'web-flow', kind: 'user' },
      verified: true,
    })
    made.people.force(MALLORY, pull.branch, merge)
    expect(readAttempt(await newest())).toEqual({ read: false, reason: 'head-not-ours' })
    expect(await forge.refresh(pull.number, proposalOn(next))).toMatchObject({ reason: 'head-not-ours' })
  })
})

describe('a server that does not sign', () => {
  it('is refused and leaves nothing behind, unless that was told', async () => {
    const here = world({ signsWebCommits: false })
    const base = (await here.forge.head('main')) ?? ''
    expect(await here.forge.open(proposalOn(base))).toMatchObject({ result: 'refused', reason: 'commits-unsigned' })
    expect([...here.repository.state.branches.keys()]).toEqual(['main'])
    const told = here.start({}, { signatures: 'absent' })
    const opened = pullOf(await told.open(proposalOn(base)))
    expect(opened).toMatchObject({ headIsOurs: true, facts: { verified: false } })
    expect(await told.merge(opened.number, opened.headSha)).toMatchObject({ result: 'merged' })
  })
})
