import { rm } from 'node:fs/promises'
import { afterEach, describe, expect, it } from 'vitest'
import { kintsugi } from './console.ts'
import { application, type Files, PLAIN, writeTree } from './golden.ts'

const made: string[] = []
afterEach(async () => {
  for (const dir of made.splice(0)) await rm(dir, { recursive: true, force: true })
})

const REPO = 'https://git.example/shop/gitops'

function kustomized(namespace: string): object {
  return {
    metadata: { name: `cart-${namespace}` },
    spec: { destination: { namespace }, source: { repoURL: REPO, path: 'apps/cart' } },
  }
}

const SET = JSON.stringify({
  apiVersion: 'argoproj.io/v1alpha1',
  kind: 'ApplicationSet',
  metadata: { name: 'teams', namespace: 'argocd' },
  spec: {
    generators: [{ git: { repoURL: REPO, directories: [{ path: 'teams/*' }] } }],
    template: kustomized('{{path.basename}}'),
  },
})

/** A parent whose kustomization makes an Application of a patch. */
const PARENT: Files = {
  'argocd/parent.json': JSON.stringify({
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Application',
    metadata: { name: 'parent', namespace: 'argocd' },
    spec: { destination: { namespace: 'argocd' }, source: { repoURL: REPO, path: 'parent' } },
  }),
  'parent/kustomization.yaml': 'resources: [child.yaml]\nnameSuffix: -made\n',
  'parent/child.yaml': JSON.stringify({ apiVersion: 'argoproj.io/v1alpha1', kind: 'Application', ...kustomized('b') }),
}

async function edit(files: Files): Promise<unknown> {
  const dir = await writeTree({ ...PLAIN, ...files })
  made.push(dir)
  const target = ['--target', 'Deployment/shop/cart', '--field', 'replicas', '--value', '5']
  const flags = ['--tree', dir, '--application', 'argocd/cart.yaml', ...target, '--json', '--no-cache']
  return JSON.parse((await kintsugi(['edit', ...flags])).out)
}

describe('an edit of the Application in a file', () => {
  it('is held against Applications that an ApplicationSet makes', async () => {
    const outcome = await edit({ 'argocd/teams.json': SET, 'teams/a/x.txt': '' })
    expect(outcome).toMatchObject({ outcome: 'refused', message: expect.stringContaining('cart-a') })
  })

  it('is held against Applications that others render', async () => {
    const outcome = await edit(PARENT)
    expect(outcome).toMatchObject({ outcome: 'refused', message: expect.stringContaining('cart-b-made') })
  })

  it('is held against an Application of the same name that says something else', async () => {
    const twin = application('cart', 'apps/cart').replace('namespace: shop', 'namespace: b')
    const outcome = await edit({ 'clusters/b/cart.yaml': twin })
    expect(outcome).toMatchObject({ outcome: 'refused', message: expect.stringContaining('cart') })
  })

  it('is made where nobody else reads the file', async () => {
    expect(await edit({})).toMatchObject({ outcome: 'edited' })
  })
})
