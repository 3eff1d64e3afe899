import type { JsonObject, Manifest } from '../../domain/index.ts'

/** A Deployment as an author would write it. Amounts are Kubernetes' own notation. */
export type DeploymentText = {
  readonly name: string
  readonly namespace?: string
  readonly kind?: 'Deployment' | 'StatefulSet'
  readonly replicas: number
  readonly tier: string
  readonly container: string
  readonly image: string
  readonly memory: { readonly limit: string; readonly request: string }
  readonly cpu: { readonly limit: string; readonly request?: string }
  /** How many pods a rollout may do without; Kubernetes' default when left out. */
  readonly maxUnavailable?: number
  /** Comment above the resources. */
  readonly note?: string
}

export function deploymentYaml(it: DeploymentText): string {
  const kind = it.kind ?? 'Deployment'
  return `apiVersion: apps/v1
kind: ${kind}
metadata:
  name: ${it.name}
${it.namespace === undefined ? '' : `  namespace: ${it.namespace}\n`}  labels:
    app.kubernetes.io/name: ${it.name}
    tier: ${it.tier}
spec:
  replicas: ${it.replicas}
${kind === 'StatefulSet' ? `  serviceName: ${it.name}\n` : ''}  selector:
    matchLabels:
      app.kubernetes.io/name: ${it.name}
${it.maxUnavailable === undefined ? '' : `  strategy:\n    rollingUpdate:\n      maxUnavailable: ${it.maxUnavailable}\n`}  template:
    metadata:
      labels:
        app.kubernetes.io/name: ${it.name}
        tier: ${it.tier}
    spec:
      containers:
        - name: ${it.container}
          image: ${it.image}
          ports:
            - name: http
              containerPort: 8080
          readinessProbe:
            httpGet:
              path: /ready
              port: http
${it.note === undefined ? '' : `          # ${it.note}\n`}          resources:
            requests:
${it.cpu.request === undefined ? '' : `              cpu: ${it.cpu.request}\n`}              memory: ${it.memory.request}
            limits:
              cpu: ${it.cpu.limit}
              memory: ${it.memory.limit}
`
}

export function serviceYaml(name: string, namespace?: string): string {
  return `apiVersion: v1
kind: Service
metadata:
  name: ${name}
${namespace === undefined ? '' : `  namespace: ${namespace}\n`}spec:
  selector:
    app.kubernetes.io/name: ${name}
  ports:
    - name: http
      port: 80
      targetPort: http
`
}

/** A strategic merge patch of the resources of one container. */
export function resourcesPatchYaml(it: {
  readonly kind?: string
  readonly name: string
  readonly container: string
  readonly memory: { readonly limit: string; readonly request: string }
  readonly note?: string
}): string {
  return `${it.note === undefined ? '' : `# ${it.note}\n`}apiVersion: apps/v1
kind: ${it.kind ?? 'Deployment'}
metadata:
  name: ${it.name}
spec:
  template:
    spec:
      containers:
        - name: ${it.container}
          resources:
            requests:
              memory: ${it.memory.request}
            limits:
              memory: ${it.memory.limit}
`
}

export function kustomizationYaml(lines: string): string {
  return `apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\n${lines}`
}

export type ApplicationText = {
  readonly name: string
  readonly repoURL: string
  readonly branch: string
  readonly path: string
  readonly namespace: string
  readonly valueFiles?: readonly string[]
}

/** The Argo CD Application as the cluster holds it. */
export function applicationManifest(it: ApplicationText): Manifest {
  const helm: JsonObject = it.valueFiles === undefined ? {} : { helm: { valueFiles: [...it.valueFiles] } }
  return {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Application',
    metadata: { name: it.name, namespace: 'argocd' },
    spec: {
      project: 'default',
      source: { repoURL: it.repoURL, targetRevision: it.branch, path: it.path, ...helm },
      destination: { server: 'https://kubernetes.default.svc', namespace: it.namespace },
      syncPolicy: { automated: { prune: true, selfHeal: true } },
    },
  }
}

/** The same Application as a file of the repository. */
export function applicationYaml(it: ApplicationText): string {
  const values = (it.valueFiles ?? []).map((file) => `        - ${file}\n`).join('')
  return `apiVersion: argoproj.io/v1alpha1
kind: Application
metadata:
  name: ${it.name}
  namespace: argocd
spec:
  project: default
  source:
    repoURL: ${JSON.stringify(it.repoURL)}
    targetRevision: ${it.branch}
    path: ${it.path}
${values === '' ? '' : `    helm:\n      valueFiles:\n${values}`}  destination:
    server: https://kubernetes.default.svc
    namespace: ${it.namespace}
  syncPolicy:
    automated:
      prune: true
      selfHeal: true
`
}

export type PolicyText = {
  readonly name: string
  readonly namespace: string
  readonly failure: string
  readonly action: string
  readonly threshold: number
  readonly cooldown?: string
  readonly retries?: number
  /** Names of workloads; all of the namespace when left out. */
  readonly workloads?: readonly string[]
  /** Left out: the policy only tells. */
  readonly automerge?: { readonly paths: string; readonly limits: string; readonly requiredChecks?: number }
}

export function policyYaml(it: PolicyText): string {
  const scope = it.workloads === undefined ? '' : `  workloads:\n    names: [${it.workloads.join(', ')}]\n`
  const merge =
    it.automerge === undefined
      ? ''
      : `  pullRequest:
    mode: automerge
    requiredChecks: ${it.automerge.requiredChecks ?? 0}
    allowedPaths: ["${it.automerge.paths}"]
  limits: {${it.automerge.limits}}
  verify:
    window: 10m
    syncTimeout: 10m
    onHarm: revert
`
  return `apiVersion: aiops.example.com/v1alpha1
kind: SelfHealingPolicy
metadata:
  name: ${it.name}
  namespace: ${it.namespace}
spec:
  targetNamespace: ${it.namespace}
  anomalyType: ${it.failure}
  action: ${it.action}
  confidenceThreshold: ${it.threshold}
  cooldownPeriod: ${it.cooldown ?? '5m'}
  maxRetries: ${it.retries ?? 3}
  enabled: true
${scope}${merge}`
}
