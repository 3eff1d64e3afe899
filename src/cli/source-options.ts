import { TREE_OPTIONS } from './tree/options.ts'
import type { Option } from './verb.ts'

/** Which Application is asked; without any of them all of the tree. */
export const APPLICATION_OPTIONS: readonly Option[] = [
  ...TREE_OPTIONS,
  {
    name: 'application',
    value: 'FILE|NAME',
    says: 'manifest of the Argo CD Application, here or in the tree, or the name of one that the tree has; without it the one that renders the target is looked for',
  },
  {
    name: 'path',
    value: 'DIR',
    says: 'directory of the tree that is treated as Argo CD would treat it, without an Application',
  },
  {
    name: 'values',
    value: 'FILE',
    repeatable: true,
    says: 'with --path: value file, from here or beside the chart; the last wins',
  },
  { name: 'release', value: 'NAME', says: 'with --path: name of the Helm release' },
]

/** Flags that `locate` and `edit` share. */
export const SOURCE_OPTIONS: readonly Option[] = [
  ...APPLICATION_OPTIONS,
  {
    name: 'namespace',
    value: 'NS',
    says: 'with --path: namespace of objects that name none; that of the target unless told',
  },
  {
    name: 'target',
    value: 'Kind/namespace/name',
    required: true,
    says: 'rendered object; Kind may carry its group: argoproj.io/Rollout/shop/cart',
  },
  { name: 'container', value: 'NAME', says: 'container, where the object has several' },
  {
    name: 'live',
    value: 'FILE',
    says: 'the object as the cluster has it (kubectl get -o yaml): it has to be what Git renders',
  },
  {
    name: 'field',
    value: 'FIELD',
    required: true,
    says: 'resources.limits.memory, resources.requests.cpu or another resource (ephemeral-storage, nvidia.com/gpu), replicas, minReplicas, maxReplicas, image, image.tag, storage, annotations.KEY, env.NAME, quota.KEY, or path:POINTER (a JSON pointer to one scalar, such as path:/spec/resources/limits/memory; [name=NAME] picks an element of a list)',
  },
]

export const EXAMPLE = '--tree . --target Deployment/shop/cart --field resources.limits.memory'
