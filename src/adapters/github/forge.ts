import { KintsugiError } from '../../domain/index.ts'
import type { Forge } from '../../ports/index.ts'
import { contains } from './ancestry.ts'
import type { GitHubApi } from './api.ts'
import { appendAudit, readAudit } from './audit.ts'
import { check, checkGroup } from './checking.ts'
import { close, sweep } from './closing.ts'
import { ask, type Desk, deskOf, type GitHubForgeOptions } from './desk.ts'
import { look } from './looking.ts'
import { arm, dequeue, disarm, merge } from './merging.ts'
import { give, onboard, open, refresh, revert } from './opening.ts'
import { answer, comment, conclude, note } from './saying.ts'
import { standAside } from './standing-aside.ts'

/** Commits that touched one of the paths, newest first. */
async function touching(desk: Desk, paths: readonly string[], from: string, limit: number) {
  const found = await Promise.all(paths.map((path) => desk.api.commitsTouching(path, from, limit)))
  const byRevision = new Map(found.flat().map((one) => [one.revision, one]))
  return [...byRevision.values()].sort((a, b) => b.atMs - a.atMs).slice(0, limit)
}

function teamOf(team: string): readonly [string, string] {
  const [organisation, name, ...rest] = team.split('/')
  if (organisation === undefined || name === undefined || rest.length > 0)
    throw new KintsugiError('KIN-9001', 'a team is named organisation/team')
  return [organisation, name]
}

/**
 * A repository on GitHub as a Forge (PROTOCOL 1 to 5, 7, 8). Everything that it remembers stands in the repository; what it holds in memory
 * are hints. Its methods throw KIN-4002, KIN-4003 and KIN-4005; KIN-9001 where the forge did something else than it was asked.
 */
export function githubForge(api: GitHubApi, options: GitHubForgeOptions): Forge {
  const desk = deskOf(api, options)
  const writer = options.writer ?? 'kintsugi'
  if (!/^[a-z0-9-]{1,63}$/.test(writer)) throw new KintsugiError('KIN-2001', 'the name of an audit writer is not plain')
  return {
    repository: options.url,
    look: (base, lanes) => look(desk, base, lanes),
    tree: (revision) => desk.mirror.tree(revision),
    // Each look says it again, so that a new name is known one look later.
    defaultBranch: async () => desk.hints.defaultBranch ?? (await ask(desk, { base: '' })).defaultBranch,
    head: (branch) => api.branch(branch),
    open: (proposal) => open(desk, proposal),
    refresh: (pull, proposal) => refresh(desk, pull, proposal),
    merge: (pull, sha, how) => merge(desk, pull, sha, how ?? { method: 'squash' }),
    arm: (pull, sha, method) => arm(desk, pull, sha, method),
    disarm: (pull) => disarm(desk, pull),
    dequeue: (pull) => dequeue(desk, pull),
    checkGroup: (pull, group, gates) => checkGroup(desk, pull, group, gates),
    standAside: (base) => standAside(desk, base),
    say: (place, text) => ('pull' in place ? comment(desk, place.pull, text) : note(desk, place, text)),
    check: (pull, gates) => check(desk, pull, gates),
    conclude: (pull, conclusion, text) => conclude(desk, pull, conclusion, text),
    give: (pull, what) => give(desk, pull, what),
    revert: (pull, proposal) => revert(desk, pull, proposal),
    close: (pull, reason, text) => close(desk, pull, reason, text),
    answer: (pull, command, said) => answer(desk, pull, command, said),
    roleOf: (login) => api.role(login),
    inTeam: (team, login) => api.inTeam(...teamOf(team), login),
    sweep: () => sweep(desk),
    contains: (revision, commit) => contains(desk, revision, commit),
    commitsTouching: (paths, from, limit) => touching(desk, paths, from, limit),
    onboard: (offer) => onboard(desk, offer),
    audit: (known) => readAudit(desk, writer, known),
    appendAudit: (records) => appendAudit(desk, writer, records),
  }
}
