import type { Answer, Route } from '../../exchange.ts'
import { maybeText, texts } from '../../graphql/args.ts'
import { requestReview } from '../../world/review-requests.ts'
import { mayBeAsked, NOT_COLLABORATORS } from '../../world/reviewers.ts'
import { submitReview } from '../../world/reviews.ts'
import {
  type Asked,
  actorOf,
  created,
  ok,
  READ_PULLS,
  reads,
  unprocessable,
  WRITE_PULLS,
  writes,
} from '../answering.ts'
import { pullForm, reviewForm, teamsOf } from '../forms/pulls.ts'
import { personForm } from '../forms/threads.ts'
import { paged } from '../paging.ts'
import { pullOf } from './pulls.ts'

const STATES = { APPROVE: 'APPROVED', REQUEST_CHANGES: 'CHANGES_REQUESTED', COMMENT: 'COMMENTED' } as const

async function createReview(asked: Asked): Promise<Answer> {
  const { world, repo, body } = asked
  const pull = pullOf(asked)
  const event = Object.entries(STATES).find(([name]) => name === maybeText(body, 'event'))
  if (!event) throw unprocessable('the stand-in knows no pending reviews')
  const commitOid = maybeText(body, 'commit_id')
  const review = submitReview(world, repo, actorOf(asked), pull, {
    state: event[1],
    body: maybeText(body, 'body') ?? '',
    ...(commitOid === undefined ? {} : { commitOid }),
  })
  if (typeof review === 'string') throw unprocessable(`Review ${review}`)
  return ok(reviewForm(asked, pull, review))
}

/** Logins as they are, teams as `owner/slug`. */
function reviewersOf({ repo, body }: Asked): string[] {
  return [...texts(body, 'reviewers'), ...texts(body, 'team_reviewers').map((slug) => `${repo.owner}/${slug}`)]
}

async function request(asked: Asked): Promise<Answer> {
  const { world, repo } = asked
  const pull = pullOf(asked)
  const wanted = reviewersOf(asked)
  if (wanted.includes(pull.author)) throw unprocessable('Review cannot be requested from pull request author.')
  if (!wanted.every((reviewer) => mayBeAsked(world, repo, reviewer))) throw unprocessable(NOT_COLLABORATORS(repo))
  for (const reviewer of wanted) requestReview(world, repo, actorOf(asked), pull, reviewer)
  return created(pullForm(asked, pull))
}

async function withdraw(asked: Asked): Promise<Answer> {
  const { world, repo } = asked
  const pull = pullOf(asked)
  for (const reviewer of reviewersOf(asked)) {
    if (!pull.requestedUsers.delete(reviewer) && !pull.requestedTeams.delete(reviewer)) continue
    const sender = actorOf(asked)
    world.events.emit({
      event: 'pull_request',
      action: 'review_request_removed',
      repository: repo,
      sender,
      pull,
      reviewer,
    })
  }
  return ok(pullForm(asked, pull))
}

function requested(asked: Asked): Answer {
  const pull = pullOf(asked)
  const users = [...pull.requestedUsers].map((login) => personForm(asked, login))
  return ok({ users, teams: teamsOf(asked, pull) })
}

const REQUESTED = '/pulls/{pull_number}/requested_reviewers'

export const reviewRoutes: readonly Route[] = [
  reads('/pulls/{pull_number}/reviews', READ_PULLS, (asked) => {
    const pull = pullOf(asked)
    return paged(asked, pull.reviews, (review) => reviewForm(asked, pull, review))
  }),
  writes('POST', '/pulls/{pull_number}/reviews', WRITE_PULLS, createReview),
  reads(REQUESTED, READ_PULLS, requested),
  writes('POST', REQUESTED, WRITE_PULLS, request),
  writes('DELETE', REQUESTED, WRITE_PULLS, withdraw),
]
