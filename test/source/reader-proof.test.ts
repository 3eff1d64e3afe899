import { describe, expect, it } from 'vitest'
import type { EditOutcome, FieldChange, JsonObject, RenderHelm } from '../../src/domain/index.ts'
import { type EditInput, edit, memoryTree } from '../../src/source/index.ts'
import { tinyHelm } from '../fakes/tiny-helm.ts'
import { applicationOf } from './golden.ts'

const REPO = 'https://git.test/mono'

function app(name: string, source: JsonObject) {
  return applicationOf({
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Application',
    metadata: { name, namespace: 'argocd' },
    spec: { source: { repoURL: REPO, ...source }, destination: { namespace: name } },
  })
}

function deployment(memory: string): string {
  return `apiVersion: apps/v1
kind: Deployment
metadata:
  name: app
spec:
  template:
    spec:
      containers:
        - name: app
          image: app:1
          resources:
            limits:
              memory: ${memory}
`
}

const CHART = {
  'chart/Chart.yaml': 'name: chart\nversion: 1.0.0\n',
  'chart/values.yaml': 'memory: 1Mi\n',
  'chart/templates/app.yaml': deployment('{{ .Values.memory }}'),
  'other/Chart.yaml': 'name: other\nversion: 1.0.0\n',
  'other/values.yaml': 'colour: red\n',
  'other/templates/a.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\ndata:\n  a: {{ .Values.colour }}\n',
  'shared.yaml': 'memory: 32Mi\n',
  'own.yaml': 'memory: 64Mi\n',
}

function counting(helm: RenderHelm = tinyHelm): { readonly helm: RenderHelm; readonly of: (chart: string) => number } {
  const count = new Map<string, number>()
  return {
    helm: (input) => {
      count.set(input.chartPath, (count.get(input.chartPath) ?? 0) + 1)
      return helm(input)
    },
    of: (chart) => count.get(chart) ?? 0,
  }
}

const MEMORY: FieldChange = { field: 'resources.limits.memory', value: '128Mi' }

type Given = {
  readonly files: Readonly<Record<string, string>>
  readonly source: JsonObject
  readonly others: EditInput['others']
  readonly helm?: RenderHelm
}

function ask({ files, source, others = [], helm = tinyHelm }: Given): Promise<EditOutcome> {
  const tree = memoryTree(files)
  return edit({
    application: app('me', source),
    sources: { tree: () => tree },
    deps: { helm, isolation: 'process' },
    target: { kind: 'Deployment', namespace: '', name: 'app' },
    changes: [MEMORY],
    others,
  })
}

function told(outcome: EditOutcome): string {
  return outcome.outcome === 'refused' ? `${outcome.reason}: ${outcome.message}` : outcome.outcome
}

const SHARED = { path: 'chart', helm: { valueFiles: ['/shared.yaml'] } }

describe('others that read a value file', () => {
  it('are not rendered where a later layer sets the value again', async () => {
    const { helm, of } = counting()
    const later = [
      { helm: { valueFiles: ['/shared.yaml', '/own.yaml'] } },
      { helm: { valueFiles: ['/shared.yaml'], valuesObject: { memory: '1Gi' } } },
      { helm: { valueFiles: ['/shared.yaml'], values: 'memory: 1Gi\n' } },
      { helm: { valueFiles: ['/shared.yaml'], parameters: [{ name: 'memory', value: '1Gi' }] } },
    ]
    const others = Array.from({ length: 300 }, (_, index) => app(`o${index}`, { path: 'chart', ...later[index % 4] }))
    const outcome = await ask({ files: CHART, source: SHARED, others, helm })
    expect(told(outcome)).toBe('edited')
    expect(outcome.outcome === 'edited' && outcome.proof.alsoReadBy).toHaveLength(300)
    expect(of('chart')).toBeLessThan(10)
  })

  it('are rendered before and after where nothing does, and keep the edit from them', async () => {
    const others = [app('nulled', { path: 'chart', helm: { valueFiles: ['/shared.yaml', '/null.yaml'] } })]
    const bare = [app('bare', { path: 'chart', helm: { valueFiles: ['/shared.yaml', '/empty.yaml'] } })]
    const files = { ...CHART, 'null.yaml': 'memory: null\n', 'empty.yaml': '{}\n' }
    expect(told(await ask({ files, source: SHARED, others: bare }))).toBe(
      'other-changes: the edit would change bare: apps/Deployment bare/app spec.template.spec.containers[app].resources.limits.memory',
    )
    // Taken away again: rendered to be sure, and the same.
    expect(told(await ask({ files, source: SHARED, others }))).toBe('edited')
  })

  it('are all rendered within the budget: other charts that make nothing of the value', async () => {
    const { helm, of } = counting()
    const others = Array.from({ length: 300 }, (_, index) =>
      app(`o${index}`, { path: 'other', helm: { valueFiles: ['/shared.yaml'] } }),
    )
    expect(told(await ask({ files: CHART, source: SHARED, others, helm }))).toBe('edited')
    expect(of('other')).toBe(600)
  })
})

describe('others that can not be rendered', () => {
  const files = {
    'mine/app.yaml': deployment('32Mi'),
    'broken/a.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: [\n',
  }
  const everything = (name: string) => app(name, { path: '.', directory: { recurse: true } })

  it('let an edit pass that gives a directory the same objects', async () => {
    const values = { ...CHART, 'broken/a.yaml': files['broken/a.yaml'] }
    expect(told(await ask({ files: values, source: SHARED, others: [everything('all')] }))).toBe('edited')
  })

  it('keep an edit away that would change an object of theirs', async () => {
    const outcome = told(await ask({ files, source: { path: 'mine' }, others: [everything('all')] }))
    expect(outcome).toMatch(/^yaml-invalid: all reads the file too and can't be rendered/)
  })

  it('are no matter where nobody deploys them and no kustomize builds them', async () => {
    const root = (resources: string) => ({
      ...files,
      'kustomization.yaml': `resources: [mine/app.yaml, ${resources}]\n`,
    })
    const asked = async (resources: string, others: EditInput['others']) =>
      told(await ask({ files: root(resources), source: { path: 'mine' }, others }))
    expect(await asked('absent.yaml', [])).toBe('edited')
    expect(await asked('absent.yaml', [app('late', { path: '.' })])).toMatch(/^broken-base: late reads the file too/)
    expect(await asked('https://example.com/x', [])).toMatch(/^remote-base: \. reads the file too/)
  })
})

describe('what a chart renders differently each time', () => {
  /** A chart with a Secret of its own making; what was rendered once is kept, as a caching renderer does. */
  function dice(): { readonly helm: RenderHelm; readonly fresh: () => number } {
    const kept = new Map<string, number>()
    let [thrown, fresh] = [0, 0]
    const helm: RenderHelm = async (input) => {
      const outcome = await tinyHelm(input)
      if (!outcome.rendered) return outcome
      const key = JSON.stringify(outcome.objects)
      if (input.fresh === true) fresh += 1
      const known = input.fresh === true ? undefined : kept.get(key)
      if (known === undefined) thrown += 1
      const number = known ?? thrown
      kept.set(key, number)
      const secret = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 's' }, data: { password: `p${number}` } }
      return { ...outcome, objects: [...outcome.objects, secret] }
    }
    return { helm, fresh: () => fresh }
  }

  it('is told from the edit by a fresh render, which is made once', async () => {
    const { helm, fresh } = dice()
    expect(told(await ask({ files: CHART, source: SHARED, others: [], helm }))).toBe('edited')
    expect(fresh()).toBe(1)
  })

  it('asks for no fresh render where nothing else changes', async () => {
    const asked: boolean[] = []
    const helm: RenderHelm = (input) => {
      asked.push(input.fresh === true)
      return tinyHelm(input)
    }
    expect(told(await ask({ files: CHART, source: SHARED, others: [], helm }))).toBe('edited')
    expect(asked).not.toContain(true)
  })
})
