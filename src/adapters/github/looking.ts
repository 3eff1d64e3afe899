import { KintsugiError, type Lane, onboardingBranch, type Pull } from '../../domain/index.ts'
import type { Note, RepositoryView } from '../../ports/index.ts'
import type { ApiIssue, ApiPull, ApiRepository } from './api.ts'
import { auditBranch } from './audit.ts'
import { isSelf, isUntouched } from './authority.ts'
import { ask, type Desk } from './desk.ts'
import { issueKey, readIssue } from './marks.ts'
import { show } from './showing.ts'

const MOST_HISTORY = 50

function noteOf(desk: Desk, issue: ApiIssue): readonly [string, Note] | undefined {
  const read = isUntouched(desk, issue) ? readIssue(issue.body) : undefined
  if (read === undefined) return undefined
  const closed = issue.state === 'closed' && !isSelf(desk, issue.closedBy)
  const note: Note = {
    text: read.text,
    updatedAtMs: issue.editedAtMs ?? issue.createdAtMs,
    ...(closed ? { closedByPerson: true } : {}),
    ...(closed && issue.closedAs !== undefined ? { closedAs: issue.closedAs } : {}),
  }
  return [read.key, note]
}

/** Living issues of ours by what they are about, the oldest where there are several. */
export function notesIn(desk: Desk, issues: readonly ApiIssue[]): ReadonlyMap<string, Note> {
  const found = [...issues]
    .sort((a, b) => b.number - a.number)
    .flatMap((issue) => {
      const note = noteOf(desk, issue)
      return note === undefined ? [] : [note]
    })
  return new Map(found)
}

async function shownOf(desk: Desk, pulls: readonly ApiPull[]): Promise<readonly Pull[]> {
  const all = await Promise.all(pulls.map((pull) => show(desk, pull)))
  return all.flatMap((pull) => pull ?? []).sort((a, b) => a.number - b.number)
}

async function historyOf(desk: Desk, there: ApiRepository, lanes: readonly Lane[]) {
  const rows = lanes.map(async (lane): Promise<[Lane, readonly Pull[]]> => {
    const branch = desk.options.branchOf(lane)
    const known = new Map((there.ofHeads.get(branch) ?? []).map((pull) => [pull.number, pull]))
    // What is open is read in full; in a history it may be shorter.
    for (const pull of there.open) if (pull.branch === branch) known.set(pull.number, pull)
    return [lane, (await shownOf(desk, [...known.values()])).slice(-MOST_HISTORY)]
  })
  return new Map(await Promise.all(rows))
}

async function offered(desk: Desk, there: ApiRepository): Promise<Pick<RepositoryView, 'onboarding'>> {
  const newest = (there.ofHeads.get(onboardingBranch(desk.bounds.prefix)) ?? []).find(
    (pull) => isSelf(desk, pull.author) && !pull.crossRepository,
  )
  if (newest === undefined) return {}
  const { number, state, createdAtMs, endedAtMs } = newest
  const by = state === 'open' ? {} : { endedBy: isSelf(desk, newest.endedBy) ? ('bot' as const) : ('person' as const) }
  return { onboarding: { number, state, createdAtMs, ...by, ...(endedAtMs === undefined ? {} : { endedAtMs }) } }
}

/** Everything of a repository, in one request when warm. Throws KIN-4005 where it is not to be seen, KIN-4002 where it has no such branch. */
export async function look(desk: Desk, base: string, lanes: readonly Lane[]): Promise<RepositoryView> {
  const heads = [...new Set([...lanes.map(desk.options.branchOf), onboardingBranch(desk.bounds.prefix)])]
  const there = await ask(desk, { base, heads, issues: true })
  if (there.base === undefined)
    throw new KintsugiError('KIN-4002', `there is no branch ${JSON.stringify(base)} in ${desk.options.url}`)
  const cut = there.incomplete?.find((list) => list === 'branches' || list.startsWith('head '))
  if (cut !== undefined)
    throw new KintsugiError(
      'KIN-4008',
      cut === 'branches'
        ? `${desk.options.url} has more branches below ${desk.bounds.prefix}/ than can be read: delete those that no open pull request needs; until then nothing is done there`
        : `${desk.options.url} has more pull requests of ${cut} than can be read: what was tried before is not known, so nothing is done there`,
    )
  const notes = notesIn(desk, there.livingIssues)
  const ended = await shownOf(desk, there.ended)
  const audit = there.branches.get(auditBranch(desk.bounds.prefix))
  const dashboard = notes.get('dashboard')
  const lane = (pull: Pull): boolean => pull.branch !== onboardingBranch(desk.bounds.prefix)
  return {
    repository: desk.options.url,
    base: { branch: base, revision: there.base.oid },
    open: (await shownOf(desk, there.open)).filter(lane),
    recent: [...ended].filter(lane).sort((a, b) => (a.endedAtMs ?? 0) - (b.endedAtMs ?? 0)),
    ...(there.incomplete?.includes('ended') && { recentCut: true as const }),
    history: await historyOf(desk, there, lanes),
    notes: new Map(
      lanes.flatMap((one) => {
        const note = notes.get(issueKey({ lane: one }))
        return note === undefined ? [] : [[one, note]]
      }),
    ),
    allNotes: [...notes].filter(([key]) => key !== 'dashboard').map(([, note]) => note),
    rules: there.rules,
    audience: there.visibility === 'public' ? 'public' : 'private',
    self: { login: desk.api.self.login, app: desk.api.self.appId, check: desk.checkName },
    issues: there.issues,
    ...(audit !== undefined && { audit }),
    ...(dashboard && { dashboard }),
    ...(await offered(desk, there)),
    openedSince: (sinceMs) => there.createdSince(sinceMs),
  }
}
