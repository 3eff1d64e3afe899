import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type ControllerDeps, emptyMemory } from '../../../src/controller/index.ts'
import { URL } from '../../fakes/walk.ts'
import { control } from '../../github/world/control-routes.ts'
import { GitHubWalk } from '../../github-model/github-walk.ts'
import { shopOf } from '../../scenarios/worlds.ts'
import { openHall } from './stand-in-world.ts'

const KUSTOMIZATION = 'apps/cart/overlays/prod/kustomization.yaml'
const QUEUE = {
  check_response_timeout_minutes: 60,
  grouping_strategy: 'ALLGREEN',
  max_entries_to_build: 5,
  max_entries_to_merge: 5,
  merge_method: 'SQUASH',
  min_entries_to_merge: 1,
  min_entries_to_merge_wait_minutes: 0,
} as const

const hall = await openHall()
const { world: github } = hall.stand.standIn
const world = shopOf({ only: ['cart'] })
let ci = 0

beforeAll(async () => {
  const made = await control(github, 'createApp', {
    name: 'ci',
    owner: 'acme',
    permissions: { checks: 'write' },
    events: [],
  })
  ci = (made as { appId: number }).appId
})

afterAll(async () => {
  expect(hall.stand.standIn.violations.all()).toEqual([])
  await hall.close()
})

/** The real controller and the real client on a base with a merge queue that asks for our check, up to the entry in the queue. */
async function queued() {
  const { repo, forge } = await hall.world(world.files)
  const checks = [
    { context: 'ci', integration_id: ci },
    { context: 'kintsugi', integration_id: hall.appId },
  ]
  await control(github, 'setRules', {
    repo,
    pattern: 'main',
    // The bot may pass the queue by: it never does.
    bypass: [{ type: 'Integration', appId: hall.appId }],
    rules: [
      { type: 'merge_queue', parameters: QUEUE },
      {
        type: 'required_status_checks',
        parameters: { required_status_checks: checks, strict_required_status_checks_policy: false },
      },
    ],
  })
  const push = async (files: Readonly<Record<string, string>>) => {
    const made = await control(github, 'push', { repo, branch: 'main', files, by: 'ann', bypass: true })
    await github.jobs.settle()
    return (made as { oid: string }).oid
  }
  const walk = await GitHubWalk.begin(world)
  const tick = async (change: Partial<ControllerDeps> = {}) => {
    const deps = walk.deps({}, { repositories: [{ urls: [URL], forge }], ...change })
    const { lanes, failed } = await walk.tick(deps, emptyMemory())
    expect(failed).toEqual([])
    await github.jobs.settle()
    return lanes[0]?.done
  }
  const state = async () => (await control(github, 'state', { repo })) as unknown as State
  const pull = async () => {
    const found = (await state()).pulls[0]
    if (found === undefined) throw new Error('the bot opens one')
    return found
  }
  const pass = async (sha: string, conclusion: 'success' | 'failure' = 'success') => {
    await control(github, 'reportCheck', { repo, sha, name: 'ci', appId: ci, conclusion })
    await github.jobs.settle()
  }
  const group = async () =>
    Object.entries((await state()).branches).find(([name]) => name.startsWith('gh-readonly-queue/main/'))?.[1].oid
  const own = async (sha: string) =>
    (await state()).checks.filter((one) => one.sha === sha && one.name === 'kintsugi').at(-1)?.conclusion
  for (let minute = 0; minute < 9; minute += 1) await walk.minute()
  const deeds = [await tick()]
  await pass((await pull()).head.oid)
  for (let left = 3; left > 0 && (await group()) === undefined; left -= 1) deeds.push(await tick())
  expect(deeds.map((done) => done?.done)).toContain('queued')
  return { tick, push, pass, group, own, pull, state }
}

type State = {
  readonly branches: Readonly<Record<string, { readonly oid: string }>>
  readonly pulls: readonly {
    readonly head: { readonly oid: string }
    readonly state: string
    readonly merged: unknown
  }[]
  readonly checks: readonly { readonly sha: string; readonly name: string; readonly conclusion?: string }[]
}

describe('in the merge queue of the stand-in', () => {
  it('what is proven is merged, once that is said and not before', async () => {
    const { tick, pass, group, own, pull, state } = await queued()
    const built = (await group()) ?? ''
    await pass(built)
    expect((await pull()).merged).toBeNull()
    expect(await tick()).toEqual({ done: 'held', reason: 'in-merge-queue' })
    expect(await own(built)).toBe('success')
    expect((await pull()).merged).not.toBeNull()
    expect((await state()).branches['main']?.oid).toBe(built)
  }, 60_000)

  it('what was built on a base that moved under a proven input is thrown out', async () => {
    const { tick, push, pass, group, own, pull, state } = await queued()
    const text = String(world.files[KUSTOMIZATION])
    const moved = await push({ [KUSTOMIZATION]: text.replace(/^.*resources\.yaml.*\n/m, '') })
    const built = (await group()) ?? ''
    await pass(built)
    expect(await tick()).toMatchObject({ done: 'dequeued' })
    expect(await own(built)).toBeUndefined()
    expect(await group()).toBeUndefined()
    expect((await pull()).merged).toBeNull()
    expect((await state()).branches['main']?.oid).toBe(moved)
  }, 60_000)

  it('what the queue has put out is not put in again', async () => {
    const { tick, pass, group, pull } = await queued()
    await pass((await group()) ?? '', 'failure')
    expect(await tick()).toEqual({ done: 'held', reason: 'queue-removed' })
    expect(await group()).toBeUndefined()
    expect((await pull()).merged).toBeNull()
  }, 60_000)

  it('a pause ends it', async () => {
    const { tick, pass, group, pull } = await queued()
    await pass((await group()) ?? '')
    expect(await tick({ paused: async () => true })).toMatchObject({ done: 'dequeued', reason: 'paused' })
    expect(await group()).toBeUndefined()
    expect((await pull()).merged).toBeNull()
  }, 60_000)
})
