import { iso } from '../../auth/forms.ts'
import { nodeId } from '../../graphql/node-ids.ts'
import { diffFiles, log, mergeBase } from '../../world/git/history.ts'
import type { Pull, Review } from '../../world/issues.ts'
import { mergeabilityOf, mergeStateOf } from '../../world/mergeability.ts'
import type { Place } from './git.ts'
import { apiOf, repositoryForm, webOf } from './repository.ts'
import { labelsOf, personForm } from './threads.ts'

/** As lists show it. */
export function pullForm(place: Place, pull: Pull) {
  const { repo, root } = place
  const url = `${apiOf(repo, root)}/pulls/${pull.number}`
  const issue = `${apiOf(repo, root)}/issues/${pull.number}`
  const page = `${webOf(repo, root)}/pull/${pull.number}`
  const links = {
    self: url,
    html: page,
    issue,
    comments: `${issue}/comments`,
    review_comments: `${url}/comments`,
    review_comment: `${apiOf(repo, root)}/pulls/comments{/number}`,
    commits: `${url}/commits`,
    statuses: `${apiOf(repo, root)}/statuses/${pull.headOid}`,
  }
  return {
    id: pull.id,
    node_id: nodeId('PullRequest', repo.id, pull.number),
    url,
    html_url: page,
    diff_url: `${page}.diff`,
    patch_url: `${page}.patch`,
    issue_url: issue,
    comments_url: links.comments,
    commits_url: links.commits,
    statuses_url: links.statuses,
    review_comment_url: links.review_comment,
    review_comments_url: links.review_comments,
    _links: Object.fromEntries(Object.entries(links).map(([name, href]) => [name, { href }])),
    number: pull.number,
    state: pull.state,
    locked: false,
    title: pull.title,
    body: pull.body,
    draft: pull.isDraft,
    user: personForm(place, pull.author),
    labels: labelsOf(place, pull),
    assignee: null,
    assignees: [],
    milestone: null,
    requested_reviewers: [...pull.requestedUsers].map((login) => personForm(place, login)),
    requested_teams: teamsOf(place, pull),
    created_at: iso(pull.createdAt),
    updated_at: iso(pull.updatedAt),
    closed_at: pull.closedAt === undefined ? null : iso(pull.closedAt),
    merged_at: pull.merged ? iso(pull.merged.at) : null,
    merge_commit_sha: pull.merged?.commit ?? null,
    head: sideForm(place, pull.headRef, pull.headOid),
    base: sideForm(place, pull.baseRef, pull.baseOid),
    author_association: 'NONE',
    auto_merge: autoMergeForm(place, pull),
  }
}

function sideForm(place: Place, ref: string, sha: string) {
  const { world, repo, root } = place
  return {
    label: `${repo.owner}:${ref}`,
    ref,
    sha,
    user: personForm(place, repo.owner),
    repo: repositoryForm(world, repo, root),
  }
}

function autoMergeForm(place: Place, { autoMerge }: Pull) {
  if (!autoMerge) return null
  return {
    enabled_by: personForm(place, autoMerge.enabledBy),
    merge_method: autoMerge.method,
    commit_title: autoMerge.headline ?? '',
    commit_message: autoMerge.body ?? '',
  }
}

export function teamsOf({ world, root }: Place, pull: Pull) {
  return [...pull.requestedTeams].flatMap((wanted) => {
    const [organisation = '', slug = ''] = wanted.split('/')
    const team = world.organisations.get(organisation)?.teams.get(slug)
    if (!team) return []
    const url = `${root}/orgs/${organisation}/teams/${slug}`
    return [
      {
        id: team.id,
        node_id: nodeId('Team', team.id),
        url,
        html_url: url,
        name: slug,
        slug,
        description: null,
        privacy: 'closed',
        permission: 'push',
        members_url: `${url}/members{/member}`,
        repositories_url: `${url}/repos`,
        type: 'organization',
        organization_id: world.accounts.get(organisation)?.id ?? 0,
        parent: null,
      },
    ]
  })
}

/** As it is shown alone: with what has to be computed. */
export async function fullPullForm(place: Place, pull: Pull) {
  const { world, repo } = place
  const from = (await mergeBase(repo.gitDir, pull.baseOid, pull.headOid)) ?? pull.baseOid
  const files = await diffFiles(repo.gitDir, from, pull.headOid)
  const commits = await log(repo.gitDir, { from: pull.headOid, not: from })
  const { state } = mergeabilityOf(world, repo, pull)
  const total = (counts: readonly number[]) => counts.reduce((sum, count) => sum + count, 0)
  return {
    ...pullForm(place, pull),
    merged: pull.merged !== undefined,
    merged_by: personForm(place, pull.merged?.by),
    mergeable: state === 'unknown' ? null : state === 'mergeable',
    rebaseable: state === 'unknown' ? null : state === 'mergeable',
    mergeable_state: pull.state === 'closed' ? 'unknown' : (await mergeStateOf(world, repo, pull)).toLowerCase(),
    comments: pull.comments.length,
    review_comments: 0,
    commits: commits.length,
    additions: total(files.map((file) => file.additions)),
    deletions: total(files.map((file) => file.deletions)),
    changed_files: files.length,
    maintainer_can_modify: false,
  }
}

export function reviewForm(place: Place, pull: Pull, review: Review) {
  const { repo, root } = place
  const html = `${webOf(repo, root)}/pull/${pull.number}#pullrequestreview-${review.id}`
  const pullUrl = `${apiOf(repo, root)}/pulls/${pull.number}`
  return {
    id: review.id,
    node_id: nodeId('PullRequestReview', repo.id, review.id),
    user: personForm(place, review.author),
    body: review.body,
    state: review.state,
    commit_id: review.commitOid,
    submitted_at: iso(review.submittedAt),
    html_url: html,
    pull_request_url: pullUrl,
    _links: { html: { href: html }, pull_request: { href: pullUrl } },
    author_association: 'NONE',
  }
}
