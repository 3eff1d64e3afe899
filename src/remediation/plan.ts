import { digestOf, type FieldChange, type PlanOutcome, workloadKey } from '../domain/index.ts'
import { remedies } from './actions/index.ts'
import { endedAs, type PlanInput, refused } from './actions/remedy.ts'

/** What would help, by the action that the policy asks for, or the named reason why nothing does. */
export function planFor(input: PlanInput): PlanOutcome {
  const { action, diagnosis } = input
  if (action === 'notify-only') return refused('notify-only', 'the policy asks for a note and nothing else')
  if (workloadKey(diagnosis.subject).kind === 'Job')
    return refused('action-unfit', 'the pod template of a Job cannot be changed once it is there')
  const fit = remedies.filter((remedy) => remedy.answers.includes(diagnosis.failure))
  const remedy = fit.find((one) => one.action === action)
  if (remedy !== undefined) return unlessHarmful(input, remedy.plan(input))
  const others = fit.map((one) => one.action).join(', ') || 'notify-only'
  return refused('action-unfit', `${action} does not answer ${diagnosis.failure}; these do: ${others}`)
}

/** What did harm a few days ago is not done again. */
function unlessHarmful(input: PlanInput, outcome: PlanOutcome): PlanOutcome {
  if (!outcome.planned) return outcome
  const { changes } = outcome.plan
  const before = endedAs(input, ['harmful']).find(({ record }) => sameChanges(record.changes, changes))
  return before === undefined ? outcome : refused('action-unfit', `#${before.pull.number} did the same and it did harm`)
}

function sameChanges(a: readonly FieldChange[], b: readonly FieldChange[]): boolean {
  return digestOf(a) === digestOf(b)
}
