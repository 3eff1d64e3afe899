import { REPOSITORY_URL } from './bare-repository.ts'

export type ApplicationAsked = {
  readonly name: string
  readonly path: string
  readonly namespace: string
  readonly repoURL?: string
}

export function applicationYaml({ name, path, namespace, repoURL = REPOSITORY_URL }: ApplicationAsked): string {
  return `apiVersion: argoproj.io/v1alpha1
kind: Application
metadata:
  name: ${name}
  namespace: argocd
spec:
  project: default
  source:
    repoURL: ${repoURL}
    targetRevision: main
    path: ${path}
  destination:
    server: https://kubernetes.default.svc
    namespace: ${namespace}
`
}

/** Lets memory of OOM-killed containers of these namespaces be proposed. */
export function policyYaml(...namespaces: readonly string[]): string {
  return namespaces
    .map(
      (namespace) => `apiVersion: aiops.example.com/v1alpha1
kind: SelfHealingPolicy
metadata:
  name: ${namespace}-memory
spec:
  targetNamespace: ${namespace}
  anomalyType: OOMKilled
  action: adjust-resources
`,
    )
    .join('---\n')
}
