import { beforeAll, describe, expect, it } from 'vitest'
import {
  createWorld,
  type RepositoryFiles,
  type Sync,
  shopCommits,
  shopRepository,
  shopScenario,
  type World,
} from '../../../src/adapters/simulation/index.ts'
import { worldsOf } from '../../../src/adapters/simulation/world.ts'
import { SIGNALS, type SignalId } from '../../../src/domain/index.ts'
import { HOUR, MINUTE, minutes, subjectOf, syncAll, valueAtMoment, worldOf } from './stage.ts'

const startMs = Date.UTC(2026, 8, 15, 9)
const options = { repoURL: 'https://git.example/shop/gitops.git', startMs }
const scenario = shopScenario(options)
const first = shopRepository(options)
// There are no Jobs and no volumes in it.
const ids = (Object.keys(SIGNALS) as SignalId[]).filter((id) => id !== 'job-active' && id !== 'volume-used')
const shop = (name: string) => subjectOf('shop', name)
const FLAGS = ['oom-killed', 'crash-loop', 'image-pull', 'rollout-failed', 'unschedulable'] as const

/** The first commit edited: in every file that holds it, `from` becomes `to`. */
function edited(path: string, from: string, to: string): RepositoryFiles {
  const before = first[path] ?? ''
  if (!before.includes(from)) throw new Error(`${path} does not hold ${from}`)
  return { ...first, [path]: before.replaceAll(from, to) }
}

const CART_PATCH = 'apps/cart/overlays/prod/resources.yaml'
const CHECKOUT = 'apps/checkout/deployment.yaml'
let born: readonly Sync[]
beforeAll(async () => {
  born = await syncAll(scenario, first, scenario.bornMs)
})

async function afterSync(files: RepositoryFiles, atMs: number): Promise<World> {
  return worldOf(scenario, [...born, ...(await syncAll(scenario, files, atMs, 'b'.repeat(40)))])
}

async function withBadCatalog(extra: readonly Sync[] = []): Promise<World> {
  const [commit] = shopCommits(startMs)
  const bad = await syncAll(scenario, { ...first, ...commit?.files }, startMs + 7 * MINUTE, 'b'.repeat(40))
  return worldOf(scenario, [...born, ...bad, ...extra])
}

describe('the simulated world', () => {
  it('gives the same bytes for the same seed, time and syncs', () => {
    const range = { startMs: startMs - 2 * HOUR, endMs: startMs + 2 * HOUR, stepMs: MINUTE }
    const one = createWorld({ scenario, seed: 5, syncs: born })
    const other = createWorld({ scenario: shopScenario(options), seed: 5, syncs: born })
    expect(ids.map((id) => other.read(id, range))).toEqual(ids.map((id) => one.read(id, range)))
  })

  it('does not care in which order, how often or how far it is read', () => {
    const late = { startMs: startMs + 3 * HOUR, endMs: startMs + 5 * HOUR, stepMs: MINUTE }
    const early = { startMs: startMs - HOUR, endMs: startMs + HOUR, stepMs: MINUTE }
    const ahead = createWorld({ scenario, seed: 5, syncs: born })
    for (const id of ids.toReversed()) ahead.read(id, late)
    for (let atMs = early.startMs; atMs <= early.endMs; atMs += 7 * MINUTE) ahead.scrape(atMs)
    const fresh = createWorld({ scenario, seed: 5, syncs: born })
    expect(ids.map((id) => ahead.read(id, early))).toEqual(ids.map((id) => fresh.read(id, early)))
  })

  it('remembers, sync after sync and look after look, what it would find anew', async () => {
    const gapless = { ...scenario, scrapeGapsPerDay: 0 }
    const worldAfter = worldsOf(gapless, 5)
    const bad = await syncAll(scenario, { ...first, ...shopCommits(startMs)[0]?.files }, startMs + 7 * MINUTE)
    for (const [at, syncs] of [born, [...born, ...bad], [...born, ...bad], born].entries()) {
      const [world, fresh] = [worldAfter(syncs), createWorld({ scenario: gapless, seed: 5, syncs })]
      for (const [from, steps, stepMs] of [
        [0, 60, MINUTE],
        [3, 60, MINUTE],
        [40, 10, MINUTE],
        [4, 60, MINUTE],
        [0, 20, 5 * MINUTE],
        [-30, 40, 90_000],
      ] as const) {
        const beginMs = startMs + (from + at - 10) * MINUTE
        const range = { startMs: beginMs, endMs: beginMs + steps * stepMs, stepMs }
        const seen = ids.map((id) => world.read(id, range))
        expect(seen).toEqual(ids.map((id) => fresh.read(id, range)))
        // Whoever was given a series may do with it what he likes.
        for (const { values } of seen.flat()) values.fill(-1)
      }
    }
  })

  it('gives other samples for another seed', () => {
    const range = { startMs: startMs - HOUR, endMs: startMs, stepMs: MINUTE }
    const [one] = createWorld({ scenario, seed: 1, syncs: born }).read('cpu-usage', range)
    const [other] = createWorld({ scenario, seed: 2, syncs: born }).read('cpu-usage', range)
    expect(other?.values).not.toEqual(one?.values)
  })

  it('never changes the past when something is synced', async () => {
    const range = { startMs: startMs - HOUR, endMs: startMs + 29 * MINUTE, stepMs: MINUTE }
    const before = worldOf(scenario, born)
    const later = await afterSync(edited(CART_PATCH, '32Mi', '128Mi'), startMs + 30 * MINUTE)
    expect(ids.map((id) => later.read(id, range))).toEqual(ids.map((id) => before.read(id, range)))
  })

  it('has no samples before a workload exists', () => {
    const world = worldOf(scenario, born)
    const values = minutes(world, 'replicas-desired', shop('cart'), scenario.bornMs - 2 * MINUTE, scenario.bornMs)
    expect(values).toEqual([Number.NaN, Number.NaN, 2])
  })

  it('has no series of a workload that nothing deployed', () => {
    const world = worldOf(
      scenario,
      born.filter(({ application }) => application !== 'cart'),
    )
    const range = { startMs: startMs - HOUR, endMs: startMs, stepMs: MINUTE }
    expect(ids.flatMap((id) => world.read(id, range, shop('cart')))).toEqual([])
  })

  it('misses a few scrapes, all of one exporter at once', () => {
    const world = createWorld({ scenario, seed: 3, syncs: born })
    const range = { startMs: startMs - 6 * 24 * HOUR, endMs: startMs, stepMs: MINUTE }
    const gaps = (id: SignalId) =>
      world
        .read(id, range)
        .map(({ values }) => [...values.keys()].filter((index) => Number.isNaN(values[index])).join())
    const limits = new Set(gaps('memory-limit'))
    expect(limits.size).toBe(1)
    expect([...limits][0]?.split(',').length).toBeGreaterThanOrEqual(5)
    expect(new Set([...gaps('replicas-desired'), ...limits]).size).toBe(1)
  })

  it.each(ids)('answers %s with subjects of its level and values of its unit', (id) => {
    const world = worldOf(scenario, born)
    const { unit, level } = SIGNALS[id]
    const all = world.read(id, { startMs: startMs - HOUR, endMs: startMs + HOUR, stepMs: 5 * MINUTE })
    expect(all.length).toBeGreaterThanOrEqual(6)
    const top = unit === 'ratio' || unit === 'flag' ? 1 : Infinity
    for (const { subject, values } of all) {
      expect(subject).toMatchObject({ cluster: 'demo', namespace: 'shop', kind: 'Deployment' })
      expect(subject.container).toBe(level === 'container' ? 'app' : undefined)
      expect([...values].every((value) => Number.isNaN(value) || (value >= 0 && value <= top))).toBe(true)
    }
  })
})

describe('a workload that outgrows its memory limit', () => {
  it('climbs to the limit and is OOM-killed again and again', () => {
    const world = worldOf(scenario, born)
    const limit = 32 * 1024 * 1024
    expect(Math.max(...minutes(world, 'memory-working-set', shop('cart'), startMs - HOUR, startMs))).toBeLessThan(
      0.9 * limit,
    )
    const [from, to] = [startMs + 20 * MINUTE, startMs + 60 * MINUTE]
    const used = minutes(world, 'memory-working-set', shop('cart'), from, to).filter((value) => !Number.isNaN(value))
    expect(Math.max(...used)).toBeGreaterThan(0.95 * limit)
    expect(Math.max(...used)).toBeLessThanOrEqual(limit)
    expect(new Set(minutes(world, 'oom-killed', shop('cart'), from, to))).toEqual(new Set([1]))
    const restarts = minutes(world, 'restarts', shop('cart'), from, to)
    expect(restarts.at(-1)).toBeGreaterThan(restarts[0] ?? Infinity)
  })

  it('serves fewer requests while its pods are down', () => {
    const world = worldOf(scenario, born)
    expect(valueAtMoment(world, 'error-ratio', shop('cart'), startMs)).toBeLessThan(0.01)
    expect(valueAtMoment(world, 'error-ratio', shop('cart'), startMs + 40 * MINUTE)).toBeGreaterThan(0.1)
    expect(
      Math.min(...minutes(world, 'replicas-available', shop('cart'), startMs + 20 * MINUTE, startMs + 40 * MINUTE)),
    ).toBe(0)
  })

  it('is quiet once the limit is above the need', async () => {
    const world = await afterSync(edited(CART_PATCH, '32Mi', '128Mi'), startMs + 30 * MINUTE)
    const [from, to] = [startMs + 33 * MINUTE, startMs + 14 * HOUR]
    for (const flag of ['oom-killed', 'crash-loop', 'restarts'] as const)
      expect(new Set(minutes(world, flag, shop('cart'), from, to))).toEqual(new Set([0]))
    expect(world.health(shop('cart'), from)).toBe('Healthy')
  })

  it.each(['48Mi', '64Mi'])('still fails under %s', async (limit) => {
    const world = await afterSync(edited(CART_PATCH, '32Mi', limit), startMs + 30 * MINUTE)
    expect(valueAtMoment(world, 'oom-killed', shop('cart'), startMs + 45 * MINUTE)).toBe(1)
    expect(valueAtMoment(world, 'oom-killed', shop('cart'), startMs + 5 * HOUR)).toBe(1)
  })

  it('waits longer after each failure, up to five minutes', () => {
    const world = worldOf(scenario, born)
    const at = (ms: number) => world.scrape(ms).find(({ subject }) => subject.name === 'cart')?.pods[0]?.containers[0]
    const waits: number[] = []
    for (let atMs = startMs; atMs < startMs + HOUR; atMs += 1000)
      if (at(atMs)?.waiting === 'CrashLoopBackOff')
        if (at(atMs - 1000)?.waiting === undefined) waits.push(1)
        else waits[waits.length - 1] = (waits.at(-1) ?? 0) + 1
    const rounded = waits.map((seconds) => Math.round(seconds / 10) * 10)
    expect(rounded.slice(0, 6)).toEqual([10, 20, 40, 80, 160, 300])
  })
})

describe('a bad release', () => {
  it('crash-loops beside the old pods that still serve', async () => {
    const world = await withBadCatalog()
    const at = startMs + 20 * MINUTE
    expect(valueAtMoment(world, 'crash-loop', shop('catalog'), at)).toBe(1)
    expect(valueAtMoment(world, 'oom-killed', shop('catalog'), at)).toBe(0)
    expect(valueAtMoment(world, 'replicas-available', shop('catalog'), at)).toBe(2)
    const images = world.read('running-image', { startMs: at, endMs: at, stepMs: MINUTE }, shop('catalog'))
    expect(images.map(({ labels }) => labels?.['image'])).toEqual([
      'registry.example/shop/catalog:1.8.2',
      'registry.example/shop/catalog:1.9.0',
    ])
  })

  it('passes the progress deadline', async () => {
    const world = await withBadCatalog()
    expect(valueAtMoment(world, 'rollout-failed', shop('catalog'), startMs + 10 * MINUTE)).toBe(0)
    expect(world.health(shop('catalog'), startMs + 10 * MINUTE)).toBe('Progressing')
    expect(valueAtMoment(world, 'rollout-failed', shop('catalog'), startMs + 20 * MINUTE)).toBe(1)
    expect(world.health(shop('catalog'), startMs + 20 * MINUTE)).toBe('Degraded')
  })

  it('is over when Git has the old image again', async () => {
    const world = await withBadCatalog(await syncAll(scenario, first, startMs + 30 * MINUTE, 'c'.repeat(40)))
    const at = startMs + 32 * MINUTE
    expect(valueAtMoment(world, 'crash-loop', shop('catalog'), at)).toBe(0)
    expect(valueAtMoment(world, 'replicas-available', shop('catalog'), at)).toBe(3)
    expect(world.health(shop('catalog'), at)).toBe('Healthy')
  })

  it('cannot be pulled when the registry does not have it', async () => {
    const world = await afterSync(edited('apps/catalog/deployment.yaml', '1.8.2', '9.9.9'), startMs)
    expect(valueAtMoment(world, 'image-pull', shop('catalog'), startMs + 10 * MINUTE)).toBe(1)
    expect(valueAtMoment(world, 'crash-loop', shop('catalog'), startMs + 10 * MINUTE)).toBe(0)
  })
})

describe('a workload that outgrows its CPU limit', () => {
  it('is throttled and slow', () => {
    const world = worldOf(scenario, born)
    const of = shop('checkout')
    expect(valueAtMoment(world, 'cpu-throttled', of, startMs)).toBe(0)
    expect(valueAtMoment(world, 'cpu-throttled', of, startMs + 30 * MINUTE)).toBeGreaterThan(0.5)
    const calm = valueAtMoment(world, 'latency-p99', of, startMs)
    expect(valueAtMoment(world, 'latency-p99', of, startMs + 30 * MINUTE)).toBeGreaterThan(2 * calm)
    expect(valueAtMoment(world, 'cpu-usage', of, startMs + 30 * MINUTE)).toBeLessThanOrEqual(0.2)
  })

  it('gets pods that no node has room for when the limit is raised, and keeps the old ones', async () => {
    const world = await afterSync(edited(CHECKOUT, 'cpu: 200m', 'cpu: 400m'), startMs + 30 * MINUTE)
    const at = startMs + 35 * MINUTE
    expect(valueAtMoment(world, 'unschedulable', shop('checkout'), at)).toBe(1)
    expect(valueAtMoment(world, 'replicas-available', shop('checkout'), at)).toBe(2)
    expect(valueAtMoment(world, 'cpu-throttled', shop('checkout'), at)).toBeGreaterThan(0.5)
    expect(valueAtMoment(world, 'rollout-failed', shop('checkout'), startMs + 45 * MINUTE)).toBe(1)
  })

  it('has schedulable pods again once that is taken back', async () => {
    const raised = await syncAll(scenario, edited(CHECKOUT, 'cpu: 200m', 'cpu: 400m'), startMs + 30 * MINUTE)
    const world = worldOf(scenario, [...born, ...raised, ...(await syncAll(scenario, first, startMs + 40 * MINUTE))])
    expect(valueAtMoment(world, 'unschedulable', shop('checkout'), startMs + 41 * MINUTE)).toBe(0)
  })
})

describe('healthy workloads', () => {
  const week = { from: startMs - 7 * 24 * HOUR, to: startMs + 12 * HOUR }

  it.each(['frontend', 'payments'])('%s raises no flag through peaks, bursts and a Monday', (name) => {
    const world = worldOf(scenario, born)
    for (const flag of [...FLAGS, 'restarts'] as const)
      expect(new Set(minutes(world, flag, shop(name), week.from, week.to))).toEqual(new Set([0]))
    expect(Math.max(...minutes(world, 'cpu-throttled', shop(name), week.from, week.to))).toBeLessThan(0.1)
    expect(Math.max(...minutes(world, 'error-ratio', shop(name), week.from, week.to))).toBeLessThan(0.02)
  })

  it('peak each day, and higher on a Monday', () => {
    const world = worldOf(scenario, born)
    const rate = (daysBack: number, hour: number) =>
      valueAtMoment(world, 'request-rate', shop('frontend'), Date.UTC(2026, 8, 15 - daysBack, hour))
    expect(rate(2, 13)).toBeGreaterThan(2 * rate(2, 1))
    expect(new Date(Date.UTC(2026, 8, 14)).getUTCDay()).toBe(1)
    expect(rate(1, 13)).toBeGreaterThan(1.3 * rate(2, 13))
  })

  it('payments is several times as noisy as frontend', () => {
    const world = worldOf(scenario, born)
    const jumps = (name: string) => {
      const values = minutes(world, 'cpu-usage', shop(name), startMs - 6 * HOUR, startMs)
      return values.slice(5).reduce((sum, value, index) => sum + Math.abs(value / (values[index] ?? value) - 1), 0)
    }
    expect(jumps('payments')).toBeGreaterThan(2 * jumps('frontend'))
  })

  it('recommendation loses its requests without any failure', () => {
    const world = worldOf(scenario, born)
    const of = shop('recommendation')
    const before = valueAtMoment(world, 'request-rate', of, startMs)
    expect(valueAtMoment(world, 'request-rate', of, startMs + HOUR)).toBeLessThan(0.5 * before)
    for (const flag of FLAGS)
      expect(new Set(minutes(world, flag, of, startMs, startMs + 12 * HOUR))).toEqual(new Set([0]))
  })
})

describe('with nothing synced', () => {
  it('no faulty workload recovers over twelve hours', async () => {
    const world = await withBadCatalog()
    const late = (signal: SignalId, name: string) =>
      minutes(world, signal, shop(name), startMs + HOUR, startMs + 13 * HOUR)
    expect(new Set(late('oom-killed', 'cart'))).toEqual(new Set([1]))
    expect(new Set(late('crash-loop', 'catalog'))).toEqual(new Set([1]))
    expect(Math.min(...late('cpu-throttled', 'checkout'))).toBeGreaterThan(0.3)
  })
})

describe('a rollout', () => {
  it('starts counters anew with the new pods, one pod at a time', async () => {
    const atMs = startMs + 30 * MINUTE
    const world = await afterSync(edited('apps/frontend/deployment.yaml', '384Mi', '512Mi'), atMs)
    const available = minutes(world, 'replicas-available', shop('frontend'), atMs - MINUTE, atMs + 10 * MINUTE)
    expect(Math.min(...available)).toBe(3)
    const pods = (ms: number) => world.scrape(ms).find(({ subject }) => subject.name === 'frontend')?.pods ?? []
    const before = new Set(pods(atMs - 1).map(({ pod }) => pod))
    expect(pods(atMs + 30_000).some(({ pod }) => before.has(pod))).toBe(true)
    expect(pods(atMs + 5 * MINUTE).map(({ pod }) => before.has(pod))).toEqual([false, false, false])
    expect(world.health(shop('frontend'), atMs + 20_000)).toBe('Progressing')
    expect(world.health(shop('frontend'), atMs + 5 * MINUTE)).toBe('Healthy')
  })

  it('does not happen when the pod template is the same', async () => {
    const world = await afterSync(first, startMs + 30 * MINUTE)
    const pods = (ms: number) => world.scrape(ms).map((one) => one.pods.map(({ pod }) => pod))
    expect(pods(startMs + 31 * MINUTE)).toEqual(pods(startMs + 29 * MINUTE))
  })
})
