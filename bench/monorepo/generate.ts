import { applicationsChart, serviceChart, umbrellaChart } from './charts.ts'
import { type Files, randomOf } from './files.ts'

export const REPOSITORY = 'https://git.example/platform/monorepo.git'

/** How many Applications of which kind, and how many files in all. */
export type Size = {
  readonly plain: number
  readonly overlays: number
  /** Applications of own charts and of umbrella charts; all of them read one common value file. */
  readonly charts: number
  readonly umbrellas: number
  readonly setDirectories: number
  readonly setFiles: number
  readonly rendered: number
  readonly files: number
}

/** 800 Applications (the parent of the rendered ones is one of them), 16,000 files, one value file that 300 read. */
export const FULL: Size = {
  plain: 180,
  overlays: 220,
  charts: 250,
  umbrellas: 50,
  setDirectories: 50,
  setFiles: 30,
  rendered: 19,
  files: 16_000,
}

type Pick = <Item>(items: readonly Item[]) => Item

const MEMORY = ['64Mi', '128Mi', '256Mi', '512Mi', '1Gi'] as const
const TEAMS = ['shop', 'search', 'billing', 'ml', 'edge', 'data', 'mail', 'auth'] as const

function application(name: string, namespace: string, source: string): string {
  return `apiVersion: argoproj.io/v1alpha1
kind: Application
metadata:
  name: ${name}
  namespace: argocd
spec:
  project: default
  destination:
    namespace: ${namespace}
    server: https://kubernetes.default.svc
  source:
    repoURL: ${REPOSITORY}
    targetRevision: main
${source}`
}

function deployment(name: string, memory: string): string {
  return `apiVersion: apps/v1
kind: Deployment
metadata:
  name: ${name}
  labels: {app: ${name}}
spec:
  replicas: 2
  selector:
    matchLabels: {app: ${name}}
  template:
    metadata:
      labels: {app: ${name}}
    spec:
      containers:
        - name: app
          image: registry.example/${name}:1.4.2
          resources:
            requests:
              cpu: 100m
              memory: 64Mi
            limits:
              memory: ${memory} # as measured
`
}

function service(name: string): string {
  return `apiVersion: v1\nkind: Service\nmetadata:\n  name: ${name}\nspec:\n  selector: {app: ${name}}\n  ports: [{port: 80}]\n`
}

function settings(name: string): string {
  return `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: ${name}-settings\ndata:\n  level: info\n`
}

function manifests(folder: string, name: string, memory: string): Files {
  return {
    [`${folder}/deployment.yaml`]: deployment(name, memory),
    [`${folder}/service.yaml`]: service(name),
    [`${folder}/settings.yaml`]: settings(name),
  }
}

function* plain(count: number, pick: Pick): Generator<Files> {
  for (let n = 0; n < count; n += 1) {
    const [name, team] = [`plain-${n}`, pick(TEAMS)]
    yield manifests(`apps/${team}/${name}`, name, pick(MEMORY))
    yield { [`argocd/${team}/${name}.yaml`]: application(name, team, `    path: apps/${team}/${name}\n`) }
  }
}

/** A base with two environments, each an Application. */
function* overlays(count: number, pick: Pick): Generator<Files> {
  for (let n = 0; n < count; n += 2) {
    const [name, team] = [`over-${n / 2}`, pick(TEAMS)]
    const folder = `kustomize/${team}/${name}`
    yield manifests(`${folder}/base`, name, '64Mi')
    yield {
      [`${folder}/base/kustomization.yaml`]: 'resources:\n- deployment.yaml\n- service.yaml\n- settings.yaml\n',
    }
    for (const environment of ['staging', 'prod'].slice(0, count - n)) {
      const namespace = `${team}-${environment}`
      yield {
        [`${folder}/overlays/${environment}/kustomization.yaml`]: `namespace: ${namespace}\nresources:\n- ../../base\npatches:\n- path: memory.yaml\nreplicas:\n- name: ${name}\n  count: 3\nimages:\n- name: registry.example/${name}\n  newTag: 1.5.0\n`,
        [`${folder}/overlays/${environment}/memory.yaml`]: `apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: ${name}\nspec:\n  template:\n    spec:\n      containers:\n      - name: app\n        resources:\n          limits:\n            memory: ${pick(MEMORY)}\n`,
        [`argocd/${team}/${name}-${environment}.yaml`]: application(
          `${name}-${environment}`,
          namespace,
          `    path: ${folder}/overlays/${environment}\n`,
        ),
      }
    }
  }
}

const COMMON = 'values/common.yaml'

function values(name: string, memory: string): string {
  return `image:\n  name: ${name}\n  tag: 2.3.1\nresources:\n  limits:\n    memory: ${memory} # per service\n`
}

function indented(text: string): string {
  return text.replace(/^(?=.)/gm, '  ')
}

/** Charts that several services share; each service has its values, and all of them read the common ones. */
function* charts(count: number, pick: Pick): Generator<Files> {
  const shared = Math.max(1, Math.min(20, Math.ceil(count / 12)))
  for (let n = 0; n < shared && count > 0; n += 1) yield serviceChart(`charts/service-${n}`, `service-${n}`)
  for (let n = 0; n < count; n += 1) {
    const [name, team] = [`svc-${n}`, pick(TEAMS)]
    const file = `values/${team}/${name}.yaml`
    yield { [file]: values(name, pick(MEMORY)) }
    const source = `    path: charts/service-${n % shared}\n    helm:\n      valueFiles:\n      - /${COMMON}\n      - /${file}\n`
    yield { [`argocd/${team}/${name}.yaml`]: application(name, team, source) }
  }
}

function* umbrellas(count: number, pick: Pick): Generator<Files> {
  const shared = Math.max(1, Math.ceil(count / 10))
  for (let n = 0; n < shared && count > 0; n += 1) yield umbrellaChart(`umbrellas/pair-${n}`, `pair-${n}`)
  for (let n = 0; n < count; n += 1) {
    const [name, team] = [`pair-${n}`, pick(TEAMS)]
    const file = `values/${team}/${name}.yaml`
    const text = `api:\n${indented(`nameOverride: ${name}-api\n${values(`${name}-api`, pick(MEMORY))}`)}jobs:\n${indented(`nameOverride: ${name}-jobs\n`)}`
    yield { [file]: text }
    const source = `    path: umbrellas/pair-${n % shared}\n    helm:\n      valueFiles:\n      - /${COMMON}\n      - /${file}\n`
    yield { [`argocd/${team}/${name}.yaml`]: application(name, team, source) }
  }
}

const SET_HEAD = (name: string): string =>
  `apiVersion: argoproj.io/v1alpha1\nkind: ApplicationSet\nmetadata:\n  name: ${name}\n  namespace: argocd\nspec:\n  goTemplate: true\n`

function setOf(name: string, generator: string, app: string, path: string): string {
  return `${SET_HEAD(name)}  generators:
  - git:
      repoURL: ${REPOSITORY}
      revision: main
      ${generator}
  template:
    metadata:
      name: '${app}'
    spec:
      project: default
      destination:
        namespace: sets
        server: https://kubernetes.default.svc
      source:
        repoURL: ${REPOSITORY}
        targetRevision: main
        path: '${path}'
`
}

function* sets(directories: number, files: number, pick: Pick): Generator<Files> {
  if (directories > 0)
    yield {
      'argocd/sets/directories.yaml': setOf(
        'directories',
        'directories: [{path: sets/apps/*}]',
        '{{.path.basename}}',
        '{{.path.path}}',
      ),
    }
  for (let n = 0; n < directories; n += 1) yield manifests(`sets/apps/dir-${n}`, `dir-${n}`, pick(MEMORY))
  if (files > 0)
    yield {
      'argocd/sets/files.yaml': setOf(
        'files',
        'files: [{path: sets/config/*.yaml}]',
        '{{.name}}',
        'sets/targets/{{.name}}',
      ),
    }
  for (let n = 0; n < files; n += 1) {
    yield { [`sets/config/file-${n}.yaml`]: `name: file-${n}\nteam: ${pick(TEAMS)}\n` }
    yield manifests(`sets/targets/file-${n}`, `file-${n}`, pick(MEMORY))
  }
}

function* rendered(count: number, pick: Pick): Generator<Files> {
  if (count === 0) return
  const names = Array.from({ length: count }, (_, n) => `platform-${n}`)
  yield applicationsChart('bootstrap', names, REPOSITORY)
  yield { 'argocd/bootstrap.yaml': application('bootstrap', 'argocd', '    path: bootstrap\n') }
  for (const name of names) yield manifests(`platform/${name}`, name, pick(MEMORY))
}

/** What else stands in such a repository: nothing of it is deployed. */
function filler(n: number, pick: Pick): Files {
  const team = pick(TEAMS)
  switch (n % 4) {
    case 0:
      return { [`docs/${team}/page-${n}.md`]: `# Page ${n}\n\nkind: Application is a word here too.\n` }
    case 1:
      return {
        [`dashboards/${team}/board-${n}.json`]: `{"title": "board ${n}", "panels": [${'{"type": "graph"},'.repeat(20)}{}]}\n`,
      }
    case 2:
      return {
        [`policies/${team}/policy-${n}.yaml`]: `apiVersion: policies.example/v1\nkind: Policy\nmetadata:\n  name: policy-${n}\nspec:\n  rules: []\n`,
      }
    default:
      return { [`terraform/${team}/module-${n}.tf`]: `module "m${n}" {\n  source = "../modules/base"\n}\n` }
  }
}

/** The files of a monorepo that the seed decides; equal input gives equal files. */
export function monorepo(seed: number, size: Size): Files {
  const random = randomOf(seed)
  const pick: Pick = (items) => {
    const item = items[Math.floor(random() * items.length)]
    if (item === undefined) throw new RangeError('nothing to pick from')
    return item
  }
  const files: Record<string, string> = {
    [COMMON]:
      'global:\n  registry: registry.example\nreplicaCount: 2\nproxy:\n  enabled: true\n  resources:\n    limits: {memory: 48Mi}\n',
    'argocd/root.yaml': application('root', 'argocd', '    path: argocd\n    directory:\n      recurse: true\n'),
  }
  const parts = [
    plain(size.plain - 1, pick),
    overlays(size.overlays, pick),
    charts(size.charts, pick),
    umbrellas(size.umbrellas, pick),
    sets(size.setDirectories, size.setFiles, pick),
    rendered(size.rendered, pick),
  ]
  for (const part of parts) for (const some of part) Object.assign(files, some)
  const missing = size.files - Object.keys(files).length
  for (let n = 0; n < missing; n += 1) Object.assign(files, filler(n, pick))
  return files
}
