import type { OpenResult } from '../../ports/index.ts'
import { AmbiguousWrite } from './api.ts'
import { type Denied, type Desk, pause, ROUNDS } from './desk.ts'

/** Where a verb is in its rounds. The last one only looks: what the write before it did has to be known before it is parked. */
export type Round = { readonly first: boolean; readonly mayWrite: boolean }

export function refused({ reason, message }: Denied): OpenResult {
  return { result: 'refused', reason, message }
}

/** Runs rounds of look and write until one ends; `undefined` and an unclear write ask for another. Undefined when three were not enough. */
export async function rounds<Result>(
  desk: Desk,
  run: (round: Round) => Promise<Result | undefined>,
): Promise<Result | undefined> {
  for (let count = 0; count <= ROUNDS; count += 1) {
    try {
      const result = await run({ first: count === 0, mayWrite: count < ROUNDS })
      if (result !== undefined) return result
    } catch (error) {
      if (!(error instanceof AmbiguousWrite)) throw error
      await pause(desk, count)
    }
  }
  return undefined
}

/** The same for what opens or refreshes: parked when three were not enough. */
export async function inRounds(
  desk: Desk,
  what: string,
  run: (round: Round) => Promise<OpenResult | undefined>,
): Promise<OpenResult> {
  const result = await rounds(desk, run)
  return result ?? refused({ reason: 'pull-parked', message: `${what}: it is not clear what the forge did` })
}
