import { execFileSync } from 'node:child_process'
import { rm } from 'node:fs/promises'
import { afterEach, describe, expect, it } from 'vitest'
import { helmHere } from '../fakes/helm-here.ts'
import { kintsugi, type Ran, type Setting } from './console.ts'
import { application, DEPLOYMENT, type Files, HELM, OVERLAYS, PLAIN, TWO_REPOSITORIES, writeTree } from './golden.ts'

const made: string[] = []
afterEach(async () => {
  for (const dir of made.splice(0)) await rm(dir, { recursive: true, force: true })
})

async function tree(files: Files): Promise<string> {
  const dir = await writeTree(files)
  made.push(dir)
  return dir
}

async function map(files: Files, more: readonly string[] = [], setting: Setting = {}): Promise<Ran> {
  return kintsugi(['map', '--tree', await tree(files), ...more], setting)
}

// biome-ignore lint/suspicious/noExplicitAny: the document is what is judged
async function document(files: Files, more: readonly string[] = []): Promise<any> {
  return JSON.parse((await map(files, ['--json', ...more])).out)
}

const withHelm = it.skipIf((await helmHere('maps of charts')) === undefined)

describe('map', () => {
  it('says of every Application where its fields are set', async () => {
    const { applications, totals, tree: named } = await document(PLAIN)
    expect(named).toEqual({ repoURL: 'https://git.example/shop/gitops.git', from: 'guess' })
    expect(applications).toHaveLength(1)
    expect(applications[0]).toMatchObject({
      kind: 'application',
      name: 'cart',
      namespace: 'argocd',
      file: 'argocd/cart.yaml',
      line: 1,
      by: null,
      mapped: true,
      sources: [{ where: 'spec.source', format: 'directory', path: 'apps/cart', inputs: [{ kind: 'manifests' }] }],
    })
    const [object] = applications[0].objects
    expect(object).toMatchObject({ group: 'apps', kind: 'Deployment', namespace: 'shop', name: 'cart' })
    expect(object.fields).toContainEqual({
      field: 'resources.limits.memory',
      container: 'app',
      rendered: '32Mi',
      located: true,
      file: 'apps/cart/deployment.yaml',
      line: 17,
      column: 28,
      text: '32Mi',
      by: 'manifest',
      alsoReadBy: [],
      repoURL: 'https://git.example/shop/gitops.git',
    })
    expect(totals).toMatchObject({ applications: 1, roots: 0, objects: 1, unresolved: {} })
    expect(totals.fields.present.located).toBe(totals.fields.present.total)
  })

  it('lists the inputs of an overlay in order of precedence', async () => {
    const { applications } = await document(OVERLAYS, ['--application', 'cart-prod'])
    expect(applications.map((one: { name: string }) => one.name)).toEqual(['cart-prod'])
    expect(applications[0].sources[0].inputs.map((one: { path: string }) => one.path)).toEqual([
      'apps/cart/base/kustomization.yaml',
      'apps/cart/overlays/prod/kustomization.yaml',
    ])
  })

  withHelm('lists the inputs of a chart in order of precedence', async () => {
    const helm =
      '    helm:\n      valueFiles: [values-prod.yaml]\n      values: |\n        a: 1\n      parameters: [{name: b, value: c}]\n'
    const { applications } = await document({ ...HELM, 'argocd/cart.yaml': application('cart', 'apps/cart', helm) })
    expect(applications[0].sources[0].inputs).toEqual([
      { kind: 'chart-defaults', path: 'apps/cart/values.yaml' },
      { kind: 'value-file', path: 'apps/cart/values-prod.yaml' },
      { kind: 'values' },
      { kind: 'parameters' },
    ])
    const memory = applications[0].objects[0].fields.find(
      (one: { field: string }) => one.field === 'resources.limits.memory',
    )
    expect(memory).toMatchObject({ located: true, file: 'apps/cart/values-prod.yaml', line: 4 })
  })

  it('marks what no Application deploys as a root', async () => {
    const { 'argocd/prod.yaml': _, 'argocd/staging.yaml': __, ...files } = OVERLAYS
    const { applications, totals } = await document({ ...files, 'loose/deployment.yaml': DEPLOYMENT })
    expect(applications.map((one: { kind: string; file: string }) => [one.kind, one.file])).toEqual([
      ['root-kustomization', 'apps/cart/overlays/prod'],
      ['root-kustomization', 'apps/cart/overlays/staging'],
      ['root-manifests', 'loose'],
    ])
    expect(totals).toMatchObject({ applications: 0, roots: 3 })
    const { applications: none } = await document(files, ['--no-roots'])
    expect(none).toEqual([])
  })

  withHelm('maps a chart that nothing deploys with each of its value files', async () => {
    const { 'argocd/cart.yaml': _, ...files } = HELM
    const { applications } = await document(files)
    expect(applications.map((one: { kind: string; file: string }) => [one.kind, one.file])).toEqual([
      ['root-chart', 'apps/cart'],
      ['root-chart', 'apps/cart/values-prod.yaml'],
    ])
  })

  it('does not mark what an Application deploys', async () => {
    const { totals } = await document(OVERLAYS)
    expect(totals).toMatchObject({ applications: 2, roots: 0 })
  })

  it('shows people a table, the shares at the end, and takes the guess for one', async () => {
    const ran = await map(PLAIN)
    expect(ran.code).toBe(0)
    expect(ran.out).toMatch(/^cart {2}argocd\/cart\.yaml:1\n {2}directory apps\/cart\n {2}Deployment shop\/cart\n/)
    expect(ran.out).toMatch(/app +image +registry\.example\/cart:1\.4\.2 +apps\/cart\/deployment\.yaml:15:16\n/)
    expect(ran.out).toMatch(/1 Application, 0 roots, 1 object\n\d+ of \d+ fields that are set located \(100\.0 %\)\n/)
    expect(ran.err).toContain('(a guess)')
    expect(ran.err).toContain('--repo URL')
  })

  it.each(['Deployment/shop/cart', 'deployment/cart', 'cart', 'apps/Deployment/shop/cart'])(
    'shows one workload, asked for as %s',
    async (workload) => {
      const { applications } = await document(OVERLAYS, ['--workload', workload])
      expect(applications.length).toBeGreaterThan(0)
      for (const one of applications) expect(one.objects).toMatchObject([{ kind: 'Deployment', name: 'cart' }])
    },
  )

  it('ends with exit code 3 when no Application renders the workload', async () => {
    const ran = await map(PLAIN, ['--workload', 'Deployment/shop/other'])
    expect(ran.code).toBe(3)
  })

  it('with --unresolved shows only what has no place, and ends with 3 if there is any', async () => {
    const fine = await map(PLAIN, ['--unresolved'])
    expect(fine.code).toBe(0)
    expect(fine.out).not.toContain('Deployment')
    const templated = DEPLOYMENT.replace('32Mi', `'{{ .Values.memory }}'`)
    const ran = await map({ ...PLAIN, 'apps/cart/deployment.yaml': templated }, ['--unresolved'])
    expect(ran.code).toBe(3)
    expect(ran.out).toMatch(/resources\.limits\.memory .*templated: /)
    expect(ran.out).not.toContain('image')
  })

  it('names the reason of an Application that cannot be rendered, and the flag that would help', async () => {
    const ran = await map(TWO_REPOSITORIES.home, ['--repo', 'https://git.example/shop/gitops'])
    expect(ran.code).toBe(0)
    expect(ran.out).toContain('source-missing')
    expect(ran.out).toContain('1 not rendered (100.0 %)')
    expect(ran.err).toContain('--source https://git.example/shop/charts=DIR')
  })

  withHelm('reads other repositories from the folders of --source', async () => {
    const charts = await tree(TWO_REPOSITORIES.charts)
    const { applications } = await document(TWO_REPOSITORIES.home, [
      '--repo',
      'https://git.example/shop/gitops',
      '--source',
      `https://git.example/shop/charts=${charts}`,
    ])
    expect(applications[0]).toMatchObject({ mapped: true })
    expect(applications[0].sources[0].inputs).toContainEqual({
      kind: 'value-file',
      path: 'prod/values.yaml',
      repoURL: 'git@git.example:shop/gitops.git',
    })
  })

  it('knows the repository by the remote of the checkout', async () => {
    const dir = await tree(PLAIN)
    execFileSync('git', ['init', '-q', dir])
    execFileSync('git', ['-C', dir, 'remote', 'add', 'origin', 'git@git.example:shop/gitops.git'])
    const ran = await kintsugi(['map', '--tree', dir, '--json'])
    expect(JSON.parse(ran.out)).toMatchObject({ tree: { from: 'origin' }, totals: { unresolved: {} } })
  })

  it('has an answer for an empty tree', async () => {
    const dir = await tree({})
    const ran = await kintsugi(['map', '--tree', dir])
    expect(ran).toMatchObject({ code: 0, err: '' })
    expect(ran.out).toBe('0 Applications, 0 roots, 0 objects\n')
  })

  it('names a broken Application by its file', async () => {
    const broken = application('other', 'apps/cart').replace('repoURL', 'repoUrl')
    const { applications, totals } = await document({ ...PLAIN, 'argocd/other.yaml': broken })
    expect(applications).toContainEqual(
      expect.objectContaining({
        name: 'other',
        file: 'argocd/other.yaml',
        mapped: false,
        reason: 'application-unreadable',
      }),
    )
    expect(totals.unresolved).toEqual({ 'application-unreadable': 1 })
  })

  it('lets no name act on the terminal', async () => {
    const evil = PLAIN['argocd/cart.yaml']?.replace('name: cart', 'name: "ca\\e[2Jrt\\u202e\\nforged"') ?? ''
    const ran = await map({ 'argocd/cart.yaml': evil, 'apps/cart/deployment.yaml': DEPLOYMENT })
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
    expect(ran.out + ran.err).not.toMatch(/[\u001b\u202e]/)
    expect(ran.out).not.toMatch(/^forged/m)
    expect(ran.out).toContain('ca[2Jrt forged')
  })

  it('says what was meant by a wrong flag or name', async () => {
    expect((await map(PLAIN, ['--unresolvd'])).err).toContain('Did you mean --unresolved?')
    const unknown = await map(PLAIN, ['--application', 'crat'])
    expect(unknown.code).toBe(3)
    expect(unknown.out).toContain('application-not-found')
    expect(unknown.out).toContain('cart')
  })

  it('colours on a terminal only, and keeps to its width', async () => {
    const terminal = await map(OVERLAYS, [], { terminal: true })
    expect(terminal.out).toContain('\u001b[1m')
    const plain = await map(OVERLAYS, [], { terminal: true, env: { NO_COLOR: '1' } })
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
    expect(plain.out).not.toMatch(/\u001b/)
  })
})

describe('a large map for people', () => {
  const set = (name: string): string =>
    `apiVersion: argoproj.io/v1alpha1\nkind: ApplicationSet\nmetadata: {name: ${name}}\nspec: {generators: [{clusters: {}}], template: {}}\n`
  const config = (name: string): string => `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ${name}}\n`

  it('takes one line for what has no field, and one reason for all that share it', async () => {
    const { out } = await map({
      'a.yaml': application('a', 'apps/a'),
      'b.yaml': application('b', 'apps/b'),
      'apps/a/config.yaml': config('a'),
      'apps/b/config.yaml': config('b'),
      'sets/one.yaml': set('one'),
      'sets/two.yaml': set('two'),
    })
    expect(out).toBe(
      [
        'a  a.yaml:1: 1 object, none with a field that can be set',
        'b  b.yaml:1: 1 object, none with a field that can be set',
        '',
        'generated-elsewhere  the clusters generator asks something else than Git',
        '  one  sets/one.yaml:1',
        '  two  sets/two.yaml:1',
        '',
        '4 Applications, 0 roots, 2 objects',
        '2 not rendered (50.0 %)',
        '  generated-elsewhere  2',
        '',
      ].join('\n'),
    )
  })

  it('names the flag that brings charts, and the chart', async () => {
    const chart = application('cart', 'x').replace('path: x', 'chart: cart')
    const { out, err } = await map({ 'cart.yaml': chart })
    expect(out).toMatch(/source-missing {2}the chart cart \S+ of https:\/\/\S+ is not at hand/)
    expect(err).toContain('--charts fetch')
    expect((await map({ 'cart.yaml': chart }, ['--charts', '.'])).err).not.toContain('--charts fetch')
  })

  it('names the root that renders an Application', async () => {
    const { applications } = await document({
      'bootstrap/kustomization.yaml': 'resources: [cart.yaml]\nnamePrefix: prod-\n',
      'bootstrap/cart.yaml': PLAIN['argocd/cart.yaml'] ?? '',
      'apps/cart/deployment.yaml': DEPLOYMENT,
    })
    expect(applications).toMatchObject([
      { name: 'prod-cart', mapped: true, by: { kind: 'root', name: 'bootstrap' } },
      { kind: 'root-kustomization' },
    ])
  })
})

describe('which repository the folder is', () => {
  const set = `apiVersion: argoproj.io/v1alpha1
kind: ApplicationSet
metadata: {name: apps, namespace: argocd}
spec:
  generators:
  - git: {repoURL: https://git.example/shop/gitops, revision: main, directories: [{path: "apps/*"}]}
  template:
    metadata: {name: '{{path.basename}}'}
    spec:
      project: default
      destination: {namespace: shop}
      source: {repoURL: https://git.example/shop/gitops, targetRevision: main, path: '{{path}}'}
`

  it('is told by the generators of an ApplicationSet, too', async () => {
    const { applications, tree: named } = await document({
      'sets.yaml': set,
      'apps/cart/deployment.yaml': DEPLOYMENT,
    })
    expect(named).toEqual({ repoURL: 'https://git.example/shop/gitops', from: 'guess' })
    expect(applications).toMatchObject([{ name: 'cart', mapped: true, by: { kind: 'ApplicationSet', name: 'apps' } }])
  })

  withHelm('is guessed by what a bootstrap chart renders, where no file says it', async () => {
    const { applications, tree: named } = await document({
      'apps/cart/deployment.yaml': DEPLOYMENT,
      'bootstrap/Chart.yaml': 'apiVersion: v2\nname: bootstrap\nversion: 1.0.0\n',
      'bootstrap/values.yaml': 'repo: https://git.example/shop/gitops.git\n',
      'bootstrap/templates/cart.yaml': application('cart', 'apps/cart').replace(
        /repoURL: .*/,
        'repoURL: {{ .Values.repo }}',
      ),
    })
    expect(named).toEqual({ repoURL: 'https://git.example/shop/gitops.git', from: 'guess' })
    expect(applications[0]).toMatchObject({ name: 'cart', mapped: true })
  })

  it('is not guessed when two have as much for them', async () => {
    const other = application('other', 'apps/cart').replace('shop/gitops', 'shop/other')
    const ran = await map({ ...PLAIN, 'argocd/other.yaml': other })
    expect(ran.err).toContain('--repo URL')
    expect(ran.out).toContain('source-missing')
  })
})
