import { compareQuantities, parseQuantity, type Quantity, type WorkloadFacts } from '../domain/index.ts'

export type Resource = 'memory' | 'cpu'
export type DeclaredContainer = NonNullable<WorkloadFacts['containers']>[number]

/** What Git declares for one resource of a container, read as Kubernetes reads it. A request that is missing is the limit. */
export type Declared = {
  readonly limit: Quantity | undefined
  readonly request: Quantity | undefined
  /** Whether the request follows the limit because none is written. */
  readonly requestDefaults: boolean
}

export function declaredOf(container: DeclaredContainer, resource: Resource): Declared {
  const limit = quantity(resource === 'memory' ? container.memoryLimit : container.cpuLimit)
  const written = quantity(resource === 'memory' ? container.memoryRequest : container.cpuRequest)
  return { limit, request: written ?? limit, requestDefaults: written === undefined && limit !== undefined }
}

function quantity(text: string | undefined): Quantity | undefined {
  return text === undefined ? undefined : parseQuantity(text)
}

export type QosClass = 'Guaranteed' | 'Burstable' | 'BestEffort'

/** QoS class of a pod with these containers: Guaranteed only when each has limits for both resources, and requests that equal them. */
export function qosOf(containers: readonly DeclaredContainer[]): QosClass {
  const all = containers.flatMap((container) => [declaredOf(container, 'memory'), declaredOf(container, 'cpu')])
  if (all.every(({ limit, request }) => limit === undefined && request === undefined)) return 'BestEffort'
  const equal = all.every(
    ({ limit, request }) => limit !== undefined && request !== undefined && compareQuantities(limit, request) === 0,
  )
  return equal && all.length > 0 ? 'Guaranteed' : 'Burstable'
}

/** The declared container with the changed texts in place of its own. */
export function withResource(
  container: DeclaredContainer,
  resource: Resource,
  change: { readonly limit: string; readonly request?: string },
): DeclaredContainer {
  const { limit, request } = change
  if (resource === 'memory')
    return { ...container, memoryLimit: limit, ...(request === undefined ? {} : { memoryRequest: request }) }
  return { ...container, cpuLimit: limit, ...(request === undefined ? {} : { cpuRequest: request }) }
}

/** Whether a horizontal autoscaler counts in shares of this resource's request, so that a new request would move its replicas. */
export function scalesOn(facts: WorkloadFacts, resource: Resource): boolean {
  return facts.autoscaler?.metrics.some((metric) => metric.toLowerCase().includes(resource)) ?? false
}
