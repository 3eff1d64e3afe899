import { compareQuantities, type FieldChange, type PlanOutcome, type Quantity } from '../../domain/index.ts'
import { type Declared, declaredOf, qosOf, type Resource, scalesOn, withResource } from '../effective.ts'
import { containerOf, type PlanInput, planned, refused } from './remedy.ts'

/** A raise of one resource of the diagnosed container, sized already. */
export type Raise = {
  readonly resource: Resource
  readonly from: Quantity
  readonly to: Quantity
  /** What the declared request becomes; undefined leaves it. Not asked where the request follows the limit. */
  request(declared: Quantity): Quantity | undefined
  /** `by twice the limit`: the rule behind the size. */
  readonly by: string
}

/** VPA owns requests and limits alike, whatever its mode: an edit in Git would fight it. */
export function ownedByAutoscaler(input: PlanInput): PlanOutcome | undefined {
  const owner = input.facts.autoscaler
  if (owner?.kind !== 'VerticalPodAutoscaler') return undefined
  return refused('owned-by-autoscaler', `VerticalPodAutoscaler ${owner.name} sets the resources of this workload`)
}

/** The changes of limit and request that keep the request at or below the limit, the QoS class, and the peace with an autoscaler. */
export function raise(input: PlanInput, { resource, from, to, request, by }: Raise): PlanOutcome {
  const container = input.diagnosis.subject.container ?? containerOf(input)?.name
  const name = container === undefined ? {} : { container }
  const declared = declaredRequest(input, resource)
  if (declared?.limit !== undefined && compareQuantities(declared.limit, to) > 0)
    return refused('no-longer-needed', `Git holds ${declared.limit.text} already, which is more than ${to.text}`)
  const wanted = declared === undefined || declared.requestDefaults ? undefined : wantedRequest(declared, to, request)
  const coupled = scalesOn(input.facts, resource)
  const guaranteed = declared !== undefined && followsLimit(declared)
  if (coupled && guaranteed)
    return refused(
      'owned-by-autoscaler',
      `an autoscaler counts in shares of the ${resource} request, which has to follow`,
    )
  const moved = coupled ? undefined : wanted
  const standing = moved ?? (declared?.requestDefaults === true ? undefined : declared?.request)
  if (standing !== undefined && compareQuantities(standing, to) > 0)
    return refused('request-above-limit', `the ${resource} request ${standing.text} is above the new limit ${to.text}`)
  const changes: FieldChange[] = [{ field: `resources.limits.${resource}`, ...name, value: to.text }]
  if (moved !== undefined) changes.push({ field: `resources.requests.${resource}`, ...name, value: moved.text })
  const word = resource === 'memory' ? 'memory' : 'CPU'
  return planned(input, {
    changes,
    title: `raise ${word} limit ${from.text} -> ${to.text}`,
    rationale: `Raise the ${word} limit from ${from.text} to ${to.text}, ${by}${requestWords(moved, declared)}.${qosWords(input, resource, to, moved)}`,
  })
}

function declaredRequest(input: PlanInput, resource: Resource): Declared | undefined {
  const container = containerOf(input)
  return container === undefined ? undefined : declaredOf(container, resource)
}

/** Equal to the limit where it was equal before; else by the rule of the action, never lowered. */
function wantedRequest(declared: Declared, to: Quantity, rule: Raise['request']): Quantity | undefined {
  if (declared.request === undefined) return undefined
  if (followsLimit(declared)) return to
  const wanted = rule(declared.request)
  return wanted !== undefined && compareQuantities(wanted, declared.request) > 0 ? wanted : undefined
}

function followsLimit({ limit, request }: Declared): boolean {
  return limit !== undefined && request !== undefined && compareQuantities(limit, request) === 0
}

function requestWords(moved: Quantity | undefined, declared: Declared | undefined): string {
  if (moved !== undefined) return `, and the request from ${declared?.request?.text ?? 'none'} to ${moved.text}`
  return declared?.requestDefaults === true ? '; the request follows it, for none is written' : ''
}

function qosWords(input: PlanInput, resource: Resource, to: Quantity, moved: Quantity | undefined): string {
  const { containers } = input.facts
  const mine = containerOf(input)
  if (containers === undefined || mine === undefined) return ''
  const change = { limit: to.text, ...(moved === undefined ? {} : { request: moved.text }) }
  const after = containers.map((one) => (one === mine ? withResource(one, resource, change) : one))
  const [was, is] = [qosOf(containers), qosOf(after)]
  return was === is ? ` The QoS class stays ${is}.` : ` The QoS class goes from ${was} to ${is}.`
}
