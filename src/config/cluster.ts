import type { ClusterConfig } from '../domain/index.ts'
import {
  boolean,
  emptyUnlessWritten,
  list,
  namespaceName,
  object,
  optional,
  type Reader,
  required,
  string,
  withDefault,
} from '../policy/index.ts'
import { page, path, url, word } from './words.ts'

const DEFAULT_JOBS = { cadvisor: ['kubelet', 'cadvisor'], kubeStateMetrics: ['kube-state-metrics'] } as const

const label = string({ pattern: /^[A-Za-z_]\w{0,127}$/, form: 'a label name such as cluster' })
const kubeVersion = string({
  pattern: /^v?\d+\.\d+(?:\.\d+)?(?:[-+][\w.+-]+)?$/,
  form: 'a version such as 1.31.2',
  longest: 64,
})
const apiVersion = string({
  pattern: /^[A-Za-z0-9][\w./-]*$/,
  form: 'an API version such as monitoring.coreos.com/v1',
  longest: 317,
})

const metric = string({
  pattern: /^[a-zA-Z_:][a-zA-Z0-9_:]*$/,
  form: 'the name of a metric such as http_requests_total',
  longest: 256,
})

/** What the applications themselves tell of their requests. */
const application = object({
  jobs: required(list(string(), { least: 1, most: 20 })),
  requests: required(metric),
  failed: required(object({ label: required(label), pattern: required(string({ longest: 200 })) })),
  durationBuckets: optional(metric),
})

const prometheus = object({
  url: required(url),
  externalUrl: optional(page),
  tokenFile: optional(path),
  caFile: optional(path),
  clusterLabel: optional(label),
  tenant: optional(string({ pattern: /^[\w.()*!'-]{1,150}$/, form: 'a tenant' })),
  application: optional(application),
  jobs: emptyUnlessWritten(
    object({
      cadvisor: withDefault(list(string(), { least: 1, most: 20 }), DEFAULT_JOBS.cadvisor),
      kubeStateMetrics: withDefault(list(string(), { least: 1, most: 20 }), DEFAULT_JOBS.kubeStateMetrics),
    }),
  ),
})

/** One cluster: where its metrics, its objects and its Applications are read. */
export const cluster: Reader<ClusterConfig> = object({
  name: required(word),
  prometheus: optional(prometheus),
  kubernetes: optional(
    object({
      kubeconfig: optional(path),
      context: optional(string()),
      kubeVersion: optional(kubeVersion),
      apiVersions: optional(list(apiVersion)),
    }),
  ),
  argocd: optional(
    object({
      namespaces: withDefault(list(namespaceName, { least: 1 }), ['argocd']),
      hub: withDefault(boolean(), false),
    }),
  ),
})
