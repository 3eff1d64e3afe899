import { describe, expect, it } from 'vitest'
import type { Application, EditOutcome } from '../../../src/domain/index.ts'
import { discover, edit, locate, memoryTree, type Sources } from '../../../src/source/index.ts'
import { tinyHelm } from '../../fakes/tiny-helm.ts'

const REPO = 'https://example.com/gitops.git'
const DEPS = { helm: tinyHelm, isolation: 'process' } as const

const CHART = {
  'chart/Chart.yaml': 'apiVersion: v2\nname: web\nversion: 1.0.0\n',
  'chart/values.yaml': 'memory: 32Mi\nreplicas: 1\n',
  'chart/templates/deployment.yaml': `apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ .Release.Name }}
spec:
  replicas: {{ .Values.replicas }}
  template:
    spec:
      containers:
        - name: app
          image: cart:1
          resources:
            limits:
              memory: {{ .Values.memory }}
`,
}

const PLAIN = CHART['chart/templates/deployment.yaml']
  .replace('{{ .Release.Name }}', 'cart')
  .replace('{{ .Values.replicas }}', '1')
  .replace('{{ .Values.memory }}', '32Mi')

/** An ApplicationSet whose template holds `helm`, indented as it is written here. */
function set(generators: string, helm: string, more = ''): string {
  return `apiVersion: argoproj.io/v1alpha1
kind: ApplicationSet
metadata:
  name: shop
  namespace: argocd
spec:
  goTemplate: true
${more}  generators:
${generators}
  template:
    metadata:
      name: 'cart-{{ .env }}'
    spec:
      project: default
      source:
        repoURL: ${REPO}
        targetRevision: main
        path: chart
        helm:
${helm}
      destination:
        namespace: shop
`
}

const LIST = `  - list:
      elements:
        - env: dev
          memory: 48Mi # small
        - env: prod
          memory: "96Mi"`

type Edited = { readonly outcome: EditOutcome; readonly others: readonly Application[] }

async function setMemory(files: Record<string, string>, name: string, live = false): Promise<Edited> {
  const tree = memoryTree({ ...CHART, ...files })
  const sources: Sources = { tree: (url) => (url === REPO ? tree : undefined) }
  const { applications } = await discover({ tree, repoURL: REPO, revision: 'main', sources, deps: DEPS })
  const found = applications.find((one) => one.name === name)
  if (found === undefined) throw new Error(`no ${name} in ${applications.map((one) => one.name).join(', ')}`)
  const { origin, ...plain } = found
  const others = applications.filter((one) => one.name !== name)
  const outcome = await edit({
    application: live || origin === undefined ? plain : { ...plain, origin },
    sources,
    deps: DEPS,
    target: { kind: 'Deployment', namespace: 'shop', name },
    changes: [{ field: 'resources.limits.memory', value: '128Mi' }],
    others,
  })
  return { outcome, others }
}

/** `file:line before -> after` of each edit, or the reason. */
function shown({ outcome }: Edited): unknown {
  if (outcome.outcome === 'refused') return `${outcome.reason}: ${outcome.message}`
  if (outcome.outcome !== 'edited') return outcome.outcome
  return outcome.edits.map(({ file, line, before, after }) => `${file}:${line} ${before} -> ${after}`)
}

describe('an edit of what an ApplicationSet generates', () => {
  it('goes to the element that gives the parameter, and leaves the others as they are', async () => {
    const files = { 'set.yaml': set(LIST, "          valuesObject:\n            memory: '{{ .memory }}'") }
    const edited = await setMemory(files, 'cart-prod')
    expect(shown(edited)).toEqual(['set.yaml:14 "96Mi" -> "128Mi"'])
    expect(edited.outcome).toMatchObject({ proof: { alsoReadBy: [] } })
    expect(shown(await setMemory(files, 'cart-dev'))).toEqual(['set.yaml:12 48Mi -> 128Mi'])
  })

  it('is found for an Application of the cluster too, which does not say where it is from', async () => {
    const files = { 'set.yaml': set(LIST, "          valuesObject:\n            memory: '{{ .memory }}'") }
    expect(shown(await setMemory(files, 'cart-prod', true))).toEqual(['set.yaml:14 "96Mi" -> "128Mi"'])
  })

  it('goes to the file that gives the parameter, in YAML and in JSON', async () => {
    const git = `  - git:\n      repoURL: ${REPO}\n      files: [{path: envs/*/config.*}]`
    const files = {
      'set.yaml': set(
        git,
        "          parameters:\n            - name: memory\n              value: '{{ .app.memory }}'",
      ),
      'envs/dev/config.yaml': 'env: dev\napp:\n  memory: 48Mi\n',
      'envs/prod/config.json': '{"env": "prod", "app": {"memory": "96Mi"}}\n',
    }
    expect(shown(await setMemory(files, 'cart-dev'))).toEqual(['envs/dev/config.yaml:3 48Mi -> 128Mi'])
    expect(shown(await setMemory(files, 'cart-prod'))).toEqual(['envs/prod/config.json:1 "96Mi" -> "128Mi"'])
  })

  it('goes to the first generator of a matrix that has it', async () => {
    const matrix = `  - matrix:
      generators:
        - list: {elements: [{env: dev}, {env: prod}]}
        - git: {repoURL: ${REPO}, files: [{path: 'envs/{{ .env }}.yaml'}]}`
    const files = {
      'set.yaml': set(matrix, '          values: |\n            memory: {{ .memory }}\n            replicas: 2'),
      'envs/dev.yaml': 'memory: 48Mi\n',
      'envs/prod.yaml': 'memory: 96Mi\n',
    }
    expect(shown(await setMemory(files, 'cart-prod'))).toEqual(['envs/prod.yaml:1 96Mi -> 128Mi'])
  })

  it('goes into values that are handed on whole', async () => {
    const list = '  - list:\n      elements:\n        - env: prod\n          values:\n            memory: 96Mi'
    const files = { 'set.yaml': set(list, '          values: |\n            {{- .values | toYaml | nindent 12 }}') }
    expect(shown(await setMemory(files, 'cart-prod'))).toEqual(['set.yaml:13 96Mi -> 128Mi'])
  })

  it('goes to the template where it is written out and no other Application has it', async () => {
    const list = '  - list: {elements: [{env: prod}]}'
    const files = { 'set.yaml': set(list, '          valuesObject:\n            memory: 96Mi') }
    expect(shown(await setMemory(files, 'cart-prod'))).toEqual(['set.yaml:21 96Mi -> 128Mi'])
    const text = {
      'set.yaml': set(list, '          values: |\n            name: {{ .env }}\n            memory: 96Mi'),
    }
    expect(shown(await setMemory(text, 'cart-prod'))).toEqual(['set.yaml:22 96Mi -> 128Mi'])
  })

  it('is refused where the template is shared: the others would change', async () => {
    const files = { 'set.yaml': set(LIST, '          valuesObject:\n            memory: 96Mi') }
    expect(shown(await setMemory(files, 'cart-prod'))).toMatch(/^other-changes: the edit would change cart-dev/)
  })

  it('is refused by name where the value is mixed, or made of the path', async () => {
    const mixed = { 'set.yaml': set(LIST, "          valuesObject:\n            memory: '{{ printf `%s` .memory }}'") }
    expect(shown(await setMemory(mixed, 'cart-prod'))).toMatch(/^templated: set.yaml:26 .*printf/)
    const files = {
      'set.yaml': set(
        `  - git: {repoURL: ${REPO}, directories: [{path: 'envs/*'}], values: {env: x}}`,
        "          valuesObject:\n            memory: '{{ .path.basename }}'",
      ).replace('{{ .env }}', '{{ .path.basename }}'),
      'envs/96Mi/x.yaml': 'a: b\n',
    }
    expect(shown(await setMemory(files, 'cart-96Mi'))).toMatch(/^(?:templated|render-failed|target-not-found)/)
  })

  it('goes to the patch of the template where that sets it', async () => {
    const patch = `  templatePatch: |
    spec:
      source:
        helm:
          valuesObject:
            memory: {{ .memory }}
`
    const files = { 'set.yaml': set(LIST, '          valuesObject:\n            memory: 1Mi', patch) }
    expect(shown(await setMemory(files, 'cart-prod'))).toEqual(['set.yaml:20 "96Mi" -> "128Mi"'])
  })

  it('a directory that deploys the ApplicationSet may see it change', async () => {
    const root = `apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: root, namespace: argocd}\nspec:\n  source: {repoURL: ${REPO}, path: sets, targetRevision: main}\n  destination: {namespace: argocd}\n`
    const files = {
      'root.yaml': root,
      'sets/set.yaml': set(LIST, "          valuesObject:\n            memory: '{{ .memory }}'"),
    }
    const edited = await setMemory(files, 'cart-prod')
    expect(shown(edited)).toEqual(['sets/set.yaml:14 "96Mi" -> "128Mi"'])
    expect(edited.outcome).toMatchObject({ proof: { alsoReadBy: ['root'] } })
  })
})

describe('an edit of what another Application renders', () => {
  const child = (memory: string): string =>
    `apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: cart, namespace: argocd}\nspec:\n  source:\n    repoURL: ${REPO}\n    targetRevision: main\n    path: chart\n    helm:\n      valuesObject:\n        memory: ${memory}\n  destination: {namespace: shop}\n`
  const root = `apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: root, namespace: argocd}\nspec:\n  source: {repoURL: ${REPO}, path: apps, targetRevision: main}\n  destination: {namespace: argocd}\n`

  it('goes to the file where the render leaves it as it is', async () => {
    const files = {
      'root.yaml': root,
      'apps/kustomization.yaml': 'resources: [cart.yaml]\n',
      'apps/cart.yaml': child('48Mi'),
    }
    expect(shown(await setMemory(files, 'cart'))).toEqual(['apps/cart.yaml:11 48Mi -> 128Mi'])
  })

  it('goes to the patch of the kustomization that sets it', async () => {
    const patch = `patches:\n- target: {kind: Application}\n  patch: |-\n    - op: replace\n      path: /spec/source/helm/valuesObject/memory\n      value: 96Mi\n`
    const files = {
      'root.yaml': root,
      'apps/kustomization.yaml': `resources: [cart.yaml]\n${patch}`,
      'apps/cart.yaml': child('48Mi'),
    }
    expect(shown(await setMemory(files, 'cart'))).toEqual(['apps/kustomization.yaml:7 96Mi -> 128Mi'])
  })

  it("goes to the parent chart's values, or is refused with the line of the template", async () => {
    const chart = { 'root.yaml': root, 'apps/Chart.yaml': 'apiVersion: v2\nname: apps\nversion: 1.0.0\n' }
    const valued = {
      ...chart,
      'apps/values.yaml': 'cartMemory: 48Mi\n',
      'apps/templates/cart.yaml': child('{{ .Values.cartMemory }}'),
    }
    expect(shown(await setMemory(valued, 'cart'))).toEqual(['apps/values.yaml:1 48Mi -> 128Mi'])
  })
})

describe('a pin', () => {
  it('is what has to move: the line is found and the edit refused', async () => {
    const tree = memoryTree({
      'plain/deployment.yaml': PLAIN,
      'cart.yaml': `apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: cart, namespace: argocd}\nspec:\n  source: {repoURL: ${REPO}, path: plain, targetRevision: v1.2.3}\n  destination: {namespace: shop}\n`,
    })
    const sources: Sources = { tree: () => tree }
    const { applications } = await discover({ tree, repoURL: REPO, revision: 'main', sources, deps: DEPS })
    const [application] = applications
    if (application === undefined) throw new Error('no Application')
    const lookup = { application, sources, deps: DEPS, target: { kind: 'Deployment', namespace: 'shop', name: 'cart' } }
    expect(await locate({ ...lookup, field: 'resources.limits.memory' })).toMatchObject({
      located: true,
      location: { file: 'plain/deployment.yaml', line: 14 },
    })
    const outcome = await edit({ ...lookup, changes: [{ field: 'resources.limits.memory', value: '64Mi' }] })
    expect(outcome).toMatchObject({ outcome: 'refused', reason: 'pinned-revision' })
    expect(outcome).toHaveProperty('message', expect.stringContaining('cart.yaml:1 pins it'))
  })
})
