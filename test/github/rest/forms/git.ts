import { accountForm, iso } from '../../auth/forms.ts'
import { nodeId } from '../../graphql/node-ids.ts'
import { type Commit, isVerified, type Stamp, WEB_FLOW } from '../../world/git/commits.ts'
import { type FileChange, patchOf } from '../../world/git/history.ts'
import type { Repository } from '../../world/repositories.ts'
import type { World } from '../../world/world.ts'
import { apiOf, webOf } from './repository.ts'

export type Place = { readonly world: World; readonly repo: Repository; readonly root: string }

export function refForm({ repo, root }: Place, ref: string, oid: string) {
  const api = apiOf(repo, root)
  return {
    ref,
    node_id: nodeId('Ref', repo.id, ref),
    url: `${api}/git/${ref}`,
    object: { type: 'commit', sha: oid, url: `${api}/git/commits/${oid}` },
  }
}

function verification(world: World, commit: Commit) {
  if (commit.signature === undefined) {
    return { verified: false, reason: 'unsigned', signature: null, payload: null, verified_at: null }
  }
  const verified = isVerified(world, commit)
  return {
    verified,
    reason: verified ? 'valid' : 'unknown_key',
    signature: commit.signature,
    payload: commit.payload.toString(),
    verified_at: verified ? iso(commit.committer.atMs) : null,
  }
}

const stampForm = (stamp: Stamp) => ({ name: stamp.name, email: stamp.email, date: iso(stamp.atMs) })

/** Of `git/commits`. */
export function gitCommitForm({ world, repo, root }: Place, commit: Commit) {
  const api = apiOf(repo, root)
  const web = webOf(repo, root)
  return {
    sha: commit.oid,
    node_id: nodeId('Commit', repo.id, commit.oid),
    url: `${api}/git/commits/${commit.oid}`,
    html_url: `${web}/commit/${commit.oid}`,
    author: stampForm(commit.author),
    committer: stampForm(commit.committer),
    tree: { sha: commit.tree, url: `${api}/git/trees/${commit.tree}` },
    message: commit.message.trimEnd(),
    parents: commit.parents.map((sha) => ({ sha, url: `${api}/git/commits/${sha}`, html_url: `${web}/commit/${sha}` })),
    verification: verification(world, commit),
  }
}

/** Of `commits`: with the accounts behind the e-mails. */
export function commitForm(place: Place, commit: Commit) {
  const { world, repo, root } = place
  const api = apiOf(repo, root)
  const git = gitCommitForm(place, commit)
  return {
    sha: commit.oid,
    node_id: git.node_id,
    url: `${api}/commits/${commit.oid}`,
    html_url: git.html_url,
    comments_url: `${api}/commits/${commit.oid}/comments`,
    commit: {
      url: git.url,
      author: git.author,
      committer: git.committer,
      message: git.message,
      tree: git.tree,
      comment_count: 0,
      verification: git.verification,
    },
    author: accountByEmail(world, commit.author.email, root),
    committer: accountByEmail(world, commit.committer.email, root),
    parents: commit.parents.map((sha) => ({
      sha,
      url: `${api}/commits/${sha}`,
      html_url: `${webOf(repo, root)}/commit/${sha}`,
    })),
  }
}

function accountByEmail(world: World, email: string, root: string) {
  const login = email === WEB_FLOW.email ? WEB_FLOW.login : undefined
  const account = [...world.accounts.values()].find((one) => one.email === email || one.login === login)
  return account ? accountForm(account, root) : null
}

/** One changed file, as comparisons, commits and pull requests list them. */
export async function fileForm({ repo, root }: Place, from: string, to: string, file: FileChange) {
  const path = encodeURI(file.path)
  const patch = await patchOf(repo.gitDir, from, to, file.path)
  return {
    sha: file.oid,
    filename: file.path,
    ...(file.previousPath === undefined ? {} : { previous_filename: file.previousPath }),
    status: file.status,
    additions: file.additions,
    deletions: file.deletions,
    changes: file.additions + file.deletions,
    blob_url: `${webOf(repo, root)}/blob/${to}/${path}`,
    raw_url: `${webOf(repo, root)}/raw/${to}/${path}`,
    contents_url: `${apiOf(repo, root)}/contents/${path}?ref=${to}`,
    ...(patch === '' ? {} : { patch }),
  }
}
