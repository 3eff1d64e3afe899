import { mkdtemp, readdir, rm, stat, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { kindOf, shortField } from '../../src/cli/where/short-names.ts'
import { helmHere } from '../fakes/helm-here.ts'
import { kintsugi, type Ran } from './console.ts'
import { application, DEPLOYMENT, type Files, HELM, OVERLAYS, PLAIN, readTree, writeTree } from './golden.ts'

const made: string[] = []
afterEach(async () => {
  for (const dir of made.splice(0)) await rm(dir, { recursive: true, force: true })
})

async function tree(files: Files): Promise<string> {
  const dir = await writeTree(files)
  made.push(dir)
  return dir
}

async function where(files: Files, words: readonly string[]): Promise<Ran> {
  return kintsugi(['where', ...words], { cwd: await tree(files) })
}

const withHelm = it.skipIf((await helmHere('lines of charts')) === undefined)

describe('where', () => {
  it('has the place and the value on its first line', async () => {
    const ran = await where(PLAIN, ['deploy/cart', 'limits.memory', '-n', 'shop', '-c', 'app'])
    expect(ran.code).toBe(0)
    expect(ran.out.split('\n')[0]).toBe('apps/cart/deployment.yaml:17:28  32Mi  manifest')
    expect(ran.out).toContain('limits: {memory: 32Mi')
    expect(ran.out).toContain('of Application cart')
  })

  it.each([
    [['deploy', 'cart', 'replicas']],
    [['deployments/cart', 'replicas']],
    [['deployment.apps/cart', 'replicas']],
    [['deployment.v1.apps/cart', 'replicas']],
    [['Deployment/cart', 'replicas', '--namespace=shop']],
  ])('understands %j', async (words) => {
    const ran = await where(PLAIN, [...words, '--json'])
    expect(JSON.parse(ran.out)).toMatchObject({ outcome: 'located', line: 7, rendered: 2 })
  })

  it('tells every field of an object when none is named', async () => {
    const ran = await where(OVERLAYS, ['deploy/cart', '-n', 'staging'])
    expect(ran.out).toMatch(/^cart-staging {2}argocd\/staging\.yaml:1\n/)
    expect(ran.out).toMatch(/replicas .*apps\/cart\/base\/deployment\.yaml:7:13/)
  })

  it('says what roots of one name deploy', async () => {
    const text = PLAIN['apps/cart/deployment.yaml'] ?? ''
    const { out } = await where({ 'a/cart/cart.yaml': text, 'b/cart/cart.yaml': text }, ['deploy/cart', 'replicas'])
    expect(out).toContain('cart (deploys a/cart), cart (deploys b/cart)')
  })

  it('says where Applications stand whose name does not tell them apart', async () => {
    const again = application('cart', 'apps/cart').replace('namespace: argocd', 'namespace: elsewhere')
    const { out } = await where({ ...PLAIN, 'argocd/again.yaml': again }, ['deploy/cart', 'replicas'])
    expect(out).toMatch(/cart \(argocd\/(?:again|cart)\.yaml:1\), cart \(argocd.*--application, or .*--path/)
  })

  it('does not take what is the matter with another Application for the answer', async () => {
    const files = { ...PLAIN, 'argocd/a.yaml': application('a', 'gone') }
    const missing = await where(files, ['deploy/nosuch', 'replicas', '--json'])
    expect(JSON.parse(missing.out)).toMatchObject({
      reason: 'target-not-found',
      message: 'none of 2 Applications is seen to render it; 1 cannot be rendered here: a (path-missing)',
    })
    const invalid = {
      ...PLAIN,
      'argocd/a.yaml': application('a', 'bad'),
      'bad/x.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: {{ x }}}\n',
    }
    expect((await where(invalid, ['deploy/nosuch', 'replicas'])).out).toMatch(/target-not-found .* a \(yaml-invalid\)/)
    const named = await where({ ...files, 'argocd/a.yaml': application('nosuch', 'gone') }, [
      'deploy/nosuch',
      'replicas',
    ])
    expect(named.out).toContain('refused  path-missing')
  })

  it('names the Applications when several render the target', async () => {
    const again = { ...PLAIN, 'argocd/again.yaml': application('again', 'apps/cart') }
    const ran = await where(again, ['deploy/cart', 'replicas'])
    expect(ran.code).toBe(3)
    expect(ran.out).toMatch(/target-ambiguous .*(?:again, cart|cart, again).*--application/)
    const one = await where(again, ['deploy/cart', 'replicas', '--application', 'again', '--json'])
    expect(JSON.parse(one.out)).toMatchObject({ outcome: 'located', alsoReadBy: ['cart'] })
  })

  it('asks what the text does not speak of when nothing else renders the target', async () => {
    const files = {
      'argocd/prod.yaml': application('prod', 'overlay'),
      'overlay/kustomization.yaml': 'namePrefix: x\nnameSuffix: z\nresources: [deployment.yaml]\n',
      'overlay/deployment.yaml': DEPLOYMENT,
    }
    const ran = await where(files, ['deploy/xcartz', 'replicas', '--json'])
    expect(JSON.parse(ran.out)).toMatchObject({ outcome: 'located', file: 'overlay/deployment.yaml' })
  })

  it('asks the kustomizations of a tree without Applications', async () => {
    const { 'argocd/prod.yaml': _, 'argocd/staging.yaml': __, ...files } = OVERLAYS
    const ran = await where(files, ['deploy/cart', 'replicas', '-n', 'shop', '--json'])
    expect(JSON.parse(ran.out)).toMatchObject({ file: 'apps/cart/overlays/prod/kustomization.yaml' })
  })

  it('takes the namespace that is asked for as that of a folder which names none', async () => {
    const files = { 'apps/cart/deployment.yaml': DEPLOYMENT.replace(/^ *namespace: .*\n/m, '') }
    const { out, code } = await where(files, ['deploy/cart', 'replicas', '-n', 'shop', '--path', 'apps/cart'])
    expect([code, out.split(':')[0]]).toEqual([0, 'apps/cart/deployment.yaml'])
  })

  withHelm('treats a chart as Argo CD would, with --path', async () => {
    const { 'argocd/cart.yaml': _, ...files } = HELM
    const path = ['--path', 'apps/cart', '--values', 'apps/cart/values-prod.yaml', '--release', 'cart', '-n', 'shop']
    const ran = await where(files, ['deploy/cart', 'limits.memory', ...path, '--json'])
    expect(JSON.parse(ran.out)).toMatchObject({ outcome: 'located', file: 'apps/cart/values-prod.yaml', line: 4 })
  })

  it.each([
    [['deploy/cart', 'limits.memroy'], 'Did you mean limits.memory?'],
    [['cart'], 'KIND/NAME'],
    [['deploy/cart', 'replicas', 'more', 'words'], 'KIND/NAME'],
    [['deploy/cart', 'replicas', '-c', 'app'], 'not a field of a container'],
    [['deploy/cart', 'replicas', '--values', 'x.yaml'], 'goes with --path'],
    [['deploy/cart', 'replicas', '--path', 'a', '--application', 'b'], 'exclude each other'],
    [['deploy/cart', 'replicas', '--path', '../..'], 'not in the tree'],
    [['deploy/cart', 'replicas', '-x'], 'no flag -x'],
    [[], 'needs KIND/NAME'],
  ])('says what is wrong with %j', async (words, message) => {
    const ran = await where(PLAIN, words)
    expect(ran.code).toBe(2)
    expect(ran.err).toContain(message)
  })

  it('says application-not-found for a name that none has', async () => {
    const ran = await where(PLAIN, ['deploy/cart', 'replicas', '--application', 'crat'])
    expect(ran.code).toBe(3)
    expect(ran.out).toMatch(/application-not-found .*Did you mean cart\?/)
  })
})

describe('edit without --application', () => {
  it('finds the Application that renders the target', async () => {
    const dir = await tree(OVERLAYS)
    const words = ['edit', '--tree', dir, '--target', 'Deployment/shop/cart', '--field', 'replicas', '--value', '6']
    const ran = await kintsugi([...words, '--write', '--json'])
    expect(JSON.parse(ran.out)).toMatchObject({ outcome: 'edited', written: true })
    expect((await readTree(dir))['apps/cart/overlays/prod/kustomization.yaml']).toContain('count: 6')
  })
})

describe('what is kept from run to run', () => {
  /** Older than what may still change without a trace. */
  async function aged(files: Files): Promise<string> {
    const dir = await tree(files)
    const before = new Date(Date.now() - 60_000)
    for (const path of Object.keys(files)) await utimes(join(dir, path), before, before)
    // The time of the last change of an inode cannot be set.
    await new Promise((done) => setTimeout(done, 2_100))
    return dir
  }

  it('is answered from, and only as long as the tree is the same', async () => {
    const dir = await aged(PLAIN)
    const cache = await mkdtemp(join(tmpdir(), 'kintsugi-cache-'))
    made.push(cache)
    const ask = (more: readonly string[] = []): Promise<Ran> =>
      kintsugi(['where', 'deploy/cart', 'replicas', '--tree', dir, ...more], { env: { XDG_CACHE_HOME: cache } })
    const none = await ask(['--no-cache'])
    expect(await readdir(cache)).toEqual([])
    const first = await ask()
    const kept = await readdir(join(cache, 'kintsugi/trees'))
    expect(kept).toHaveLength(1)
    expect((await stat(join(cache, 'kintsugi/trees'))).mode & 0o777).toBe(0o700)
    expect(await ask()).toEqual(first)
    expect(none).toEqual(first)
    await writeFile(join(dir, 'apps/cart/deployment.yaml'), `# one more line\n${DEPLOYMENT}`)
    expect((await ask()).out).toMatch(/^apps\/cart\/deployment\.yaml:8:13/)
    await writeFile(join(cache, 'kintsugi/trees', kept[0] ?? ''), 'broken')
    expect((await ask()).out).toMatch(/^apps\/cart\/deployment\.yaml:8:13/)
  })
})

describe('short names', () => {
  it.each([
    ['sts', { kind: 'StatefulSet', group: 'apps' }],
    ['hpa', { kind: 'HorizontalPodAutoscaler', group: 'autoscaling' }],
    ['rollouts.argoproj.io', { kind: 'Rollout', group: 'argoproj.io' }],
    ['Kafka', { kind: 'Kafka' }],
    ['Kafka.kafka.strimzi.io', { kind: 'Kafka', group: 'kafka.strimzi.io' }],
  ])('%s is a kind', (text, kind) => {
    expect(kindOf(text)).toEqual(kind)
  })

  it.each([
    ['requests.cpu', 'resources.requests.cpu'],
    ['min', 'minReplicas'],
    ['env.LOG_LEVEL', 'env.LOG_LEVEL'],
  ])('%s is a field', (text, field) => {
    expect(shortField(text)).toBe(field)
  })
})
