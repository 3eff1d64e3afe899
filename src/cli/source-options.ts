import type { Option } from './verb.ts'

/** Flags that `locate` and `edit` share. */
export const SOURCE_OPTIONS: readonly Option[] = [
  { name: 'tree', value: 'DIR', required: true, says: 'checkout of the GitOps repository' },
  {
    name: 'application',
    value: 'FILE',
    required: true,
    says: 'manifest of the Argo CD Application, here or in the tree; its repoURL is --tree',
  },
  {
    name: 'source',
    value: 'URL=DIR',
    repeatable: true,
    says: 'folder that stands for another repository of the Application',
  },
  {
    name: 'target',
    value: 'Kind/namespace/name',
    required: true,
    says: 'rendered object; Kind may carry its group: argoproj.io/Rollout/shop/cart',
  },
  { name: 'container', value: 'NAME', says: 'container, where the object has several' },
  {
    name: 'field',
    value: 'FIELD',
    required: true,
    says: 'resources.limits.memory, resources.requests.cpu or another resource (ephemeral-storage, nvidia.com/gpu), replicas, minReplicas, maxReplicas, image, image.tag, storage, annotations.KEY, env.NAME, quota.KEY, or path:POINTER (a JSON pointer to one scalar, such as path:/spec/resources/limits/memory; [name=NAME] picks an element of a list)',
  },
]

export const EXAMPLE =
  '--tree . --application argocd/cart-prod.yaml --target Deployment/shop/cart --field resources.limits.memory'
