import { describe, expect, it } from 'vitest'
import type { Repository } from '../../src/controller/deps.ts'
import { historyOf, lanesOf, type Remembered, remember, settlingLanes } from '../../src/controller/history.ts'
import { type Attempt, type Conclusion, laneOf, NO_RULES, type Pull } from '../../src/domain/index.ts'
import { branchOf } from '../../src/proposal/index.ts'
import { attemptOf, cart, HOUR, pullOf, T0 } from '../fakes/incident.ts'
import { manualClock } from '../fakes/manual-clock.ts'
import { memoryForge } from '../fakes/memory-forge.ts'
import { Walk } from '../fakes/walk.ts'
import { shopOf } from '../scenarios/worlds.ts'

const LANE = laneOf(cart)
const OTHER = laneOf({ ...cart, name: 'web' })
const forge = memoryForge({ url: 'https://git.example/a.git', branchPrefix: 'kintsugi', clock: manualClock(T0) })
const repository: Repository = { urls: [forge.repository], forge }

function remembered(attempts: readonly Attempt[], change: Partial<Remembered> = {}): Remembered {
  const view = {
    repository: forge.repository,
    base: { branch: 'main', revision: 'a'.repeat(40) },
    open: [],
    recent: [],
    history: new Map(),
    notes: new Map(),
    allNotes: [],
    rules: NO_RULES,
    audience: 'private' as const,
    openedSince: () => 0,
  }
  return { repository, view, prefix: 'kintsugi', attempts, unbelieved: [], ...change }
}

function numbered(number: number, pull: Partial<Pull>, verdict?: Conclusion['verdict'], record = {}): Attempt {
  const ended: Partial<Pull> = { number, endedAtMs: T0 + number * HOUR, ...pull }
  return attemptOf({
    pull: ended,
    record,
    ...(verdict === undefined ? {} : { conclusion: { verdict, atMs: T0 + number * HOUR, because: 'seen' } }),
  })
}

const merged = (number: number, verdict?: Conclusion['verdict'], record = {}) =>
  numbered(number, { state: 'merged' }, verdict, record)

describe('historyOf', () => {
  it.each([
    ['nothing is pending without a past', [], undefined, undefined],
    [
      'a merged one without a verdict comes before its successor',
      [merged(1), numbered(2, { state: 'open' })],
      1,
      undefined,
    ],
    [
      'an open one is pending after one that was concluded',
      [merged(1, 'insufficient'), numbered(2, { state: 'open' })],
      2,
      1,
    ],
    ['a closed one asks for nothing', [numbered(1, { state: 'closed' })], undefined, 1],
    ['the newest that ended is the last', [merged(1, 'resolved'), merged(2, 'insufficient')], undefined, 2],
  ] satisfies readonly [string, Attempt[], number | undefined, number | undefined][])(
    '%s',
    (_name, attempts, pending, last) => {
      const history = historyOf(LANE, [remembered(attempts)])
      expect([history.pending?.pull.number, history.last?.pull.number]).toEqual([pending, last])
    },
  )

  it('names the revert of the pending one, so that a conclusion that was cut off is finished', () => {
    const revert = numbered(2, { state: 'open' }, undefined, { kind: 'revert', reverts: 1 })
    expect(historyOf(LANE, [remembered([merged(1), revert])])).toMatchObject({ revertedBy: 2 })
  })

  it('keeps the attempts of other lanes apart', () => {
    const other = merged(1, 'harmful', { lane: OTHER, subject: { ...cart, name: 'web' } })
    const history = historyOf(LANE, [remembered([other, merged(2, 'resolved')])])
    expect(history.attempts.map(({ pull }) => pull.number)).toEqual([2])
    expect(history.elsewhere.map(({ pull }) => pull.number)).toEqual([1])
  })

  it('knows a pull request that cannot be believed by the branch of the lane', () => {
    const unbelieved = { pull: pullOf({ number: 4, branch: branchOf(LANE, 'kintsugi') }), reason: 'tampered' } as const
    expect(historyOf(LANE, [remembered([], { unbelieved: [unbelieved] })]).unbelieved?.pull.number).toBe(4)
    expect(historyOf(OTHER, [remembered([], { unbelieved: [unbelieved] })]).unbelieved).toBeUndefined()
  })

  it('tells of every repository, for budgets of lanes without a past', () => {
    expect(historyOf(LANE, [remembered([])]).all).toHaveLength(1)
  })
})

describe('lanesOf', () => {
  it('looks at lanes with a finding and at those with a memory without an end, once each', () => {
    const open = numbered(3, { state: 'open' }, undefined, { lane: OTHER })
    expect(lanesOf([cart, { ...cart, container: 'proxy' }], [remembered([merged(1, 'resolved'), open])])).toEqual([
      LANE,
      OTHER,
    ])
  })

  it('leaves ended ones alone', () => {
    expect(lanesOf([], [remembered([merged(1, 'resolved'), numbered(2, { state: 'closed' })])])).toEqual([])
  })
})

describe('settlingLanes', () => {
  it('rests the models for a day after a merge', () => {
    const all = [remembered([merged(1, 'resolved')])]
    expect([...settlingLanes(all, T0 + 24 * HOUR)]).toEqual([LANE])
    expect([...settlingLanes(all, T0 + 25 * HOUR)]).toEqual([])
  })
})

describe('remember', () => {
  /** A walk up to the open proposal of cart, whose pull request is then shown changed. */
  async function shown(change: (pull: Pull) => Pull) {
    const walk = await Walk.begin(shopOf({ only: ['cart'] }))
    await walk.minutes(4)
    const lane = laneOf({ cluster: 'demo', namespace: 'shop', kind: 'Deployment', name: 'cart' })
    const look: typeof walk.forge.look = async (base, lanes) => {
      const view = await walk.forge.look(base, lanes)
      return {
        ...view,
        open: view.open.map(change),
        history: new Map([[lane, (view.history.get(lane) ?? []).map(change)]]),
      }
    }
    const all = await remember({ ...walk.deps, repositories: [{ urls: [], forge: { ...walk.forge, look } }] }, [lane])
    return historyOf(lane, all.remembered)
  }
  const edited = (pull: Pull): Pull => ({
    ...pull,
    body: pull.body.replace('128Mi', '512Mi').replace(/"mode":"automerge"/, '"mode":"propose"'),
  })

  it('believes what the bot wrote', async () => {
    expect((await shown((pull) => pull)).pending?.record.failure).toBe('OOMKilled')
  })

  it.each([
    ['an open one whose record was changed', edited, 'tampered'],
    ['an open one whose record is gone', (pull: Pull) => ({ ...pull, body: '' }), 'tampered'],
    ['an open one with a foreign head', (pull: Pull) => ({ ...pull, headIsOurs: false }), 'head-not-ours'],
    ['a merged one whose record was changed', (pull: Pull) => edited({ ...pull, state: 'merged' }), 'tampered'],
  ] satisfies readonly [string, (pull: Pull) => Pull, string][])(
    'does not believe %s',
    async (_name, change, reason) => {
      const history = await shown(change)
      expect(history.attempts).toEqual([])
      expect(history.unbelieved?.reason).toBe(reason)
    },
  )
})
