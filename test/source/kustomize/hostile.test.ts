import { describe, expect, it } from 'vitest'
import { buildKustomization } from '../../../src/source/kustomize/index.ts'
import { memoryTree } from '../../../src/source/tree.ts'

const CM = 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\ndata: {a: "1"}\n'

type Files = Readonly<Record<string, string>>

function refusal(files: Files, special: Readonly<Record<string, 'symlink' | 'submodule'>> = {}, dir = 'app') {
  const outcome = buildKustomization({ tree: memoryTree(files, special), dir })
  return outcome.built ? { reason: 'built', message: '' } : outcome
}

const app = (kustomization: string, files: Files = {}): Files => ({
  'app/kustomization.yaml': kustomization,
  'app/cm.yaml': CM,
  ...files,
})

describe('buildKustomization refuses, by name and line', () => {
  it.each([
    ['a path out of the tree', 'unsafe-path', 'app/kustomization.yaml:1', app('resources: [../../../etc/passwd]')],
    ['an absolute path', 'unsafe-path', 'app/kustomization.yaml:1', app('resources: [/etc/passwd]')],
    [
      'a patch out of the tree',
      'unsafe-path',
      'app/kustomization.yaml:3',
      app('resources: [cm.yaml]\npatches:\n- path: ../../p.yaml'),
    ],
    [
      'a generator that reads elsewhere',
      'unsafe-path',
      'app/kustomization.yaml:3',
      app('configMapGenerator:\n- name: a\n  files: [x=../../../etc/passwd]'),
    ],
    [
      'a file above the kustomization',
      'broken-base',
      'not below app',
      app('configMapGenerator:\n- name: a\n  files: [../x]', { x: '' }),
    ],
    ['a URL', 'remote-base', 'app/kustomization.yaml:2', app('resources:\n- https://example.com/x.yaml')],
    ['another scheme', 'remote-base', 'app/kustomization.yaml:2', app('resources:\n- file:///etc/passwd')],
    ['a git address', 'remote-base', 'app/kustomization.yaml:2', app('resources:\n- git@github.com:a/b.git')],
    [
      'a repository without a scheme',
      'remote-base',
      'app/kustomization.yaml:2',
      app('resources:\n- github.com/a/b//c?ref=main'),
    ],
    ['a path with a git query', 'remote-base', 'app/kustomization.yaml:2', app('resources:\n- ../base?ref=main')],
    [
      'a remote patch',
      'remote-base',
      'app/kustomization.yaml:3',
      app('resources: [cm.yaml]\npatches:\n- path: https://example.com/p.yaml'),
    ],
    [
      'a remote file of a generator',
      'remote-base',
      'app/kustomization.yaml:3',
      app('configMapGenerator:\n- name: a\n  files: [x=https://example.com/x]'),
    ],
    ['a remote component', 'remote-base', 'app/kustomization.yaml:1', app('components: [https://example.com/a]')],
    ['a missing file', 'broken-base', 'app/kustomization.yaml:3', app('resources:\n- cm.yaml\n- none.yaml')],
    [
      'a missing patch',
      'broken-base',
      'app/kustomization.yaml:3',
      app('resources: [cm.yaml]\npatches:\n- path: none.yaml'),
    ],
    [
      'a directory without a kustomization',
      'broken-base',
      'app/kustomization.yaml:1',
      app('resources: [../x]', { 'x/a.txt': '' }),
    ],
    [
      'two kustomization files',
      'broken-base',
      'only one may stand there',
      app('resources: [cm.yaml]', { 'app/kustomization.yml': '' }),
    ],
    ['an empty kustomization', 'broken-base', 'app/kustomization.yaml:1', app('# nothing\n')],
    [
      'a kustomization that says nothing',
      'broken-base',
      'is empty',
      app('apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\n'),
    ],
    ['itself as a base', 'broken-base', 'a cycle', app('resources: [.]')],
    [
      'its parent as a base',
      'broken-base',
      'a cycle',
      app('resources: [..]', { 'kustomization.yaml': 'resources: [app]' }),
    ],
    [
      'a circle of bases',
      'broken-base',
      'a cycle',
      app('resources: [../b]', { 'b/kustomization.yaml': 'resources: [../app]' }),
    ],
    [
      'a circle of components',
      'broken-base',
      'a cycle',
      app('components: [../b]', {
        'b/kustomization.yaml': 'kind: Component\napiVersion: kustomize.config.k8s.io/v1alpha1\ncomponents: [../b]',
      }),
    ],
    ['an unknown field', 'broken-base', 'app/kustomization.yaml:2', app('resources: [cm.yaml]\nresource: []')],
    [
      'a field of the wrong kind',
      'broken-base',
      'app/kustomization.yaml:2',
      app('resources: [cm.yaml]\nnamePrefix: 3'),
    ],
    [
      'invalid YAML',
      'broken-base',
      'app/bad.yaml:3:1',
      app('resources: [bad.yaml]', { 'app/bad.yaml': 'a: 1\nb: "x\n' }),
    ],
    [
      'a key twice',
      'broken-base',
      'app/bad.yaml:6:3',
      app('resources: [bad.yaml]', { 'app/bad.yaml': `${CM.replace('{a: "1"}', '\n  a: 1\n  a: 2')}` }),
    ],
    [
      'something that is no object',
      'broken-base',
      'app/bad.yaml:1',
      app('resources: [bad.yaml]', { 'app/bad.yaml': 'hello: world\n' }),
    ],
    [
      'an object without a name',
      'broken-base',
      'metadata.name',
      app('resources: [bad.yaml]', { 'app/bad.yaml': 'apiVersion: v1\nkind: ConfigMap\n' }),
    ],
    [
      'an object twice',
      'broken-base',
      'app/kustomization.yaml:3',
      app('resources:\n- cm.yaml\n- b.yaml', { 'app/b.yaml': CM }),
    ],
    [
      'a patch of nothing',
      'broken-base',
      'there is none',
      app('resources: [cm.yaml]\npatches:\n- patch: "{apiVersion: v1, kind: ConfigMap, metadata: {name: x}}"'),
    ],
    [
      'a prototype in a JSON patch',
      'broken-base',
      '__proto__',
      app(
        'resources: [cm.yaml]\npatches:\n- target: {kind: ConfigMap}\n  patch: \'[{"op":"add","path":"/data/__proto__","value":{"x":1}}]\'',
      ),
    ],
    [
      'a prototype in a file',
      'broken-base',
      '__proto__',
      app('resources: [bad.yaml]', { 'app/bad.yaml': `${CM}__proto__: {x: 1}\n` }),
    ],
    [
      'deep nesting',
      'input-too-large',
      'app/bad.yaml:1:',
      app('resources: [bad.yaml]', { 'app/bad.yaml': '['.repeat(200_000) }),
    ],
    [
      'deep nesting in an inline patch',
      'input-too-large',
      'app/kustomization.yaml:3',
      app(`resources: [cm.yaml]\npatches:\n- patch: '${'['.repeat(100_000)}'`),
    ],
    [
      'a bomb of aliases',
      'input-too-large',
      'app/bad.yaml:',
      app('resources: [bad.yaml]', {
        'app/bad.yaml': Array.from(
          { length: 12 },
          (_, i) => `l${i}: &l${i} [${Array(9).fill(i === 0 ? '1' : `*l${i - 1}`)}]`,
        ).join('\n'),
      }),
    ],
    [
      'a large file',
      'input-too-large',
      'app/bad.yaml:1',
      app('resources: [bad.yaml]', { 'app/bad.yaml': `${CM}# ${'x'.repeat(2 ** 20)}` }),
    ],
    [
      'a pattern that grows without end',
      'broken-base',
      'regular expression',
      app(
        `resources: [cm.yaml]\npatches:\n- target: {name: "${'(a{900}){900}'}"}\n  patch: "[{op: remove, path: /data}]"`,
      ),
    ],
    ['vars', 'unsupported-kustomize', 'app/kustomization.yaml:2: vars', app('resources: [cm.yaml]\nvars: [{name: a}]')],
    ['helm charts', 'unsupported-kustomize', 'helmCharts', app('helmCharts: [{name: a}]')],
    ['a generator plugin', 'unsupported-kustomize', 'generators', app('generators: [a.yaml]')],
    [
      'a transformer plugin',
      'unsupported-kustomize',
      'app/a.yaml:1: Thing is a plugin',
      app('resources: [cm.yaml]\ntransformers: [a.yaml]', { 'app/a.yaml': 'apiVersion: x/v1\nkind: Thing\n' }),
    ],
    [
      'a transformer that is not built here',
      'unsupported-kustomize',
      'app/a.yaml:1: the transformer HashTransformer',
      app('resources: [cm.yaml]\ntransformers: [a.yaml]', {
        'app/a.yaml': 'apiVersion: builtin\nkind: HashTransformer\n',
      }),
    ],
    ['configurations', 'unsupported-kustomize', 'configurations', app('configurations: [a.yaml]')],
    ['an OpenAPI schema', 'unsupported-kustomize', 'openapi', app('openapi: {path: a.json}')],
  ])(
    '%s',
    (_, reason, text, files) => {
      const outcome = refusal(files)
      expect(outcome).toMatchObject({ reason })
      expect(outcome.message).toContain(text)
    },
    3_000,
  )

  it('links and submodules, wherever they stand on the way', () => {
    const files = app('resources:\n- ../lib/x.yaml\n')
    expect(refusal(files, { lib: 'submodule' })).toMatchObject({
      reason: 'unsafe-path',
      message: 'app/kustomization.yaml:2: lib is a submodule',
    })
    expect(refusal(files, { 'lib/x.yaml': 'symlink' })).toMatchObject({ reason: 'unsafe-path' })
  })

  it('bases that double at each level', () => {
    const levels = Array.from({ length: 40 }, (_, n): [string, string] => [
      `l${n}/kustomization.yaml`,
      `resources: [../l${n + 1}, ../l${n + 1}]`,
    ])
    const files = { ...Object.fromEntries(levels), 'l40/kustomization.yaml': 'namePrefix: x-' }
    expect(refusal(files, {}, 'l0')).toMatchObject({ reason: 'input-too-large' })
  }, 5_000)

  it('copies of a thing into itself', () => {
    const copies = Array.from({ length: 40 }, (_, n) => `{"op":"copy","from":"/data","path":"/data/x${n}"}`)
    const files = app(`resources: [cm.yaml]\npatches:\n- target: {kind: ConfigMap}\n  patch: '[${copies.join(',')}]'`)
    expect(refusal(files)).toMatchObject({ reason: 'input-too-large' })
  }, 5_000)

  it('a directory that has no kustomization', () => {
    expect(refusal({ 'a.txt': '' }, {}, '')).toMatchObject({ reason: 'broken-base' })
  })

  it('matches a pattern made to backtrack in no time', () => {
    const name = 'a'.repeat(250)
    const files = app(
      'resources: [cm.yaml]\npatches:\n- target: {name: "(a+)+(a+)+(a|a)*b"}\n  patch: "[{op: remove, path: /data}]"',
      {
        'app/cm.yaml': CM.replace('name: c', `name: ${name}`),
      },
    )
    expect(refusal(files).reason).toBe('built')
  }, 2_000)

  it('builds a thousand objects with a thousand references in a second or two', () => {
    const names = Array.from({ length: 1000 }, (_, index) => index)
    const pods = names.map(
      (n) =>
        `apiVersion: v1\nkind: Pod\nmetadata: {name: p${n}}\nspec: {volumes: [{name: a, configMap: {name: c${n}}}]}\n`,
    )
    const maps = names.map((n) => CM.replace('name: c', `name: c${n}`))
    const files = app('resources: [pods.yaml, maps.yaml]\nnamePrefix: x-\nnamespace: shop', {
      'app/pods.yaml': pods.join('---\n'),
      'app/maps.yaml': maps.join('---\n'),
    })
    expect(refusal(files).reason).toBe('built')
  }, 20_000)
})
