import type { CheckFact, ReviewFact, Role } from '../../src/domain/index.ts'
import type { Objects } from './objects.ts'
import { type CheckState, NO_BRANCH_RULES, type PullState, type Rules, type State } from './state.ts'

const WRITERS: readonly Role[] = ['write', 'maintain', 'admin']

function stateOf(check: CheckState): CheckFact['state'] {
  if (check.status === 'queued') return 'queued'
  if (check.status === 'in_progress') return 'running'
  if (check.conclusion === 'success') return 'green'
  if (check.conclusion === 'neutral') return 'neutral'
  return check.conclusion === 'skipped' ? 'skipped' : 'red'
}

/** The newest of each name and reporter on one commit. */
export function checksOf(state: State, sha: string): readonly CheckFact[] {
  return newest(state, sha).map((check) => ({
    name: check.name,
    ...(check.app === undefined ? {} : { app: check.app }),
    state: stateOf(check),
    sha,
    ...(check.completedAtMs === undefined ? {} : { completedAtMs: check.completedAtMs }),
  }))
}

function newest(state: State, sha: string): readonly CheckState[] {
  const rows = state.checks.filter((check) => check.sha === sha)
  return [...new Map(rows.map((check) => [`${check.app ?? 'status'} ${check.name}`, check])).values()]
}

/** The newest opinion of each reviewer. */
export function reviewsOf(state: State, pull: PullState): readonly ReviewFact[] {
  const last = new Map(pull.reviews.map((review) => [review.by.login, review]))
  return [...last.values()].map((review) => ({
    ...review,
    counts: review.by.kind === 'user' && WRITERS.includes(roleIn(state, review.by.login)),
  }))
}

export function roleIn(state: State, login: string): Role {
  return state.roles.get(login) ?? (state.settings.visibility === 'public' ? 'read' : 'none')
}

export function rulesIn(state: State, branch: string): Rules {
  return state.rules.get(branch) ?? NO_BRANCH_RULES
}

/** Owners of a path: the last line of CODEOWNERS that fits. Lines are `/folder/`, `/file`, `*` or `*.ext`. */
export function ownersOf(state: State, objects: Objects, base: string, path: string): readonly string[] {
  const files = objects.filesOf(state.branches.get(base))
  const oid = ['.github/CODEOWNERS', 'CODEOWNERS', 'docs/CODEOWNERS'].flatMap((name) => files.get(name)?.oid ?? [])[0]
  const text = new TextDecoder().decode(oid === undefined ? undefined : objects.blobs.get(oid))
  const rows = text.split('\n').map((line) => line.trim().split(/\s+/))
  const fits = (pattern: string): boolean => {
    if (pattern === '*') return true
    if (pattern.startsWith('*.')) return path.endsWith(pattern.slice(1))
    const rooted = pattern.replace(/^\//, '')
    return path === rooted || path.startsWith(rooted.endsWith('/') ? rooted : `${rooted}/`)
  }
  const last = rows.filter(([pattern]) => pattern !== undefined && pattern !== '' && fits(pattern)).at(-1)
  return (last?.slice(1) ?? []).map((owner) => owner.replace(/^@/, ''))
}

export type Blocker = { readonly state: 'conflict' | 'draft' | 'blocked' | 'behind'; readonly text: string }

function checkBlockers(state: State, pull: PullState, rules: Rules): Blocker[] {
  const rows = newest(state, pull.headOid)
  return rules.requiredChecks.flatMap((required): Blocker[] => {
    const mine = rows.filter(
      (row) => row.name === required.name && (required.app === undefined || row.reporter.appId === required.app),
    )
    const quoted = `"${required.name}"`
    if (mine.length === 0) return [{ state: 'blocked', text: `Required status check ${quoted} is expected.` }]
    const states = mine.map(stateOf)
    if (states.includes('red')) return [{ state: 'blocked', text: `Required status check ${quoted} is failing.` }]
    const done = states.every((one) => one === 'green' || one === 'neutral' || one === 'skipped')
    return done ? [] : [{ state: 'blocked', text: `Required status check ${quoted} is in progress.` }]
  })
}

function reviewBlockers(state: State, objects: Objects, pull: PullState, rules: Rules): Blocker[] {
  const counted = reviewsOf(state, pull).filter(({ counts }) => counts)
  const approvals = counted.filter((one) => one.state === 'approved' && one.by.login !== pull.author.login)
  const found: Blocker[] = []
  const blocked = (text: string): void => void found.push({ state: 'blocked', text })
  const needed = rules.approvals
  if (approvals.length < needed) {
    blocked(
      `At least ${needed} approving review${needed === 1 ? ' is' : 's are'} required by reviewers with write access.`,
    )
  }
  const rejected = counted.some((one) => one.state === 'changes-requested')
  if (rejected && needed > 0) blocked('Changes were requested by a reviewer with write access.')
  if (rules.lastPushApproval && !approvals.some(({ by }) => by.login !== pull.lastPusher.login)) {
    blocked('New changes require approval from someone other than the last pusher.')
  }
  if (rules.codeOwners) {
    const asked = filesOf(state, objects, pull).map((path) => ownersOf(state, objects, pull.base, path))
    const isOne = (owner: string, login: string): boolean =>
      owner === login || (state.teams.get(owner) ?? []).includes(login)
    const met = asked.every(
      (owners) => owners.length === 0 || approvals.some(({ by }) => owners.some((owner) => isOne(owner, by.login))),
    )
    if (!met) blocked('Waiting on code owner review')
  }
  if (rules.conversationsResolved && pull.unresolved > 0)
    blocked('A conversation must be resolved before this pull request can be merged.')
  return found
}

/** What the forge itself sees in the way of a merge. */
export function blockersOf(state: State, objects: Objects, pull: PullState): readonly Blocker[] {
  const rules = rulesIn(state, pull.base)
  const base = state.branches.get(pull.base) ?? ''
  const found: Blocker[] = []
  if (pull.draft) found.push({ state: 'draft', text: 'Pull Request is still a draft' })
  if (objects.merged(base, pull.headOid) === undefined) {
    found.push({ state: 'conflict', text: 'Pull Request is not mergeable' })
  }
  if (rules.upToDate && !objects.contains(pull.headOid, base)) {
    found.push({ state: 'behind', text: 'Head branch is out of date. Review and try the merge again.' })
  }
  const unsigned = objects.between(base, pull.headOid).some(({ verified }) => !verified)
  if (rules.signatures && unsigned) found.push({ state: 'blocked', text: 'Commits must have verified signatures.' })
  found.push(...checkBlockers(state, pull, rules), ...reviewBlockers(state, objects, pull, rules))
  for (const rule of rules.others) found.push({ state: 'blocked', text: `Repository rule violations found\n\n${rule}` })
  return found
}

/** Paths that a pull request changes: since it left the base, and once it has ended as they were then. */
export function filesOf(state: State, objects: Objects, pull: PullState): readonly string[] {
  const base = pull.baseAtEnd ?? state.branches.get(pull.base) ?? ''
  const from = objects.mergeBase(base, pull.headOid)
  return objects.changed(objects.filesOf(from), objects.filesOf(pull.headOid))
}
