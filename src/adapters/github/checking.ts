import { type Gate, KintsugiError } from '../../domain/index.ts'
import type { ApiCheckRun, ApiPull, Refusal } from './api.ts'
import { isOurs, isSelf } from './authority.ts'
import { type Desk, inTurn, justWritten, noteWritten } from './desk.ts'
import { wordsOf } from './refusals.ts'
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
export function check(desk: Desk, number: number, gates: readonly Gate[]): Promise<void> {
  return told(desk, number, undefined, ({ headOid }) => ({ sha: headOid, ...desk.options.checkText(gates) }))
}

/**
 * The same check on what the merge queue built, which waits for it. Red throws an entry of ours out. Nothing is said of a group that is not the
 * newest of this pull request. Throws KIN-4005 where GitHub refuses it: the queue would wait for nothing.
 */
export function checkGroup(desk: Desk, number: number, group: string, gates: readonly Gate[]): Promise<void> {
  const what = `the check of what the merge queue built with #${number}`
  return told(desk, number, what, ({ state, queued }) => {
    if (state !== 'open' || queued?.group?.oid !== group) return undefined
    const passes = gates.length > 0 && gates.every(({ pass }) => pass)
    const conclusion = passes ? 'success' : isSelf(desk, queued.by) ? 'failure' : 'neutral'
    return { sha: group, ...desk.options.checkText(gates), conclusion }
  })
}

/** A check that somebody waits for was refused. */
export function notShown(what: string, refusal: Refusal): KintsugiError {
  return new KintsugiError(
    'KIN-4005',
    `${what} cannot be written, and merges wait for it: give the App the permission checks: write (${wordsOf(refusal)})`,
  )
}

type Told = Pick<ApiCheckRun, 'sha' | 'conclusion' | 'title' | 'summary'>

/** `awaited` names a check that somebody waits for. What else cannot be shown never blocks: the gates are asked again before every merge. */
async function told(
  desk: Desk,
  number: number,
  awaited: string | undefined,
  runOf: (pull: ApiPull) => Told | undefined,
): Promise<void> {
  await inTurn(desk, `check ${number}`, async () => {
    await rounds(desk, async ({ mayWrite }): Promise<true | undefined> => {
      const pull = await desk.api.pull(number)
      const said = pull !== undefined && isOurs(desk, pull) ? runOf(pull) : undefined
      if (said === undefined) return true
      const run: ApiCheckRun = { ...said, name: desk.checkName, status: 'completed', externalId: String(number) }
      const key = `check ${run.sha}`
      const written = justWritten(desk, key)
      if (written?.text === JSON.stringify(run)) return true
      const there = await desk.api.checkOf(run.sha, desk.checkName)
      const id = there?.id ?? written?.id
      if (there !== undefined && same(there, run)) return true
      if (!mayWrite) return undefined
      const made = await desk.api.checkRun(id === undefined ? run : { ...run, id })
      if (!made.ok && awaited !== undefined) throw notShown(awaited, made.refusal)
      if (made.ok) noteWritten(desk, key, made.value.id, JSON.stringify(run))
      return true
    })
  })
}
