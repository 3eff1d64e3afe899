import type { Outcome } from '../../src/adapters/github/api.ts'
import type { NameRule } from '../../src/domain/index.ts'
import { OK, refused } from './refusals.ts'
import { accountOf, type ModelRepository, openPulls } from './repository.ts'
import type { Actor, PullState } from './state.ts'

export type Move = { readonly name: string; readonly from: string | undefined; readonly to: string | undefined }

function breaks(rule: NameRule, text: string): boolean {
  const { operator, pattern } = rule
  const fits =
    operator === 'starts-with'
      ? text.startsWith(pattern)
      : operator === 'ends-with'
        ? text.endsWith(pattern)
        : operator === 'contains'
          ? text.includes(pattern)
          : new RegExp(pattern).test(text)
  return fits === rule.negate
}

/** Name of the first rule that a text breaks. Rules for names and messages hold for every branch but the bases. */
export function brokenRule(repository: ModelRepository, of: NameRule['of'], text: string): string | undefined {
  const all = [...repository.state.rules.values()].flatMap(({ names }) => names)
  return all.find((rule) => rule.of === of && breaks(rule, text))?.rule
}

/** A new branch. */
export function createBranch(repository: ModelRepository, actor: Actor, name: string, oid: string): Outcome<null> {
  const { state, objects } = repository
  if (state.settings.archived) return refused('archived', 403, 'Repository was archived so is read-only.')
  if (state.branches.has(name)) {
    return refused('exists', 422, `A ref named "refs/heads/${name}" already exists in the repository.`)
  }
  const inTheWay = [...state.branches.keys()].some((one) => one.startsWith(`${name}/`) || name.startsWith(`${one}/`))
  if (inTheWay) return refused('invalid', 422, `Reference cannot be created: refs/heads/${name}`)
  if (!objects.commits.has(oid)) return refused('not-found', 422, 'Object does not exist')
  const rule = brokenRule(repository, 'branch', name)
  if (rule !== undefined) return refused('rules', 422, `Repository rule violations found\n\n${rule}`)
  moveUnchecked(repository, actor, [{ name, from: undefined, to: oid }])
  return OK
}

/** All branches or none, each only from the commit that it shows. */
export function moveBranches(repository: ModelRepository, actor: Actor, moves: readonly Move[]): Outcome<null> {
  const { state, objects } = repository
  if (state.settings.archived) return refused('archived', 403, 'Repository was archived so is read-only.')
  for (const { name, from, to } of moves) {
    const at = state.branches.get(name)
    if (at === undefined) return refused('not-found', 404, 'Reference does not exist')
    if (at !== from) return refused('stale', 422, `Reference update failed: refs/heads/${name} is at ${at}`)
    if (to !== undefined && !objects.commits.has(to)) return refused('not-found', 422, 'Object does not exist')
    if (to === undefined && name === state.settings.defaultBranch) {
      return refused('rules', 422, 'Cannot delete the default branch')
    }
  }
  moveUnchecked(repository, actor, moves)
  return OK
}

/** What follows for pull requests when a branch moves or goes. */
function followed(repository: ModelRepository, actor: Actor, pull: PullState, move: Move): PullState | undefined {
  const ended = {
    ...pull,
    endedBy: accountOf(actor),
    endedAtMs: repository.now(),
    updatedAtMs: repository.now(),
    baseAtEnd: move.name === pull.base ? (move.from ?? '') : (repository.state.branches.get(pull.base) ?? ''),
  }
  const { autoMerge: _armed, queued: _queued, ...still } = ended
  if (move.name === pull.base) {
    if (move.to === undefined) return { ...still, state: 'closed' }
    const { objects } = repository
    const inside = objects.contains(move.to, pull.headOid) && !objects.contains(move.from ?? '', pull.headOid)
    return inside ? { ...still, state: 'merged', mergeCommit: move.to } : undefined
  }
  if (move.name !== pull.branch || pull.crossRepository) return undefined
  if (move.to === undefined) return { ...still, state: 'closed' }
  const base = repository.state.branches.get(pull.base)
  if (base !== undefined && repository.objects.contains(base, move.to)) {
    return { ...still, state: 'closed', headOid: move.to }
  }
  return pushed(repository, actor, pull, move.to)
}

function pushed(repository: ModelRepository, actor: Actor, pull: PullState, head: string): PullState {
  const { queued: _left, ...rest } = pull
  const stale = repository.rulesOf(pull.base).dismissStale
  return {
    ...rest,
    headOid: head,
    lastPusher: accountOf(actor),
    pushedAtMs: repository.now(),
    updatedAtMs: repository.now(),
    reviews: stale
      ? pull.reviews.map((one) => (one.state === 'approved' ? { ...one, state: 'dismissed' as const } : one))
      : pull.reviews,
  }
}

/** Moves branches whatever they show, with what follows for open pull requests. */
export function moveUnchecked(repository: ModelRepository, actor: Actor, moves: readonly Move[]): void {
  const pulls = new Map(repository.state.pulls)
  for (const move of moves) {
    for (const pull of openPulls(repository.state)) {
      const next = followed(repository, actor, pulls.get(pull.number) ?? pull, move)
      if (next !== undefined) pulls.set(pull.number, next)
    }
  }
  const branches = new Map(repository.state.branches)
  for (const { name, to } of moves) {
    if (to === undefined) branches.delete(name)
    else branches.set(name, to)
  }
  repository.set({ branches, pulls })
}
