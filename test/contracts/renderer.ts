import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { valueAt } from '../../src/domain/index.ts'
import type { Renderer } from '../../src/ports/index.ts'
import { memoryTree } from '../../src/source/index.ts'
import { archive, CHART_YAML, chart, input, SETTINGS, showing } from '../adapters/render/given.ts'

export type RendererUnderTest = { readonly renderer: Renderer; close?(): Promise<void> }

const VALUE = { 'chart/templates/a.yaml': showing('{{ .Values.a | quote }}'), 'chart/values.yaml': 'a: chart\n' }
const parameter = (name: string, value: string, forceString = false) => ({ name, value, forceString })

/** What every renderer of charts does. `open` gives one that has helm. */
export function rendererContract(name: string, open: () => Promise<RendererUnderTest>): void {
  describe(`${name}, as a renderer`, () => {
    let under: RendererUnderTest
    beforeAll(async () => {
      under = await open()
    })
    afterAll(() => under.close?.())
    const render = (...[tree, change]: Parameters<typeof input>) => under.renderer.render(input(tree, change))
    const shown = async (...[tree, change]: Parameters<typeof input>) => {
      const outcome = await render(tree, change)
      return outcome.rendered ? valueAt(outcome.objects[0], ['data', 'value']) : outcome
    }

    it('names its tool, in outcomes too', async () => {
      const version = await under.renderer.version()
      expect(version).toMatch(/^helm \d+\.\d+\.\d+$/)
      expect(await render(chart(VALUE))).toMatchObject({ rendered: true, tool: version })
    })

    it.each([
      ['the values of the chart', {}, 'chart'],
      ['a value file over them', { valueFiles: ['a: file\n'] }, 'file'],
      ['the last value file', { valueFiles: ['a: first\n', 'a: last\n'] }, 'last'],
      ['inline text over files', { valueFiles: ['a: file\n'], helm: { values: 'a: inline\n' } }, 'inline'],
      ['an inline object over text', { helm: { values: 'a: text\n', valuesObject: { a: 'object' } } }, 'object'],
      ['a parameter over all', { helm: { valuesObject: { a: 'object' }, parameters: [parameter('a', 'b,c')] } }, 'b,c'],
      ['a parameter as text', { helm: { parameters: [parameter('a', '012', true)] } }, '012'],
    ] as const)('takes %s', async (_, change, expected) => {
      const { valueFiles = [], helm = {} } = { valueFiles: undefined, helm: undefined, ...change }
      const files = valueFiles.map((text, at) => ({ tree: memoryTree({ [`v${at}.yaml`]: text }), path: `v${at}.yaml` }))
      expect(await shown(chart(VALUE), { valueFiles: files, helm: { ...SETTINGS, ...helm } })).toBe(expected)
    })

    it('renders for a release, a namespace and a version of Kubernetes', async () => {
      const text = '"{{ .Release.Name }} {{ .Release.Namespace }} {{ .Capabilities.KubeVersion.Version }}"'
      const helm = { ...SETTINGS, kubeVersion: '1.27.3' }
      const tree = chart({ 'chart/templates/a.yaml': showing(text) })
      expect(await shown(tree, { releaseName: 'r', namespace: 'n', helm })).toBe('r n v1.27.3')
    })

    it('says which API versions there are', async () => {
      const tree = chart({ 'chart/templates/a.yaml': showing('{{ .Capabilities.APIVersions.Has "a.io/v1" | quote }}') })
      expect(await shown(tree)).toBe('false')
      expect(await shown(tree, { helm: { ...SETTINGS, apiVersions: ['a.io/v1'] } })).toBe('true')
    })

    it('gives CRDs unless they are skipped', async () => {
      const crd = 'apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {name: a}\n'
      const tree = chart({ 'chart/crds/a.yaml': crd })
      expect(await render(tree)).toMatchObject({ objects: [{ kind: 'CustomResourceDefinition' }] })
      expect(await render(tree, { helm: { ...SETTINGS, skipCrds: true } })).toMatchObject({ objects: [] })
    })

    it('renders a vendored archive, and bytes that are no text', async () => {
      const sub = archive({
        'sub/Chart.yaml': 'apiVersion: v2\nname: sub\nversion: 1.0.0\n',
        'sub/templates/a.yaml': showing('sub'),
      })
      const binary = { 'chart/files/a.bin': Uint8Array.from({ length: 256 }, (_, at) => at) }
      const text = showing('{{ .Files.Get "files/a.bin" | b64enc | len }}')
      expect(await shown(chart({ ...binary, 'chart/templates/a.yaml': text }))).toBe(344)
      expect(await shown(chart({ 'chart/charts/sub-1.0.0.tgz': sub }))).toBe('sub')
    })

    it('checks values against the schema unless told not to', async () => {
      const schema = JSON.stringify({ properties: { a: { type: 'integer' } } })
      const tree = chart({ ...VALUE, 'chart/values.schema.json': schema })
      expect(await render(tree)).toMatchObject({ rendered: false, reason: 'render-failed' })
      expect(await shown(tree, { validateSchema: false })).toBe('chart')
    })

    it('says what is wrong by the names that the reader knows', async () => {
      const failed = await render(chart({ 'chart/templates/a.yaml': '{{ fail "asks for more" }}' }))
      expect(failed).toMatchObject({ rendered: false, reason: 'render-failed' })
      const broken = await render(chart(VALUE), {
        valueFiles: [{ tree: memoryTree({ 'env/v.yaml': 'a: [' }), path: 'env/v.yaml' }],
      })
      const said = JSON.stringify([failed, broken])
      expect(said).toContain('asks for more')
      expect(said).toContain('env/v.yaml')
      expect(said).not.toMatch(/kintsugi-render|\/tmp\//)
    })

    it.each([
      ['a link', chart(VALUE, { 'chart/templates/b.yaml': 'symlink' }), {}, 'unsafe-path'],
      [
        'a value file from the net',
        chart(VALUE),
        { valueFiles: [{ tree: chart(VALUE), path: 'http://a/v' }] },
        'unsafe-path',
      ],
      [
        'a value file that is not there',
        chart(VALUE),
        { valueFiles: [{ tree: chart(VALUE), path: 'v' }] },
        'value-file-missing',
      ],
      [
        'a dependency that is not vendored',
        chart({ 'chart/Chart.yaml': `${CHART_YAML}dependencies: [{name: b}]\n` }),
        {},
        'unsupported-source',
      ],
      ['a release name that is a flag', chart(VALUE), { releaseName: '--debug' }, 'render-failed'],
      [
        'output without end',
        chart({ 'chart/templates/a.yaml': showing('{{ repeat 1000000000 "a" }}') }),
        {},
        'render-limit',
      ],
    ] as const)('refuses %s', { timeout: 60_000 }, async (_, tree, change, reason) => {
      expect(await render(tree, change)).toMatchObject({ rendered: false, reason })
    })

    it('renders several at once, each its own', async () => {
      const names = ['a', 'b', 'c', 'd', 'e', 'f']
      const tree = chart({ 'chart/templates/a.yaml': showing('{{ .Release.Name }}') })
      expect(await Promise.all(names.map((releaseName) => shown(tree, { releaseName })))).toEqual(names)
    })
  })
}
