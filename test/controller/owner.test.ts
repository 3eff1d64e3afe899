import { describe, expect, it } from 'vitest'
import type { ControllerDeps, KnownApplication } from '../../src/controller/deps.ts'
import { emptyMemory } from '../../src/controller/index.ts'
import { type OwnerAnswer, ownerOf, Trees } from '../../src/controller/owner.ts'
import type { Manifest, WorkloadFacts } from '../../src/domain/index.ts'
import { parseApplication } from '../../src/source/index.ts'
import { cart } from '../fakes/incident.ts'
import { URL, Walk } from '../fakes/walk.ts'
import { shopOf } from '../scenarios/worlds.ts'

type Wanted = {
  readonly path?: string
  readonly repoURL?: string
  readonly targetRevision?: string
  readonly namespace?: string
}

function application(name: string, { path = 'apps/cart/overlays/prod', ...wanted }: Wanted = {}): KnownApplication {
  const parsed = parseApplication({
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Application',
    metadata: { name, namespace: wanted.namespace ?? 'argocd' },
    spec: {
      project: 'default',
      source: { repoURL: wanted.repoURL ?? URL, targetRevision: wanted.targetRevision ?? 'main', path },
      destination: { namespace: 'shop', server: 'https://kubernetes.default.svc' },
    },
  })
  if (!parsed.parsed) throw new Error(parsed.message)
  return { application: parsed.application, status: { sync: 'Synced', health: 'Healthy', history: [] } }
}

function trackedAs(id: string): WorkloadFacts {
  const live: Manifest = {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'cart', namespace: 'shop', annotations: { 'argocd.argoproj.io/tracking-id': id } },
  }
  return { live }
}

const CART = 'apps/Deployment:shop/cart'
const two = [application('cart'), application('twin')]

async function asked(applications: readonly KnownApplication[], facts: WorkloadFacts = {}): Promise<OwnerAnswer> {
  const { deps }: { deps: ControllerDeps } = await Walk.begin(shopOf({ only: ['cart'] }))
  return ownerOf(deps, emptyMemory(), new Trees(deps), applications, cart, facts)
}

describe('ownerOf', () => {
  it('finds the only Application that renders the workload, at the head of its branch', async () => {
    const answer = await asked([application('frontend', { path: 'apps/frontend' }), application('cart')])
    expect(answer).toMatchObject({ found: true, owner: { application: { name: 'cart' }, base: { branch: 'main' } } })
  })

  it.each([
    ['nobody renders it', [application('frontend', { path: 'apps/frontend' })], {}, 'application-not-found'],
    ['two Applications render it', two, {}, 'target-ambiguous'],
    [
      'the tracking id names an Application that does not render it',
      [application('frontend', { path: 'apps/frontend' }), application('cart')],
      trackedAs(`frontend:${CART}`),
      'application-not-found',
    ],
    [
      'the tracking id names an Application that is not known',
      [application('cart')],
      trackedAs(`gone:${CART}`),
      'application-not-found',
    ],
    ['the Application is pinned to a tag', [application('cart', { targetRevision: 'v1.2.3' })], {}, 'pinned-revision'],
    [
      'its repository is not served',
      [application('cart', { repoURL: 'https://git.shop.example/other.git' })],
      {},
      'source-missing',
    ],
    ['its branch is not there', [application('cart', { targetRevision: 'gone' })], {}, 'source-missing'],
  ] satisfies readonly [string, KnownApplication[], WorkloadFacts, string][])(
    'says why where %s',
    async (_name, applications, facts, reason) => {
      expect(await asked(applications, facts)).toMatchObject({ found: false, reason })
    },
  )

  it.each([
    ['by name', `twin:${CART}`],
    ['by namespace and name, as with Applications in any namespace', `argocd_twin:${CART}`],
  ])('lets the tracking id decide between two that render it, %s', async (_name, id) => {
    expect(await asked(two, trackedAs(id))).toMatchObject({ found: true, owner: { application: { name: 'twin' } } })
  })

  it('does not believe a tracking id that was copied from another object', async () => {
    expect(await asked(two, trackedAs('twin:apps/Deployment:shop/frontend'))).toMatchObject({
      reason: 'target-ambiguous',
    })
  })
})
