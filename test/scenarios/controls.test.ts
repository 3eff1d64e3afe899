import { beforeAll, describe, expect, it } from 'vitest'
import { randomScenario } from '../../src/adapters/simulation/index.ts'
import { type Right, rightActionOf } from '../../src/adapters/simulation/truth.ts'
import type { ControllerDeps } from '../../src/controller/index.ts'
import type { FieldChange, SignalId, Subject } from '../../src/domain/index.ts'
import { readAttempt } from '../../src/proposal/index.ts'
import { edit } from '../../src/source/index.ts'
import { hasKubectl, kubectlRender } from '../fakes/real-kustomize.ts'
import { size } from '../fakes/size.ts'
import { URL, Walk } from '../fakes/walk.ts'
import { type Judged, judgeRandom, playRandom } from './random-worlds.ts'
import { deedsOf } from './told.ts'
import { shopOf } from './worlds.ts'
import { wrongEdit } from './wrong-edit.ts'

const FULL = ['full', 'all'].includes(process.env['KINTSUGI_N'] ?? '')
/** What CI plays of so many in the full size; `npm test` fewer. */
const counted = (small: number, some: number, full: number) => (FULL ? full : Math.min(some, size(small, full)))
const MINUTE_MS = 60_000
const FAILING: readonly Right['fault'][] = ['out-of-memory', 'bad-release', 'missing-image', 'cpu-starved']
const SYMPTOM: Readonly<Record<Exclude<Right['fault'], 'healthy'>, { signal: SignalId; above: number }>> = {
  'out-of-memory': { signal: 'oom-killed', above: 0 },
  'bad-release': { signal: 'crash-loop', above: 0 },
  'missing-image': { signal: 'image-pull', above: 0 },
  'cpu-starved': { signal: 'cpu-throttled', above: 0.25 },
}

function seedsOf(count: number, fits: (right: Right) => boolean = () => true): readonly number[] {
  const seeds: number[] = []
  for (let seed = 1; seeds.length < count; seed += 1)
    if (fits(rightActionOf(randomScenario(seed, URL)))) seeds.push(seed)
  return seeds
}

/** Whether the symptom of a fault is still there, by the world itself, in the last 20 minutes. */
async function ails(walk: Walk, subject: Subject, fault: Right['fault']): Promise<boolean> {
  if (fault === 'healthy') return false
  const { signal, above } = SYMPTOM[fault]
  const endMs = walk.clock.now()
  const series = (await walk.world.world()).read(
    signal,
    { startMs: endMs - 20 * MINUTE_MS, endMs, stepMs: MINUTE_MS },
    subject,
  )
  return series.some((one) => one.values.some((value) => value > above))
}

describe('with the bot off', () => {
  const cases: readonly (readonly [string, Right['fault']])[] = [
    ['cart', 'out-of-memory'],
    ['catalog', 'bad-release'],
    ['checkout', 'cpu-starved'],
  ]

  it('nothing of the shop recovers within three hours', async () => {
    const names = cases.map(([name]) => name)
    const walk = await Walk.begin(shopOf({ only: names }))
    await walk.minutes(180, false)
    const ailing: boolean[] = []
    for (const [name, fault] of cases) {
      const subject = { cluster: 'demo', namespace: 'shop', kind: 'Deployment', name }
      ailing.push(await ails(walk, subject, fault))
    }
    expect(Object.fromEntries(names.map((name, index) => [name, ailing[index]]))).toEqual({
      cart: true,
      catalog: true,
      checkout: true,
    })
  })

  it('no workload of a random world recovers within three hours of its fault', { timeout: 300_000 }, async () => {
    const recovered: string[] = []
    for (const seed of seedsOf(FULL ? 60 : 12, ({ fault }) => fault !== 'healthy')) {
      const world = randomScenario(seed, URL)
      const walk = await Walk.begin({ ...world, seed })
      const { faultMs, fault, subjects } = rightActionOf(world)
      await walk.minutes((faultMs - walk.clock.now()) / MINUTE_MS + 180, false)
      for (const subject of subjects)
        if (!(await ails(walk, subject, fault))) recovered.push(`seed ${seed}: ${subject.namespace}/${subject.name}`)
    }
    expect(recovered).toEqual([])
  })
})

describe('with a random legal edit in the place of the planned one', () => {
  type Run = { readonly seed: number; readonly verdict: string; readonly made: readonly FieldChange[] }

  /** Whoever merges, the verdict is what is asked: so a person merges whatever is opened. */
  async function runOf(seed: number, edit: ControllerDeps['edit'], made: readonly FieldChange[]): Promise<Run> {
    const { walk } = await playRandom(seed, {
      edit,
      eachTick: async ({ forge }) => {
        for (const pull of await forge.pulls())
          if (pull.state === 'open') await forge.mergeByPerson(pull.number, pull.headSha)
      },
      done: async ({ forge }) => (await forge.pulls()).some((pull) => verdictOf(pull) !== undefined),
    })
    const [first] = await walk.forge.pulls()
    return { seed, made, verdict: (first && verdictOf(first)) ?? (first === undefined ? 'not opened' : 'none') }
  }

  function verdictOf(pull: Parameters<typeof readAttempt>[0]): string | undefined {
    const read = readAttempt(pull)
    return read.read ? read.attempt.conclusion?.verdict : undefined
  }

  it('verification says that it is not resolved in 95 of 100 runs or more', { timeout: 600_000 }, async () => {
    const seeds = seedsOf(counted(4, 8, 100), ({ fault }) => fault !== 'healthy' && fault !== 'cpu-starved')
    const runs: Run[] = []
    for (const seed of seeds) {
      const made: FieldChange[] = []
      const wrong = wrongEdit(seed, (change) => made.push(change))
      runs.push(await runOf(seed, wrong, made))
    }
    const merged = runs.filter((run) => run.verdict !== 'not opened')
    const resolved = merged.filter((run) => run.verdict === 'resolved')
    console.log(`wrong edits: ${merged.length} merged, ${resolved.length} called resolved`)
    expect(merged.length).toBeGreaterThanOrEqual(0.9 * seeds.length)
    expect({ resolved, few: resolved.length <= 0.05 * merged.length }).toMatchObject({ few: true })
  })

  it('and the planned edit, played in the same way, is called resolved', async () => {
    const [seed = 0] = seedsOf(1, ({ fault }) => fault === 'bad-release')
    expect((await runOf(seed, edit, [])).verdict).toBe('resolved')
  })
})

describe('over random worlds', () => {
  const seeds = seedsOf(counted(4, 8, 30))
  let judged: readonly Judged[] = []

  beforeAll(async () => {
    const all: Judged[] = []
    for (const seed of seeds) all.push(await judgeRandom(seed))
    judged = all
    const count = (answer: Judged['answer']) => all.filter((one) => one.answer === answer).length
    console.log(
      `${all.length} random worlds: ${count('right')} right, ${count('abstained')} abstained, ${count('short')} short, ${count('wrong')} wrong`,
    )
  }, 600_000)

  it('never does what is wrong', () => {
    expect(judged.filter((one) => one.answer === 'wrong')).toEqual([])
  })

  it('does what is right, or says why not, in 28 of 30', () => {
    const good = judged.filter((one) => one.answer === 'right' || one.answer === 'abstained')
    expect(good.length).toBeGreaterThanOrEqual(Math.ceil((28 / 30) * seeds.length))
  })

  it('does not abstain its way through: most failing worlds are mended', () => {
    const failing = judged.filter((one) => FAILING.includes(one.fault))
    const mended = failing.filter((one) => one.answer === 'right')
    expect(mended.length).toBeGreaterThanOrEqual(0.8 * failing.length)
  })
})

describe('with the real kustomize as the renderer of the world', async () => {
  const present = await hasKubectl()
  if (!present) console.log('real kustomize is not asked: there is no kubectl')
  if (!present && FULL) throw new Error('the full size needs kubectl')

  it.runIf(present)('the story of cart is the same, byte for byte', { timeout: 120_000 }, async () => {
    const ours = await Walk.begin(shopOf({ only: ['cart'] }))
    const real = await Walk.begin({ ...shopOf({ only: ['cart'] }), render: kubectlRender })
    await ours.minutes(22)
    await real.minutes(22)
    expect(deedsOf(real.reports)).toEqual(['cart opened', 'cart merged', 'cart concluded resolved'])
    expect([...real.repository.refs]).toEqual([...ours.repository.refs])
  })

  const layered = seedsOf(200, ({ fault }) => fault !== 'healthy').filter((seed) =>
    Object.keys(randomScenario(seed, URL).files).some((path) => path.endsWith('overlays/prod/kustomization.yaml')),
  )

  for (const seed of layered.slice(0, counted(1, 2, 20))) {
    it.runIf(present)(`the story of random world ${seed} is the same`, { timeout: 120_000 }, async () => {
      const [ours, real] = [await playRandom(seed), await playRandom(seed, { render: kubectlRender })]
      expect(deedsOf(real.walk.reports)).toEqual(deedsOf(ours.walk.reports))
      expect([...real.walk.repository.refs]).toEqual([...ours.walk.repository.refs])
    })
  }
})
