import { refusal } from '../../answers.ts'
import type { Answer, Route } from '../../exchange.ts'
import { mustCommit } from '../../world/git/commits.ts'
import { countBetween, diffFiles, log, mergeBase } from '../../world/git/history.ts'
import { EMPTY_TREE } from '../../world/git/trees.ts'
import { type Asked, notFound, ok, READ_CODE, Refusal, reads } from '../answering.ts'
import { commitForm, fileForm } from '../forms/git.ts'
import { apiOf, webOf } from '../forms/repository.ts'
import { linkHeader, pageOf, slice } from '../paging.ts'
import { resolveRevision } from '../revisions.ts'

/** GitHub lists no more changed files than this in a comparison. */
const MAX_FILES = 300

async function listCommits(asked: Asked): Promise<Answer> {
  const { repo, query } = asked
  const from = await resolveRevision(repo, query.get('sha') ?? repo.defaultBranch)
  if (from === undefined) throw notFound()
  const page = pageOf(query)
  const [since, until, path] = [query.get('since'), query.get('until'), query.get('path')]
  const filter = {
    from,
    ...(path === null ? {} : { path }),
    ...(since === null ? {} : { sinceMs: Date.parse(since) }),
    ...(until === null ? {} : { untilMs: Date.parse(until) }),
  }
  // One more than asked says whether there is a next page.
  const commits = await log(repo.gitDir, { ...filter, skip: (page.number - 1) * page.size, limit: page.size + 1 })
  const total = (page.number - 1) * page.size + commits.length
  const body = commits.slice(0, page.size).map((commit) => commitForm(asked, commit))
  return { status: 200, body, ...linkHeader(asked, total, page) }
}

async function getCommit(asked: Asked): Promise<Answer> {
  const { repo, params, exchange } = asked
  const name = params['ref'] ?? ''
  const oid = await resolveRevision(repo, name)
  if (oid === undefined) throw new Refusal(refusal(422, `No commit found for SHA: ${name}`))
  if (exchange.headers['accept']?.includes('sha')) {
    return { status: 200, headers: { 'content-type': 'application/vnd.github.sha; charset=utf-8' }, body: oid }
  }
  const commit = await mustCommit(repo.gitDir, oid)
  const from = commit.parents[0] ?? EMPTY_TREE
  const files = await diffFiles(repo.gitDir, from, oid)
  const additions = files.reduce((sum, file) => sum + file.additions, 0)
  const deletions = files.reduce((sum, file) => sum + file.deletions, 0)
  return ok({
    ...commitForm(asked, commit),
    stats: { additions, deletions, total: additions + deletions },
    files: await Promise.all(files.slice(0, MAX_FILES).map((file) => fileForm(asked, from, oid, file))),
  })
}

/** Three dots compare with where they parted, as the pages of GitHub do. */
async function compare(asked: Asked): Promise<Answer> {
  const { repo, params, query, root } = asked
  const [baseName = '', headName = ''] = (params['basehead'] ?? '').split('...')
  const [base, head] = [await resolveRevision(repo, baseName), await resolveRevision(repo, headName)]
  if (base === undefined || head === undefined) throw notFound()
  const joint = await mergeBase(repo.gitDir, base, head)
  if (joint === undefined) throw new Refusal(refusal(404, `No common ancestor between ${baseName} and ${headName}.`))
  const [ahead, behind] = [await countBetween(repo.gitDir, head, base), await countBetween(repo.gitDir, base, head)]
  const page = pageOf(query, 100)
  const commits = (await log(repo.gitDir, { from: head, not: base })).reverse()
  // Files come with the first page only.
  const files = page.number === 1 ? (await diffFiles(repo.gitDir, joint, head)).slice(0, MAX_FILES) : []
  const web = `${webOf(repo, root)}/compare/${baseName}...${headName}`
  return {
    ...linkHeader(asked, commits.length, page),
    status: 200,
    body: {
      url: `${apiOf(repo, root)}/compare/${baseName}...${headName}`,
      html_url: web,
      permalink_url: `${webOf(repo, root)}/compare/${repo.owner}:${base.slice(0, 7)}...${repo.owner}:${head.slice(0, 7)}`,
      diff_url: `${web}.diff`,
      patch_url: `${web}.patch`,
      base_commit: commitForm(asked, await mustCommit(repo.gitDir, base)),
      merge_base_commit: commitForm(asked, await mustCommit(repo.gitDir, joint)),
      status: ahead > 0 ? (behind > 0 ? 'diverged' : 'ahead') : behind > 0 ? 'behind' : 'identical',
      ahead_by: ahead,
      behind_by: behind,
      total_commits: commits.length,
      commits: slice(commits, page).map((commit) => commitForm(asked, commit)),
      files: await Promise.all(files.map((file) => fileForm(asked, joint, head, file))),
    },
  }
}

export const historyRoutes: readonly Route[] = [
  reads('/commits', READ_CODE, listCommits),
  reads('/commits/{ref}', READ_CODE, getCommit),
  reads('/compare/{basehead}', READ_CODE, compare),
]
