import { refusal } from './answers.ts'
import type { Answer } from './exchange.ts'
import { FAULT_KINDS, type Fault } from './faults.ts'
import { leastPermissions } from './least-permissions.ts'
import type { LimitPlan } from './limits.ts'
import type { Incoming, StandIn } from './stand-in.ts'
import type { DeliveryPlan, Payload } from './webhooks.ts'
import { type ControlName, control, isControl } from './world/control-routes.ts'

/** The door for tests, below `/_stand-in/`: JSON in, JSON out, never held against GitHub's descriptions. */
export async function controlAnswer(standIn: StandIn, incoming: Incoming): Promise<Answer> {
  const body: unknown = incoming.bytes.length === 0 ? undefined : JSON.parse(incoming.bytes.toString('utf8'))
  const name = `${incoming.method} ${incoming.path.slice('/_stand-in'.length)}`
  const deed = name.startsWith('POST /do/') ? name.slice('POST /do/'.length) : ''
  if (isControl(deed)) return deedAnswer(standIn, deed, body)
  const own = Object.hasOwn(CONTROLS, name) ? CONTROLS[name] : undefined
  if (own === undefined) return refusal(404, `stand-in: there is no control ${name}`)
  return { status: 200, body: (await own(standIn, body, incoming.query)) ?? null }
}

/** What can't be done (a push against the rules, a second pull request) is an answer to the test, not a fault of the stand-in. */
async function deedAnswer({ world }: StandIn, name: ControlName, body: unknown): Promise<Answer> {
  try {
    return { status: 200, body: (await control(world, name, body)) ?? null }
  } catch (error) {
    return refusal(422, error instanceof Error ? error.message : String(error))
  }
}

type Control = (standIn: StandIn, body: unknown, query: URLSearchParams) => unknown

const CONTROLS: Readonly<Record<string, Control>> = {
  /** What GitHub would not have understood, and what the stand-in should not have said. */
  'GET /violations': (standIn) => standIn.violations.all(),
  /** The same, which are then forgotten. */
  'DELETE /violations': (standIn) => standIn.violations.take(),
  /** Every request since `?since=` (a number of calls). */
  'GET /calls': (standIn, _, query) => standIn.world.calls.slice(Number(query.get('since') ?? 0)),
  'DELETE /calls': (standIn) => standIn.world.calls.splice(0).length,
  /** Permissions that the calls so far needed of installations. */
  'GET /permissions': (standIn) => leastPermissions(standIn.world.calls),
  /** A fault plan, in place of the former one; each counts its own requests from now. */
  'PUT /faults': (standIn, body) => standIn.faults.set(faultsOf(body)),
  'GET /faults': (standIn) => standIn.faults.report(),
  // The casts: what tests send, whose types they import.
  'PUT /limits': (standIn, body) => standIn.limits.set(body as Partial<LimitPlan>),
  'PUT /delivery-plan': (standIn, body) => standIn.webhooks.setPlan(body as Partial<DeliveryPlan>),
  'GET /deliveries': (standIn, _, query) => standIn.webhooks.log(Number(query.get('app'))),
  'POST /deliveries': (standIn, body) => standIn.webhooks.send(body as Payload),
  /** Milliseconds by which the stand-in's time goes ahead. */
  'POST /clock': (standIn, body) => {
    standIn.world.clock.advance(Number(body))
    return standIn.world.clock.now()
  },
  /** Until nothing is computed in the background and no delivery is on its way. */
  'POST /settle': async (standIn) => {
    await standIn.world.jobs.settle()
    await standIn.webhooks.settle()
  },
}

/** A misspelt fault would never strike, and its test would pass. */
function faultsOf(body: unknown): readonly Fault[] {
  if (!Array.isArray(body)) throw new TypeError('a fault plan is a list')
  for (const one of body as readonly Fault[])
    if (!FAULT_KINDS.includes(one.kind) || typeof one.match !== 'string')
      throw new TypeError(`this is no fault: ${JSON.stringify(one)}`)
  return body
}
