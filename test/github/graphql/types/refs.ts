import { rulesFor } from '../../world/branch-rules.ts'
import { countBetween, log, mergeBase } from '../../world/git/history.ts'
import { resolveRef } from '../../world/git/refs.ts'
import { mayIn } from '../../world/permissions.ts'
import { allPulls } from '../../world/pulls.ts'
import { text } from '../args.ts'
import { connect, PAGING } from '../connections.ts'
import { need, StandInGap } from '../errors.ts'
import { type Fields, field, fieldWith } from '../fields.ts'
import { nodeId } from '../node-ids.ts'
import { commitSource, objectSource, type RefSource } from '../sources.ts'
import { pullList } from './repository.ts'
import { branchRules, refUpdateRule } from './rules.ts'

const branchOf = ({ ref }: RefSource): string => ref.replace(/^refs\/(heads|tags)\//, '')

export const ref: Fields<RefSource> = {
  id: field(({ repo, ref }) => nodeId('Ref', repo.id, ref)),
  name: field(branchOf),
  prefix: field(({ ref }) => /^refs\/[^/]+\//.exec(ref)?.[0] ?? 'refs/'),
  target: field(({ repo, oid }) => objectSource(repo, oid)),
  repository: field(({ repo }) => ({ type: 'Repository', repo })),
  rules: fieldWith(['orderBy', ...PAGING], (source, args, _, name) =>
    branchRules(source.repo, branchOf(source), args, name),
  ),
  refUpdateRule: field((source) => refUpdateRule(source.repo, branchOf(source))),
  // Null for whoever may not administer, whether or not there is a protection.
  branchProtectionRule: field((source, _, context) => {
    const { repo } = source
    const classic = rulesFor(repo, branchOf(source)).filter(({ set }) => set.classic)
    if (classic.length === 0 || !mayIn(context.world, context.actor, repo, { administration: 'read' })) return null
    throw new StandInGap('Ref.branchProtectionRule for administrators')
  }),
  associatedPullRequests: fieldWith(
    ['states', 'labels', 'headRefName', 'baseRefName', 'orderBy', ...PAGING],
    (source, args, context, name) => {
      need(context, source.repo, { pull_requests: 'read' })
      const pulls = allPulls(source.repo).filter((pull) => pull.headRef === branchOf(source))
      return pullList(source.repo, pulls, args, name)
    },
  ),
  compare: fieldWith(['headRef'], async ({ repo, oid }, args) => {
    const name = text(args, 'headRef')
    const head = (await resolveRef(repo.gitDir, `refs/heads/${name}`)) ?? (await resolveRef(repo.gitDir, name))
    return head === undefined ? null : compare({ type: 'Comparison', repo, base: oid, head })
  }),
}

type Comparison = {
  readonly type: 'Comparison'
  readonly repo: RefSource['repo']
  readonly base: string
  readonly head: string
}

async function compare({ type, repo, base, head }: Comparison) {
  const aheadBy = await countBetween(repo.gitDir, head, base)
  const behindBy = await countBetween(repo.gitDir, base, head)
  const joint = await mergeBase(repo.gitDir, base, head)
  if (joint === undefined) return null
  return {
    type,
    repo,
    base,
    head,
    id: nodeId('Comparison', repo.id, base, head),
    aheadBy,
    behindBy,
    status: aheadBy > 0 ? (behindBy > 0 ? 'DIVERGED' : 'AHEAD') : behindBy > 0 ? 'BEHIND' : 'IDENTICAL',
  }
}

export const comparison: Fields<Comparison> = {
  baseTarget: field(({ repo, base }) => objectSource(repo, base)),
  headTarget: field(({ repo, head }) => objectSource(repo, head)),
  commits: fieldWith([...PAGING], async ({ repo, base, head }, args, _, name) => {
    const commits = (await log(repo.gitDir, { from: head, not: base })).reverse()
    return connect(commits, args, name, (commit) => commitSource(repo, commit.oid))
  }),
}
