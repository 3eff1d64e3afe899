import type { Reason } from '../../../src/domain/index.ts'
import { openPulls } from '../repository.ts'
import { BOT } from './doors.ts'
import { INCIDENTS, type Incident, PREFIX, WELL } from './incidents.ts'
import type { Schedule } from './run.ts'
import type { ModelStage } from './stage.ts'
import type { Deed } from './world-acts.ts'

/** What people must have done for a lane to be held for that reason in the end. */
const EXCUSES: Partial<Record<Reason, readonly Deed[]>> = {
  'closed-by-person': ['close', 'delete'],
  'branch-taken': ['push', 'forged-push', 'taken', 'update'],
  'head-not-ours': ['push', 'forged-push', 'update'],
  // Somebody took the branch's name, or pushed there, within the one request that opens: the pull request then shows nothing of ours.
  tampered: ['edit', 'edit-comment', 'taken', 'push', 'forged-push'],
}

function excused(reason: Reason, deeds: ReadonlySet<Deed> | undefined): boolean {
  return EXCUSES[reason]?.some((deed) => deeds?.has(deed)) ?? false
}

function lost(schedule: Schedule, stage: ModelStage, incident: Incident): string | undefined {
  const { state, objects } = stage.repository
  const file = objects.filesOf(state.branches.get('main')).get(incident.path)?.oid ?? ''
  const well = new TextDecoder().decode(objects.blobs.get(file)) === WELL
  const end = schedule.ends.get(incident.lane)
  const open = openPulls(state).some(
    (pull) => pull.branch === incident.branch && pull.author.login === BOT.login && !pull.crossRepository,
  )
  if (end?.as === 'held') {
    if (excused(end.reason, schedule.deeds.get(incident.lane))) return undefined
    return `${incident.name} is held (${end.reason}) though nobody did anything that explains it`
  }
  if (well) return open ? `${incident.name} is well and its pull request is open` : undefined
  return open ? undefined : `${incident.name} is lost: ${end?.as ?? 'never looked at'}`
}

/** What must hold once everything is at rest. */
export function endingsOf(schedule: Schedule, stage: ModelStage): readonly string[] {
  const { repository, watch } = stage
  const { state } = repository
  const found = INCIDENTS.flatMap((incident) => lost(schedule, stage, incident) ?? [])
  const held = new Set(openPulls(state).map(({ branch }) => branch))
  for (const [name, head] of state.branches) {
    if (!name.startsWith(`${PREFIX}/`) || name === `${PREFIX}/audit` || held.has(name)) continue
    if (watch.isClean(state, head)) found.push(`${name} is an orphan`)
  }
  for (const pull of openPulls(state)) {
    if (pull.author.login !== BOT.login) continue
    const base = state.branches.get(pull.base) ?? ''
    const commits = repository.objects.between(base, pull.headOid)
    const incident = INCIDENTS.find(({ branch }) => branch === pull.branch)
    const end = schedule.ends.get(incident?.lane ?? '')
    const ours = commits.length === 1 && commits.every((commit) => watch.isOurs(commit))
    if (!ours && end?.as !== 'held' && !watch.isClean(state, pull.headOid)) {
      found.push(`#${pull.number} has ${commits.length} commits that are not one of ours, and is not held`)
    }
  }
  return found
}
