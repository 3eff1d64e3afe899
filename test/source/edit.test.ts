import { describe, expect, it } from 'vitest'
import type { EditOutcome, FieldChange, Manifest, RenderHelm } from '../../src/domain/index.ts'
import { changedTree, type EditInput, edit, locate, memoryTree, renderApplication } from '../../src/source/index.ts'
import { tinyHelm } from '../fakes/tiny-helm.ts'
import { applicationOf } from './golden.ts'

const REPO = 'https://example.com/gitops.git'
const MEMORY: FieldChange = { field: 'resources.limits.memory', value: '128Mi' }

const DEPLOYMENT = `apiVersion: apps/v1
kind: Deployment
metadata:
  name: cart
spec:
  replicas: 2
  template:
    spec:
      containers:
        - name: app
          image: cart:1
          resources:
            limits:
              memory: 32Mi
`

function application(name: string, source: Manifest): Manifest {
  return {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Application',
    metadata: { name, namespace: 'argocd' },
    spec: { source: { repoURL: REPO, ...source }, destination: { namespace: 'shop' } },
  }
}

function input(files: Readonly<Record<string, string>>, source: Manifest, more: Partial<EditInput> = {}): EditInput {
  const tree = memoryTree(files)
  return {
    application: applicationOf(application('cart', source)),
    sources: { tree: () => tree },
    deps: { helm: tinyHelm, isolation: 'isolated' },
    target: { kind: 'Deployment', namespace: 'shop', name: 'cart' },
    changes: [MEMORY],
    ...more,
  }
}

const PLAIN = { 'apps/cart/deployment.yaml': DEPLOYMENT, 'README.md': 'text' }

function message(outcome: EditOutcome): string {
  return outcome.outcome === 'refused' ? `${outcome.reason}: ${outcome.message}` : outcome.outcome
}

describe('edit', () => {
  it('gives the same outcome each time', async () => {
    const given = input(PLAIN, { path: 'apps/cart' })
    expect(await edit(given)).toEqual(await edit(given))
  })

  it('proves with what was rendered, by which tool, in which isolation', async () => {
    const outcome = await edit(input(PLAIN, { path: 'apps/cart' }))
    expect(outcome).toMatchObject({
      outcome: 'edited',
      repoURL: REPO,
      edits: [{ file: 'apps/cart/deployment.yaml', line: 14, column: 23, before: '32Mi', after: '128Mi' }],
      proof: {
        rendered: true,
        isolation: 'none',
        tools: ['kintsugi-directory'],
        alsoReadBy: [],
        inputs: { 'apps/cart/deployment.yaml': memoryTree(PLAIN).blob('apps/cart/deployment.yaml') },
      },
    })
  })

  it('renders afterwards what it proved', async () => {
    const given = input(PLAIN, { path: 'apps/cart' })
    const outcome = await edit(given)
    const tree = changedTree(memoryTree(PLAIN), outcome.outcome === 'edited' ? outcome.files : [])
    const rendered = await renderApplication(given.application, { tree: () => tree }, given.deps)
    expect(JSON.stringify(rendered)).toContain('"memory":"128Mi"')
  })

  it('is already set when asked again', async () => {
    const given = input(PLAIN, { path: 'apps/cart' })
    const outcome = await edit(given)
    const tree = changedTree(memoryTree(PLAIN), outcome.outcome === 'edited' ? outcome.files : [])
    expect(await edit({ ...given, sources: { tree: () => tree } })).toMatchObject({
      outcome: 'already-set',
      at: [{ file: 'apps/cart/deployment.yaml', line: 14, before: '128Mi' }],
    })
  })

  it('edits what differs and passes over what is set', async () => {
    const changes: readonly FieldChange[] = [{ field: 'replicas', value: '2' }, MEMORY]
    const outcome = await edit(input(PLAIN, { path: 'apps/cart' }, { changes }))
    expect(outcome.outcome === 'edited' && outcome.edits.length).toBe(1)
  })

  it('makes all changes or none', async () => {
    const changes: readonly FieldChange[] = [MEMORY, { field: 'storage', value: '1Gi' }]
    expect(message(await edit(input(PLAIN, { path: 'apps/cart' }, { changes })))).toMatch(/^field-unsupported/)
  })

  it('asks for at least one change', async () => {
    expect(message(await edit(input(PLAIN, { path: 'apps/cart' }, { changes: [] })))).toMatch(/^value-invalid/)
  })

  it('says that a repository is not at hand', async () => {
    const sources = { tree: () => undefined }
    expect(message(await edit(input(PLAIN, { path: 'apps/cart' }, { sources })))).toMatch(
      /^source-missing.*gitops\.git/,
    )
  })

  it('refuses a directory that a link leads to', async () => {
    const tree = memoryTree({ 'a.yaml': DEPLOYMENT }, { apps: 'symlink' })
    expect(message(await edit(input({}, { path: 'apps/cart' }, { sources: { tree: () => tree } })))).toMatch(
      /^unsafe-path/,
    )
  })

  it('edits nothing of another branch that holds the same files', async () => {
    const sources = { tree: () => memoryTree(PLAIN) }
    const others = [applicationOf(application('stage', { path: 'apps/cart', targetRevision: 'staging' }))]
    expect(await edit(input(PLAIN, { path: 'apps/cart', targetRevision: 'main' }, { sources, others }))).toMatchObject({
      outcome: 'edited',
      proof: { alsoReadBy: [] },
    })
  })
})

describe('the same branch by another name', () => {
  it.each([
    ['main', 'HEAD'],
    ['HEAD', 'main'],
    ['main', 'refs/heads/main'],
  ])('%s and %s: its Applications see the edit', async (mine, theirs) => {
    const others = [applicationOf(application('twin', { path: 'apps/cart', targetRevision: theirs }))]
    const outcome = await edit(input(PLAIN, { path: 'apps/cart', targetRevision: mine }, { others }))
    expect(message(outcome)).toMatch(/^other-changes: .*twin/)
  })
})

const CHART = {
  'chart/Chart.yaml': 'name: chart\n',
  'chart/values.yaml': 'memory: 32Mi\nother: 1\n',
  'chart/templates/d.yaml': DEPLOYMENT.replace('32Mi', '{{ .Values.memory }}'),
  'common.yaml': 'memory: 48Mi\n',
  'prod.yaml': '# nothing yet\nother: 2\n',
}

function chart(name: string, ...valueFiles: readonly string[]): Manifest {
  return application(name, { path: 'chart', helm: { valueFiles } })
}

describe('others that read the file', () => {
  const given = (
    valueFiles: readonly string[],
    others: readonly Manifest[],
    more: Partial<EditInput> = {},
  ): EditInput => ({
    ...input(CHART, { path: 'chart', helm: { valueFiles } }),
    others: others.map(applicationOf),
    ...more,
  })

  it('are rendered and named where nothing changes for them', async () => {
    const outcome = await edit(given(['/common.yaml'], [chart('stage', '/common.yaml', '/own.yaml')].slice(0, 0)))
    expect(outcome).toMatchObject({ outcome: 'edited', proof: { alsoReadBy: [], isolation: 'isolated' } })
    const files = { ...CHART, 'own.yaml': 'memory: 96Mi\n' }
    const shared = await edit({
      ...given(['/common.yaml'], [chart('stage', '/common.yaml', '/own.yaml')]),
      sources: { tree: () => memoryTree(files) },
    })
    expect(shared).toMatchObject({ outcome: 'edited', proof: { alsoReadBy: ['stage'] } })
  })

  it('refuse the edit where it would change them', async () => {
    const outcome = await edit(given(['/common.yaml'], [chart('stage', '/common.yaml')]))
    expect(message(outcome)).toMatch(
      /^other-changes: .*stage: apps\/Deployment shop\/cart .*containers\[app\]\.resources\.limits\.memory/,
    )
  })

  it('refuse the edit where they are too many to render', async () => {
    const others = (length: number) => Array.from({ length }, (_, index) => chart(`stage-${index}`, '/common.yaml'))
    const asked = async (length: number) => message(await edit(given(['/common.yaml'], others(length))))
    expect(await asked(501)).toMatch(/^proof-too-wide: 501 others read the file, and 500 are/)
    expect(await asked(301)).toMatch(/^proof-too-wide: 301 others .* 602 renders of charts, and 600 are/)
    expect(await asked(41)).toMatch(/^other-changes/)
  })

  it('refuse the edit where one can not be rendered', async () => {
    const broken = application('broken', { path: 'chart', helm: { valueFiles: ['/nowhere.yaml', '/common.yaml'] } })
    const outcome = await edit(given([], [broken]))
    expect(message(outcome)).toMatch(/^value-file-missing: broken reads the file too/)
  })
})

describe('value files of another repository', () => {
  const OTHER = 'https://example.com/values.git'
  const given = (ref: string): EditInput => {
    const [charts, values] = [memoryTree(CHART), memoryTree({ 'prod.yaml': 'memory: 48Mi\n' })]
    const manifest = {
      ...application('cart', { path: 'chart' }),
      spec: {
        sources: [
          { repoURL: REPO, path: 'chart', helm: { valueFiles: [`$${ref}/prod.yaml`] } },
          { repoURL: OTHER, ref: 'values' },
        ],
        destination: { namespace: 'shop' },
      },
    }
    const sources = { tree: (url: string) => (url === OTHER ? values : charts) }
    return input(
      CHART,
      { path: 'chart' },
      { application: applicationOf({ ...manifest, metadata: { name: 'cart' } }), sources },
    )
  }

  it('are edited there, and the outcome names the repository', async () => {
    const outcome = await edit(given('values'))
    expect(outcome).toMatchObject({ outcome: 'edited', repoURL: OTHER, edits: [{ file: 'prod.yaml', line: 1 }] })
    expect(outcome.outcome === 'edited' && Object.keys(outcome.proof.inputs)).toContain('prod.yaml')
  })

  it('need a source that lends them', async () => {
    expect(message(await edit(given('nobody')))).toMatch(/^application-unreadable/)
  })
})

describe('renders that differ by themselves', () => {
  const noisy = (): RenderHelm => {
    let renders = 0
    return async (asked) => {
      const outcome = await tinyHelm(asked)
      renders += 1
      const secret = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 's' }, stringData: { key: `${renders}` } }
      return outcome.rendered ? { ...outcome, objects: [...outcome.objects, secret] } : outcome
    }
  }

  it('are no changes of the edit', async () => {
    const given = input(CHART, { path: 'chart', helm: { valueFiles: ['/prod.yaml'] } })
    const outcome = await edit({ ...given, deps: { helm: noisy(), isolation: 'process' } })
    expect(outcome).toMatchObject({ outcome: 'edited', proof: { changes: [{ after: '128Mi' }] } })
  })
})

describe('locate', () => {
  it('says where a value is, without a change', async () => {
    const given = input(PLAIN, { path: 'apps/cart' })
    expect(await locate({ ...given, field: 'resources.limits.memory' })).toEqual({
      located: true,
      location: {
        file: 'apps/cart/deployment.yaml',
        line: 14,
        column: 23,
        text: '32Mi',
        rendered: '32Mi',
        by: 'manifest',
        alsoReadBy: [],
        repoURL: REPO,
      },
    })
  })

  it('says where an absent value would be inserted', async () => {
    const given = input(PLAIN, { path: 'apps/cart' })
    expect(await locate({ ...given, field: 'resources.requests.cpu' })).toMatchObject({
      located: true,
      location: { line: 15, text: '', rendered: undefined },
    })
  })

  it.each<[string, Record<string, string>, Manifest, string, number, string]>([
    ['values', CHART, { path: 'chart', helm: { valueFiles: ['/common.yaml'] } }, 'common.yaml', 1, 'values'],
    [
      'manifest of a base',
      {
        'base/kustomization.yaml': 'resources: [d.yaml]\n',
        'base/d.yaml': DEPLOYMENT,
        'prod/kustomization.yaml': 'resources: [../base]\n',
        'stage/kustomization.yaml': 'resources: [../base]\n',
      },
      { path: 'prod' },
      'base/d.yaml',
      14,
      'manifest',
    ],
  ])('names what writes it: %s', async (_, files, source, file, line, by) => {
    const result = await locate({ ...input(files, source), field: 'resources.limits.memory' })
    expect(result).toMatchObject({ located: true, location: { file, line, by } })
  })

  it('names the line that others read too, and where an edit would go instead', async () => {
    const files = {
      'base/kustomization.yaml': 'resources: [d.yaml]\n',
      'base/d.yaml': DEPLOYMENT,
      'prod/kustomization.yaml': 'resources: [../base]\n',
      'stage/kustomization.yaml': 'resources: [../base]\n',
    }
    expect(await locate({ ...input(files, { path: 'prod' }), field: 'resources.limits.memory' })).toMatchObject({
      located: true,
      location: {
        file: 'base/d.yaml',
        text: '32Mi',
        alsoReadBy: ['stage'],
        editAt: { file: 'prod/kustomization.yaml', line: 2, by: 'overlay-patch' },
      },
    })
  })

  it('names the line and why nothing may be edited where the overlay is shared too', async () => {
    const files = { 'base/kustomization.yaml': 'resources: [d.yaml]\n', 'base/d.yaml': DEPLOYMENT }
    const given = input(files, { path: 'base' })
    const metadata = { name: 'cart-two', namespace: 'argocd' }
    const others = [applicationOf({ ...given.application.manifest, metadata })]
    expect(await locate({ ...given, others, field: 'resources.limits.memory' })).toMatchObject({
      located: true,
      location: {
        file: 'base/d.yaml',
        text: '32Mi',
        alsoReadBy: ['cart-two'],
        editRefused: { reason: 'shared-writer' },
      },
    })
  })

  it('has the reasons of edit', async () => {
    const given = input(PLAIN, { path: 'apps/cart' })
    expect(await locate({ ...given, field: 'storage' })).toMatchObject({ located: false, reason: 'field-unsupported' })
  })
})
