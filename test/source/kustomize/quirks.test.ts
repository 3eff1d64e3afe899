import { describe, expect, it } from 'vitest'
import { buildKustomization } from '../../../src/source/kustomize/index.ts'
import { memoryTree } from '../../../src/source/tree.ts'

type Files = Readonly<Record<string, string>>

const SERVICE = 'apiVersion: v1\nkind: Service\nmetadata: {name: cart}\nspec: {selector: {app: cart}}\n'

function outcome(files: Files, more: { readonly loadRestrictions?: 'root-only' | 'none' } = {}) {
  return buildKustomization({ tree: memoryTree(files), dir: 'app', ...more })
}

function objects(files: Files): readonly unknown[] {
  const built = outcome(files)
  if (!built.built) throw new Error(built.message)
  return built.objects
}

const of = (kustomization: string, resource: string): Files => ({
  'app/kustomization.yaml': kustomization,
  'app/r.yaml': resource,
})

const map = (data: string, metadata = '{name: c}'): string =>
  `apiVersion: v1\nkind: ConfigMap\nmetadata: ${metadata}\ndata: ${data}\n`

describe('what kubectl kustomize does that nobody would guess', () => {
  it('labels written in one go share one value: a patch of one changes the selector too', () => {
    const patch = 'patches:\n- patch: "{apiVersion: v1, kind: Service, metadata: {name: cart, labels: {env: b}}}"\n'
    const files = {
      ...of(`resources: [../base]\n${patch}`, ''),
      'base/kustomization.yaml': 'resources: [s.yaml]\nlabels: [{pairs: {env: a}, includeSelectors: true}]\n',
      'base/s.yaml': SERVICE,
    }
    expect(objects(files)).toMatchObject([{ metadata: { labels: { env: 'b' } }, spec: { selector: { env: 'b' } } }])
  })

  it('a JSON patch parts them', () => {
    const patch = `patches:\n- target: {kind: Service}\n  patch: '[{"op":"replace","path":"/metadata/labels/env","value":"b"}]'\n`
    const files = {
      ...of(`resources: [../base]\n${patch}`, ''),
      'base/kustomization.yaml': 'resources: [s.yaml]\nlabels: [{pairs: {env: a}, includeSelectors: true}]\n',
      'base/s.yaml': SERVICE,
    }
    expect(objects(files)).toMatchObject([{ metadata: { labels: { env: 'b' } }, spec: { selector: { env: 'a' } } }])
  })

  it('a plain annotation is a number again once a JSON patch has passed', () => {
    const patch = `patches:\n- target: {kind: ConfigMap}\n  patch: '[{"op":"add","path":"/data/x","value":"1"}]'\n`
    const noted = map('{a: b}', '{name: c, annotations: {build: 1.10}}')
    expect(objects(of('resources: [r.yaml]\n', noted))).toMatchObject([
      { metadata: { annotations: { build: '1.10' } } },
    ])
    expect(objects(of(`resources: [r.yaml]\n${patch}`, noted))).toMatchObject([
      { metadata: { annotations: { build: '1.1' } } },
    ])
  })

  it('a null annotation is the text that was written', () => {
    expect(objects(of('resources: [r.yaml]', map('{}', '{name: c, annotations: {a: ~}}')))).toMatchObject([
      { metadata: { annotations: { a: '~' } } },
    ])
  })

  it('a namespace written as nothing is an empty text', () => {
    expect(objects(of('resources: [r.yaml]', map('{}', '{name: c, namespace: }')))).toMatchObject([
      { metadata: { namespace: '' } },
    ])
  })

  it('binary values are decoded', () => {
    expect(objects(of('resources: [r.yaml]', map('{a: !!binary aGk=}')))).toMatchObject([{ data: { a: 'hi' } }])
  })

  it('a copy of what is missing in a map is null', () => {
    const patch = `patches:\n- target: {kind: ConfigMap}\n  patch: '[{"op":"copy","from":"/data/none","path":"/data/b"}]'\n`
    expect(objects(of(`resources: [r.yaml]\n${patch}`, map('{a: b}')))).toMatchObject([{ data: { a: 'b', b: null } }])
  })

  it('a key of a JSON patch that is a word of YAML 1.1 becomes its JSON', () => {
    const patch = 'patches:\n- target: {kind: ConfigMap}\n  patch: "[{op: add, path: /data, value: {n: x, on: z}}]"\n'
    expect(objects(of(`resources: [r.yaml]\n${patch}`, map('{a: b}')))).toMatchObject([
      { data: { false: 'x', true: 'z' } },
    ])
  })

  it('keys of generated maps may hold anything', () => {
    expect(objects(of('configMapGenerator: [{name: g, literals: ["a b=1", "a/b=2"]}]', ''))).toMatchObject([
      { data: { 'a b': '1', 'a/b': '2' } },
    ])
  })

  it('a JSON patch may begin with a byte order mark', () => {
    const files = {
      ...of('resources: [r.yaml]\npatches: [{path: p.yaml, target: {kind: ConfigMap}}]', map('{a: b}')),
      'app/p.yaml': '\uFEFF- op: add\n  path: /data/x\n  value: z\n',
    }
    expect(objects(files)).toMatchObject([{ data: { a: 'b', x: 'z' } }])
  })
})

describe('what kubectl kustomize refuses', () => {
  it.each([
    ['a number that JSON lacks', map('{a: .inf}'), '', 'app/r.yaml:4: .inf'],
    ['a key that is no text', map('{1: a}'), '', 'app/r.yaml:4: the key 1 is not text'],
    ['a directive', `%YAML 1.1\n---\n${map('{}')}`, '', 'app/r.yaml:1'],
    ['an annotation whose key is a number', map('{}', '{name: c, annotations: {"1": a}}'), '', 'annotation 1'],
    [
      'a replacement of a null',
      map('{a: b, n: null}'),
      'replacements:\n- source: {kind: ConfigMap, fieldPath: data.a}\n  targets: [{select: {kind: ConfigMap}, fieldPaths: [data.n]}]\n',
      'a null stands at the target',
    ],
    [
      'two objects that a patch makes one',
      `${map('{}')}---\n${map('{}', '{name: d}')}`,
      'patches:\n- target: {kind: ConfigMap}\n  options: {allowNameChange: true}\n  patch: "{apiVersion: v1, kind: ConfigMap, metadata: {name: same}}"\n',
      'is there twice',
    ],
  ])('%s', (_, resource, more, message) => {
    const refused = outcome(of(`resources: [r.yaml]\n${more}`, resource))
    expect(refused).toMatchObject({ built: false, reason: 'broken-base' })
    expect(refused.built ? '' : refused.message).toContain(message)
  })
})

describe('the load restrictor', () => {
  const files = { ...of('resources: [../shared/c.yaml]\n', ''), 'shared/c.yaml': map('{a: b}') }

  it('keeps files to the kustomization by default, and says which option lifts that', () => {
    const refused = outcome(files)
    expect(refused).toMatchObject({ built: false, reason: 'broken-base' })
    expect(refused.built ? '' : refused.message).toContain('--load-restrictor LoadRestrictionsNone')
  })

  it('may be lifted', () => {
    expect(outcome(files, { loadRestrictions: 'none' })).toMatchObject({ built: true, objects: [{ data: { a: 'b' } }] })
  })

  it('never lets a build leave the tree', () => {
    const outside = { ...files, 'app/kustomization.yaml': 'resources: [../../etc/passwd]\n' }
    expect(outcome(outside, { loadRestrictions: 'none' })).toMatchObject({ built: false, reason: 'unsafe-path' })
  })
})

describe('a large base', () => {
  const count = 1000
  const workload = (n: number): string =>
    `apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: d${n}}\nspec:\n  replicas: 1\n  template: {spec: {containers: [{name: a, image: "a:1"}]}}\n`
  const patches = Array.from(
    { length: 200 },
    (_, n) =>
      `- patch: "{apiVersion: apps/v1, kind: Deployment, metadata: {name: d${n * 4}}, spec: {paused: true}}"\n  ${n % 2 === 0 ? '' : `target: {kind: Deployment, name: d${n * 4}}`}\n`,
  ).join('')
  const files: Record<string, string> = {
    'app/kustomization.yaml': `resources: [w.yaml, c.yaml]\nnamePrefix: x-\nnamespace: shop\npatches:\n${patches}`,
    'app/w.yaml': Array.from({ length: count }, (_, n) => workload(n)).join('---\n'),
    'app/c.yaml': Array.from({ length: count }, (_, n) => map('{a: b}', `{name: c${n}}`)).join('---\n'),
  }

  it('of 2,000 objects and 200 patches costs no more than objects and patches together', () => {
    const tree = memoryTree(files)
    const built = buildKustomization({ tree, dir: 'app' })
    expect(built).toMatchObject({ built: true })
    expect(built.built ? built.objects.length : 0).toBe(2 * count)
    const start = process.cpuUsage()
    buildKustomization({ tree, dir: 'app' })
    // A tenth of that; it was more when every patch looked at every id. Other processes don't count.
    expect(process.cpuUsage(start).user).toBeLessThan(1_000_000)
  })
})
