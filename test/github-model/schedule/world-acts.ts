import type { Doors, Sight } from './doors.ts'
import { INCIDENTS, type Incident, PREFIX, WELL } from './incidents.ts'
import type { Random } from './random.ts'

/** What people did to a lane: the only excuses for an incident that ends without a proposal. */
export type Deeds = ReadonlyMap<string, ReadonlySet<Deed>>
export type Deed =
  | 'push'
  | 'forged-push'
  | 'delete'
  | 'update'
  | 'edit'
  | 'edit-comment'
  | 'close'
  | 'reopen'
  | 'merge'
  | 'comment'
  | 'approve'
  | 'base'
  | 'base-well'
  | 'base-other'
  | 'own-pull'
  | 'taken'
  | 'status'

const ALL: readonly [Deed, ...Deed[]] = [
  'push',
  'forged-push',
  'delete',
  'update',
  'edit',
  'edit-comment',
  'close',
  'reopen',
  'merge',
  'comment',
  'approve',
  'base',
  'base',
  'base-well',
  'base-other',
  'base-other',
  'own-pull',
  'taken',
  'status',
]

type Open = Sight['pulls'][number]

async function toPull(doors: Doors, deed: Deed, pull: Open, random: Random): Promise<boolean> {
  const { number } = pull
  if (deed === 'edit') await doors.editBody(number, random.chance(0.5) ? `${pull.body}\nand me` : 'mine now')
  else if (deed === 'edit-comment') await doors.editBotComment(number, 'my word')
  else if (deed === 'close') await doors.close(number)
  else if (deed === 'merge') await doors.merge(number)
  else if (deed === 'approve') await doors.approve(number)
  else if (deed === 'update') await doors.updateBranch(number)
  else if (deed === 'status') await doors.forgeStatus(pull.headOid)
  else if (deed === 'comment')
    await doors.comment(number, random.pick(['/kintsugi hold', 'nice', '/kintsugi snooze 1d']))
  else return false
  return true
}

async function toBranch(doors: Doors, deed: Deed, incident: Incident, random: Random, sight: Sight): Promise<boolean> {
  const { branch, path, name } = incident
  const there = sight.branches.has(branch)
  const files = { [random.chance(0.5) ? path : 'notes.md']: `by hand ${random.below(1000)}\n` }
  if (deed === 'push' && there) await doors.push(branch, files)
  else if (deed === 'forged-push' && there) await doors.push(branch, files, true)
  else if (deed === 'taken' && !there) await doors.push(branch, files)
  else if (deed === 'delete' && there) await doors.deleteBranch(branch)
  else if (deed === 'own-pull') {
    const body = sight.pulls.find((pull) => pull.branch === branch)?.body ?? 'mine'
    await doors.openPull(`${PREFIX}/own-${name}-${random.below(90_000_000) + 10_000_000}`, `own ${name}`, body)
  } else if (deed === 'base') await doors.push('main', { [path]: `memory: ${random.below(60) + 33}Mi\n` })
  else if (deed === 'base-well') await doors.push('main', { [path]: WELL })
  else if (deed === 'base-other') await doors.push('main', { 'README.md': `shop ${random.below(1000)}\n` })
  else return false
  return true
}

/** Something that a person does, or nothing where it cannot be done now. Gives what was done, and to whose lane. */
export async function act(
  doors: Doors,
  random: Random,
  incidents: readonly [Incident, ...Incident[]] = INCIDENTS,
  deeds: readonly [Deed, ...Deed[]] = ALL,
): Promise<{ incident: Incident; deed: Deed } | undefined> {
  const incident = random.pick(incidents)
  const deed = random.pick(deeds)
  const sight = await doors.sight()
  const mine = sight.pulls.filter(({ branch }) => branch === incident.branch)
  const open = mine.find(({ state }) => state === 'open')
  const closed = mine.findLast(({ state }) => state === 'closed')
  if (deed === 'reopen' && closed !== undefined) {
    await doors.reopen(closed.number)
    return { incident, deed }
  }
  if (open !== undefined && (await toPull(doors, deed, open, random))) return { incident, deed }
  return (await toBranch(doors, deed, incident, random, sight)) ? { incident, deed } : undefined
}

/** The check of the CI on an open pull request. */
export async function report(doors: Doors, random: Random): Promise<boolean> {
  const open = (await doors.sight()).pulls.filter(({ state }) => state === 'open')
  const [first, ...rest] = open
  if (first === undefined) return false
  const pull = random.pick([first, ...rest])
  await doors.check(pull.headOid, random.pick(['success', 'success', 'running', 'failure']))
  return true
}

/** In the end every open pull request has green checks. */
export async function reportAll(doors: Doors, seen: Set<string>): Promise<void> {
  for (const pull of (await doors.sight()).pulls) {
    if (pull.state !== 'open' || seen.has(pull.headOid)) continue
    seen.add(pull.headOid)
    await doors.check(pull.headOid, 'success')
  }
}
