import {
  type ApplicationText,
  applicationYaml,
  deploymentYaml,
  kustomizationYaml,
  policyYaml,
  resourcesPatchYaml,
  serviceYaml,
} from './manifests.ts'
import { CATALOG_IMAGES } from './shop-truth.ts'

const REGISTRY = 'registry.example/shop'
const NAMESPACE = 'shop'

export type ShopRepositoryOptions = {
  /** As the Applications name the repository. */
  readonly repoURL: string
  /** `main` by default. */
  readonly branch?: string
  /** With the Helm app `reviews`, for where a helm can render it. */
  readonly helm?: boolean
  /** Checks of others that the policies ask for before the bot merges; none by default, as a bare repository has none. */
  readonly requiredChecks?: number
}

/** Files of a repository, path by path. */
export type RepositoryFiles = Readonly<Record<string, string>>

export function shopApplicationTexts(options: ShopRepositoryOptions): readonly ApplicationText[] {
  const { repoURL, branch = 'main' } = options
  const app = (name: string, path: string, valueFiles?: readonly string[]): ApplicationText => ({
    ...{ name, repoURL, branch, path, namespace: NAMESPACE },
    ...(valueFiles === undefined ? {} : { valueFiles }),
  })
  const plain = ['catalog', 'checkout', 'frontend', 'payments', 'recommendation'].map((name) =>
    app(name, `apps/${name}`),
  )
  const reviews = app('reviews', 'charts/reviews', ['values.yaml', '../../apps/reviews/values-prod.yaml'])
  return [app('cart', 'apps/cart/overlays/prod'), ...plain, ...(options.helm === true ? [reviews] : [])]
}

/** The first commit of the shop's GitOps repository: apps in several layouts, Applications, and the policies that say what may be mended. */
export function shopRepository(options: ShopRepositoryOptions): RepositoryFiles {
  const applications = shopApplicationTexts(options).map((app) => [`argocd/${app.name}.yaml`, applicationYaml(app)])
  return {
    'README.md': README,
    ...Object.fromEntries(applications),
    ...cartFiles(),
    ...plainFiles(),
    ...(options.helm === true ? reviewsFiles() : {}),
    ...policyFiles(options.helm === true, options.requiredChecks ?? 0),
  }
}

const README = `# shop

What runs in the namespace shop. Argo CD follows this repository: see argocd/.
`

function cartFiles(): RepositoryFiles {
  const image = `${REGISTRY}/cart:3.4.1`
  const base = { name: 'cart', replicas: 1, tier: 'backend', container: 'app', image }
  return {
    'apps/cart/base/kustomization.yaml': kustomizationYaml('resources:\n  - deployment.yaml\n  - service.yaml\n'),
    'apps/cart/base/deployment.yaml': deploymentYaml({
      ...base,
      memory: { limit: '64Mi', request: '24Mi' },
      cpu: { limit: '500m', request: '50m' },
    }),
    'apps/cart/base/service.yaml': serviceYaml('cart'),
    'apps/cart/overlays/staging/kustomization.yaml': kustomizationYaml(
      'namespace: shop-staging\nresources:\n  - ../../base\n',
    ),
    'apps/cart/overlays/prod/kustomization.yaml': kustomizationYaml(
      'namespace: shop\nresources:\n  - ../../base\npatches:\n  - path: resources.yaml\nreplicas:\n  - name: cart\n    count: 2\n',
    ),
    'apps/cart/overlays/prod/resources.yaml': resourcesPatchYaml({
      name: 'cart',
      container: 'app',
      memory: { limit: '32Mi', request: '24Mi' },
      note: 'Carts are small: a few items each.',
    }),
  }
}

/** The plain app `catalog` with one image or another. */
export function catalogDeployment(image: string): string {
  return deploymentYaml({
    ...{
      name: 'catalog',
      namespace: NAMESPACE,
      replicas: 3,
      maxUnavailable: 1,
      tier: 'backend',
      container: 'app',
      image,
    },
    memory: { limit: '256Mi', request: '128Mi' },
    cpu: { limit: '500m', request: '100m' },
  })
}

function plainFiles(): RepositoryFiles {
  const one = (
    name: string,
    tag: string,
    it: { replicas: number; limit: string; cpu: string; request?: string; note?: string },
  ) => ({
    [`apps/${name}/deployment.yaml`]: deploymentYaml({
      ...{ name, namespace: NAMESPACE, replicas: it.replicas, tier: name === 'frontend' ? 'web' : 'backend' },
      ...{ container: 'app', image: `${REGISTRY}/${name}:${tag}`, memory: { limit: it.limit, request: '128Mi' } },
      cpu: { limit: it.cpu, ...(it.request === undefined ? {} : { request: it.request }) },
      ...(it.note === undefined ? {} : { note: it.note }),
    }),
    [`apps/${name}/service.yaml`]: serviceYaml(name, NAMESPACE),
  })
  return {
    'apps/catalog/deployment.yaml': catalogDeployment(CATALOG_IMAGES.good),
    'apps/catalog/service.yaml': serviceYaml('catalog', NAMESPACE),
    ...one('frontend', '12.0.3', { replicas: 3, limit: '384Mi', cpu: '500m', request: '200m' }),
    ...one('payments', '7.1.0', { replicas: 2, limit: '384Mi', cpu: '"1"', request: '250m' }),
    ...one('checkout', '5.2.0', { replicas: 2, limit: '256Mi', cpu: '200m', note: 'No CPU request: it is the limit.' }),
    ...one('recommendation', '2.0.7', { replicas: 2, limit: '384Mi', cpu: '500m', request: '150m' }),
  }
}

function reviewsFiles(): RepositoryFiles {
  return {
    'charts/reviews/Chart.yaml': 'apiVersion: v2\nname: reviews\nversion: 1.0.0\nappVersion: 4.1.2\n',
    'charts/reviews/values.yaml': `replicaCount: 1
image:
  repository: ${REGISTRY}/reviews
  tag: 4.1.2
resources:
  requests:
    cpu: 50m
    memory: 48Mi
  limits:
    cpu: 500m
    memory: 96Mi
`,
    'charts/reviews/templates/deployment.yaml': REVIEWS_TEMPLATE,
    'apps/reviews/values-prod.yaml': `# What production changes of the chart's values.
replicaCount: 2
resources:
  limits:
    memory: 64Mi
`,
  }
}

const REVIEWS_TEMPLATE = `apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ .Chart.Name }}
  namespace: {{ .Release.Namespace }}
  labels:
    app.kubernetes.io/name: {{ .Chart.Name }}
    tier: backend
spec:
  replicas: {{ .Values.replicaCount }}
  selector:
    matchLabels:
      app.kubernetes.io/name: {{ .Chart.Name }}
  template:
    metadata:
      labels:
        app.kubernetes.io/name: {{ .Chart.Name }}
        tier: backend
    spec:
      containers:
        - name: app
          image: "{{ .Values.image.repository }}:{{ .Values.image.tag }}"
          ports:
            - name: http
              containerPort: 8080
          resources:
            {{- toYaml .Values.resources | nindent 12 }}
`

function policyFiles(helm: boolean, requiredChecks: number): RepositoryFiles {
  const policy = { namespace: NAMESPACE, threshold: 0.85 }
  const memory = 'maxIncreaseFactor: 4, memoryMax: 512Mi'
  const oom = (name: string, paths: string) =>
    policyYaml({
      ...policy,
      ...{ name: `${name}-memory`, failure: 'OOMKilled', action: 'adjust-resources', workloads: [name] },
      automerge: { paths, limits: memory, requiredChecks },
    })
  const rollback = (failure: string, name: string) =>
    policyYaml({
      ...policy,
      ...{ name, failure, action: 'rollback', workloads: ['catalog'] },
      automerge: { paths: 'apps/catalog/**', limits: 'maxIncreaseFactor: 2', requiredChecks },
    })
  return {
    '.kintsugi/policies/cart.yaml': oom('cart', 'apps/cart/**'),
    ...(helm ? { '.kintsugi/policies/reviews.yaml': oom('reviews', 'apps/reviews/**') } : {}),
    '.kintsugi/policies/catalog.yaml': `${rollback('CrashLoopBackOff', 'catalog-crash')}---\n${rollback('ImagePullBackOff', 'catalog-image')}`,
    '.kintsugi/policies/checkout.yaml': policyYaml({
      ...policy,
      ...{ name: 'checkout-cpu', failure: 'CPUThrottling', action: 'adjust-resources', workloads: ['checkout'] },
      ...{ threshold: 0.75, cooldown: '30m', retries: 1 },
      automerge: { paths: 'apps/checkout/**', limits: 'maxIncreaseFactor: 4, cpuMax: "1"', requiredChecks },
    }),
    '.kintsugi/policies/default.yaml': policyYaml({
      ...policy,
      ...{ name: 'tell-people', failure: 'Anomaly', action: 'notify-only', threshold: 0.3, cooldown: '1h' },
    }),
  }
}
