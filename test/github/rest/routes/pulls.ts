import { refusal } from '../../answers.ts'
import type { Answer, Route } from '../../exchange.ts'
import { flag, maybeText, text } from '../../graphql/args.ts'
import { diffFiles, log, mergeBase } from '../../world/git/history.ts'
import type { Pull } from '../../world/issues.ts'
import { mergePull } from '../../world/merging.ts'
import { allPulls, changePull, createPull, endPull, findPull, type Refused, reopenPull } from '../../world/pulls.ts'
import type { MergeMethod } from '../../world/rules.ts'
import { updatePullBranch } from '../../world/web-commits.ts'
import {
  type Asked,
  actorOf,
  created,
  invalid,
  mover,
  NO_CONTENT,
  notFound,
  ok,
  READ_PULLS,
  type Refusal,
  reads,
  unprocessable,
  WRITE_CODE,
  WRITE_PULLS,
  writes,
} from '../answering.ts'
import { commitForm, fileForm } from '../forms/git.ts'
import { fullPullForm, pullForm } from '../forms/pulls.ts'
import { apiOf } from '../forms/repository.ts'
import { paged } from '../paging.ts'

export function pullOf({ repo, params }: Asked): Pull {
  const pull = findPull(repo, Number(params['pull_number']))
  if (!pull) throw notFound()
  return pull
}

function listPulls(asked: Asked): Promise<Answer> {
  const { repo, query } = asked
  const state = query.get('state') ?? 'open'
  const head = query.get('head')
  const base = query.get('base')
  const found = allPulls(repo).filter(
    (pull) =>
      (state === 'all' || pull.state === state) &&
      // GitHub takes a head without its owner for no filter at all.
      (head === null || !head.includes(':') || head === `${repo.owner}:${pull.headRef}`) &&
      (base === null || pull.baseRef === base),
  )
  const sort = query.get('sort') ?? 'created'
  const key = (pull: Pull) => (sort === 'updated' ? pull.updatedAt : pull.createdAt)
  const ascending = found.sort((a, b) => key(a) - key(b) || a.number - b.number)
  const direction = query.get('direction') ?? (sort === 'created' ? 'desc' : 'asc')
  return paged(asked, direction === 'desc' ? ascending.reverse() : ascending, (pull) => pullForm(asked, pull))
}

async function create(asked: Asked): Promise<Answer> {
  const { world, repo, body } = asked
  const made = await createPull(world, repo, actorOf(asked), {
    title: text(body, 'title'),
    body: maybeText(body, 'body') ?? '',
    head: text(body, 'head'),
    base: text(body, 'base'),
    draft: flag(body, 'draft'),
  })
  if (!made.ok) throw wrong(made)
  return created(await fullPullForm(asked, made.pull))
}

function wrong(refused: Refused): Refusal {
  const { text: message, field } = refused
  return field === undefined
    ? invalid({ resource: 'PullRequest', code: 'custom', message })
    : invalid({ resource: 'PullRequest', code: 'invalid', field })
}

async function update(asked: Asked): Promise<Answer> {
  const { world, repo, body } = asked
  const pull = pullOf(asked)
  const [title, words, base, state] = ['title', 'body', 'base', 'state'].map((name) => maybeText(body, name))
  const refused = await changePull(world, repo, actorOf(asked), pull, {
    ...(title === undefined ? {} : { title }),
    ...(words === undefined ? {} : { body: words }),
    ...(base === undefined ? {} : { base }),
  })
  if (refused) throw wrong(refused)
  if (state === 'closed') endPull(world, repo, actorOf(asked), pull)
  const notOpened = state === 'open' ? await reopenPull(world, repo, actorOf(asked), pull) : undefined
  if (notOpened) throw wrong(notOpened)
  return ok(await fullPullForm(asked, pull))
}

const MERGED = 'Pull Request successfully merged'

async function merge(asked: Asked): Promise<Answer> {
  const { world, repo, body } = asked
  // The cast: the description lets in merge, squash and rebase alone.
  const method = (maybeText(body, 'merge_method') ?? 'merge') as MergeMethod
  const merged = await mergePull(world, repo, mover(asked), pullOf(asked), {
    method,
    sha: maybeText(body, 'sha'),
    title: maybeText(body, 'commit_title'),
    message: maybeText(body, 'commit_message'),
  })
  if (!merged.ok) return refusal(merged.status, merged.text)
  return ok({ sha: merged.commit, merged: true, message: MERGED })
}

async function forkPoint(asked: Asked, pull: Pull): Promise<string> {
  return (await mergeBase(asked.repo.gitDir, pull.baseOid, pull.headOid)) ?? pull.baseOid
}

async function files(asked: Asked): Promise<Answer> {
  const pull = pullOf(asked)
  const from = await forkPoint(asked, pull)
  const changed = await diffFiles(asked.repo.gitDir, from, pull.headOid)
  return paged(asked, changed, (file) => fileForm(asked, from, pull.headOid, file))
}

async function commits(asked: Asked): Promise<Answer> {
  const pull = pullOf(asked)
  const found = await log(asked.repo.gitDir, { from: pull.headOid, not: await forkPoint(asked, pull) })
  return paged(asked, found.reverse(), (commit) => commitForm(asked, commit))
}

async function updateBranch(asked: Asked): Promise<Answer> {
  const { world, repo, body, root } = asked
  const pull = pullOf(asked)
  const expected = maybeText(body, 'expected_head_sha')
  const refused = await updatePullBranch(world, repo, mover(asked), pull, 'merge', expected)
  if (refused !== undefined) throw unprocessable(refused)
  const url = `${apiOf(repo, root)}/pulls/${pull.number}`
  return { status: 202, body: { message: 'Updating pull request branch.', url } }
}

function isMerged(asked: Asked): Answer {
  if (!pullOf(asked).merged) throw notFound()
  return NO_CONTENT
}

export const pullRoutes: readonly Route[] = [
  reads('/pulls', READ_PULLS, listPulls),
  writes('POST', '/pulls', WRITE_PULLS, create),
  reads('/pulls/{pull_number}', READ_PULLS, async (asked) => ok(await fullPullForm(asked, pullOf(asked)))),
  writes('PATCH', '/pulls/{pull_number}', WRITE_PULLS, update),
  reads('/pulls/{pull_number}/merge', READ_PULLS, isMerged),
  writes('PUT', '/pulls/{pull_number}/merge', WRITE_CODE, merge),
  reads('/pulls/{pull_number}/files', READ_PULLS, files),
  reads('/pulls/{pull_number}/commits', READ_PULLS, commits),
  writes('PUT', '/pulls/{pull_number}/update-branch', WRITE_PULLS, updateBranch),
]
