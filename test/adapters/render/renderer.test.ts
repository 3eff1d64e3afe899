import { describe, expect, it } from 'vitest'
import { helmRenderer } from '../../../src/adapters/render/index.ts'
import type { HelmRenderInput, JsonValue, RenderOutcome, Tree } from '../../../src/domain/index.ts'
import { formatObjectKey, isReason, objectKey, valueAt } from '../../../src/domain/index.ts'
import { memoryTree } from '../../../src/source/index.ts'
import { archive, CHART_YAML, chart, helms, input, SETTINGS, showing } from './given.ts'

function shown(outcome: RenderOutcome): JsonValue | undefined {
  if (!outcome.rendered) throw new Error(`${outcome.reason}: ${outcome.message}`)
  return valueAt(outcome.objects[0], ['data', 'value'])
}

function keys(outcome: RenderOutcome): readonly string[] {
  if (!outcome.rendered) throw new Error(`${outcome.reason}: ${outcome.message}`)
  return outcome.objects.map((object) => {
    const key = objectKey(object)
    return key === undefined ? '' : formatObjectKey(key)
  })
}

describe.each(helms)('helmRenderer with %s', (name, path) => {
  const renderer = helmRenderer({ path })
  const render = (tree: Tree, change?: Partial<HelmRenderInput>) => renderer.render(input(tree, change))
  const echo = chart({
    'chart/templates/shown.yaml': showing('{{ .Values.x | toJson | quote }}'),
    'chart/values.yaml': 'x: chart\n',
  })

  it('says its version', async () => {
    expect(await renderer.version()).toMatch(name === 'helm3' ? /^helm 3\.\d+\.\d+$/ : /^helm 4\.\d+\.\d+$/)
  })

  it('renders a chart that is the root of its tree', async () => {
    const tree = memoryTree({
      'Chart.yaml': CHART_YAML,
      'templates/a.yaml': showing('{{ .Release.Name }}.{{ .Release.Namespace }}'),
    })
    expect(shown(await render(tree, { chartPath: '' }))).toBe('cart.shop')
  })

  it('names the tool', async () => {
    expect(await render(echo)).toMatchObject({ rendered: true, tool: await renderer.version() })
  })

  const file = (text: string) => ({ tree: memoryTree({ 'env/v.yaml': text }), path: 'env/v.yaml' })
  const set = (value: string, forceString = false) => ({ parameters: [{ name: 'x', value, forceString }] })

  it.each<[string, Partial<HelmRenderInput>, string]>([
    ['the chart', {}, '"chart"'],
    ['a value file over it', { valueFiles: [file('x: file\n')] }, '"file"'],
    ['the last value file', { valueFiles: [file('x: one\n'), file('x: two\n')] }, '"two"'],
    [
      'values over value files',
      { valueFiles: [file('x: file\n')], helm: { ...SETTINGS, values: 'x: inline\n' } },
      '"inline"',
    ],
    [
      'valuesObject in the place of values',
      { helm: { ...SETTINGS, values: 'x: inline\n', valuesObject: { x: 'object' } } },
      '"object"',
    ],
    [
      'parameters over all',
      { helm: { ...SETTINGS, valuesObject: { x: 'object' }, ...set('parameter') } },
      '"parameter"',
    ],
    ['a parameter that looks like a number', { helm: { ...SETTINGS, ...set('7') } }, '7'],
    ['the same, forced to be text', { helm: { ...SETTINGS, ...set('7', true) } }, '"7"'],
    ['a parameter with a comma', { helm: { ...SETTINGS, ...set('a,b') } }, '"a,b"'],
    ['a parameter with an escaped comma', { helm: { ...SETTINGS, ...set('a\\,b') } }, '"a,b"'],
    ['a parameter that is a list', { helm: { ...SETTINGS, ...set('{a,b}') } }, '["a","b"]'],
    [
      'a parameter with quotes and spaces',
      { helm: { ...SETTINGS, ...set('a "b" $(id)') } },
      JSON.stringify('a "b" $(id)'),
    ],
    [
      'the last of two parameters of one name',
      { helm: { ...SETTINGS, parameters: [...set('1').parameters, ...set('2').parameters] } },
      '2',
    ],
  ])('takes the value of %s', async (_, change, value) => {
    expect(shown(await render(echo, change))).toBe(value)
  })

  it('hands on the versions that the Application names', async () => {
    const template = '"{{ .Capabilities.KubeVersion.Version }} {{ .Capabilities.APIVersions.Has "x.io/v1" }}"'
    const tree = chart({ 'chart/templates/a.yaml': showing(template) })
    const helm = { ...SETTINGS, kubeVersion: '1.29.3', apiVersions: ['x.io/v1'] }
    expect(shown(await render(tree, { helm }))).toBe('v1.29.3 true')
  })

  it('gives CRDs unless the Application skips them', async () => {
    const crd = 'apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata:\n  name: a.x.io\n'
    const tree = chart({ 'chart/crds/a.yaml': crd, 'chart/templates/a.yaml': showing('a') })
    const key = 'apiextensions.k8s.io/CustomResourceDefinition a.x.io'
    expect(keys(await render(tree))).toEqual([key, 'ConfigMap shown'])
    expect(keys(await render(tree, { helm: { ...SETTINGS, skipCrds: true } }))).toEqual(['ConfigMap shown'])
  })

  it('checks values against the schema of the chart, but not while tracing', async () => {
    const schema = JSON.stringify({ type: 'object', properties: { x: { type: 'integer' } } })
    const tree = chart({
      'chart/templates/a.yaml': showing('{{ .Values.x }}'),
      'chart/values.yaml': 'x: text\n',
      'chart/values.schema.json': schema,
    })
    expect(await render(tree)).toMatchObject({
      rendered: false,
      reason: 'render-failed',
      message: expect.stringContaining('schema'),
    })
    expect(shown(await render(tree, { validateSchema: false }))).toBe('text')
  })

  it('uses dependencies that are vendored', async () => {
    const tree = chart({
      'chart/Chart.yaml': `${CHART_YAML}dependencies:\n  - name: sub\n    version: 1.0.0\n    repository: https://charts.example.com\n`,
      'chart/charts/anything/Chart.yaml': 'apiVersion: v2\nname: sub\nversion: 1.0.0\n',
      'chart/charts/anything/templates/a.yaml': showing('{{ .Chart.Name }}'),
    })
    expect(shown(await render(tree))).toBe('sub')
  })

  it('uses dependencies that are vendored as archives', async () => {
    const sub = archive({
      'sub/Chart.yaml': 'apiVersion: v2\nname: sub\nversion: 1.0.0\n',
      'sub/values.schema.json': '{"type": "object"}',
      'sub/templates/a.yaml': showing('{{ .Chart.Name }}'),
    })
    const tree = chart({
      'chart/Chart.yaml': `${CHART_YAML}dependencies:\n  - name: sub\n    version: 1.0.0\n    repository: https://charts.example.com\n`,
      'chart/charts/sub-1.0.0.tgz': sub,
    })
    expect(shown(await render(tree))).toBe('sub')
  })

  it('quotes the line in which a template fails, without a path of this machine', async () => {
    const tree = chart({ 'chart/templates/a.yaml': showing('{{ fail "replicas must be odd" }}') })
    const outcome = await render(tree)
    expect(outcome).toMatchObject({
      rendered: false,
      reason: 'render-failed',
      message: expect.stringMatching(/templates\/a\.yaml.*replicas must be odd/),
    })
    expect(JSON.stringify(outcome)).not.toMatch(/kintsugi-render|\/tmp/)
  })

  it('calls a value file by its name when helm cannot read it', async () => {
    const outcome = await render(echo, { valueFiles: [file('x: [')] })
    expect(outcome).toMatchObject({
      rendered: false,
      reason: 'render-failed',
      message: expect.stringContaining('env/v.yaml'),
    })
  })

  it('reads scalars as Kubernetes does', async () => {
    const text =
      'apiVersion: v1\nkind: A\nmetadata: {name: a}\nspec: {a: yes, b: 0755, c: 2026-01-02, d: 10:20, e: "on", f: 1e3}\n'
    const outcome = await render(chart({ 'chart/templates/a.yaml': text }))
    expect(outcome).toMatchObject({
      objects: [{ spec: { a: true, b: 493, c: '2026-01-02', d: '10:20', e: 'on', f: 1000 } }],
    })
  })

  it('opens lists', async () => {
    const item = '{apiVersion: v1, kind: ConfigMap, metadata: {name: a}}'
    const text = `apiVersion: v1\nkind: List\nitems: [${item}, ${item}]\n`
    expect(keys(await render(chart({ 'chart/templates/a.yaml': text })))).toEqual(['ConfigMap a', 'ConfigMap a'])
  })

  it('gives nothing for a chart that renders to nothing', async () => {
    expect(await render(chart({ 'chart/templates/a.yaml': '{{ if false }}{{ end }}\n' }))).toMatchObject({
      objects: [],
    })
  })

  it('renders many at once', async () => {
    const all = Array.from({ length: 6 }, (_, at) => render(echo, { helm: { ...SETTINGS, ...set(`${at}`) } }))
    expect((await Promise.all(all)).map(shown)).toEqual(['0', '1', '2', '3', '4', '5'])
  })

  it('renders helpers, ranges and conditions', async () => {
    const tree = chart({
      'chart/values.yaml': 'image: {repository: registry/cart, tag: "1.2"}\nreplicas: 2\nports: [80, 443]\n',
      'chart/templates/_helpers.tpl': '{{- define "name" -}}{{ .Release.Name }}-web{{- end -}}\n',
      'chart/templates/deployment.yaml': `apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ include "name" . }}
spec:
  replicas: {{ .Values.replicas }}
  template:
    spec:
      containers:
        - name: app
          image: "{{ .Values.image.repository }}:{{ .Values.image.tag }}"
          ports:
          {{- range .Values.ports }}
            - containerPort: {{ . }}
          {{- end }}
`,
    })
    expect(await render(tree)).toMatchObject({
      objects: [
        {
          metadata: { name: 'cart-web' },
          spec: {
            replicas: 2,
            template: {
              spec: {
                containers: [{ image: 'registry/cart:1.2', ports: [{ containerPort: 80 }, { containerPort: 443 }] }],
              },
            },
          },
        },
      ],
    })
  })
})

describe('helmRenderer where helm is not', () => {
  it('says where it looked', async () => {
    const renderer = helmRenderer({ env: { KINTSUGI_HELM: '/nowhere/helm' } })
    expect(await renderer.version()).toBeUndefined()
    expect(await renderer.render(input(chart({})))).toEqual({
      rendered: false,
      reason: 'renderer-missing',
      message: '/nowhere/helm is not a program that may be run',
    })
  })

  it('does not take a folder for a program', async () => {
    expect(await helmRenderer({ path: import.meta.dirname }).version()).toBeUndefined()
  })

  it('uses only reasons that can be looked up', () => {
    for (const reason of [
      'renderer-missing',
      'render-failed',
      'render-limit',
      'unsafe-path',
      'value-file-missing',
      'unsupported-source',
    ])
      expect(isReason(reason)).toBe(true)
  })
})
