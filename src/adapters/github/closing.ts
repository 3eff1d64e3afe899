import { KintsugiError, onboardingBranch, type Reason } from '../../domain/index.ts'
import type { ApiRepository } from './api.ts'
import { isLaneBranch, isOurs, judge } from './authority.ts'
import { isLeftBehind, nextBranch, openOn } from './branches.ts'
import { ask, type Desk } from './desk.ts'
import { dropHead } from './merging.ts'
import { wordsOf } from './refusals.ts'
import { rounds } from './rounds.ts'
import { comment } from './saying.ts'

/** Says why, closes, and deletes the branch if it shows our commit. One that ended already stays as it ended. */
export async function close(desk: Desk, number: number, _reason: Reason, text: string): Promise<void> {
  const closed = await rounds(desk, async ({ mayWrite }): Promise<true | undefined> => {
    const pull = await desk.api.pull(number)
    if (pull === undefined || !isOurs(desk, pull)) return true
    if (pull.state !== 'open') {
      await dropHead(desk, pull)
      return true
    }
    if (!mayWrite) return undefined
    await comment(desk, number, text)
    const done = await desk.api.updatePull(number, { state: 'closed' })
    if (!done.ok) throw new KintsugiError('KIN-4003', `closing #${number}: ${wordsOf(done.refusal)}`)
    await dropHead(desk, pull)
    return true
  })
  if (closed === undefined)
    throw new KintsugiError('KIN-4003', `closing #${number}: GitHub gave unclear answers three times`, {
      retryable: true,
    })
}

/** Branches of ours without an open pull request that hold nothing which could be lost, by name, in whatever order a server lists them. */
export async function sweep(desk: Desk): Promise<readonly string[]> {
  const base = desk.hints.defaultBranch ?? (await ask(desk, { base: '' })).defaultBranch
  const there = await ask(desk, { base })
  if (there.archived || there.base === undefined) return []
  await closeUnfinished(desk, there)
  const swept: string[] = []
  for (const [name, tip] of [...there.branches].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const lane = name.endsWith(nextBranch('')) ? name.slice(0, -nextBranch('').length) : name
    const ours = isLaneBranch(desk, lane) || name === onboardingBranch(desk.bounds.prefix)
    if (!ours || openOn(there, name) !== undefined) continue
    if (!(await isLeftBehind(desk, tip, there.base.oid))) continue
    if (await deleted(desk, name, tip)) swept.push(name)
  }
  return swept
}

async function deleted(desk: Desk, name: string, tip: string): Promise<boolean> {
  const gone = await rounds(desk, async ({ first, mayWrite }): Promise<boolean | undefined> => {
    if (!first && (await desk.api.branch(name)) === undefined) return true
    if (!mayWrite) return false
    return (await desk.api.moveBranches([{ name, from: tip, to: undefined }])).ok
  })
  return gone === true
}

/** A pull request of which two writers each made a half is nobody's proposal. One that the lane still wants is opened anew. */
async function closeUnfinished(desk: Desk, there: ApiRepository): Promise<void> {
  for (const pull of there.open) {
    if (!isOurs(desk, pull) || !isLaneBranch(desk, pull.branch)) continue
    if ((await judge(desk, pull)).state !== 'unfinished') continue
    await rounds(desk, async ({ mayWrite }): Promise<true | undefined> => {
      const now = await desk.api.pull(pull.number)
      if (now?.state !== 'open' || now.headOid !== pull.headOid || now.body !== pull.body) return true
      if (!mayWrite) return undefined
      await desk.api.updatePull(pull.number, { state: 'closed' })
      await dropHead(desk, now)
      return true
    })
  }
}
