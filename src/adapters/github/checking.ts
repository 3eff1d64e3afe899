import type { Gate } from '../../domain/index.ts'
import type { ApiCheckRun } from './api.ts'
import { isOurs } from './authority.ts'
import { type Desk, inTurn, justWritten, noteWritten } from './desk.ts'
import { rounds } from './rounds.ts'

function same(there: ApiCheckRun, run: ApiCheckRun): boolean {
  return (
    there.status === run.status &&
    there.conclusion === run.conclusion &&
    there.title === run.title &&
    there.summary === run.summary
  )
}

/**
 * One check run of a pull request's head, edited in place, and made anew for a new head. A gate that is shut makes it neutral and not red: people
 * may merge whenever they want, also where they have made the check a required one.
 */
export async function check(desk: Desk, number: number, gates: readonly Gate[]): Promise<void> {
  await inTurn(desk, `check ${number}`, async () => {
    await rounds(desk, async ({ mayWrite }): Promise<true | undefined> => {
      const pull = await desk.api.pull(number)
      if (pull === undefined || !isOurs(desk, pull)) return true
      const run: ApiCheckRun = {
        sha: pull.headOid,
        name: desk.checkName,
        status: 'completed',
        ...desk.options.checkText(gates),
        externalId: String(number),
      }
      const key = `check ${pull.headOid}`
      const written = justWritten(desk, key)
      if (written?.text === JSON.stringify(run)) return true
      const there = await desk.api.checkOf(pull.headOid, desk.checkName)
      const id = there?.id ?? written?.id
      if (there !== undefined && same(there, run)) return true
      if (!mayWrite) return undefined
      const made = await desk.api.checkRun(id === undefined ? run : { ...run, id })
      // What cannot be shown never blocks: the gates are asked again before every merge.
      if (made.ok) noteWritten(desk, key, made.value.id, JSON.stringify(run))
      return true
    })
  })
}
