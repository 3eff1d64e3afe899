import { asksFor, type Judged, judgeOn, type LiveInput, standingOf, stillNeeded } from '../detection/index.ts'
import type { ControllerDeps } from './deps.ts'
import type { OpenCase } from './fitting.ts'
import type { Memory } from './memory.ts'

/** So many series are brought into memory together. */
const TOGETHER = 16

export type JudgedCase = { readonly one: OpenCase; readonly judged: Judged }

/** Those of which something is known nowhere yet. */
export function waitingIn(judged: ReadonlyMap<string, JudgedCase>): readonly OpenCase[] {
  return [...judged.values()].map(({ one }) => one).filter(({ absent }) => absent.length > 0)
}

/**
 * Judges what is new of each series since the last time, by name and in their order. Nothing that is scored looks at samples before `sinceMs`.
 * Series whose models are in memory come first: they would have to make room for the others, and be brought back in their turn.
 */
export async function judgeAll(
  deps: Pick<ControllerDeps, 'breathe'>,
  memory: Pick<Memory, 'models' | 'judged'>,
  cases: readonly OpenCase[],
  sinceMs: number,
): Promise<Map<string, JudgedCase>> {
  const judged = new Map<string, JudgedCase>()
  const here = (one: OpenCase) => memory.models.holds(one.name, newestAsks(one))
  const ordered = [...cases.filter(here), ...cases.filter((one) => !here(one))]
  for (let at = 0; at < ordered.length; at += TOGETHER) {
    const few = ordered.slice(at, at + TOGETHER).map((one) => ({ one, input: inputOf(memory, one, sinceMs) }))
    const recalled = await Promise.all(few.map(({ one, input }) => memory.models.recall(one.name, stillNeeded(input))))
    for (const [index, { one, input }] of few.entries()) {
      const found = recalled[index]
      if (found === undefined) continue
      await deps.breathe?.()
      const result = judgeOn(input, found.known)
      memory.judged.set(one.name, result.judgement)
      // Whatever stands, the rows are held against all of their tails and of what came before at their time.
      memory.models.rest(one.name, [...one.asks.filter(({ kind }) => kind !== 'fit'), ...newestAsks(one)])
      judged.set(one.name, { one: { ...one, absent: found.absent }, judged: result.judged })
    }
  }
  return new Map(cases.flatMap(({ name }) => namedIn(judged, name)))
}

function inputOf({ judged }: Pick<Memory, 'judged'>, one: OpenCase, sinceMs: number): LiveInput {
  const { name, voters, terms, window, from, seed } = one
  const voting = terms.voting === undefined ? {} : { voting: terms.voting }
  return { detectors: voters, window, from, seed, standing: standingOf(judged.get(name), window, sinceMs), ...voting }
}

function namedIn(judged: ReadonlyMap<string, JudgedCase>, name: string): readonly (readonly [string, JudgedCase])[] {
  const one = judged.get(name)
  return one === undefined ? [] : [[name, one]]
}

/** What the newest row is judged with. */
function newestAsks({ voters, window, seed }: OpenCase) {
  return asksFor(voters, window, Math.max(0, window.length - 1), seed)
}
