import type { ApiAwaiting, ApiCheckRun, AwaitingPull } from './api.ts'
import { isSelf } from './authority.ts'
import { notShown } from './checking.ts'
import type { Desk } from './desk.ts'
import { rounds } from './rounds.ts'

/** Commits that one call passes, and that are kept in mind as passed. */
const MOST_PASSED = 20
const MOST_KEPT = 5000

/**
 * Passes, by a neutral check, what is not ours: where rules ask for our check, whoever wants to merge anything waits for it. Of what the merge
 * queue has built with a proposal of ours in it, before it or at its head, nothing is passed until that has had its own word. Throws KIN-4005 where
 * the App may not write checks.
 */
export async function standAside(desk: Desk, base: string): Promise<void> {
  const awaiting = await desk.api.awaiting(base)
  let passed = 0
  for (const oid of [...(await ofQueue(desk, awaiting)), ...ofPulls(desk, awaiting)]) {
    if (passed >= MOST_PASSED) return
    if (desk.hints.passed.has(oid)) continue
    await pass(desk, oid)
    passed += 1
    // One that GitHub knows no more is not tried for ever.
    desk.hints.passed.add(oid)
    for (const oldest of desk.hints.passed) if (desk.hints.passed.size > MOST_KEPT) desk.hints.passed.delete(oldest)
  }
}

function isOwn(desk: Desk, { author, branch, crossRepository }: AwaitingPull): boolean {
  return isSelf(desk, author) && !crossRepository && branch.startsWith(`${desk.bounds.prefix}/`)
}

function ofPulls(desk: Desk, { pulls }: ApiAwaiting): readonly string[] {
  const own = new Set(pulls.filter((pull) => isOwn(desk, pull)).map(({ headOid }) => headOid))
  return pulls.flatMap((pull) => (isOwn(desk, pull) || own.has(pull.headOid) ? [] : [pull.headOid]))
}

/** Each entry holds those before it. */
async function ofQueue(desk: Desk, { queue }: ApiAwaiting): Promise<readonly string[]> {
  const groups: string[] = []
  for (const entry of queue) {
    if (entry.group === undefined) return groups
    if (!isOwn(desk, entry)) groups.push(entry.group)
    else if (!(await hasPassed(desk, entry.group))) return groups
  }
  return groups
}

/** Neutral where a person has put it in. */
async function hasPassed(desk: Desk, group: string): Promise<boolean> {
  const { conclusion } = (await desk.api.checkOf(group, desk.checkName)) ?? {}
  return conclusion === 'success' || conclusion === 'neutral'
}

async function pass(desk: Desk, sha: string): Promise<void> {
  await rounds(desk, async ({ mayWrite }): Promise<true | undefined> => {
    if ((await desk.api.checkOf(sha, desk.checkName)) !== undefined) return true
    if (!mayWrite) return undefined
    const made = await desk.api.checkRun({ ...NOT_OURS, sha, name: desk.checkName })
    if (!made.ok && made.refusal.kind === 'forbidden')
      throw notShown(`the check of ${sha.slice(0, 12)}, which is not ours,`, made.refusal)
    return true
  })
}

const NOT_OURS: Omit<ApiCheckRun, 'sha' | 'name'> = {
  status: 'completed',
  conclusion: 'neutral',
  title: 'Not a proposal of the bot',
  summary: 'The rules of the base branch ask for this check. It judges proposals of the bot alone, and this is none.',
}
