import { describe, expect, it } from 'vitest'
import {
  firstSyncs,
  memorySyncStore,
  type RenderApplication,
  type RepositoryFiles,
  shopCommits,
  shopRepository,
  shopScenario,
  simulatedArgoCd,
  simulation,
} from '../../../src/adapters/simulation/index.ts'
import { valueAt } from '../../../src/domain/index.ts'
import { memoryTree } from '../../../src/source/index.ts'
import { type ManualClock, manualClock } from '../../fakes/manual-clock.ts'
import { HOUR, MINUTE, render, subjectOf } from './stage.ts'

const startMs = Date.UTC(2026, 8, 15, 9)
const options = { repoURL: 'https://git.example/shop/gitops.git', startMs }
const scenario = shopScenario(options)
const first = shopRepository(options)
const FIRST = '1'.repeat(40)
const SECOND = '2'.repeat(40)
const THIRD = '3'.repeat(40)
const catalog = subjectOf('shop', 'catalog')
const cart = subjectOf('shop', 'cart')

/** A shop whose branch a test moves by hand. `revisions`: what each commit holds beyond the first. */
function shop(revisions: Readonly<Record<string, RepositoryFiles>> = {}, renderer: RenderApplication = render) {
  const clock: ManualClock = manualClock(startMs)
  const syncs = memorySyncStore(firstSyncs(scenario, FIRST))
  syncs.move('main', FIRST)
  let renders = 0
  const counted: RenderApplication = (tree, application) => {
    renders += 1
    return renderer(tree, application)
  }
  const readTree = async (revision: string) => memoryTree({ ...first, ...revisions[revision] })
  const world = { scenario, seed: 4, clock, readTree, syncs }
  return {
    clock,
    syncs,
    argocd: simulatedArgoCd({ ...world, render: renderer }),
    cluster: simulation({ ...world, render: counted }),
    renders: () => renders,
  }
}

async function statusOf(cluster: ReturnType<typeof shop>['cluster'], name: string) {
  const all = await cluster.gitops.applications()
  return all.find(({ manifest }) => valueAt(manifest, ['metadata', 'name']) === name)?.status
}

const badCatalog = shopCommits(startMs)[0]?.files ?? {}
const brokenCart = { 'apps/cart/overlays/prod/kustomization.yaml': 'resources: [../../gone]\n' }
const greedyCart = {
  'apps/cart/overlays/prod/resources.yaml': (first['apps/cart/overlays/prod/resources.yaml'] ?? '').replace(
    '24Mi',
    '64Mi',
  ),
}

describe('the metrics of a simulation', () => {
  it('answers every id in the order of the question', async () => {
    const { cluster } = shop()
    const range = { startMs: startMs - HOUR, endMs: startMs, stepMs: MINUTE }
    const answers = await cluster.metrics.read(['restarts', 'cpu-usage'], range)
    expect(answers.map(({ signal, status }) => `${signal} ${status}`)).toEqual(['restarts ok', 'cpu-usage ok'])
  })

  it('says empty where nothing runs yet', async () => {
    const { cluster } = shop()
    const range = { startMs: scenario.bornMs - 2 * HOUR, endMs: scenario.bornMs - HOUR, stepMs: MINUTE }
    expect((await cluster.metrics.read(['restarts'], range))[0]).toMatchObject({ status: 'empty', series: [] })
  })

  it('has no samples of the future', async () => {
    const { cluster, clock } = shop()
    clock.advance(30_000)
    const range = { startMs: startMs - MINUTE, endMs: startMs + 2 * MINUTE, stepMs: MINUTE }
    const [answer] = await cluster.metrics.read(['replicas-desired'], range)
    expect([...(answer?.series[0]?.values ?? [])].map(Number.isNaN)).toEqual([false, false, true, true])
  })

  it('renders each Application once per revision, however often it is read', async () => {
    const { cluster, renders } = shop()
    const range = { startMs: startMs - HOUR, endMs: startMs, stepMs: MINUTE }
    for (let time = 0; time < 3; time += 1) await cluster.metrics.read(['restarts'], range)
    await cluster.gitops.applications()
    expect(renders()).toBe(scenario.applications.length)
  })
})

describe('the simulated Argo CD', () => {
  it('syncs every Application 20 to 90 seconds after the branch moved', async () => {
    const { argocd, syncs, clock } = shop({ [SECOND]: badCatalog })
    syncs.move('main', SECOND)
    const waited: number[] = []
    for (let second = 0; second <= 100; second += 1) {
      const { synced } = await argocd.step()
      waited.push(...synced.map(() => second))
      clock.advance(1000)
    }
    expect(waited).toHaveLength(scenario.applications.length)
    expect(Math.min(...waited)).toBeGreaterThanOrEqual(20)
    expect(Math.max(...waited)).toBeLessThanOrEqual(90)
  })

  it('does nothing while the branch stands still', async () => {
    const { argocd, clock } = shop()
    await argocd.step()
    clock.advance(10 * MINUTE)
    expect(await argocd.step()).toEqual({ synced: [], failed: [] })
  })

  it.each([
    { what: 'a base that cannot be built', files: brokenCart, sync: 'Unknown' },
    { what: 'a request above its limit', files: greedyCart, sync: 'Unknown' },
  ])('never syncs $what, and says so once', async ({ files, sync }) => {
    const { argocd, syncs, clock, cluster } = shop({ [SECOND]: files })
    syncs.move('main', SECOND)
    await argocd.step()
    clock.advance(2 * MINUTE)
    const { failed } = await argocd.step()
    expect(failed.map(({ application }) => application)).toEqual(['cart'])
    clock.advance(2 * MINUTE)
    expect((await argocd.step()).failed).toEqual([])
    expect(await statusOf(cluster, 'cart')).toMatchObject({ sync, revision: FIRST })
  })

  it('takes up after a failed revision with the next one', async () => {
    const { argocd, syncs, clock, cluster } = shop({ [SECOND]: brokenCart })
    syncs.move('main', SECOND)
    await argocd.step()
    clock.advance(2 * MINUTE)
    await argocd.step()
    syncs.move('main', THIRD)
    await argocd.step()
    clock.advance(2 * MINUTE)
    await argocd.step()
    expect(await statusOf(cluster, 'cart')).toMatchObject({ sync: 'Synced', revision: THIRD })
  })

  it('is OutOfSync until it has synced, then Synced with its history', async () => {
    const { argocd, syncs, clock, cluster } = shop({ [SECOND]: badCatalog })
    syncs.move('main', SECOND)
    await argocd.step()
    expect(await statusOf(cluster, 'catalog')).toMatchObject({ sync: 'OutOfSync', revision: FIRST, health: 'Healthy' })
    expect(await statusOf(cluster, 'payments')).toMatchObject({ sync: 'Synced', revision: FIRST })
    clock.advance(2 * MINUTE)
    await argocd.step()
    const status = await statusOf(cluster, 'catalog')
    expect(status).toMatchObject({ sync: 'Synced', revision: SECOND, syncedAtMs: startMs + 2 * MINUTE })
    expect(status?.history.map(({ revision }) => revision)).toEqual([FIRST, SECOND])
  })

  it('tells of a rollout that goes nowhere as Degraded', async () => {
    const { argocd, syncs, clock, cluster } = shop({ [SECOND]: badCatalog })
    syncs.move('main', SECOND)
    await argocd.step()
    clock.advance(2 * MINUTE)
    await argocd.step()
    clock.advance(2 * MINUTE)
    expect(await statusOf(cluster, 'catalog')).toMatchObject({ health: 'Progressing' })
    clock.advance(12 * MINUTE)
    expect(await statusOf(cluster, 'catalog')).toMatchObject({ health: 'Degraded' })
  })
})

describe('the facts of a simulated cluster', () => {
  it('gives the live object with its labels and declared resources', async () => {
    const { cluster } = shop()
    const facts = await cluster.cluster.facts({ ...cart, container: 'app' })
    expect(facts.labels).toMatchObject({ tier: 'backend' })
    expect(facts.containers).toEqual([
      {
        name: 'app',
        image: 'registry.example/shop/cart:3.4.1',
        memoryLimit: '32Mi',
        memoryRequest: '24Mi',
        cpuLimit: '500m',
        cpuRequest: '50m',
      },
    ])
    expect(valueAt(facts.live, ['metadata', 'namespace'])).toBe('shop')
  })

  it('knows nothing of what is not there', async () => {
    const { cluster } = shop()
    expect(await cluster.cluster.facts(subjectOf('shop', 'nobody'))).toEqual({})
  })

  it('names the sync that changed the pods last, not a later one that did not', async () => {
    const { argocd, syncs, clock, cluster } = shop({ [SECOND]: badCatalog, [THIRD]: badCatalog })
    for (const revision of [SECOND, THIRD]) {
      syncs.move('main', revision)
      await argocd.step()
      clock.advance(2 * MINUTE)
      await argocd.step()
    }
    expect((await cluster.cluster.facts(catalog)).lastChange).toEqual({ revision: SECOND, atMs: startMs + 2 * MINUTE })
    expect((await cluster.cluster.facts(cart)).lastChange).toEqual({ revision: FIRST, atMs: scenario.bornMs })
  })

  it('holds an image proven that ran well, and never one that crashed', async () => {
    const { argocd, syncs, clock, cluster } = shop({ [SECOND]: badCatalog })
    syncs.move('main', SECOND)
    await argocd.step()
    clock.advance(2 * MINUTE)
    await argocd.step()
    clock.advance(2 * HOUR)
    const { provenImages = [] } = await cluster.cluster.facts(catalog)
    expect(provenImages.map(({ image, revision }) => ({ image, revision }))).toEqual([
      { image: 'registry.example/shop/catalog:1.8.2', revision: FIRST },
    ])
    expect(provenImages[0]?.toMs).toBeGreaterThan(startMs - HOUR)
  })

  it('does not hold an image proven within half an hour', async () => {
    const { clock, cluster } = shop()
    clock.set(scenario.bornMs + 20 * MINUTE)
    expect((await cluster.cluster.facts(cart)).provenImages).toEqual([])
    clock.set(scenario.bornMs + 50 * MINUTE)
    expect((await cluster.cluster.facts(cart)).provenImages).toHaveLength(1)
  })
})
