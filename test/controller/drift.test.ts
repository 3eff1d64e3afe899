import { beforeAll, describe, expect, it } from 'vitest'
import { gitIsAhead, renderMatch } from '../../src/controller/drift.ts'
import { type Owner, ownerOf } from '../../src/controller/owner.ts'
import type { FieldChange, Manifest } from '../../src/domain/index.ts'
import { cart } from '../fakes/incident.ts'
import { tickOf } from '../fakes/tick.ts'
import { Walk } from '../fakes/walk.ts'
import { shopOf } from '../scenarios/worlds.ts'

let owner: Owner

beforeAll(async () => {
  const tick = await tickOf(await Walk.begin(shopOf({ only: ['cart'] })))
  const answer = await ownerOf(tick.deps, tick.memory, tick.trees, tick.sight.applications, cart, {})
  if (!answer.found) throw new Error(answer.message)
  owner = answer.owner
})

/** The cart as the cluster holds it; Git renders a limit of 32Mi and an image of tag 3.4.1. */
function live({
  memory = '32Mi',
  image = 'registry.example/shop/cart:3.4.1',
  name = 'app',
  replicas = 2,
} = {}): Manifest {
  const resources = { limits: { memory, cpu: '500m' }, requests: { memory: '24Mi', cpu: '50m' } }
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'cart', namespace: 'shop' },
    spec: { replicas, template: { spec: { containers: [{ name, image, resources }] } } },
  }
}

const limit: FieldChange = { field: 'resources.limits.memory', container: 'app', value: '128Mi' }

describe('renderMatch', () => {
  it.each([
    ['is unknown without a live object', undefined, [limit], 'unknown'],
    ['is the same for the same text', live(), [limit], 'same'],
    ['compares amounts, not their spelling', live({ memory: '33554432' }), [limit], 'same'],
    ['sees another value', live({ memory: '48Mi' }), [limit], 'differs'],
    ['sees that the container is not there', live({ name: 'other' }), [limit], 'differs'],
    ['leaves fields alone that are not meant', live({ image: 'x/cart:9' }), [limit], 'same'],
    ['compares images where one is meant', live({ image: 'x/cart:9' }), [{ ...limit, field: 'image' }], 'differs'],
    ['compares replicas', live(), [{ field: 'replicas', value: '3' }], 'same'],
    ['sees replicas that somebody else set', live({ replicas: 5 }), [{ field: 'replicas', value: '3' }], 'differs'],
    ['compares annotations of the pod template', live(), [{ field: 'annotations.kintsugi.dev/x', value: '1' }], 'same'],
    ['calls nothing the same that it cannot compare', live(), [{ field: 'storage', value: '2Gi' }], 'unknown'],
  ] satisfies readonly [string, Manifest | undefined, FieldChange[], string][])(
    '%s',
    (_name, object, changes, match) => {
      expect(renderMatch(object === undefined ? {} : { live: object }, owner, changes)).toBe(match)
    },
  )
})

describe('gitIsAhead', () => {
  const outOfSync = (): Owner => ({ ...owner, status: { ...owner.status, sync: 'OutOfSync' } })

  it('is so where Argo CD says out of sync and the container differs', () => {
    expect(gitIsAhead({ live: live({ memory: '16Mi' }) }, outOfSync(), 'app')).toBe(true)
  })

  it('is not so where the container is the same and something else is out of sync', () => {
    expect(gitIsAhead({ live: live() }, outOfSync(), 'app')).toBe(false)
  })

  it('is not so where Argo CD says synced: then somebody changed the cluster', () => {
    expect(
      gitIsAhead({ live: live({ memory: '16Mi' }) }, { ...owner, status: { ...owner.status, sync: 'Synced' } }, 'app'),
    ).toBe(false)
  })
})
