import { describe, expect, it } from 'vitest'
import { type Application, isJsonObject } from '../../../src/domain/index.ts'
import { applicationSetOf, type Generated, generateApplications } from '../../../src/source/applicationset/generate.ts'
import { memoryTree, readYaml } from '../../../src/source/index.ts'

const REPO = 'https://example.com/gitops.git'

const TREE = memoryTree({
  'apps/cart/kustomization.yaml': '',
  'apps/cart/overlays/prod/kustomization.yaml': '',
  'apps/web/kustomization.yaml': '',
  'apps/.hidden/kustomization.yaml': '',
  'envs/dev/config.json': '{"env": {"name": "dev", "replicas": 2}, "tags": ["x", "y"]}',
  'envs/prod/config.yaml': 'env:\n  name: prod\n  replicas: 1234567\ntags: []\n',
  'envs/prod/eu/config.yaml': '- {env: {name: eu1}}\n- {env: {name: eu2}}\n',
})

/** Generators and template of a set, as YAML. */
function generated(spec: string, repoURL = REPO): Generated {
  const text = `apiVersion: argoproj.io/v1alpha1\nkind: ApplicationSet\nmetadata: {name: s, namespace: argocd}\nspec:\n${spec}`
  const read = readYaml(new TextEncoder().encode(text), 'set.yaml')
  if (!read.read) throw new Error(read.message)
  const written = { repoURL: REPO, revision: 'main', path: 'set.yaml', document: 0, at: [], line: 1 }
  const set = applicationSetOf(read.documents[0]?.value, { from: 'file', written })
  if (set === undefined) throw new Error('no ApplicationSet')
  return generateApplications(set, (asked, revision) =>
    asked === repoURL ? { tree: TREE, repoURL: asked, revision } : undefined,
  )
}

function template(name: string, path: string, more = ''): string {
  return `  template:\n    metadata: {name: '${name}'}\n    spec:\n      project: default\n      source: {repoURL: ${REPO}, path: '${path}'${more}}\n      destination: {namespace: x}\n`
}

function names({ applications, problems }: Generated): readonly string[] {
  return problems.length > 0 ? problems.map(({ reason }) => reason) : applications.map(({ name }) => name)
}

function helmOf(application: Application | undefined): unknown {
  const spec = application?.manifest['spec']
  const source = isJsonObject(spec) ? spec['source'] : undefined
  return isJsonObject(source) ? source['helm'] : undefined
}

describe('generators', () => {
  it('list: elements of texts, and elementsYaml', () => {
    const spec = `  generators:\n  - list:\n      elements:\n      - {cluster: a, values: {tier: web}}\n      elementsYaml: '[{cluster: b}]'\n${template('{{cluster}}-{{values.tier}}', 'x')}`
    expect(generated(spec).applications.map(({ name }) => name)).toEqual([])
    expect(generated(spec).problems[0]?.message).toContain('{{values.tier}}')
    expect(names(generated(spec.replace('[{cluster: b}]', '[]')))).toEqual(['a-web'])
  })

  it('git files: flat names without Go, in the order of the paths', () => {
    const spec = `  generators:\n  - git:\n      repoURL: ${REPO}\n      files: [{path: envs/*/config.json}]\n${template('{{env.name}}-{{tags.1}}-{{path.basename}}-{{path.filename}}-{{path[0]}}', '{{path}}')}`
    expect(names(generated(spec))).toEqual(['dev-y-dev-config.json-envs'])
  })

  it("git files: Argo CD's own pattern passes directories, and a list in a file gives several", () => {
    const spec = `  goTemplate: true\n  generators:\n  - git:\n      repoURL: ${REPO}\n      files: [{path: envs/*/config.yaml}, {path: envs/prod/config.yaml, exclude: true}]\n${template('{{ .env.name }}-{{ index .path.segments 2 }}', '{{ .path.path }}')}`
    expect(names(generated(spec))).toEqual(['eu1-eu', 'eu2-eu'])
  })

  it('prints large numbers as Go does', () => {
    const spec = `  goTemplate: true\n  generators:\n  - git: {repoURL: ${REPO}, files: [{path: envs/prod/config.yaml}]}\n${template('n-{{ .env.replicas | int }}-{{ .env.replicas }}', 'x')}`
    expect(names(generated(spec))).toEqual(['n-1234567-1.234567e+06'])
  })

  it('git directories: no hidden ones, no deeper ones, without those that are excluded', () => {
    const spec = `  goTemplate: true\n  generators:\n  - git:\n      repoURL: ${REPO}\n      directories: [{path: 'apps/*'}, {path: apps/web, exclude: true}]\n      values: {long: '{{ .path.basename }}-app'}\n${template('{{ .values.long }}', '{{ .path.path }}')}`
    const { applications } = generated(spec)
    expect(applications.map(({ name, sources }) => [name, sources[0]?.path])).toEqual([['cart-app', 'apps/cart']])
  })

  it('matrix: the second may name parameters of the first, the first wins', () => {
    const spec = `  goTemplate: true\n  generators:\n  - matrix:\n      generators:\n      - list: {elements: [{env: dev, file: json}, {env: prod, file: yaml}]}\n      - git: {repoURL: ${REPO}, files: [{path: 'envs/{{ .env }}/config.{{ .file }}'}], pathParamPrefix: cfg}\n${template('{{ .file }}-{{ .cfg.path.basename }}-{{ .env }}', 'x')}`
    expect(names(generated(spec))).toEqual(['json-dev-dev', 'yaml-prod-prod'])
  })

  it('matrix without Go: one name with two values is an error', () => {
    const spec = `  generators:\n  - matrix:\n      generators:\n      - list: {elements: [{a: x}]}\n      - list: {elements: [{a: y}]}\n${template('{{a}}', 'x')}`
    expect(names(generated(spec))).toEqual(['application-unreadable'])
  })

  it('merge: later generators replace what the first gives, by key', () => {
    const spec = `  generators:\n  - merge:\n      mergeKeys: [server]\n      generators:\n      - list: {elements: [{server: a, size: s}, {server: b, size: s}]}\n      - list: {elements: [{server: b, size: l}, {server: c, size: l}]}\n${template('{{server}}-{{size}}', 'x')}`
    expect(names(generated(spec))).toEqual(['a-s', 'b-l'])
  })

  it('selectors see flat parameters', () => {
    const spec = `  goTemplate: true\n  generators:\n  - list: {elements: [{n: a, l: {t: x}}, {n: b, l: {t: y}}, {n: c}]}\n    selector: {matchExpressions: [{key: l.t, operator: In, values: [x]}]}\n${template('{{ .n }}', 'x')}`
    expect(names(generated(spec))).toEqual(['a'])
  })

  it.each(['clusters: {}', 'pullRequest: {}', 'scmProvider: {}', 'plugin: {}', 'clusterDecisionResource: {}'])(
    'names a generator that asks something else than Git, %s, and keeps the others',
    (generator) => {
      const spec = `  generators:\n  - ${generator}\n  - list: {elements: [{n: a}]}\n${template('{{n}}', 'x')}`
      const { applications, problems } = generated(spec)
      expect(problems.map(({ reason }) => reason)).toEqual(['generated-elsewhere'])
      expect(applications.map(({ name }) => name)).toEqual(['a'])
    },
  )

  it('names a repository that is not at hand', () => {
    const spec = `  generators:\n  - git: {repoURL: 'https://example.com/other', directories: [{path: x}]}\n${template('{{path}}', 'x')}`
    expect(names(generated(spec))).toEqual(['source-missing'])
  })
})

describe('templates', () => {
  it('what a generator brings of a template wins, and the rest is filled up', () => {
    const own = `      template:\n        metadata: {name: ''}\n        spec:\n          project: other\n          source: {repoURL: ${REPO}, path: own, helm: {valuesObject: {a: 1}}}\n          destination: {}\n`
    const spec = `  generators:\n  - list:\n      elements: [{n: a}]\n${own}${template('{{n}}', 'x', ', helm: {releaseName: r, valuesObject: {b: 2}}')}`
    const [application] = generated(spec).applications
    expect(application).toMatchObject({ name: 'a', project: 'other', destination: { namespace: 'x' } })
    expect(application?.sources[0]?.path).toBe('own')
    expect(helmOf(application)).toEqual({ releaseName: 'r', valuesObject: { a: 1 } })
    expect(application?.origin).toMatchObject({
      templates: [
        ['spec', 'generators', 0, 'list', 'template'],
        ['spec', 'template'],
      ],
    })
  })

  it('a patch is filled in and laid over, but moves neither project nor namespace', () => {
    const patch = `  templatePatch: |\n    metadata: {namespace: elsewhere}\n    spec:\n      project: root\n      source:\n        helm:\n          valueFiles:\n          {{- range .files }}\n          - {{ . }}\n          {{- end }}\n`
    const spec = `  goTemplate: true\n  generators:\n  - list: {elements: [{n: a, files: [x.yaml, y.yaml]}]}\n${patch}${template('{{ .n }}', 'x')}`
    const [application] = generated(spec).applications
    expect(application).toMatchObject({ namespace: 'argocd', project: 'default' })
    expect(helmOf(application)).toEqual({ valueFiles: ['x.yaml', 'y.yaml'] })
  })

  it('keys of maps are filled in too, and numbers stay what they are', () => {
    const spec = `  goTemplate: true\n  generators:\n  - list: {elements: [{n: a}]}\n${template('{{ .n }}', 'x', ", helm: {valuesObject: {'{{ .n }}': 3, b: '{{ .n }}', c: true}}")}`
    expect(helmOf(generated(spec).applications[0])).toEqual({ valuesObject: { a: 3, b: 'a', c: true } })
  })

  it('a missing parameter fails the whole set where it is told to', () => {
    const spec = `  goTemplate: true\n  goTemplateOptions: ['missingkey=error']\n  generators:\n  - list: {elements: [{n: a}, {m: b}]}\n${template('{{ .n }}', 'x')}`
    expect(names(generated(spec))).toEqual(['application-unreadable'])
  })

  it('two Applications of one name are none, as in Argo CD', () => {
    const spec = `  generators:\n  - list: {elements: [{n: a}, {n: a}, {n: b}]}\n${template('{{n}}', 'x')}`
    const { applications, problems } = generated(spec)
    expect(applications.map(({ name }) => name)).toEqual(['b'])
    expect(problems).toHaveLength(1)
  })

  it('a function that is not built here is named', () => {
    const spec = `  goTemplate: true\n  generators:\n  - list: {elements: [{n: a}]}\n${template('{{ now }}', 'x')}`
    expect(names(generated(spec))).toEqual(['unsupported-applicationset'])
  })
})
