import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Pull } from '../../../src/domain/index.ts'
import { conclusionText, loadTemplates, readAttempt } from '../../../src/proposal/index.ts'
import { CART, CART_LANE, DECIDED, FIRST_FILES, proposalOn, pullOf } from '../../contracts/forge.ts'
import { size } from '../../fakes/size.ts'
import { type ControlInput, type ControlName, type ControlOutput, control } from '../../github/world/control-routes.ts'
import { type Hall, openHall } from './stand-in-world.ts'

let hall: Hall
beforeAll(async () => {
  hall = await openHall()
})
afterAll(async () => {
  expect(hall.stand.standIn.violations.all()).toEqual([])
  await hall.close()
})

type Made = Awaited<ReturnType<Hall['world']>> & { readonly pull: Pull }

function act<Name extends ControlName>(name: Name, input: ControlInput<Name>): Promise<ControlOutput<Name>> {
  return control(hall.stand.standIn.world, name, input) as Promise<ControlOutput<Name>>
}

async function opened(): Promise<Made> {
  const made = await hall.world()
  const pull = pullOf(await made.forge.open(proposalOn((await made.forge.head('main')) ?? '')))
  return { ...made, pull }
}

/** As a process that remembers nothing sees the newest of the lane. */
async function seen(made: Made): Promise<Pull | undefined> {
  return (await made.restarted().look('main', [CART_LANE])).history.get(CART_LANE)?.at(-1)
}

const SQUASHES = [
  ['PR_TITLE', 'PR_BODY'],
  ['PR_TITLE', 'BLANK'],
  ['PR_TITLE', 'COMMIT_MESSAGES'],
  ['COMMIT_OR_PR_TITLE', 'PR_BODY'],
  ['COMMIT_OR_PR_TITLE', 'BLANK'],
  ['COMMIT_OR_PR_TITLE', 'COMMIT_MESSAGES'],
] as const

const METHODS = ['squash', 'merge', 'rebase'] as const
const ALL = METHODS.flatMap((method) => SQUASHES.map(([title, message]) => ({ method, title, message })))
/** The settings say what a squash is called; that they say nothing of the others is shown with all of them at hand. */
const EVERYTHING = size(1, 2) > 1
const WAYS = EVERYTHING ? ALL : ALL.filter(({ method }, index) => method === 'squash' || index % SQUASHES.length === 1)
const PARTIES = ['us', 'a person'] as const
/** Each way by both; in the small size by one of the two in turn. */
const RUNS = WAYS.flatMap((way, index) =>
  PARTIES.filter((_, party) => EVERYTHING || party === index % 2).map((by) => ({ ...way, by })),
)

describe('what was proposed is read back through the real client', () => {
  it.each(RUNS)(
    'after a $method with $title and $message, by $by: the fix, its verdict and its revert',
    async ({ method, title, message, by }) => {
      const made = await opened()
      const { repo, forge } = made
      await act('setSettings', {
        repo,
        settings: { squash_merge_commit_title: title, squash_merge_commit_message: message },
      })
      const merge = async (pull: Pull): Promise<void> => {
        if (by === 'us')
          expect(await forge.merge(pull.number, pull.headSha, { method })).toMatchObject({ result: 'merged' })
        else
          expect(await act('mergePull', { repo, number: pull.number, by: 'ann', method })).toMatchObject({ ok: true })
      }
      await merge(made.pull)
      const harmful = { verdict: 'harmful', atMs: DECIDED, because: 'x' } as const
      await forge.conclude(made.pull.number, harmful, conclusionText(harmful, attemptIn(made.pull).record, templates))
      const head = (await forge.head('main')) ?? ''
      const back = proposalOn(head, {
        files: { [CART]: FIRST_FILES[CART] ?? '' },
        inputs: { [CART]: (await forge.tree(head)).blob(CART) ?? '' },
        reverts: made.pull.number,
        decidedAtMs: DECIDED + 1000,
      })
      const revert = pullOf(await forge.revert(made.pull.number, back))
      const open = [made.pull, revert].map(attemptIn)
      await merge(revert)
      const history = (await made.restarted().look('main', [CART_LANE])).history.get(CART_LANE) ?? []
      const endedBy = by === 'us' ? 'bot' : 'person'
      expect(history.map(({ state, endedBy }) => [state, endedBy])).toEqual(history.map(() => ['merged', endedBy]))
      expect(history.map(attemptIn).map(({ record }) => record)).toEqual(open.map(({ record }) => record))
      expect(history.map(attemptIn).map(({ conclusion }) => conclusion?.verdict)).toEqual(['harmful', undefined])
    },
    60_000,
  )
})

const templates = loadTemplates((file) => readFileSync(new URL(`../../../templates/${file}`, import.meta.url), 'utf8'))

function attemptIn(pull: Pull) {
  const answer = readAttempt(pull)
  if (!answer.read) throw new Error(`#${pull.number} is not believed: ${answer.reason}`)
  return answer.attempt
}

describe('nothing is cut in silence', () => {
  it('an answer that stands above 120 later comments still holds, though the pull request has ended', async () => {
    const made = await opened()
    const { repo, pull } = made
    await act('comment', { repo, number: pull.number, by: 'ann', body: '/kintsugi hold' })
    const command = (await seen(made))?.commands?.[0]
    if (command === undefined) throw new Error('nobody said it')
    await made.forge.answer(pull.number, command.id, { accepted: true, text: 'Held.' })
    await act('closePull', { repo, number: pull.number, by: 'ann' })
    for (let index = 0; index < 120; index += 1)
      await act('comment', { repo, number: pull.number, by: 'eve', body: `noise ${index}` })
    expect(await seen(made)).toMatchObject({ state: 'closed', answers: ['Held.'] })
  }, 60_000)

  it('the one red of 120 checks is told', async () => {
    const made = await opened()
    const { repo, pull } = made
    for (let index = 0; index < 120; index += 1)
      await act('reportCheck', {
        repo,
        sha: pull.headSha,
        name: `check ${index}`,
        by: 'ann',
        state: index === 0 ? 'failure' : 'success',
      })
    const checks = (await seen(made))?.facts?.checks.filter(({ name }) => name.startsWith('check ')) ?? []
    expect([checks.length, checks.filter(({ state }) => state === 'red').map(({ name }) => name)]).toEqual([
      120,
      ['check 0'],
    ])
  }, 60_000)
})

describe('what people may do to a pull request of ours', () => {
  it('another base stops it, though it is put back later', async () => {
    const made = await opened()
    const { repo, pull } = made
    await made.push('production', { [CART]: 'memory: 1Mi\n' })
    await act('editPull', { repo, number: pull.number, by: 'ann', base: 'production' })
    expect(await made.forge.merge(pull.number, pull.headSha)).toEqual({ result: 'stopped', reason: 'tampered' })
    await act('editPull', { repo, number: pull.number, by: 'ann', base: 'main' })
    expect(await seen(made)).toMatchObject({ base: 'main', headIsOurs: true })
  })

  it('a draft is not merged', async () => {
    const made = await opened()
    const { repo, pull } = made
    await act('setDraft', { repo, number: pull.number, by: 'ann', draft: true })
    expect(await seen(made)).toMatchObject({ facts: { draft: true } })
    expect((await made.forge.merge(pull.number, pull.headSha)).result).not.toBe('merged')
  })

  it('another title and other labels change nothing of what is believed', async () => {
    const made = await opened()
    const { repo, pull } = made
    await act('createLabel', { repo, name: 'ship it' })
    await act('setLabel', { repo, number: pull.number, by: 'ann', label: 'ship it', on: true })
    await act('setLabel', { repo, number: pull.number, by: 'ann', label: 'kintsugi', on: false })
    await act('editPull', {
      repo,
      number: pull.number,
      by: 'ann',
      title: '@everyone [x](javascript:y) Kintsugi-Block: 0',
    })
    const now = await seen(made)
    if (now === undefined) throw new Error('it is there')
    expect(readAttempt(now)).toMatchObject({
      read: true,
      attempt: { record: (readAttempt(pull) as { attempt: { record: object } }).attempt.record },
    })
  })

  it('closed and opened again is open, with what it said', async () => {
    const made = await opened()
    const { repo, pull } = made
    await act('closePull', { repo, number: pull.number, by: 'ann' })
    expect(await seen(made)).toMatchObject({ state: 'closed', endedBy: 'person' })
    await act('reopenPull', { repo, number: pull.number, by: 'ann' })
    expect(await seen(made)).toMatchObject({ state: 'open', headIsOurs: true, body: pull.body })
  })

  // GitHub gives the squash the name of who opened the pull request, and a valid signature.
  it('a squash of ours elsewhere, put in the place of our branch, is not believed and not merged', async () => {
    const made = await opened()
    const { repo, pull } = made
    await made.push('elsewhere', { [CART]: 'memory: 32Mi\n', 'README.md': 'else\n' })
    await act('setSettings', { repo, settings: { squash_merge_commit_message: 'COMMIT_MESSAGES' } })
    await act('editPull', { repo, number: pull.number, by: 'ann', base: 'elsewhere' })
    expect(await act('mergePull', { repo, number: pull.number, by: 'ann', method: 'squash' })).toMatchObject({
      ok: true,
    })
    const squash = (await act('state', { repo })).branches['elsewhere']?.oid ?? ''
    expect(await made.api.commit(squash)).toMatchObject({ author: { login: 'kintsugi', kind: 'app' }, verified: true })
    const { token } = await act('userToken', { login: 'ann' })
    const ref = { ref: `refs/heads/${pull.branch}`, sha: squash }
    await act('deleteBranch', { repo, branch: pull.branch, by: 'ann' }).catch(() => undefined)
    expect(await hall.stand.ask('POST', `/repos/${repo}/git/refs`, token, ref)).toMatchObject({ status: 201 })
    const main = (await made.forge.head('main')) ?? ''
    const again = await made.restarted().open(proposalOn(main))
    const { branches } = await act('state', { repo })
    // Either it is left alone, or what was proposed has taken its place: one commit on the base of the proposal.
    if (again.result === 'refused') expect(branches[pull.branch]?.oid).toBe(squash)
    else expect((await made.api.commit(branches[pull.branch]?.oid ?? ''))?.parents).toEqual([main])
    expect((await made.forge.merge(pull.number, squash)).result).not.toBe('recompute')
    expect(branches['main']?.oid).toBe(main)
  })
})
