import { describe, expect, it } from 'vitest'
import type { JsonObject, Tree } from '../../src/domain/index.ts'
import { type BisectInput, type BisectOutcome, bisect, changedTree, memoryTree } from '../../src/source/index.ts'
import { tinyHelm } from '../fakes/tiny-helm.ts'
import { applicationOf } from './golden.ts'

const REPO = 'https://git.test/shop'

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
const SERVICE = 'apiVersion: v1\nkind: Service\nmetadata:\n  name: cart\nspec:\n  type: ClusterIP\n'
const START = { 'app/d.yaml': DEPLOYMENT, 'app/s.yaml': SERVICE, 'docs/readme.md': 'a\n' }

type Files = Readonly<Record<string, string>>

/** Commits on one another, each as the files that it changes. */
function history(start: Files, commits: readonly (readonly [string, Record<string, string>])[]) {
  let files: Record<string, string> = { ...start }
  const states: [string, Files][] = [['good', files]]
  for (const [revision, changed] of commits) {
    files = { ...files, ...changed }
    states.push([revision, files])
  }
  return states.map(([revision, content]) => ({ revision, tree: async () => memoryTree(content) }))
}

function given(moments: BisectInput['history'], source: JsonObject = { path: 'app' }): BisectInput {
  const application = applicationOf({
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Application',
    metadata: { name: 'cart', namespace: 'argocd' },
    spec: { source: { repoURL: REPO, ...source }, destination: { namespace: 'shop' } },
  })
  return {
    history: moments,
    applicationAt: () => application,
    sourcesAt: (tree: Tree) => ({ tree: () => tree }),
    target: { kind: 'Deployment', namespace: 'shop', name: 'cart' },
    deps: { helm: tinyHelm, isolation: 'process' },
  }
}

function causesOf(outcome: BisectOutcome) {
  if (outcome.outcome !== 'found') throw new Error(`${outcome.reason}: ${outcome.message}`)
  return outcome.causes
}

const smaller = DEPLOYMENT.replace('32Mi', '16Mi')

describe('bisect', () => {
  it('finds the commits that changed the object, whatever came before and after', async () => {
    const outcome = await bisect(
      given(
        history(START, [
          ['readme', { 'docs/readme.md': 'b\n' }],
          ['service', { 'app/s.yaml': SERVICE.replace('ClusterIP', 'NodePort') }],
          ['smaller', { 'app/d.yaml': smaller }],
          ['back', { 'app/d.yaml': DEPLOYMENT }],
          ['again', { 'app/d.yaml': smaller, 'app/s.yaml': SERVICE }],
        ]),
      ),
    )
    expect(outcome).toMatchObject({ outcome: 'found', exact: true, unrendered: [] })
    const causes = causesOf(outcome)
    expect(causes.map(({ revision, others, files }) => [revision, others, files])).toEqual([
      ['smaller', [], ['app/d.yaml']],
      ['back', [], ['app/d.yaml']],
      ['again', ['Service shop/cart'], ['app/d.yaml', 'app/s.yaml']],
    ])
    expect(causes.at(-1)?.changes).toEqual([
      {
        object: 'apps/Deployment shop/cart',
        path: 'spec.template.spec.containers[app].resources.limits.memory',
        before: '32Mi',
        after: '16Mi',
      },
    ])
    // Four states are different, and one of them is there twice.
    expect(outcome.outcome === 'found' && outcome.renders).toBe(4)
  })

  it('says that Git is not the cause', async () => {
    const commits = history(START, [['service', { 'app/s.yaml': SERVICE.replace('ClusterIP', 'NodePort') }]])
    expect(await bisect(given(commits))).toEqual({
      outcome: 'refused',
      reason: 'git-is-not-the-cause',
      message: 'between good and service (1 commit) 2 different inputs all render Deployment shop/cart alike',
    })
  })

  it('passes over commits that can not be rendered and names them', async () => {
    const commits = history(START, [
      ['broken', { 'app/d.yaml': DEPLOYMENT.replace('name: cart', 'name: [') }],
      ['mended', { 'app/d.yaml': smaller }],
    ])
    const outcome = await bisect(given(commits))
    expect(outcome).toMatchObject({ unrendered: [{ revision: 'broken', reason: 'yaml-invalid' }] })
    expect(causesOf(outcome)).toMatchObject([{ revision: 'mended', maybe: ['broken'] }])
  })

  it('halves a long history as long as the object differs between the ends', async () => {
    const commits = Array.from({ length: 100 }, (_, index): [string, Record<string, string>] => {
      const service = SERVICE.replace('ClusterIP', `T${index}`)
      return [`c${index}`, { 'app/s.yaml': service, ...(index === 63 ? { 'app/d.yaml': smaller } : {}) }]
    })
    const outcome = await bisect(given(history(START, commits)))
    expect(outcome).toMatchObject({ outcome: 'found', exact: false })
    expect(causesOf(outcome).map(({ revision }) => revision)).toEqual(['c63'])
    expect(outcome.outcome === 'found' && outcome.renders).toBeLessThan(20)
  })

  it('reads no tree twice and renders equal inputs once', async () => {
    let trees = 0
    const tree = memoryTree(START)
    const changed = changedTree(tree, [{ path: 'app/d.yaml', content: new TextEncoder().encode(smaller) }])
    const moment = (revision: string, of: Tree) => ({
      revision,
      tree: async () => {
        trees += 1
        return of
      },
    })
    const outcome = await bisect(
      given([moment('a', tree), moment('b', changed), moment('c', tree), moment('d', changed)]),
    )
    expect(causesOf(outcome).map(({ revision }) => revision)).toEqual(['b', 'c', 'd'])
    expect(trees).toBe(4)
    expect(outcome.outcome === 'found' && outcome.renders).toBe(2)
  })

  it('shows nothing of a Secret', async () => {
    const secret = 'apiVersion: v1\nkind: Secret\nmetadata:\n  name: s\nstringData:\n  a: first\n'
    const commits = history({ 'app/x.yaml': secret }, [['leak', { 'app/x.yaml': secret.replace('first', 'second') }]])
    const outcome = await bisect({ ...given(commits), target: { kind: 'Secret', namespace: 'shop', name: 's' } })
    expect(causesOf(outcome)).toMatchObject([
      { back: { outcome: { reason: 'field-unsupported' }, left: ['stringData.a'] } },
    ])
    expect(JSON.stringify(outcome)).not.toMatch(/first|second/)
  })
})

async function backOf(moments: BisectInput['history'], source?: JsonObject, target?: BisectInput['target']) {
  const outcome = await bisect({ ...given(moments, source), ...(target && { target }) })
  const back = causesOf(outcome)[0]?.back
  if (back === undefined) throw new Error('no cause')
  const { outcome: edit, left } = back
  const files =
    edit.outcome === 'edited'
      ? Object.fromEntries(edit.files.map(({ path, content }) => [path, new TextDecoder().decode(content)]))
      : `${edit.outcome === 'refused' ? `${edit.reason}: ${edit.message}` : edit.outcome}`
  return { files, left }
}

describe('taking a commit back', () => {
  it('edits the fields that it changed and leaves what came later', async () => {
    const later = smaller.replace('replicas: 2', 'replicas: 5')
    const back = await backOf(
      history(START, [
        ['smaller', { 'app/d.yaml': smaller }],
        ['later', { 'app/d.yaml': later }],
      ]),
    )
    expect(back).toEqual({ files: { 'app/d.yaml': later.replace('16Mi', '32Mi') }, left: [] })
  })

  it('leaves other objects that the commit changed', async () => {
    const all = `${DEPLOYMENT}---\n${SERVICE}`
    const commits = history({ 'app/all.yaml': all }, [
      ['both', { 'app/all.yaml': all.replace('32Mi', '16Mi').replace('ClusterIP', 'NodePort') }],
    ])
    expect(await backOf(commits)).toEqual({ files: { 'app/all.yaml': all.replace('ClusterIP', 'NodePort') }, left: [] })
  })

  const PROBE = `          livenessProbe:
            httpGet: { path: /healthz, port: 80 }
            periodSeconds: 5
`

  it('takes out what it added and puts in what it took out', async () => {
    const probed = DEPLOYMENT.replace('          resources', `${PROBE}          resources`)
    const both = (text: string) => `${text}---\n${SERVICE}`
    const noted = (text: string) => text.replace('ClusterIP', 'NodePort')
    const added = history({ 'app/all.yaml': both(DEPLOYMENT) }, [['probe', { 'app/all.yaml': noted(both(probed)) }]])
    expect(await backOf(added)).toEqual({ files: { 'app/all.yaml': noted(both(DEPLOYMENT)) }, left: [] })
    const taken = history({ 'app/all.yaml': both(probed) }, [['none', { 'app/all.yaml': noted(both(DEPLOYMENT)) }]])
    const { files } = await backOf(taken)
    expect(files).toMatchObject({
      'app/all.yaml': expect.stringMatching(/livenessProbe:\n {12}httpGet:[^-]*periodSeconds: 5/),
    })
    expect(files).toMatchObject({ 'app/all.yaml': expect.stringContaining('NodePort') })
  })

  it('does not touch what may not be taken back by itself', async () => {
    const volumes = DEPLOYMENT.replace('      containers', '      serviceAccountName: root\n      containers')
    const back = await backOf(history(START, [['account', { 'app/d.yaml': volumes.replace('32Mi', '16Mi') }]]))
    expect(back).toEqual({ files: { 'app/d.yaml': volumes }, left: ['spec.template.spec.serviceAccountName'] })
    const alone = await backOf(history(START, [['account', { 'app/d.yaml': volumes }]]))
    expect(alone.files).toMatch(/^field-unsupported/)
  })

  it('is refused where the value was changed again', async () => {
    const commits = history(START, [
      ['smaller', { 'app/d.yaml': smaller }],
      ['again', { 'app/d.yaml': DEPLOYMENT.replace('32Mi', '8Mi') }],
    ])
    expect((await backOf(commits)).files).toBe(
      'conflict: apps/Deployment shop/cart spec.template.spec.containers[app].resources.limits.memory was changed again since',
    )
  })

  it('restores a file of settings, of which only the own key goes back', async () => {
    const config =
      'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: settings\ndata:\n  app.conf: |\n    a = 1\n    b = 2\n  other: x\n'
    const changed = config.replace('a = 1', 'a = 9')
    const commits = history({ 'app/c.yaml': config, 'app/s.yaml': SERVICE }, [
      ['config', { 'app/c.yaml': changed }],
      ['later', { 'app/c.yaml': changed.replace('other: x', 'other: y') }],
    ])
    const target = { kind: 'ConfigMap', namespace: 'shop', name: 'settings' }
    expect(await backOf(commits, undefined, target)).toEqual({
      files: { 'app/c.yaml': config.replace('other: x', 'other: y') },
      left: [],
    })
  })

  it('is refused by name where the change feeds other objects too', async () => {
    const chart = {
      'chart/Chart.yaml': 'name: chart\nversion: 1.0.0\n',
      'chart/values.yaml': 'tag: "1"\n',
      'chart/templates/a.yaml': DEPLOYMENT.replace('cart:1', 'cart:{{ .Values.tag }}'),
      'chart/templates/b.yaml': DEPLOYMENT.replace('cart:1', 'cart:{{ .Values.tag }}').replace(
        'name: cart',
        'name: twin',
      ),
    }
    const commits = history(chart, [['tag', { 'chart/values.yaml': 'tag: "2"\n' }]])
    expect((await backOf(commits, { path: 'chart' })).files).toMatch(/^other-changes: .*shop\/twin/)
  })
})
