import { chmod, rm, stat, symlink, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { helmHere } from '../fakes/helm-here.ts'
import { kintsugi, type Ran } from './console.ts'
import {
  application,
  DEPLOYMENT,
  type Files,
  HELM,
  OVERLAYS,
  PLAIN,
  readTree,
  TWO_REPOSITORIES,
  writeTree,
} from './golden.ts'

const made: string[] = []
afterEach(async () => {
  for (const dir of made.splice(0)) await rm(dir, { recursive: true, force: true })
})

async function tree(files: Files): Promise<string> {
  const dir = await writeTree(files)
  made.push(dir)
  return dir
}

const CART = 'Deployment/shop/cart'

function flags(dir: string, app: string, field: string, more: readonly string[] = []): string[] {
  return ['--tree', dir, '--application', app, '--target', CART, '--field', field, ...more]
}

async function edit(
  dir: string,
  app: string,
  field: string,
  value: string,
  more: readonly string[] = [],
): Promise<Ran> {
  return kintsugi(['edit', ...flags(dir, app, field, ['--value', value, '--json', ...more])])
}

const withHelm = it.skipIf((await helmHere('edits of Helm values')) === undefined)

describe('edit', () => {
  it.each([
    ['resources.limits.memory', ['--container', 'app'], '128Mi', '{memory: 32Mi,', '{memory: 128Mi,'],
    ['resources.limits.cpu', ['--container', 'app'], '2', 'cpu: "1"}', 'cpu: "2"}'],
    ['resources.requests.memory', ['--container', 'app'], '24Mi', "'16Mi'", "'24Mi'"],
    ['replicas', [], '5', 'replicas: 2', 'replicas: 5'],
    ['image', ['--container', 'app'], 'registry.example/cart:1.4.1', 'cart:1.4.2', 'cart:1.4.1'],
    ['annotations.team', [], 'cart', '"shop"   # who', '"cart"   # who'],
  ])('sets %s of a plain manifest by changing only its bytes', async (field, container, value, before, after) => {
    const dir = await tree(PLAIN)
    const ran = await edit(dir, 'argocd/cart.yaml', field, value, ['--write', ...container])
    expect(JSON.parse(ran.out)).toMatchObject({ schemaVersion: 1, outcome: 'edited', written: true })
    expect(ran.code).toBe(0)
    expect(await readTree(dir)).toEqual({ ...PLAIN, 'apps/cart/deployment.yaml': DEPLOYMENT.replace(before, after) })
  })

  it('answers with place, bytes and proof', async () => {
    const dir = await tree(PLAIN)
    const ran = await edit(dir, 'argocd/cart.yaml', 'resources.limits.memory', '128Mi', ['--container', 'app'])
    expect(JSON.parse(ran.out)).toMatchObject({
      schemaVersion: 1,
      outcome: 'edited',
      edits: [{ file: 'apps/cart/deployment.yaml', line: 17, column: 28, before: '32Mi', after: '128Mi' }],
      proof: {
        rendered: true,
        changes: [
          {
            object: 'apps/Deployment shop/cart',
            path: expect.stringMatching(/^spec\.template\.spec\.containers\[.+\]\.resources\.limits\.memory$/),
            before: '32Mi',
            after: '128Mi',
          },
        ],
        alsoReadBy: [],
      },
      written: false,
    })
  })

  it('writes nothing without --write', async () => {
    const dir = await tree(PLAIN)
    await edit(dir, 'argocd/cart.yaml', 'replicas', '5')
    expect(await readTree(dir)).toEqual(PLAIN)
  })

  it('keeps the mode of the file', async () => {
    const dir = await tree(PLAIN)
    const file = join(dir, 'apps/cart/deployment.yaml')
    await chmod(file, 0o600)
    await edit(dir, 'argocd/cart.yaml', 'replicas', '5', ['--write'])
    expect((await stat(file)).mode & 0o777).toBe(0o600)
  })

  it('is not stopped by a huge file that has nothing to do with it', async () => {
    const dir = await tree(PLAIN)
    await writeFile(join(dir, 'dump.yaml'), '')
    await truncate(join(dir, 'dump.yaml'), 2 ** 30)
    const ran = await edit(dir, 'argocd/cart.yaml', 'replicas', '5')
    expect(JSON.parse(ran.out)).toMatchObject({ outcome: 'edited' })
  })

  it('gives the same bytes twice', async () => {
    const dir = await tree(OVERLAYS)
    const run = (): Promise<Ran> =>
      edit(dir, 'argocd/prod.yaml', 'resources.limits.memory', '1Gi', ['--container', 'proxy'])
    expect(await run()).toEqual(await run())
  })

  it('edits the patch of the environment and the replicas entry of its kustomization', async () => {
    const dir = await tree(OVERLAYS)
    await edit(dir, 'argocd/prod.yaml', 'resources.limits.memory', '128Mi', ['--container', 'app', '--write'])
    await edit(dir, 'argocd/prod.yaml', 'replicas', '6', ['--write'])
    const after = { ...OVERLAYS }
    for (const [path, from, to] of [
      ['apps/cart/overlays/prod/resources.yaml', '64Mi # prod', '128Mi # prod'],
      ['apps/cart/overlays/prod/kustomization.yaml', 'count: 4', 'count: 6'],
    ] as const)
      Object.assign(after, { [path]: OVERLAYS[path]?.replace(from, to) })
    expect(await readTree(dir)).toEqual(after)
  })

  it('leaves the other environment as it is when the line is shared', async () => {
    const dir = await tree(OVERLAYS)
    const ran = await edit(dir, 'argocd/prod.yaml', 'image', 'registry.example/cart:1.4.1', [
      '--container',
      'app',
      '--write',
    ])
    const { outcome, edits } = JSON.parse(ran.out)
    expect(outcome).toBe('edited')
    for (const { file } of edits) expect(file).toMatch(/^apps\/cart\/overlays\/prod\//)
    const base = (await readTree(dir))['apps/cart/base/deployment.yaml']
    expect(base).toBe(DEPLOYMENT)
  })

  it.each([
    ['the same', '32Mi'],
    ['an equal quantity', '33554432'],
  ])('says already-set, with exit code 0, for %s value', async (_, value) => {
    const dir = await tree(PLAIN)
    const ran = await edit(dir, 'argocd/cart.yaml', 'resources.limits.memory', value, ['--container', 'app', '--write'])
    expect(ran.code).toBe(0)
    expect(JSON.parse(ran.out)).toMatchObject({ outcome: 'already-set', edits: [], written: false })
    expect(await readTree(dir)).toEqual(PLAIN)
  })

  withHelm('edits the value file that wins', async () => {
    const dir = await tree(HELM)
    const ran = await edit(dir, 'argocd/cart.yaml', 'resources.limits.memory', '128Mi', ['--write'])
    expect(JSON.parse(ran.out)).toMatchObject({
      outcome: 'edited',
      edits: [{ file: 'apps/cart/values-prod.yaml', line: 4, column: 13, before: '64Mi', after: '128Mi' }],
      proof: { isolation: 'process' },
    })
    expect((await readTree(dir))['apps/cart/values-prod.yaml']).toBe(
      '# prod\nresources:\n  limits:\n    memory: 128Mi   # why\n',
    )
  })

  withHelm('takes a chart from the folder that --source names', async () => {
    const [home, charts] = [await tree(TWO_REPOSITORIES.home), await tree(TWO_REPOSITORIES.charts)]
    const source = ['--source', `https://git.example/shop/charts.git=${charts}`]
    const ran = await edit(home, 'argocd/cart.yaml', 'resources.limits.memory', '128Mi', [...source, '--write'])
    expect(JSON.parse(ran.out)).toMatchObject({ outcome: 'edited', edits: [{ file: 'prod/values.yaml', line: 3 }] })
    expect(await readTree(charts)).toEqual(TWO_REPOSITORIES.charts)
    expect((await readTree(home))['prod/values.yaml']).toContain('128Mi')
  })

  withHelm('writes into the folder that holds the line', async () => {
    const [home, charts] = [await tree(TWO_REPOSITORIES.home), await tree(TWO_REPOSITORIES.charts)]
    const source = ['--source', `https://git.example/shop/charts.git=${charts}`]
    const ran = await edit(home, 'argocd/cart.yaml', 'image', 'registry.example/cart:1.4.1', [...source, '--write'])
    const { edits, repoURL } = JSON.parse(ran.out)
    expect(edits).toHaveLength(1)
    const [dir, other, files] = repoURL.includes('charts')
      ? [charts, home, TWO_REPOSITORIES.home]
      : [home, charts, TWO_REPOSITORIES.charts]
    expect((await readTree(dir))[edits[0].file]).toContain('1.4.1')
    expect(await readTree(other)).toEqual(files)
  })

  withHelm('lists what comes with an image where it is told to, and refuses otherwise', async () => {
    const label = 'metadata:\n  labels: {app.kubernetes.io/version: {{ .Values.image.tag | quote }}}\n'
    const path = 'apps/cart/templates/deployment.yaml'
    const dir = await tree({ ...HELM, [path]: (HELM[path] ?? '').replace('metadata:\n', label) })
    const asked = (more: readonly string[]) => edit(dir, 'argocd/cart.yaml', 'image.tag', '1.4.3', more)
    expect(JSON.parse((await asked([])).out)).toMatchObject({ outcome: 'refused', reason: 'other-changes' })
    expect(JSON.parse((await asked(['--companions', 'list'])).out)).toMatchObject({
      outcome: 'edited',
      proof: {
        changes: [{ before: 'registry.example/cart:1.4.2', after: 'registry.example/cart:1.4.3' }],
        companions: [
          {
            path: 'metadata.labels["app.kubernetes.io/version"]',
            before: '1.4.2',
            after: '1.4.3',
            weight: 'known',
          },
        ],
      },
    })
    const shown = await kintsugi([
      ...['edit', ...flags(dir, 'argocd/cart.yaml', 'image.tag', ['--value', '1.4.3'])],
      ...['--companions', 'list'],
    ])
    expect(shown.out).toMatch(/comes with it {2}apps\/Deployment shop\/cart .*version.* 1\.4\.2 -> 1\.4\.3/)
    expect(await asked(['--companions', 'allow'])).toMatchObject({ code: 2, out: expect.stringContaining('KIN-1001') })
  })

  it('tells people the same, with the next command on stderr', async () => {
    const dir = await tree(PLAIN)
    const ran = await kintsugi(['edit', ...flags(dir, 'argocd/cart.yaml', 'replicas', ['--value', '5'])])
    expect(ran.out).toMatch(/^apps\/cart\/deployment\.yaml:7:13\n {2}- 2\n {2}\+ 5\nrendered/)
    expect(ran.err).toMatch(/^next: .*--write/)
  })
})

describe('edit refuses', () => {
  const templated = DEPLOYMENT.replace('32Mi', `'{{ .Values.memory }}'`)
  it.each<[string, Files, string, string, readonly string[]]>([
    [
      'target-not-found',
      { ...PLAIN, 'apps/cart/deployment.yaml': DEPLOYMENT.replace('name: cart', 'name: other') },
      'replicas',
      '3',
      [],
    ],
    ['target-ambiguous', PLAIN, 'resources.limits.memory', '64Mi', []],
    ['container-not-found', PLAIN, 'resources.limits.memory', '64Mi', ['--container', 'sidecar']],
    ['value-invalid', PLAIN, 'resources.limits.memory', 'lots', ['--container', 'app']],
    ['field-unsupported', PLAIN, 'storage', '1Gi', []],
    [
      'templated',
      { ...PLAIN, 'apps/cart/deployment.yaml': templated },
      'resources.limits.memory',
      '64Mi',
      ['--container', 'app'],
    ],
    ['path-missing', { ...PLAIN, 'argocd/cart.yaml': application('cart', 'apps/nowhere') }, 'replicas', '3', []],
    ['broken-base', { ...PLAIN, 'apps/cart/kustomization.yaml': 'resources: [missing.yaml]\n' }, 'replicas', '3', []],
    ['yaml-invalid', { ...PLAIN, 'argocd/cart.yaml': 'kind: Application\nkind: Application\n' }, 'replicas', '3', []],
    ['input-too-large', { ...PLAIN, 'argocd/cart.yaml': `a: ${'['.repeat(5000)}` }, 'replicas', '3', []],
    [
      'application-unreadable',
      { ...PLAIN, 'argocd/cart.yaml': 'apiVersion: v1\nkind: Service\n' },
      'replicas',
      '3',
      [],
    ],
    [
      'value-file-missing',
      { ...HELM, 'argocd/cart.yaml': application('cart', 'apps/cart', '    helm:\n      valueFiles: [none.yaml]\n') },
      'replicas',
      '3',
      [],
    ],
    ['unsafe-path', { ...PLAIN, 'argocd/cart.yaml': application('cart', '../outside') }, 'replicas', '3', []],
    ['source-missing', TWO_REPOSITORIES.home, 'replicas', '3', []],
  ])('%s, with exit code 3 and without a write', async (reason, files, field, value, more) => {
    const dir = await tree(files)
    const ran = await edit(dir, 'argocd/cart.yaml', field, value, [...more, '--write'])
    expect(JSON.parse(ran.out)).toMatchObject({
      outcome: 'refused',
      reason,
      message: expect.stringMatching(/\S/),
      edits: [],
      proof: { rendered: false, changes: [] },
    })
    expect(ran.code).toBe(3)
    expect(await readTree(dir)).toEqual(files)
  })

  it('a file of Applications that has no end, without reading all of it', async () => {
    const dir = await tree(PLAIN)
    const endless = join(await tree({ 'cart.yaml': '' }), 'cart.yaml')
    await truncate(endless, 3 * 2 ** 30)
    const ran = await edit(dir, endless, 'replicas', '3', ['--write'])
    expect(JSON.parse(ran.out)).toMatchObject({ outcome: 'refused', reason: 'input-too-large' })
  })

  it('a path through a link', async () => {
    const outside = await tree({ 'deployment.yaml': DEPLOYMENT })
    const dir = await tree({ 'argocd/cart.yaml': application('cart', 'apps/cart') })
    await symlink(outside, join(dir, 'apps'))
    const ran = await edit(dir, 'argocd/cart.yaml', 'replicas', '3', ['--write'])
    expect(JSON.parse(ran.out)).toMatchObject({ outcome: 'refused', reason: 'unsafe-path' })
    expect(await readTree(outside)).toEqual({ 'deployment.yaml': DEPLOYMENT })
  })

  it('tells people what to do', async () => {
    const dir = await tree(PLAIN)
    const ran = await kintsugi([
      'edit',
      ...flags(dir, 'argocd/cart.yaml', 'resources.limits.memory', ['--value', '1Gi']),
    ])
    expect(ran.out).toMatch(/^refused {2}target-ambiguous/)
    expect(ran.err).toContain('Name the container')
  })
})

describe('the command lines of edit and locate', () => {
  it.each([
    [['--field', 'resources.limits.memroy'], 'Did you mean resources.limits.memory?'],
    [['--target', 'cart'], 'Kind/namespace/name'],
    [['--target', 'a/b/c/d/e'], 'Kind/namespace/name'],
    [['--source', 'nonsense'], 'URL=DIR'],
    [['--field', 'replicas', '--container', 'app'], 'not a field of a container'],
  ])('say what is wrong with %j', async (given, message) => {
    const dir = await tree(PLAIN)
    const defaults = { '--tree': dir, '--application': 'argocd/cart.yaml', '--target': CART, '--field': 'replicas' }
    const rest = Object.entries(defaults)
      .filter(([name]) => !given.includes(name))
      .flat()
    const ran = await kintsugi(['locate', ...rest, ...given])
    expect(ran.code).toBe(2)
    expect(ran.err).toContain('KIN-1001')
    expect(ran.err).toContain(message)
  })

  it.each([
    ['--tree', ['--tree', '/nowhere']],
    ['--application', ['--application', 'nowhere.yaml']],
  ])('say KIN-1002 when %s is not there', async (name, given) => {
    const dir = await tree(PLAIN)
    const defaults = { '--tree': dir, '--application': 'argocd/cart.yaml', '--target': CART, '--field': 'replicas' }
    const rest = Object.entries(defaults)
      .filter(([flag]) => flag !== name)
      .flat()
    const ran = await kintsugi(['locate', ...rest, ...given])
    expect(ran.code).toBe(1)
    expect(ran.err).toContain('KIN-1002')
  })
})

describe('locate', () => {
  it('names the line, what stands there and what writes it', async () => {
    const dir = await tree(OVERLAYS)
    const ran = await kintsugi([
      'locate',
      ...flags(dir, 'argocd/prod.yaml', 'resources.limits.memory', ['--container', 'app', '--json']),
    ])
    expect(JSON.parse(ran.out)).toMatchObject({
      schemaVersion: 1,
      outcome: 'located',
      file: 'apps/cart/overlays/prod/resources.yaml',
      line: 11,
      column: 21,
      text: '64Mi',
      rendered: '64Mi',
    })
  })

  it('says who else reads the line', async () => {
    const dir = await tree({ ...PLAIN, 'argocd/again.yaml': application('again', 'apps/cart') })
    const ran = await kintsugi(['locate', ...flags(dir, 'argocd/cart.yaml', 'replicas', ['--json'])])
    expect(JSON.parse(ran.out).alsoReadBy).toHaveLength(1)
  })

  it('takes a group with the kind', async () => {
    const rollout = DEPLOYMENT.replace('apps/v1', 'argoproj.io/v1alpha1').replace('kind: Deployment', 'kind: Rollout')
    const dir = await tree({ ...PLAIN, 'apps/cart/deployment.yaml': rollout })
    const base = ['--tree', dir, '--application', 'argocd/cart.yaml', '--field', 'replicas', '--json']
    const ran = await kintsugi(['locate', ...base, '--target', 'argoproj.io/Rollout/shop/cart'])
    expect(JSON.parse(ran.out)).toMatchObject({ outcome: 'located', line: 7 })
    const wrong = await kintsugi(['locate', ...base, '--target', 'apps/Rollout/shop/cart'])
    expect(wrong.code).toBe(3)
  })

  it('finds the one Application of a file that renders the target', async () => {
    const both = `${application('other', 'apps/other')}---\n${application('cart', 'apps/cart')}`
    const other = DEPLOYMENT.replace('name: cart', 'name: other')
    const dir = await tree({ ...PLAIN, 'argocd/cart.yaml': both, 'apps/other/deployment.yaml': other })
    const ran = await kintsugi(['locate', ...flags(dir, 'argocd/cart.yaml', 'replicas', ['--json'])])
    expect(JSON.parse(ran.out)).toMatchObject({ outcome: 'located', file: 'apps/cart/deployment.yaml' })
  })
})
