import { describe, expect, it } from 'vitest'
import type { Application, JsonObject, Manifest, ObjectKey } from '../../src/domain/index.ts'
import { applicationOf as trackedBy } from '../../src/source/tracking.ts'
import { applicationOf } from './golden.ts'

function application(name: string, namespace = 'argocd'): Application {
  return applicationOf({
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Application',
    metadata: { name, namespace },
    spec: { source: { repoURL: 'https://example.com/gitops.git', path: 'x' }, destination: { namespace: 'shop' } },
  })
}

const CART: ObjectKey = { group: 'apps', kind: 'Deployment', namespace: 'shop', name: 'cart' }
const ID = 'cart:apps/Deployment:shop/cart'

function live(annotations: JsonObject, labels: JsonObject = {}, more: JsonObject = {}): Manifest {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'cart', namespace: 'shop', annotations, labels, ...more },
  }
}

async function ask(
  manifest: Manifest,
  renders: Readonly<Record<string, readonly ObjectKey[] | undefined>> = { cart: [CART] },
  labelKey?: string,
): Promise<string> {
  const applications = Object.keys(renders).map((name) => {
    const [first = '', second] = name.split('_')
    return second === undefined ? application(first) : application(second, first)
  })
  const objectsOf = async ({ name, namespace }: Application) =>
    renders[namespace === 'argocd' ? name : `${namespace}_${name}`]
  const found = await trackedBy({ manifest, applications, objectsOf, ...(labelKey !== undefined && { labelKey }) })
  return found.tracked ? `${found.application.namespace}/${found.application.name} by ${found.by}` : found.reason
}

describe('the Application of a live object', () => {
  it('is the one of the tracking id, if that is about this object and the Application renders it', async () => {
    expect(await ask(live({ 'argocd.argoproj.io/tracking-id': ID }))).toBe('argocd/cart by tracking-id')
    expect(
      await ask(live({ 'argocd.argoproj.io/tracking-id': `team_${ID}` }), { cart: [CART], team_cart: [CART] }),
    ).toBe('team/cart by tracking-id')
  })

  it('is not the one of an id that was copied from another object', async () => {
    const copied = { 'argocd.argoproj.io/tracking-id': ID }
    const replicaSet = { ...live(copied, {}, { name: 'cart-5d8' }), kind: 'ReplicaSet' }
    expect(await ask(replicaSet)).toBe('tracking-mismatch')
    expect(await ask(live(copied, {}, { namespace: 'other' }))).toBe('tracking-mismatch')
  })

  it('is not one that does not render it', async () => {
    expect(await ask(live({ 'argocd.argoproj.io/tracking-id': ID }), { cart: [] })).toBe('tracking-mismatch')
    expect(await ask(live({ 'argocd.argoproj.io/tracking-id': ID }), { web: [CART] })).toBe('application-not-found')
  })

  it('is the one of the label where there is no id, and only if it renders the object', async () => {
    const label = { 'app.kubernetes.io/instance': 'cart' }
    expect(await ask(live({}, label))).toBe('argocd/cart by label')
    expect(await ask(live({}, label), { cart: undefined })).toBe('tracking-mismatch')
    expect(await ask(live({}, { 'argocd/app': 'cart' }), { cart: [CART] }, 'argocd/app')).toBe('argocd/cart by label')
    const long = 'a'.repeat(62)
    expect(await ask(live({}, { 'app.kubernetes.io/instance': long }), { [`${long}-suffix`]: [CART] })).toBe(
      `argocd/${long}-suffix by label`,
    )
  })

  it('reads the id of an object of the whole cluster, which names the namespace of the destination', async () => {
    const key = { group: 'rbac.authorization.k8s.io', kind: 'ClusterRole', namespace: '', name: 'reader' }
    const manifest = {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRole',
      metadata: {
        name: 'reader',
        annotations: { 'argocd.argoproj.io/tracking-id': 'cart:rbac.authorization.k8s.io/ClusterRole:shop/reader' },
      },
    }
    expect(await ask(manifest, { cart: [key] })).toBe('argocd/cart by tracking-id')
  })

  it('is taken from the id where the Application cannot be rendered, and is not known where several render it', async () => {
    expect(await ask(live({ 'argocd.argoproj.io/tracking-id': ID }), { cart: undefined })).toBe(
      'argocd/cart by tracking-id',
    )
    expect(await ask(live({ 'argocd.argoproj.io/tracking-id': ID }), { cart: [CART], team_cart: [CART] })).toBe(
      'target-ambiguous',
    )
    expect(await ask(live({}))).toBe('application-not-found')
    expect(await ask(live({ 'argocd.argoproj.io/tracking-id': 'nonsense' }))).toBe('application-not-found')
  })
})
