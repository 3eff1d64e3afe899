import { beforeAll, describe, expect, it } from 'vitest'
import { type GateQuestion, gatesOf } from '../../src/controller/gates.ts'
import { historyOf, remember } from '../../src/controller/history.ts'
import { type Tick, viewLane } from '../../src/controller/lane.ts'
import type { Account, Attempt, AttemptRecord, EditOutcome, Gate } from '../../src/domain/index.ts'
import { KintsugiError, laneOf } from '../../src/domain/index.ts'
import { parsePolicies } from '../../src/policy/index.ts'
import type { Forge } from '../../src/ports/index.ts'
import { tickOf } from '../fakes/tick.ts'
import { Walk } from '../fakes/walk.ts'
import { facts } from '../policy/given.ts'
import { shopOf } from '../scenarios/worlds.ts'

const subject = { cluster: 'demo', namespace: 'shop', kind: 'Deployment', name: 'cart' }
let tick: Tick
let question: GateQuestion

/** The walk up to the open proposal of cart, as the next tick sees it. */
beforeAll(async () => {
  const world = shopOf({ only: ['cart'] })
  const walk = await Walk.begin(world)
  await walk.minutes(4)
  const file = '.kintsugi/policies/cart.yaml'
  const origin = { from: 'repository', repo: walk.forge.repository, file } as const
  tick = await tickOf(walk, { policies: parsePolicies(world.files[file] ?? '', file, origin).policies })
  const history = historyOf(laneOf(subject), (await remember(walk.deps, [laneOf(subject)])).remembered)
  const view = await viewLane(tick, laneOf(subject), subject, history)
  if (history.pending === undefined || !view.owner.found) throw new Error('cart has no open proposal')
  question = {
    attempt: history.pending,
    history,
    facts: view.facts,
    owner: view.owner.owner,
    diagnosis: view.seen.diagnosis,
    decision: view.seen.decision,
  }
})

function shut(gates: readonly Gate[]) {
  return gates.filter((gate) => !gate.pass).map(({ name, reason }) => `${name}: ${reason}`)
}

function withRecord(change: Partial<AttemptRecord>): Attempt {
  return { ...question.attempt, record: { ...question.attempt.record, ...change } }
}

describe('gatesOf', () => {
  it('finds all gates open where nothing has changed since the proposal', async () => {
    const gates = await gatesOf(tick, question)
    expect(shut(gates)).toEqual([])
    expect(gates.length).toBeGreaterThan(20)
  })

  it.each([
    ['the Application is not found any more', () => ({ owner: undefined }), 'application: application-not-found'],
    [
      'the policy says something else now',
      () => ({ attempt: withRecord({ policy: { name: 'cart-memory', digest: 'x' } }) }),
      'policy: no-policy',
    ],
    [
      'the policies have become stricter since',
      () => ({ decision: question.decision && { ...question.decision, mode: 'propose' as const } }),
      'mode: awaiting-merge',
    ],
    ['the symptom is not seen now', () => ({ diagnosis: undefined }), 'symptom: persistence'],
    [
      'another failure is seen now',
      () => ({ attempt: withRecord({ failure: 'CPUThrottling' }) }),
      'symptom: persistence',
    ],
  ] satisfies readonly [string, () => Partial<GateQuestion>, string][])(
    'asks nothing further where %s',
    async (_name, change, gate) => {
      const gates = await gatesOf(tick, { ...question, ...change() })
      expect(shut(gates)[0]).toBe(gate)
      expect(gates.filter(({ pass }) => pass)).toEqual(gate.startsWith('mode') ? expect.anything() : [])
    },
  )

  it('proves again, and shuts where the proof is another one now', async () => {
    expect(shut(await gatesOf(tick, { ...question, attempt: withRecord({ proof: 'another' }) }))).toEqual([
      'same proof: base-moved',
    ])
  })

  it.each([
    ['that nothing would change any more', { outcome: 'already-set', at: [] }, 'proof: no-longer-needed'],
    ['why it refuses', { outcome: 'refused', reason: 'encrypted', message: 'by SOPS' }, 'proof: encrypted'],
  ] satisfies readonly [string, EditOutcome, string][])(
    'shuts where the edit says %s',
    async (_name, outcome, gate) => {
      const gates = await gatesOf(tickWith({ edit: async () => outcome }), question)
      expect(shut(gates)[0]).toBe(gate)
      expect(gates.filter(({ pass }) => pass)).toEqual([])
    },
  )

  it('proves with the companions of the policy, and shuts where there are any', async () => {
    const asked: unknown[] = []
    const label = { object: 'apps/Deployment shop/cart', path: 'metadata.labels.version', before: '1', after: '2' }
    const shutting = tickWith({
      edit: async (input) => {
        asked.push(input.companions)
        const outcome = await tick.deps.edit(input)
        if (outcome.outcome !== 'edited') return outcome
        return { ...outcome, proof: { ...outcome.proof, companions: [{ ...label, weight: 'known' }] } }
      },
    })
    const policies = tick.policies.map((one) => ({
      ...one,
      pullRequest: { ...one.pullRequest, companions: 'list' as const },
    }))
    expect(shut(await gatesOf({ ...shutting, policies }, question))).toEqual([
      'companions: other-changes',
      'same proof: base-moved',
    ])
    expect(asked).toEqual(['list'])
  })

  it.each([
    ['paused', { paused: true }, 'pause: paused'],
    ['frozen', { frozen: true }, 'freeze: frozen'],
  ] as const)('shuts while %s', async (_name, change, gate) => {
    expect(shut(await gatesOf({ ...tick, ...change }, question))).toEqual([gate])
  })

  it('shuts where it cannot be told what the cluster runs', async () => {
    expect(shut(await gatesOf(tick, { ...question, facts: {} }))).toEqual(['render match: live-unknown'])
  })

  it('shuts where what the proof read has changed at the base', async () => {
    const [path = ''] = Object.keys(question.attempt.record.inputs)
    const inputs = { ...question.attempt.record.inputs }
    delete inputs[path]
    expect(shut(await gatesOf(tick, { ...question, attempt: withRecord({ inputs }) }))).toEqual([
      'base inputs: base-moved',
    ])
  })

  it.each([
    ['who changed the policy has approved alone', true, { login: 'robin', kind: 'user' }, 'reviews: four-eyes'],
    ['nobody knows who changed the policy', true, undefined, 'reviews: four-eyes'],
    ['somebody else changed the policy', true, { login: 'kim', kind: 'user' }, undefined],
    ['nobody asks for four eyes', false, { login: 'robin', kind: 'user' }, undefined],
  ] satisfies readonly [string, boolean, Account | undefined, string | undefined][])(
    'judges the approval where %s',
    async (_name, fourEyes, by, shutAs) => {
      const { repository } = question.owner ?? {}
      if (question.owner === undefined || repository === undefined) throw new Error('the fixture has an owner')
      const asked: (readonly string[])[] = []
      const commitsTouching: Forge['commitsTouching'] = async (paths) => {
        asked.push(paths)
        return [{ revision: 'c'.repeat(40), atMs: 0, ...(by && { by }) }]
      }
      const owner = {
        ...question.owner,
        repository: { ...repository, forge: { ...repository.forge, commitsTouching } },
      }
      const sha = question.attempt.pull.headSha
      const review = { by: { login: 'robin', kind: 'user' }, state: 'approved', sha, atMs: 1, counts: true } as const
      const attempt = withRecord({ mode: 'merge-on-approval' })
      const pull = { ...attempt.pull, facts: { ...facts({ reviews: [review] }), sha } }
      const { config } = tick.deps
      const asking = tickWith({ config: { ...config, ceiling: { ...config.ceiling, fourEyes } } })
      const gates = await gatesOf(asking, { ...question, owner, attempt: { ...attempt, pull } })
      expect(shut(gates).filter((one) => one.startsWith('reviews'))).toEqual(shutAs === undefined ? [] : [shutAs])
      expect(asked).toEqual(fourEyes ? [['.kintsugi/policies/cart.yaml']] : [])
    },
  )

  it('judges a revert by the harm that was verified: no symptom has to be there', async () => {
    const revert = withRecord({ kind: 'revert', reverts: 99 })
    expect(shut(await gatesOf(tickWith({}), { ...question, attempt: revert, diagnosis: undefined }))[0]).toBe(
      'proof: conflict',
    )
  })
})

describe('the proof of an open attempt', () => {
  const edited = (outcomes: readonly EditOutcome[]) => {
    const calls: number[] = []
    const next: Tick['deps']['edit'] = async () => {
      calls.push(calls.length)
      const one = outcomes[calls.length - 1]
      if (one === undefined) throw new KintsugiError('KIN-5001', 'gone')
      return one
    }
    return { next, calls }
  }

  it('is not kept where it failed for what passes', async () => {
    const passing: EditOutcome = { outcome: 'refused', reason: 'renderer-unreachable', message: 'x' }
    const { next, calls } = edited([passing])
    const trying = tickWith({ edit: next })
    expect(shut(await gatesOf(trying, question))[0]).toBe('proof: renderer-unreachable')
    await expect(gatesOf(trying, question)).rejects.toThrow('gone')
    await expect(gatesOf(trying, question)).rejects.toThrow('gone')
    expect(calls).toEqual([0, 1, 2])
  })

  it('is made anew where an Application asks for something else', async () => {
    const lasting: EditOutcome = { outcome: 'refused', reason: 'other-changes', message: 'x' }
    const { next, calls } = edited([lasting, lasting])
    const trying = tickWith({ edit: next })
    await gatesOf(trying, question)
    await gatesOf(trying, question)
    expect(calls).toEqual([0])
    const applications = trying.sight.applications.map(({ application, status }) => ({
      application: { ...application, manifest: { ...application.manifest, spec: { changed: true } } },
      status,
    }))
    await gatesOf({ ...trying, sight: { ...trying.sight, applications } }, question)
    expect(calls).toEqual([0, 1])
  })
})

function tickWith(deps: Partial<Tick['deps']>): Tick {
  return { ...tick, memory: { ...tick.memory, proofs: new Map() }, deps: { ...tick.deps, ...deps } }
}
