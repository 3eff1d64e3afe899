export { type KubernetesOptions, type KubernetesSite, kubernetesSite } from './site.ts'
