import { isVerified, type Stamp, WEB_FLOW } from '../../world/git/commits.ts'
import { log } from '../../world/git/history.ts'
import { listTree } from '../../world/git/trees.ts'
import { allPulls } from '../../world/pulls.ts'
import { rollup } from '../../world/required-checks.ts'
import { type Args, maybeText } from '../args.ts'
import { connect, PAGING } from '../connections.ts'
import { type Context, when } from '../context.ts'
import { need } from '../errors.ts'
import { type Fields, field, fieldWith } from '../fields.ts'
import { nodeId } from '../node-ids.ts'
import {
  actorSource,
  type BlobSource,
  type CommitSource,
  commitSource,
  objectSource,
  type TreeSource,
  userByEmail,
} from '../sources.ts'
import { checkContexts } from './checks.ts'
import { pullList } from './repository.ts'

export const commit: Fields<CommitSource> = {
  id: field(({ repo, commit }) => nodeId('Commit', repo.id, commit.oid)),
  oid: field(({ commit }) => commit.oid),
  abbreviatedOid: field(({ commit }) => commit.oid.slice(0, 7)),
  url: field(({ repo, commit }, _, context) => `${context.webRoot}/${repo.owner}/${repo.name}/commit/${commit.oid}`),
  commitUrl: field(
    ({ repo, commit }, _, context) => `${context.webRoot}/${repo.owner}/${repo.name}/commit/${commit.oid}`,
  ),
  repository: field(({ repo }) => ({ type: 'Repository', repo })),
  message: field(({ commit }) => commit.message.trimEnd()),
  messageHeadline: field(({ commit }) => commit.message.split('\n')[0] ?? ''),
  messageBody: field(({ commit }) => commit.message.split('\n').slice(1).join('\n').trim()),
  authoredDate: field(({ commit }) => when(commit.author.atMs)),
  committedDate: field(({ commit }) => when(commit.committer.atMs)),
  pushedDate: field(() => null),
  committedViaWeb: field(({ commit }) => commit.committer.email === WEB_FLOW.email),
  author: field(({ commit }, _, context) => gitActor(context, commit.author)),
  authors: fieldWith([...PAGING], ({ commit }, args, context, name) =>
    connect([commit.author], args, name, (stamp) => gitActor(context, stamp)),
  ),
  committer: field(({ commit }, _, context) => gitActor(context, commit.committer)),
  tree: field(({ repo, commit }) => objectSource(repo, commit.tree)),
  parents: fieldWith([...PAGING], ({ repo, commit }, args, _, name) =>
    connect(commit.parents, args, name, (oid) => commitSource(repo, oid)),
  ),
  signature: field(({ commit }, _, context) => signature(context, commit)),
  history: fieldWith(['path', 'since', 'until', ...PAGING], history),
  statusCheckRollup: field((source, _, context) => {
    need(context, source.repo, { checks: 'read', statuses: 'read' })
    return rollup(source.repo, source.commit.oid) === undefined ? null : { ...source, type: 'StatusCheckRollup' }
  }),
  checkSuites: fieldWith(['filterBy', ...PAGING], ({ repo, commit }, args, context, name) => {
    need(context, repo, { checks: 'read' })
    const suites = repo.suites.filter((suite) => suite.headSha === commit.oid)
    return connect(suites, args, name, (suite) => ({ type: 'CheckSuite', repo, suite }))
  }),
  associatedPullRequests: fieldWith(['orderBy', ...PAGING], async ({ repo, commit }, args, context, name) => {
    need(context, repo, { pull_requests: 'read' })
    const pulls = allPulls(repo).filter((pull) => pull.headOid === commit.oid || pull.merged?.commit === commit.oid)
    return pullList(repo, pulls, args, name)
  }),
}

function gitActor(context: Context, stamp: Stamp) {
  return {
    name: stamp.name,
    email: stamp.email,
    date: () => when(stamp.atMs),
    user: () => userByEmail(context, stamp.email),
    avatarUrl: `${context.webRoot}/avatars/0`,
  }
}

function signature(context: Context, commit: CommitSource['commit']) {
  if (commit.signature === undefined) return null
  const valid = isVerified(context.world, commit)
  return {
    type: 'GpgSignature',
    isValid: valid,
    wasSignedByGitHub: valid,
    state: valid ? 'VALID' : 'UNKNOWN_KEY',
    signer: () => (valid ? actorSource(context, WEB_FLOW.login) : null),
    signature: commit.signature,
    payload: commit.payload.toString(),
    email: commit.committer.email,
    keyId: 'B5690EEEBB952194',
  }
}

async function history({ repo, commit }: CommitSource, args: Args, _: Context, name: string) {
  const since = maybeText(args, 'since')
  const until = maybeText(args, 'until')
  const path = maybeText(args, 'path')
  const commits = await log(repo.gitDir, {
    from: commit.oid,
    ...(path === undefined ? {} : { path }),
    ...(since === undefined ? {} : { sinceMs: Date.parse(since) }),
    ...(until === undefined ? {} : { untilMs: Date.parse(until) }),
  })
  return connect(commits, args, name, (one) => ({ type: 'Commit', repo, commit: one }))
}

export const statusCheckRollup: Fields<CommitSource> = {
  id: field(({ repo, commit }) => nodeId('StatusCheckRollup', repo.id, commit.oid)),
  state: field(({ repo, commit }) => rollup(repo, commit.oid)),
  commit: field((source) => ({ ...source, type: 'Commit' })),
  contexts: fieldWith([...PAGING], (source, args, _, name) =>
    checkContexts(source.repo, source.commit.oid, args, name),
  ),
}

export const tree: Fields<TreeSource> = {
  id: field(({ repo, oid }) => nodeId('Tree', repo.id, oid)),
  oid: field(({ oid }) => oid),
  abbreviatedOid: field(({ oid }) => oid.slice(0, 7)),
  repository: field(({ repo }) => ({ type: 'Repository', repo })),
  entries: field(async ({ repo, oid }) => {
    const entries = await listTree(repo.gitDir, oid, false)
    return entries.map((entry) => ({
      name: entry.path,
      path: entry.path,
      oid: entry.oid,
      mode: Number.parseInt(entry.mode, 8),
      type: entry.type,
      size: entry.size ?? 0,
      object: () => objectSource(repo, entry.oid),
    }))
  }),
}

/** GitHub cuts texts of blobs; half a mebibyte is where its documentation of the contents stops as well. */
const MAX_TEXT = 512_000

export const blob: Fields<BlobSource> = {
  id: field(({ repo, oid }) => nodeId('Blob', repo.id, oid)),
  oid: field(({ oid }) => oid),
  abbreviatedOid: field(({ oid }) => oid.slice(0, 7)),
  repository: field(({ repo }) => ({ type: 'Repository', repo })),
  byteSize: field(({ content }) => content.length),
  isBinary: field(({ content }) => isBinary(content)),
  isTruncated: field(({ content }) => !isBinary(content) && content.length > MAX_TEXT),
  text: field(({ content }) => (isBinary(content) ? null : content.subarray(0, MAX_TEXT).toString())),
}

function isBinary(content: Buffer): boolean {
  return content.subarray(0, 8000).includes(0)
}
