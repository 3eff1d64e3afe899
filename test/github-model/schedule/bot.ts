import { readFileSync } from 'node:fs'
import type { Conclusion, Gate, Proposal, Pull, Reason } from '../../../src/domain/index.ts'
import type { Forge, OpenResult } from '../../../src/ports/index.ts'
import { conclusionText, loadTemplates, readAttempt } from '../../../src/proposal/index.ts'
import { type Incident, isWell, proposalFor } from './incidents.ts'

/** How one look at a lane ended. `settled`: there is nothing left to do about the incident. */
export type Ended =
  | { readonly as: 'settled' | 'proposed' | 'concluded' | 'merged' | 'closed' | 'again' }
  | { readonly as: 'held'; readonly reason: Reason }

export type Attend = {
  readonly forge: Forge
  readonly incident: Incident
  readonly nowMs: number
  /** Whether this policy merges by itself once the required checks are green. */
  readonly merges: boolean
  readonly requiredCheck: { readonly name: string; readonly app: number } | undefined
  /** Called with what is judged fit to be merged, before the forge is asked to. */
  readonly judged: (pull: number, sha: string) => void
  readonly sweeps: boolean
}

const templates = loadTemplates((file) => readFileSync(new URL(`../../../templates/${file}`, import.meta.url), 'utf8'))

function opened(result: OpenResult): Ended {
  return result.result === 'refused' ? { as: 'held', reason: result.reason } : { as: 'proposed' }
}

function gatesOf(pull: Pull, green: boolean): readonly Gate[] {
  const checks: Gate = { name: 'required-checks', pass: green, value: green ? 'green' : 'not yet' }
  const head: Gate = { name: 'head-is-ours', pass: pull.headIsOurs, value: String(pull.headIsOurs) }
  return [head, checks]
}

/** Whether the required check of its own integration is green on the head, as the forge says. */
function isGreen(pull: Pull, required: Attend['requiredCheck']): boolean {
  if (required === undefined) return true
  const mine = (pull.facts?.checks ?? []).filter(
    (check) => check.name === required.name && check.app === required.app && check.sha === pull.headSha,
  )
  return mine.length > 0 && mine.every(({ state }) => state === 'green')
}

async function merging(attend: Attend, pull: Pull): Promise<Ended> {
  const { forge, requiredCheck } = attend
  const green = isGreen(pull, requiredCheck)
  await forge.check(pull.number, gatesOf(pull, green))
  if (!attend.merges || !green) return { as: 'proposed' }
  attend.judged(pull.number, pull.headSha)
  const result = await forge.merge(pull.number, pull.headSha, { method: 'squash' })
  if (result.result === 'merged') return { as: 'merged' }
  if (result.result === 'waiting') return { as: 'proposed' }
  return result.result === 'recompute' ? { as: 'again' } : { as: 'held', reason: result.reason }
}

async function answering(forge: Forge, pull: Pull): Promise<void> {
  for (const command of pull.commands ?? []) {
    if (command.edited || command.by.kind !== 'user') continue
    await forge.answer(pull.number, command.id, { accepted: true, text: 'Held for a while.' })
  }
}

async function withOpen(attend: Attend, pull: Pull, proposal: Proposal, well: boolean): Promise<Ended> {
  const { forge } = attend
  const read = readAttempt(pull)
  if (!read.read) return { as: 'held', reason: read.reason }
  await answering(forge, pull)
  if (well) {
    await forge.close(pull.number, 'no-longer-needed', 'The workload is well again.')
    return { as: 'closed' }
  }
  const moved = Object.entries(proposal.proof.inputs).some(([path, oid]) => read.attempt.record.inputs[path] !== oid)
  if (moved) return opened(await forge.refresh(pull.number, proposal))
  await forge.say({ pull: pull.number }, 'Waiting for the checks.')
  return merging(attend, pull)
}

async function concluding(attend: Attend, pull: Pull): Promise<Ended> {
  const read = readAttempt(pull)
  if (!read.read) return { as: 'held', reason: read.reason }
  if (read.attempt.conclusion !== undefined) return { as: 'concluded' }
  const conclusion: Conclusion = { verdict: 'resolved', atMs: attend.nowMs, because: 'quiet' }
  const text = conclusionText(conclusion, read.attempt.record, templates)
  await attend.forge.conclude(pull.number, conclusion, text)
  return { as: 'concluded' }
}

/** One wake-up of one lane: look, decide, do at most one thing. It remembers nothing of the last one. */
export async function attendTo(attend: Attend): Promise<Ended> {
  const { forge, incident } = attend
  const view = await forge.look('main', [incident.lane])
  if (attend.sweeps) await forge.sweep()
  const tree = await forge.tree(view.base.revision)
  const well = isWell(tree, incident)
  const proposal = proposalFor(incident, view.base.revision, tree, attend.nowMs)
  const history = view.history.get(incident.lane) ?? []
  const open = history.find(({ state }) => state === 'open')
  if (open !== undefined) return withOpen(attend, open, proposal, well)
  const last = history.at(-1)
  if (well) return last?.state === 'merged' ? concluding(attend, last) : { as: 'settled' }
  if (last?.state === 'closed' && last.endedBy === 'person') return { as: 'held', reason: 'closed-by-person' }
  return opened(await forge.open(proposal))
}
