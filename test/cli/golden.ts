import { mkdir, mkdtemp, readdir, readFile, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

export type Files = Readonly<Record<string, string>>

export async function writeTree(files: Files): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'kintsugi-tree-'))
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(dir, path)), { recursive: true })
    await writeFile(join(dir, path), text)
  }
  return dir
}

export async function readTree(dir: string): Promise<Files> {
  const entries = await readdir(dir, { recursive: true, withFileTypes: true })
  const files: Record<string, string> = {}
  for (const entry of entries.filter((one) => one.isFile())) {
    const path = join(entry.parentPath, entry.name)
    files[path.slice(dir.length + 1)] = await readFile(path, 'utf8')
  }
  return files
}

export function application(name: string, path: string, more = ''): string {
  return `apiVersion: argoproj.io/v1alpha1
kind: Application
metadata:
  name: ${name}
  namespace: argocd
spec:
  project: default
  destination:
    namespace: shop
    server: https://kubernetes.default.svc
  source:
    repoURL: https://git.example/shop/gitops.git
    targetRevision: main
    path: ${path}
${more}`
}

export const DEPLOYMENT = `# the cart
apiVersion: apps/v1
kind: Deployment
metadata:
  name: cart
spec:
  replicas: 2
  template:
    metadata:
      annotations:
        team: "shop"   # who is asked
    spec:
      containers:
      - name: app
        image: registry.example/cart:1.4.2
        resources:
          limits: {memory: 32Mi, cpu: "1"} # sized for the old cache
          requests:
              memory: '16Mi'
      - name: proxy
        image: registry.example/proxy@sha256:${'a'.repeat(64)}
        resources:
          limits:
            memory: 1Gi
`

export const PLAIN: Files = {
  'argocd/cart.yaml': application('cart', 'apps/cart'),
  'apps/cart/deployment.yaml': DEPLOYMENT,
}

export const OVERLAYS: Files = {
  'argocd/prod.yaml': application('cart-prod', 'apps/cart/overlays/prod'),
  'argocd/staging.yaml': application('cart-staging', 'apps/cart/overlays/staging'),
  'apps/cart/base/kustomization.yaml': 'resources:\n- deployment.yaml\n',
  'apps/cart/base/deployment.yaml': DEPLOYMENT,
  'apps/cart/overlays/prod/kustomization.yaml':
    'namespace: shop\nresources:\n- ../../base\npatches:\n- path: resources.yaml\nreplicas:\n- name: cart\n  count: 4\n',
  'apps/cart/overlays/prod/resources.yaml': `apiVersion: apps/v1
kind: Deployment
metadata: {name: cart}
spec:
  template:
    spec:
      containers:
      - name: app
        resources:
          limits:
            memory: 64Mi # prod
`,
  'apps/cart/overlays/staging/kustomization.yaml': 'namespace: staging\nresources:\n- ../../base\n',
}

const CHART: Files = {
  'Chart.yaml': 'apiVersion: v2\nname: cart\nversion: 1.0.0\n',
  'values.yaml': 'image:\n  repository: registry.example/cart\n  tag: 1.4.2\nresources:\n  limits:\n    memory: 32Mi\n',
  'templates/deployment.yaml': `apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ .Release.Name }}
spec:
  template:
    spec:
      containers:
        - name: app
          image: "{{ .Values.image.repository }}:{{ .Values.image.tag }}"
          resources:
            {{- toYaml .Values.resources | nindent 12 }}
`,
}

const inFolder = (folder: string, files: Files): Files =>
  Object.fromEntries(Object.entries(files).map(([path, text]) => [`${folder}/${path}`, text]))

export const HELM: Files = {
  ...inFolder('apps/cart', CHART),
  'apps/cart/values-prod.yaml': '# prod\nresources:\n  limits:\n    memory: 64Mi   # why\n',
  'argocd/cart.yaml': application('cart', 'apps/cart', '    helm:\n      valueFiles: [values-prod.yaml]\n'),
}

/** Values in this repository, the chart in another. */
export const TWO_REPOSITORIES: { readonly home: Files; readonly charts: Files } = {
  charts: inFolder('cart', CHART),
  home: {
    'prod/values.yaml': 'resources:\n  limits:\n    memory: 64Mi\n',
    'argocd/cart.yaml': `apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: cart, namespace: argocd}
spec:
  project: default
  destination: {namespace: shop, server: https://kubernetes.default.svc}
  sources:
  - repoURL: https://git.example/shop/charts
    targetRevision: main
    path: cart
    helm:
      valueFiles: ["$values/prod/values.yaml"]
  - repoURL: git@git.example:shop/gitops.git
    targetRevision: main
    ref: values
`,
  },
}
