import {
  isJsonObject,
  type JsonObject,
  type Manifest,
  parseQuantity,
  toBytes,
  toMillicores,
  valueAt,
  type WorkloadFacts,
} from '../../domain/index.ts'

export type Target = { readonly kind: string; readonly name: string }

/** Lists of one namespace that say who else moves its workloads, and within which bounds. */
export type NamespaceLists = {
  readonly horizontal: readonly Manifest[]
  readonly vertical: readonly Manifest[]
  readonly scaled: readonly Manifest[]
  readonly limits: readonly Manifest[]
}

type Autoscaler = NonNullable<WorkloadFacts['autoscaler']>

/** What the cluster says of a workload whose object is at hand. */
export function factsOf(live: Manifest, target: Target, lists: NamespaceLists): WorkloadFacts {
  const labels = valueAt(live, ['metadata', 'labels'])
  const autoscaler = autoscalerOf(target, lists)
  const limitRange = limitRangeOf(lists.limits)
  return {
    live,
    ...(isJsonObject(labels) && { labels: textsOf(labels) }),
    ...(autoscaler && { autoscaler }),
    ...(limitRange && { limitRange }),
  }
}

function textsOf(labels: JsonObject): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(labels).map(([name, value]) => [name, String(value)]))
}

/** KEDA makes an HPA of its own, so it comes before it; who moves the replicas comes before who moves the resources. */
function autoscalerOf(target: Target, { scaled, horizontal, vertical }: NamespaceLists): Autoscaler | undefined {
  const keda = scaled.find((one) => aims(one, 'scaleTargetRef', target))
  if (keda !== undefined)
    return { kind: 'ScaledObject', name: nameOf(keda), metrics: namesIn(valueAt(keda, ['spec', 'triggers']), ['type']) }
  const hpa = horizontal.find((one) => aims(one, 'scaleTargetRef', target))
  if (hpa !== undefined) return { kind: 'HorizontalPodAutoscaler', name: nameOf(hpa), metrics: metricsOf(hpa) }
  const vpa = vertical.find(
    (one) => aims(one, 'targetRef', target) && valueAt(one, ['spec', 'updatePolicy', 'updateMode']) !== 'Off',
  )
  return vpa && { kind: 'VerticalPodAutoscaler', name: nameOf(vpa), metrics: [] }
}

function aims(object: Manifest, reference: string, { kind, name }: Target): boolean {
  const aim = valueAt(object, ['spec', reference])
  return isJsonObject(aim) && (aim['kind'] ?? 'Deployment') === kind && aim['name'] === name
}

function nameOf(object: Manifest): string {
  return String(valueAt(object, ['metadata', 'name']))
}

/** Resource metrics by their resource; the others by their kind. */
function metricsOf(hpa: Manifest): readonly string[] {
  const metrics = valueAt(hpa, ['spec', 'metrics'])
  if (!Array.isArray(metrics)) return []
  return metrics.filter(isJsonObject).flatMap((metric) => {
    const names = ['resource', 'containerResource'].map((key) => valueAt(metric, [key, 'name']))
    const found = names.find((name) => typeof name === 'string') ?? metric['type']
    return typeof found === 'string' ? [found] : []
  })
}

function namesIn(list: unknown, path: readonly string[]): readonly string[] {
  if (!Array.isArray(list)) return []
  return list.filter(isJsonObject).flatMap((one) => {
    const name = valueAt(one, path)
    return typeof name === 'string' ? [name] : []
  })
}

/** The smallest maximum for a container that any LimitRange of the namespace has. */
function limitRangeOf(ranges: readonly Manifest[]): WorkloadFacts['limitRange'] {
  const maxima = ranges
    .flatMap((range) => valueAt(range, ['spec', 'limits']) ?? [])
    .filter(isJsonObject)
    .filter((limit) => limit['type'] === 'Container')
  const least = (resource: string, measure: typeof toBytes): number | undefined => {
    const values = maxima.flatMap((limit) => {
      const quantity = parseQuantity(String(valueAt(limit, ['max', resource]) ?? ''))
      return quantity === undefined ? [] : [measure(quantity)]
    })
    return values.length === 0 ? undefined : Math.min(...values)
  }
  const memoryMaxBytes = least('memory', toBytes)
  const cpuMaxMillicores = least('cpu', toMillicores)
  if (memoryMaxBytes === undefined && cpuMaxMillicores === undefined) return undefined
  return {
    ...(memoryMaxBytes !== undefined && { memoryMaxBytes }),
    ...(cpuMaxMillicores !== undefined && { cpuMaxMillicores }),
  }
}
