import { describe, expect, it } from 'vitest'
import type { HelmRenderInput, RenderOutcome } from '../../src/domain/index.ts'
import { mapApplication, memoryTree } from '../../src/source/index.ts'
import { tinyHelm } from '../fakes/tiny-helm.ts'
import { applicationOf } from './golden.ts'

const COMPONENTS = Array.from({ length: 12 }, (_, index) => `part${index}`)

function deployment(name: string): string {
  return `apiVersion: apps/v1
kind: Deployment
metadata:
  name: ${name}
spec:
  replicas: {{ .Values.${name}.replicas }}
  selector:
    matchLabels:
      app: ${name}
  template:
    metadata:
      labels:
        app: ${name}
    spec:
      containers:
        - name: app
          image: registry.example.com/app:{{ .Values.${name}.tag }}
          resources:
            {{- toYaml .Values.${name}.resources | nindent 12 }}
`
}

const FILES: Record<string, string> = {
  'chart/Chart.yaml': 'apiVersion: v2\nname: chart\nversion: 1.0.0\n',
  'chart/values.yaml': COMPONENTS.map(
    (name) => `${name}:\n  replicas: 1\n  tag: 1.0.0\n  resources:\n    limits:\n      memory: 64Mi\n`,
  ).join(''),
  ...Object.fromEntries(COMPONENTS.map((name) => [`chart/templates/${name}.yaml`, deployment(name)])),
}

const APPLICATION = applicationOf({
  apiVersion: 'argoproj.io/v1alpha1',
  kind: 'Application',
  metadata: { name: 'shop', namespace: 'argocd' },
  spec: {
    source: { repoURL: 'https://example.com/gitops.git', path: 'chart' },
    destination: { namespace: 'shop', name: 'prod' },
  },
})

async function mapped(helm: (input: HelmRenderInput) => Promise<RenderOutcome>, files = FILES) {
  let renders = 0
  const map = await mapApplication({
    application: APPLICATION,
    sources: { tree: () => memoryTree(files) },
    deps: {
      helm: (input) => {
        renders += 1
        return helm(input)
      },
      isolation: 'process',
    },
  })
  return { fields: map.mapped ? map.objects.flatMap((object) => object.fields) : [], renders }
}

describe('one trace of a source', () => {
  it('serves every field of every object: one render for what is there, one for what is absent', async () => {
    const { fields, renders } = await mapped(tinyHelm)
    expect(fields.length).toBeGreaterThan(12 * 5)
    expect(fields.filter(({ located }) => !located)).toEqual([])
    expect(renders).toBe(3)
  })

  it('leaves out at once what the error of a chart names', async () => {
    const guarded = async (input: HelmRenderInput): Promise<RenderOutcome> => {
      const last = input.valueFiles.at(-1)
      const text = last === undefined ? '' : new TextDecoder().decode(last.tree.bytes(last.path))
      if (/"part3":\{"replicas":\d\d/.test(text))
        return { rendered: false, reason: 'render-failed', message: 'part3.replicas must be 0 or 1' }
      return tinyHelm(input)
    }
    const { fields, renders } = await mapped(guarded)
    expect(fields.filter(({ located }) => !located)).toEqual([])
    expect(renders).toBeLessThan(8)
  })

  it('leaves out a map of annotations that the error of a chart names', async () => {
    const refusing = async (input: HelmRenderInput): Promise<RenderOutcome> => {
      const last = input.valueFiles.at(-1)
      const text = last === undefined ? '' : new TextDecoder().decode(last.tree.bytes(last.path))
      if (text.includes('oldAnnotations'))
        return { rendered: false, reason: 'render-failed', message: 'part0.oldAnnotations does no longer exist' }
      return tinyHelm(input)
    }
    const values = (FILES['chart/values.yaml'] ?? '').replace('part0:\n', 'part0:\n  oldAnnotations: {}\n')
    const { fields, renders } = await mapped(refusing, { ...FILES, 'chart/values.yaml': values })
    expect(fields.filter(({ located }) => !located)).toEqual([])
    expect(renders).toBe(4)
  })

  it('serves texts under any name, and those that a value is a part of, by one more render', async () => {
    const variables = COMPONENTS.map(
      (name) => `            - name: ${name}\n              value: {{ .Values.${name} }}\n`,
    )
    const texts: Record<string, string> = {
      'chart/Chart.yaml': 'apiVersion: v2\nname: chart\nversion: 1.0.0\n',
      'chart/values.yaml': `host: db.example.com\n${COMPONENTS.map((name) => `${name}: about-${name}\n`).join('')}`,
      'chart/templates/shop.yaml': `apiVersion: apps/v1
kind: Deployment
metadata:
  name: shop
spec:
  template:
    spec:
      containers:
        - name: app
          image: registry.example.com/app:1.0.0
          env:
            - name: URL
              value: https://{{ .Values.host }}/v1
${variables.join('')}`,
    }
    const { fields, renders } = await mapped(tinyHelm, texts)
    const env = fields.filter(({ field }) => field.startsWith('env.'))
    expect(env).toHaveLength(13)
    expect(env.flatMap((one) => [one.located ? `${one.location.file}:${one.location.line}` : one.message])).toEqual(
      env.map((_, index) => `chart/values.yaml:${index + 1}`),
    )
    expect(renders).toBeLessThanOrEqual(5)
  })
})
