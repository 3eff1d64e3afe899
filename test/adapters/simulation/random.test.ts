import { describe, expect, it } from 'vitest'
import {
  type RandomWorld,
  type RepositoryFiles,
  randomScenario,
  type Sync,
} from '../../../src/adapters/simulation/index.ts'
import { drawWorld, FAULTS, LAYOUTS } from '../../../src/adapters/simulation/random-draw.ts'
import { type Right, rightActionOf, truthOf } from '../../../src/adapters/simulation/truth.ts'
import { laneOf, type Manifest, type SignalId, type Subject } from '../../../src/domain/index.ts'
import { parsePolicies } from '../../../src/policy/index.ts'
import { HOUR, MINUTE, minutes, syncAll, worldOf } from './stage.ts'

const SEEDS = Array.from({ length: 40 }, (_, index) => index + 1)
const SYMPTOM: Readonly<Record<Right['fault'], SignalId | undefined>> = {
  'out-of-memory': 'oom-killed',
  'bad-release': 'crash-loop',
  'missing-image': 'image-pull',
  'cpu-starved': 'cpu-throttled',
  healthy: undefined,
}
const FAILURES = ['oom-killed', 'crash-loop', 'image-pull'] as const

/** The syncs of a world in which nobody mends anything. */
async function unmended({ scenario, files, commits }: RandomWorld): Promise<Sync[]> {
  const syncs = await syncAll(scenario, files, scenario.bornMs)
  let tree: RepositoryFiles = files
  for (const commit of commits) {
    tree = { ...tree, ...commit.files }
    syncs.push(...(await syncAll(scenario, tree, commit.atMs + MINUTE, 'b'.repeat(40))))
  }
  return syncs
}

function withField(manifest: Manifest, right: Right, subject: Subject): Manifest {
  const mends = right.mends
  const text = JSON.stringify(manifest)
  const value = JSON.parse(text)
  const container = value.spec.template.spec.containers.find(
    (one: { readonly name: string }) => one.name === subject.container,
  )
  if (mends?.field === 'image') container.image = mends.value
  if (mends?.field === 'resources.limits.memory')
    container.resources.limits.memory = String(Math.ceil(mends.aboveBytes * 1.1))
  if (mends?.field === 'resources.limits.cpu') container.resources.limits.cpu = `${Math.ceil(mends.aboveCores * 2000)}m`
  return value
}

/** The last objects of every Application with the right field set. */
function mended(syncs: readonly Sync[], right: Right, atMs: number): Sync[] {
  const last = new Map(syncs.map((sync) => [sync.application, sync]))
  return [...last.values()].map((sync) => ({
    ...sync,
    atMs,
    objects: sync.objects.map((manifest) => {
      const subject = right.subjects.find((one) => names(manifest, one))
      return subject === undefined ? manifest : withField(manifest, right, subject)
    }),
  }))
}

function names(manifest: Manifest, subject: Subject): boolean {
  const { kind, metadata } = manifest as { kind?: unknown; metadata?: { name?: unknown; namespace?: unknown } }
  return kind === subject.kind && metadata?.name === subject.name && metadata.namespace === subject.namespace
}

/** The highest sample there is; pods that are being replaced leave moments without one. */
function highest(values: Iterable<number>): number {
  return Math.max(...[...values].filter((value) => !Number.isNaN(value)))
}

describe('random worlds', () => {
  it('are the same for the same seed', () => {
    const [one, other] = [randomScenario(11), randomScenario(11)]
    expect(other).toEqual(one)
    expect(truthOf(other.scenario)).toEqual(truthOf(one.scenario))
  })

  it('differ in layout, fault, limit and moment', () => {
    const draws = Array.from({ length: 200 }, (_, seed) => drawWorld(seed))
    expect(new Set(draws.map(({ layout }) => layout))).toEqual(new Set(LAYOUTS))
    expect(new Set(draws.map(({ fault }) => fault))).toEqual(new Set(FAULTS))
    expect(new Set(draws.map(({ limitMiB }) => limitMiB)).size).toBe(9)
    expect(new Set(draws.map(({ faultMs, startMs }) => faultMs - startMs)).size).toBeGreaterThan(30)
  })

  it.each(SEEDS)('seed %i: has policies that are understood', (seed) => {
    const path = '.kintsugi/policies/all.yaml'
    const text = randomScenario(seed).files[path] ?? ''
    const { policies, problems } = parsePolicies(text, path, { from: 'repository', repo: 'random', file: path })
    expect(problems).toEqual([])
    expect(policies).toHaveLength(5)
  })

  it.each(SEEDS)('seed %i: shows its fault, and no other workload fails', async (seed) => {
    const random = randomScenario(seed)
    const right = rightActionOf(random)
    const world = worldOf(random.scenario, await unmended(random), seed)
    const symptom = SYMPTOM[right.fault]
    const [from, to] = [random.scenario.startMs, right.faultMs + HOUR]
    for (const subject of right.subjects)
      expect(highest(minutes(world, symptom ?? 'restarts', subject, from, to))).toBeGreaterThan(0.05)
    const failing = new Set(right.subjects.map(laneOf))
    for (const id of FAILURES)
      for (const { subject, values } of world.read(id, { startMs: from, endMs: to, stepMs: MINUTE }))
        if (!failing.has(laneOf(subject))) expect(highest(values)).toBe(0)
  })

  it.each(SEEDS.filter((seed) => drawWorld(seed).fault !== 'healthy'))(
    'seed %i: is mended by the right field',
    async (seed) => {
      const random = randomScenario(seed)
      const right = rightActionOf(random)
      const syncs = await unmended(random)
      const fixMs = right.faultMs + HOUR
      const world = worldOf(random.scenario, [...syncs, ...mended(syncs, right, fixMs)], seed)
      const symptom = SYMPTOM[right.fault] ?? 'restarts'
      for (const subject of right.subjects) {
        const values = minutes(world, symptom, subject, fixMs + 10 * MINUTE, fixMs + HOUR)
        expect(highest(values)).toBeLessThan(0.05)
      }
    },
  )
})
