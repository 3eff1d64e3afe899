import type { Account } from './accounts.ts'
import type { Pull, Review, ReviewState } from './issues.ts'
import { atLeast, roleOf } from './permissions.ts'
import type { Repository } from './repositories.ts'
import type { World } from './world.ts'

export type NewReview = {
  readonly state: Exclude<ReviewState, 'DISMISSED'>
  readonly body: string
  readonly commitOid?: string
}

/** Text of the refusal, or the review. */
export function submitReview(
  world: World,
  repo: Repository,
  sender: Account,
  pull: Pull,
  wanted: NewReview,
): Review | string {
  if (sender.login === pull.author && wanted.state === 'APPROVED') return 'Can not approve your own pull request'
  if (sender.login === pull.author && wanted.state === 'CHANGES_REQUESTED') {
    return 'Can not request changes on your own pull request'
  }
  const review: Review = {
    id: world.nextId(),
    author: sender.login,
    body: wanted.body,
    state: wanted.state,
    commitOid: wanted.commitOid ?? pull.headOid,
    submittedAt: world.clock.now(),
  }
  pull.reviews.push(review)
  pull.requestedUsers.delete(sender.login)
  for (const team of [...pull.requestedTeams]) if (isInTeam(world, team, sender.login)) pull.requestedTeams.delete(team)
  pull.updatedAt = world.clock.now()
  world.events.emit({ event: 'pull_request_review', action: 'submitted', repository: repo, sender, pull, review })
  return review
}

function isInTeam(world: World, team: string, login: string): boolean {
  const [organisation = '', slug = ''] = team.split('/')
  return world.organisations.get(organisation)?.teams.get(slug)?.members.has(login) ?? false
}

/** The last approval or request for changes of each reviewer; comments don't change an opinion, a dismissal ends it. */
export function latestOpinions(pull: Pull): Review[] {
  const opinions = pull.reviews.filter((review) => review.state !== 'COMMENTED')
  return [...new Map(opinions.map((review) => [review.author, review])).values()]
}

/** Opinions that count: of others than the author, with write access. */
export function countingOpinions(world: World, repo: Repository, pull: Pull): Review[] {
  return latestOpinions(pull).filter((review) => review.author !== pull.author && mayWrite(world, repo, review.author))
}

export function mayWrite(world: World, repo: Repository, login: string): boolean {
  const account = world.accounts.get(login)
  if (account?.kind !== 'Bot') return atLeast(roleOf(world, repo, login), 'write')
  return [...world.installations.values()].some(
    (installation) =>
      installation.appId === account.appId &&
      installation.account === repo.owner &&
      installation.permissions['contents'] === 'write',
  )
}
