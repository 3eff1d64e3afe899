import { describe, expect, it } from 'vitest'
import type { JsonValue, KustomizeOverrides } from '../../../src/domain/index.ts'
import { buildKustomization, filesReadBy, kustomizationRoots } from '../../../src/source/kustomize/index.ts'
import { changedTree, memoryTree } from '../../../src/source/tree.ts'

const DEPLOYMENT = `apiVersion: apps/v1
kind: Deployment
metadata:
  name: cart
spec:
  replicas: 1
  template:
    spec:
      initContainers:
      - name: first
        image: busybox
      - name: second
        image: busybox
      containers:
      - name: proxy
        image: example.com:5000/proxy:1.0
      - name: app
        image: shop/cart:1.0
        env:
        - name: A
          valueFrom: {configMapKeyRef: {name: settings, key: a}}
        ports:
        - containerPort: 80
        resources:
          limits: {memory: 32Mi}
      volumes:
      - name: cache
        emptyDir:
`
const SETTINGS = 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings}\ndata: {a: "1"}\n'

function objects(
  kustomization: string,
  files: Readonly<Record<string, string>> = {},
  overrides?: KustomizeOverrides,
): readonly JsonValue[] {
  const tree = memoryTree({
    'kustomization.yaml': kustomization,
    'deployment.yaml': DEPLOYMENT,
    'settings.yaml': SETTINGS,
    ...files,
  })
  const outcome = buildKustomization({ tree, dir: '', ...(overrides === undefined ? {} : { overrides }) })
  if (!outcome.built) throw new Error(outcome.message)
  return outcome.objects
}

const patched = (patch: string, more = ''): readonly JsonValue[] =>
  objects(`resources: [deployment.yaml]\npatches:\n- patch: |-\n${patch.replace(/^/gm, '    ')}\n${more}`)

describe('buildKustomization', () => {
  it('puts kinds in the order of kustomize, and objects of one kind by name', () => {
    const all = objects('resources: [deployment.yaml, settings.yaml, more.yaml]', {
      'more.yaml':
        'apiVersion: v1\nkind: Namespace\nmetadata: {name: shop}\n---\n# nothing\n---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: other}\n',
    })
    expect(all).toMatchObject([
      { kind: 'Namespace' },
      { kind: 'ConfigMap', metadata: { name: 'other' } },
      { kind: 'ConfigMap', metadata: { name: 'settings' } },
      { kind: 'Deployment' },
    ])
  })

  it('keeps the order of the files when that is asked', () => {
    expect(objects('resources: [deployment.yaml, settings.yaml]\nsortOptions: {order: fifo}')).toMatchObject([
      { kind: 'Deployment' },
      { kind: 'ConfigMap' },
    ])
  })

  it('unpacks lists', () => {
    const list = `apiVersion: v1\nkind: List\nitems:\n- ${SETTINGS.trim().replaceAll('\n', '\n  ')}\n`
    expect(objects('resources: [list.yaml]', { 'list.yaml': list })).toMatchObject([{ kind: 'ConfigMap' }])
  })

  it('builds bases before the overlay and runs components inside it', () => {
    const all = objects('resources: [base]\ncomponents: [component]\nnameSuffix: -b', {
      'base/kustomization.yaml': 'resources: [cm.yaml]\nnamePrefix: a-',
      'base/cm.yaml': SETTINGS,
      'component/kustomization.yaml':
        'apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\npatches:\n- target: {kind: ConfigMap}\n  patch: \'[{"op":"add","path":"/data/b","value":"2"}]\'',
    })
    expect(all).toMatchObject([{ metadata: { name: 'a-settings-b' }, data: { a: '1', b: '2' } }])
  })

  it('says every file that it read, and as what', () => {
    const tree = memoryTree({
      'over/kustomization.yaml':
        'resources: [../base]\npatches: [{path: p.yaml}, {path: j.yaml, target: {kind: ConfigMap}}]',
      'over/p.yaml': SETTINGS,
      'over/j.yaml': '[{"op":"remove","path":"/data/a"}]',
      'base/kustomization.yaml': 'resources: [cm.yaml]',
      'base/cm.yaml': SETTINGS,
    })
    expect(buildKustomization({ tree, dir: 'over' })).toMatchObject({
      files: [
        { path: 'base/cm.yaml', role: 'resource', root: 'base' },
        { path: 'base/kustomization.yaml', role: 'kustomization', root: 'over' },
        { path: 'over/j.yaml', role: 'json-patch', root: 'over' },
        { path: 'over/kustomization.yaml', role: 'kustomization', root: 'over' },
        { path: 'over/p.yaml', role: 'strategic-patch', root: 'over' },
      ],
    })
    expect(filesReadBy(tree, 'base')).toEqual(['base/cm.yaml', 'base/kustomization.yaml'])
    expect(kustomizationRoots(tree)).toEqual(['base', 'over'])
  })

  it('builds a changed tree from the changed file', () => {
    const tree = memoryTree({ 'kustomization.yaml': 'resources: [settings.yaml]', 'settings.yaml': SETTINGS })
    buildKustomization({ tree, dir: '' })
    const content = new TextEncoder().encode(SETTINGS.replace('"1"', '"2"'))
    const outcome = buildKustomization({ tree: changedTree(tree, [{ path: 'settings.yaml', content }]), dir: '' })
    expect(outcome).toMatchObject({ objects: [{ data: { a: '2' } }] })
    expect(buildKustomization({ tree, dir: '' })).toMatchObject({ objects: [{ data: { a: '1' } }] })
  })

  it('does not let one build change what the next one reads', () => {
    const tree = memoryTree({
      'kustomization.yaml': 'resources: [settings.yaml]\nnamePrefix: x-',
      'settings.yaml': SETTINGS,
    })
    expect(buildKustomization({ tree, dir: '' })).toEqual(buildKustomization({ tree, dir: '' }))
  })
})

describe('strategic merge patches', () => {
  const patch = (spec: string): string =>
    `apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: cart}\nspec:\n  template:\n    spec:\n${spec.replace(/^/gm, '      ')}`
  const pod = (all: readonly JsonValue[]): unknown => {
    const [first] = all as { spec: { template: { spec: unknown } } }[]
    return first?.spec.template.spec
  }

  it('merge containers by name and put the patched one first, as kustomize does', () => {
    expect(pod(patched(patch('containers:\n- name: app\n  resources: {limits: {memory: 64Mi}}')))).toMatchObject({
      containers: [
        { name: 'app', image: 'shop/cart:1.0', resources: { limits: { memory: '64Mi' } } },
        { name: 'proxy' },
      ],
    })
  })

  it('reorder init containers too', () => {
    expect(pod(patched(patch('initContainers:\n- name: second\n  image: b2')))).toMatchObject({
      initContainers: [{ name: 'second', image: 'b2' }, { name: 'first' }],
    })
  })

  it('delete elements, fields and objects', () => {
    expect(pod(patched(patch('containers:\n- name: proxy\n  $patch: delete\n- name: app\n  env: null')))).toMatchObject(
      {
        containers: [{ name: 'app', ports: [{ containerPort: 80 }] }],
      },
    )
    expect(patched('apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: cart}\n$patch: delete')).toEqual([])
  })

  it('replace a whole list where the patch says so', () => {
    expect(pod(patched(patch('containers:\n- $patch: replace\n- name: only\n  image: x')))).toMatchObject({
      containers: [{ name: 'only', image: 'x' }],
    })
  })

  it('treat a port without a protocol and one with it as kustomize does', () => {
    expect(
      pod(patched(patch('containers:\n- name: app\n  ports:\n  - containerPort: 80\n    name: web'))),
    ).toMatchObject({
      containers: [{ name: 'app', ports: [{ containerPort: 80, name: 'web' }] }, {}],
    })
  })

  it('drop a field that is written as nothing, as kustomize does', () => {
    expect(pod(patched(patch('containers:\n- name: app\n  image: x')))).toMatchObject({ volumes: [{ name: 'cache' }] })
    expect(JSON.stringify(pod(patched(patch('hostNetwork: true'))))).not.toContain('emptyDir')
    expect(JSON.stringify(objects('resources: [deployment.yaml]'))).toContain('"emptyDir":null')
  })

  it('keep a number as text where the target has it in quotes', () => {
    const all = objects(
      'resources: [cm.yaml]\npatches:\n- patch: "{apiVersion: v1, kind: ConfigMap, metadata: {name: settings}, data: {a: 2}}"',
      { 'cm.yaml': SETTINGS },
    )
    expect(all).toMatchObject([{ data: { a: '2' } }])
  })

  it('spell out nulls where a JSON patch has passed', () => {
    const all = objects(
      'resources: [deployment.yaml]\npatches:\n- target: {kind: Deployment}\n  patch: \'[{"op":"add","path":"/spec/paused","value":true}]\'\n- patch: "{apiVersion: apps/v1, kind: Deployment, metadata: {name: cart}, spec: {replicas: 2}}"',
    )
    expect(JSON.stringify(all)).toContain('"emptyDir":null')
  })

  it('replace the lists of custom resources', () => {
    const crd =
      'apiVersion: example.com/v1\nkind: Thing\nmetadata: {name: t}\nspec: {items: [{name: a, x: 1}, {name: b}]}\n'
    const all = objects(
      'resources: [crd.yaml]\npatches:\n- patch: "{apiVersion: example.com/v1, kind: Thing, metadata: {name: t}, spec: {items: [{name: a}]}}"',
      { 'crd.yaml': crd },
    )
    expect(all).toMatchObject([{ spec: { items: [{ name: 'a' }] } }])
  })

  it('keep the name and kind unless the options allow a change', () => {
    const other = 'apiVersion: apps/v1\nkind: StatefulSet\nmetadata: {name: other}'
    const target = '  target: {kind: Deployment}\n'
    expect(patched(other, target)).toMatchObject([{ kind: 'Deployment', metadata: { name: 'cart' } }])
    expect(patched(other, `${target}  options: {allowNameChange: true, allowKindChange: true}\n`)).toMatchObject([
      { kind: 'StatefulSet', metadata: { name: 'other' } },
    ])
  })
})

describe('JSON patches', () => {
  const at = (operations: string, target = 'kind: Deployment'): readonly JsonValue[] =>
    objects(`resources: [deployment.yaml]\npatches:\n- target: {${target}}\n  patch: '${operations}'`)

  it.each([
    ['add', '[{"op":"add","path":"/spec/paused","value":true}]', { paused: true }],
    ['replace', '[{"op":"replace","path":"/spec/replicas","value":3}]', { replicas: 3 }],
    [
      'test and replace',
      '[{"op":"test","path":"/spec/replicas","value":1},{"op":"replace","path":"/spec/replicas","value":3}]',
      { replicas: 3 },
    ],
    [
      'copy',
      '[{"op":"copy","from":"/spec/replicas","path":"/spec/minReadySeconds"}]',
      { replicas: 1, minReadySeconds: 1 },
    ],
    ['move', '[{"op":"move","from":"/spec/replicas","path":"/spec/minReadySeconds"}]', { minReadySeconds: 1 }],
  ])('apply %s', (_, operations, spec) => {
    expect(at(operations)).toMatchObject([{ spec }])
  })

  it('fail like kustomize where a test does not hold', () => {
    expect(() => at('[{"op":"test","path":"/spec/replicas","value":2}]')).toThrow('the test of /spec/replicas fails')
  })

  it.each([
    ['name: "ca.*"', true],
    ['name: "ca"', false],
    ['name: "cart|other"', true],
    ['group: apps, version: v1', true],
    ['namespace: default', true],
    ['namespace: other', false],
    ['labelSelector: "app=x"', false],
    ['labelSelector: "app!=x,!tier"', true],
    ['annotationSelector: "a in (b)"', false],
  ])('select by {%s}', (target, isSelected) => {
    expect(at('[{"op":"add","path":"/spec/paused","value":true}]', target)).toMatchObject([
      { spec: isSelected ? { paused: true } : {} },
    ])
    expect(JSON.stringify(at('[{"op":"add","path":"/spec/paused","value":true}]', target)).includes('paused')).toBe(
      isSelected,
    )
  })
})

describe('names', () => {
  it('follow renamed objects into the fields that refer to them', () => {
    const all = objects('resources: [deployment.yaml, settings.yaml]\nnamePrefix: dev-')
    expect(JSON.stringify(all)).toContain('"configMapKeyRef":{"name":"dev-settings"')
  })

  it('carry the hash of generated objects, in name and references', () => {
    const all = objects('resources: [deployment.yaml]\nconfigMapGenerator:\n- name: settings\n  literals: [a=1]')
    expect(all).toMatchObject([{ metadata: { name: 'settings-h29d89cmmt' }, data: { a: '1' } }, {}])
    expect(JSON.stringify(all[1])).toContain('settings-h29d89cmmt')
  })

  it('leave definitions and namespaces alone', () => {
    const all = objects('resources: [n.yaml]\nnamePrefix: dev-', {
      'n.yaml': 'apiVersion: v1\nkind: Namespace\nmetadata: {name: shop}',
    })
    expect(all).toMatchObject([{ metadata: { name: 'shop' } }])
  })

  it('put namespaced objects, default subjects and namespaces into the namespace', () => {
    const all = objects('resources: [settings.yaml, r.yaml]\nnamespace: shop', {
      'r.yaml':
        'apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRoleBinding\nmetadata: {name: b}\nroleRef: {kind: ClusterRole, name: r, apiGroup: rbac.authorization.k8s.io}\nsubjects: [{kind: ServiceAccount, name: default}, {kind: ServiceAccount, name: other}]\n---\napiVersion: v1\nkind: Namespace\nmetadata: {name: old}',
    })
    expect(all).toMatchObject([
      { kind: 'Namespace', metadata: { name: 'shop' } },
      { subjects: [{ namespace: 'shop' }, { name: 'other' }] },
      { kind: 'ConfigMap', metadata: { namespace: 'shop' } },
    ])
    expect(JSON.stringify(all[1])).not.toContain('"b","namespace"')
  })
})

describe('images, replicas, labels, generators and replacements', () => {
  it('change the image by name, with a port in the registry', () => {
    const all = objects(
      'resources: [deployment.yaml]\nimages:\n- {name: shop/cart, newTag: "2.0"}\n- {name: "example.com:5000/proxy", newName: p, digest: "sha256:ab"}',
    )
    expect(JSON.stringify(all)).toContain('"image":"shop/cart:2.0"')
    expect(JSON.stringify(all)).toContain('"image":"p@sha256:ab"')
  })

  it('set replicas by name', () => {
    expect(objects('resources: [deployment.yaml]\nreplicas: [{name: cart, count: 4}]')).toMatchObject([
      { spec: { replicas: 4 } },
    ])
  })

  it('put common labels into selectors and templates, and other labels only where asked', () => {
    expect(objects('resources: [deployment.yaml]\ncommonLabels: {team: shop}')).toMatchObject([
      {
        metadata: { labels: { team: 'shop' } },
        spec: { selector: { matchLabels: { team: 'shop' } }, template: { metadata: { labels: { team: 'shop' } } } },
      },
    ])
    const [plain] = objects('resources: [deployment.yaml]\nlabels: [{pairs: {team: shop}}]')
    expect(plain).toMatchObject({ metadata: { labels: { team: 'shop' } } })
    expect(JSON.stringify(plain)).not.toContain('matchLabels')
  })

  it('merge generated data into what a base has', () => {
    const all = objects('resources: [base]\nconfigMapGenerator:\n- name: c\n  behavior: merge\n  literals: [b=2]', {
      'base/kustomization.yaml':
        'configMapGenerator:\n- name: c\n  literals: [a=1, b=1]\n  options: {disableNameSuffixHash: true}',
    })
    expect(all).toMatchObject([{ metadata: { name: 'c' }, data: { a: '1', b: '2' } }])
  })

  it('read generator files and environments', () => {
    const all = objects(
      'generatorOptions: {disableNameSuffixHash: true, immutable: true}\nsecretGenerator:\n- name: s\n  type: x\n  files: [f.txt, k=f.txt]\n  envs: [e.env]',
      { 'f.txt': 'hello', 'e.env': '# no\nA=b=c\n\nB\n' },
    )
    expect(all).toEqual([
      {
        apiVersion: 'v1',
        kind: 'Secret',
        metadata: { name: 's' },
        type: 'x',
        immutable: true,
        data: { 'f.txt': 'aGVsbG8=', k: 'aGVsbG8=', A: 'Yj1j', B: '' },
      },
    ])
  })

  it('copy a field into parts of others', () => {
    const all = objects(
      'resources: [deployment.yaml, settings.yaml]\nreplacements:\n- source: {kind: ConfigMap, fieldPath: data.a}\n  targets:\n  - select: {kind: Deployment}\n    fieldPaths: ["spec.template.spec.containers.[name=app].image"]\n    options: {delimiter: ":", index: 1}',
    )
    expect(JSON.stringify(all)).toContain('"image":"shop/cart:1"')
  })
})

describe('settings of an Application', () => {
  it('override the kustomization', () => {
    const all = objects(
      'resources: [deployment.yaml]\nnamePrefix: x-\nimages: [{name: shop/cart, newTag: a}]',
      {},
      {
        namePrefix: 'y-',
        images: ['shop/cart:9', 'example.com:5000/proxy=p:2'],
        replicas: [{ name: 'cart', count: '3' }],
        commonLabels: { a: 'b' },
      },
    )
    expect(all).toMatchObject([{ metadata: { name: 'y-cart', labels: { a: 'b' } }, spec: { replicas: 3 } }])
    expect(JSON.stringify(all)).toContain('"image":"shop/cart:9"')
    expect(JSON.stringify(all)).toContain('"image":"p:2"')
  })
})
