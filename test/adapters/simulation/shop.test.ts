import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { shopCommits, shopRepository, shopScenario } from '../../../src/adapters/simulation/index.ts'
import { valueAt } from '../../../src/domain/index.ts'
import { parsePolicies } from '../../../src/policy/index.ts'
import { memoryTree } from '../../../src/source/index.ts'
import { objectsIn, render } from './stage.ts'

const startMs = Date.UTC(2026, 8, 15, 9)
const options = { repoURL: 'file:///tmp/a folder/shop.git', startMs, helm: true }
const files = shopRepository(options)
const policyFiles = Object.keys(files).filter((path) => path.startsWith('.kintsugi/policies/'))
const hasKubectl = spawnSync('kubectl', ['version', '--client'], { timeout: 20_000 }).status === 0
if (!hasKubectl) console.log('skipped: kubectl is not there to build the overlays of the shop')

describe('the repository of the shop', () => {
  it('holds each Application as the cluster has it', () => {
    const written = Object.keys(files)
      .filter((path) => path.startsWith('argocd/'))
      .flatMap((path) => objectsIn(files[path] ?? ''))
    const name = (one: unknown) => String(valueAt(one as never, ['metadata', 'name']))
    const sorted = (list: readonly unknown[]) => list.toSorted((a, b) => (name(a) < name(b) ? -1 : 1))
    expect(sorted(written)).toEqual(sorted(shopScenario(options).applications))
  })

  it('has the Helm app only where it is asked for', () => {
    const without = shopRepository({ ...options, helm: false })
    expect(Object.keys(without).filter((path) => path.includes('reviews'))).toEqual([])
    expect(shopScenario({ ...options, helm: false }).applications).toHaveLength(6)
    expect(shopScenario(options).applications).toHaveLength(7)
  })

  it.each(policyFiles)('%s is understood without a problem', (path) => {
    const { policies, problems } = parsePolicies(files[path] ?? '', path, {
      from: 'repository',
      repo: 'shop',
      file: path,
    })
    expect(problems).toEqual([])
    expect(policies.length).toBeGreaterThan(0)
  })

  it('changes nothing but the image with the bad release', () => {
    const [commit] = shopCommits(startMs)
    const path = 'apps/catalog/deployment.yaml'
    expect(Object.keys(commit?.files ?? {})).toEqual([path])
    expect(commit?.files[path]).toBe(files[path]?.replace('catalog:1.8.2', 'catalog:1.9.0'))
  })

  it.each(['prod', 'staging'].filter(() => hasKubectl))(
    'overlay %s of cart is what real kustomize makes of it',
    async (overlay) => {
      const folder = mkdtempSync(join(tmpdir(), 'kintsugi-shop-'))
      try {
        for (const [path, text] of Object.entries(files)) {
          mkdirSync(dirname(join(folder, path)), { recursive: true })
          writeFileSync(join(folder, path), text)
        }
        const path = `apps/cart/overlays/${overlay}`
        const real = spawnSync('kubectl', ['kustomize', join(folder, path)], { encoding: 'utf8', timeout: 20_000 })
        const cart = shopScenario(options).applications.find((one) => valueAt(one, ['metadata', 'name']) === 'cart')
        const text = JSON.stringify(cart).replace('overlays/prod', `overlays/${overlay}`)
        const ours = await render(memoryTree(files), JSON.parse(text))
        const byKind = (list: readonly unknown[]) => list.toSorted((a, b) => (kindOf(a) < kindOf(b) ? -1 : 1))
        expect(ours.rendered && byKind(ours.objects)).toEqual(byKind(objectsIn(real.stdout)))
      } finally {
        rmSync(folder, { recursive: true, force: true })
      }
    },
  )
})

function kindOf(value: unknown): string {
  return String(valueAt(value as never, ['kind']))
}
