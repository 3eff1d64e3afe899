import { execFileSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'

const PUBLIC_TREES = resolve(import.meta.dirname, '../../../shared/data/gitops-dev')

/** As Argo CD would name the repository. */
export const REPOSITORY_URL = 'https://github.com/stefanprodan/podinfo'

const DATE = '2026-01-05T08:00:00+00:00'
const PERSON = { NAME: 'Ada', EMAIL: 'ada@example.com', DATE }

/** Runs git without the settings of whoever runs the tests. */
export function git(folder: string, ...args: readonly string[]): string {
  const person = (['AUTHOR', 'COMMITTER'] as const).flatMap((role) =>
    Object.entries(PERSON).map(([key, value]) => [`GIT_${role}_${key}`, value] as const),
  )
  const env = {
    PATH: process.env['PATH'],
    HOME: folder,
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_CONFIG_NOSYSTEM: '1',
    ...Object.fromEntries(person),
  }
  return execFileSync('git', [...args], { cwd: folder, env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })
}

export type BareRepository = {
  /** Everything of one test: remove it afterwards. */
  readonly folder: string
  readonly gitDir: string
}

/** Whether the files are those of public trees. Where they are not at hand it says so: the tests then run on small ones of the same shape. */
export function hasPublicTrees(): boolean {
  const found = existsSync(join(PUBLIC_TREES, 'podinfo')) && existsSync(join(PUBLIC_TREES, 'kustomize-examples'))
  if (!found)
    console.log('real Prometheus: ../shared/data/gitops-dev is absent, small trees of the same shape stand for it')
  return found
}

/** A bare repository with podinfo at its root, the springboot example of kustomize beside it, and `extra`. */
export function bareRepository(isPublic: boolean, extra: Readonly<Record<string, string>> = {}): BareRepository {
  const folder = mkdtempSync(join(tmpdir(), 'kintsugi-e2e-'))
  const work = join(folder, 'podinfo')
  mkdirSync(work)
  if (isPublic) {
    cpSync(join(PUBLIC_TREES, 'podinfo'), work, { recursive: true })
    cpSync(join(PUBLIC_TREES, 'kustomize-examples/springboot'), join(work, 'springboot'), { recursive: true })
    // The example's base reads this file, and the copy at hand holds YAML only.
    writeAll(work, { 'springboot/base/application.properties': 'app.name=Demo\n' })
  } else writeAll(work, SMALL_TREES)
  writeAll(work, extra)
  git(work, 'init', '--quiet', '--initial-branch=main')
  git(work, 'add', '--all', '--force')
  git(work, 'commit', '--quiet', '--message=podinfo')
  git(folder, 'clone', '--quiet', '--bare', work, 'podinfo.git')
  return { folder, gitDir: join(folder, 'podinfo.git') }
}

/** Every ref with what it points to: equal texts, equal repositories. */
export function refsOf({ gitDir }: BareRepository): string {
  return git(gitDir, 'for-each-ref')
}

function writeAll(root: string, files: Readonly<Record<string, string>>): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), text)
  }
}

function deployment(name: string, container: string, limit: string): string {
  return `apiVersion: apps/v1
kind: Deployment
metadata:
  name: ${name}
spec:
  selector:
    matchLabels:
      app: ${name}
  template:
    metadata:
      labels:
        app: ${name}
    spec:
      containers:
      - name: ${container}
        image: ghcr.io/stefanprodan/podinfo:6.14.1
        resources:
          limits:
            cpu: 1000m
            memory: ${limit}
          requests:
            cpu: 100m
            memory: 32Mi
`
}

function kustomization(resources: readonly string[], head = ''): string {
  const list = resources.map((one) => `  - ${one}\n`).join('')
  return `apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\n${head}resources:\n${list}`
}

const LABELS = `apiVersion: builtin
kind: LabelTransformer
metadata:
  name: labels
labels:
  app.kubernetes.io/instance: webapp
fieldSpecs:
  - path: metadata/labels
    create: true
`

const MEMORY_PATCH = `apiVersion: apps/v1
kind: Deployment
metadata:
  name: sbdemo
spec:
  template:
    spec:
      containers:
        - name: sbdemo
          resources:
            limits:
              memory: 1250Mi
            requests:
              memory: 1250Mi
`

const SMALL_TREES: Readonly<Record<string, string>> = {
  'kustomize/kustomization.yaml': kustomization(['deployment.yaml']),
  'kustomize/deployment.yaml': deployment('podinfo', 'podinfod', '512Mi').replace('memory: 32Mi', 'memory: 64Mi'),
  'deploy/bases/frontend/kustomization.yaml': kustomization(['deployment.yaml']),
  'deploy/bases/frontend/deployment.yaml': deployment('frontend', 'frontend', '128Mi'),
  'deploy/overlays/dev/kustomization.yaml': `${kustomization(['../../bases/frontend'], 'namespace: dev\n')}transformers:\n  - labels.yaml\n`,
  'deploy/overlays/dev/labels.yaml': LABELS,
  'springboot/base/kustomization.yaml': kustomization(['deployment.yaml']),
  'springboot/base/deployment.yaml': deployment('sbdemo', 'sbdemo', '64Mi'),
  'springboot/overlays/production/kustomization.yaml': `${kustomization(['../../base'], 'namePrefix: production-\n')}patches:\n  - path: memorylimit_patch.yaml\n`,
  'springboot/overlays/production/memorylimit_patch.yaml': MEMORY_PATCH,
}
