import { refusal } from './answers.ts'
import type { Answer } from './exchange.ts'
import type { Incoming, StandIn } from './stand-in.ts'

export async function controlAnswer(standIn: StandIn, incoming: Incoming): Promise<Answer> {
  const body: unknown = incoming.bytes.length === 0 ? undefined : JSON.parse(incoming.bytes.toString('utf8'))
  const known = CONTROLS[`${incoming.method} ${incoming.path.slice('/_stand-in'.length)}`]
  return known
    ? known(standIn, body)
    : refusal(404, `stand-in: there is no control ${incoming.method} ${incoming.path}`)
}

type Control = (standIn: StandIn, body: unknown) => Answer | Promise<Answer>

const CONTROLS: Readonly<Record<string, Control>> = {
  'GET /violations': (standIn) => ({ status: 200, body: standIn.violations.all() }),
  'DELETE /violations': (standIn) => ({ status: 200, body: standIn.violations.take() }),
}
