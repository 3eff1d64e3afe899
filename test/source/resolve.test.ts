import { describe, expect, it } from 'vitest'
import type { JsonObject, Manifest } from '../../src/domain/index.ts'
import { memoryTree, renderApplication } from '../../src/source/index.ts'
import { isRefused } from '../../src/source/refused.ts'
import { resolveSources, type Sources } from '../../src/source/resolve.ts'
import { applicationOf } from './golden.ts'

const REPO = 'https://example.com/gitops.git'
const DEPLOYMENT =
  'apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: cart}\nspec: {selector: {matchLabels: {a: b}}, template: {metadata: {labels: {a: b}}, spec: {containers: [{name: c, image: x}]}}}\n'

function application(source: JsonObject, more: JsonObject = {}): Manifest {
  return {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Application',
    metadata: { name: 'cart', namespace: 'argocd' },
    spec: { source: { repoURL: REPO, ...source }, destination: { namespace: 'shop' }, project: 'team', ...more },
  }
}

function sourcesOf(files: Record<string, string>): Sources {
  const tree = memoryTree(files)
  return { tree: () => tree }
}

/** Value files of the first source, or the reason why not. */
function valueFiles(names: readonly string[], files: Record<string, string>, helm: JsonObject = {}): unknown {
  const all = { 'chart/Chart.yaml': '', ...files }
  const resolved = resolveSources(
    applicationOf(application({ path: 'chart', helm: { valueFiles: names, ...helm } })),
    sourcesOf(all),
  )
  return isRefused(resolved) ? resolved.reason : resolved[0]?.valueFiles.map(({ path }) => path)
}

describe('value files', () => {
  const files = { 'chart/v/a.yaml': '', 'chart/v/b.yaml': '', 'chart/v/c.yaml': '', 'chart/v/d/e.yaml': '' }

  it('patterns give files in order; each file counts once, at the place where it is named', () => {
    expect(valueFiles(['v/*.yaml', 'v/b.yaml'], files)).toEqual(['chart/v/a.yaml', 'chart/v/c.yaml', 'chart/v/b.yaml'])
    expect(valueFiles(['v/c.yaml', 'v/**/*.yaml', '/chart/v/c.yaml'], files)).toEqual([
      'chart/v/c.yaml',
      'chart/v/a.yaml',
      'chart/v/b.yaml',
      'chart/v/d/e.yaml',
    ])
  })

  it('a brace is no pattern, and a pattern without a match is a missing file', () => {
    expect(valueFiles(['v/{a,b}.yaml'], files)).toBe('value-file-missing')
    expect(valueFiles(['x/*.yaml'], files)).toBe('value-file-missing')
    expect(valueFiles(['x/*.yaml', 'v/a.yaml'], files, { ignoreMissingValueFiles: true })).toEqual(['chart/v/a.yaml'])
  })

  it('build variables are put in; one that Argo CD does not know is nothing', () => {
    const named = { 'chart/v/cart-shop-team.yaml': '', 'chart/v/x.yaml': '' }
    const name = `v/$ARGOCD_APP_NAME-\${ARGOCD_APP_NAMESPACE}-$ARGOCD_APP_PROJECT_NAME.yaml`
    expect(valueFiles([name, `v/\${UNKNOWN}x.yaml`], named)).toEqual(['chart/v/cart-shop-team.yaml', 'chart/v/x.yaml'])
  })
})

describe('the type of a source', () => {
  async function tool(source: JsonObject, files: Record<string, string>): Promise<unknown> {
    const deps = { helm: undefined, isolation: 'process' } as const
    const result = await renderApplication(applicationOf(application(source)), sourcesOf(files), deps)
    return result.rendered ? result.tools : result.reason
  }
  const both = { 'x/Chart.yaml': 'name: x\n', 'x/kustomization.yaml': 'resources: [d.yaml]\n', 'x/d.yaml': DEPLOYMENT }

  it('is a kustomization where there are both, unless the Application says so', async () => {
    expect(await tool({ path: 'x' }, both)).toEqual(['kintsugi-kustomize'])
    expect(await tool({ path: 'x', helm: {} }, both)).toBe('renderer-missing')
    expect(
      await tool({ path: 'x', directory: { recurse: true } }, { 'x/d.yaml': DEPLOYMENT, 'x/Chart.yaml': '' }),
    ).toEqual(['kintsugi-directory'])
  })
})

describe('Kustomize settings of the Application', () => {
  async function rendered(kustomize: JsonObject, kustomization = 'resources: [d.yaml]\n'): Promise<unknown> {
    const files = {
      'k/kustomization.yaml': kustomization,
      'k/d.yaml': DEPLOYMENT,
      'there/kustomization.yaml': 'apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\nnameSuffix: -there\n',
    }
    const deps = { helm: undefined, isolation: 'process' } as const
    const result = await renderApplication(applicationOf(application({ path: 'k', kustomize })), sourcesOf(files), deps)
    return result.rendered ? result.objects[0]?.manifest : `${result.reason}: ${result.message}`
  }

  it('labels, with and without selectors and templates', async () => {
    const pairs = { commonLabels: { app: '$ARGOCD_APP_NAME' } }
    expect(await rendered(pairs)).toMatchObject({
      metadata: { labels: { app: 'cart' } },
      spec: { selector: { matchLabels: { a: 'b', app: 'cart' } }, template: { metadata: { labels: { app: 'cart' } } } },
    })
    const plain = { metadata: { labels: { app: 'cart' } }, spec: { selector: { matchLabels: { a: 'b' } } } }
    expect(await rendered({ ...pairs, labelWithoutSelector: true })).toMatchObject({
      ...plain,
      spec: { ...plain.spec, template: { metadata: { labels: { a: 'b' } } } },
    })
    expect(await rendered({ ...pairs, labelWithoutSelector: true, labelIncludeTemplates: true })).toMatchObject({
      ...plain,
      spec: { ...plain.spec, template: { metadata: { labels: { a: 'b', app: 'cart' } } } },
    })
  })

  it('a label that is there already is refused, unless it is forced', async () => {
    const there = 'resources: [d.yaml]\ncommonLabels: {app: old}\n'
    expect(await rendered({ commonLabels: { app: 'new' } }, there)).toMatch(/^broken-base: .*app/)
    expect(await rendered({ commonLabels: { app: 'new' }, forceCommonLabels: true }, there)).toMatchObject({
      metadata: { labels: { app: 'new' } },
    })
  })

  it('build variables in annotations only where the Application says so', async () => {
    const commonAnnotations = { at: '$ARGOCD_APP_NAME' }
    expect(await rendered({ commonAnnotations })).toMatchObject({ metadata: { annotations: commonAnnotations } })
    expect(await rendered({ commonAnnotations, commonAnnotationsEnvsubst: true })).toMatchObject({
      metadata: { annotations: { at: 'cart' } },
    })
  })

  it('components that are missing may be, where the Application says so', async () => {
    const components = ['../there', '../missing']
    expect(await rendered({ components })).toMatch(/^broken-base/)
    expect(await rendered({ components, ignoreMissingComponents: true })).toMatchObject({
      metadata: { name: 'cart-there' },
    })
  })
})
