import type { Answer, Route } from '../../exchange.ts'
import { type Args, maybeObject, maybeText, objects, text, texts } from '../../graphql/args.ts'
import { nodeId } from '../../graphql/node-ids.ts'
import { mustCommit, readCommit, type Stamp, webFlowStamp, writeCommit } from '../../world/git/commits.ts'
import { readObject } from '../../world/git/object-reader.ts'
import {
  changeTree,
  EMPTY_TREE,
  listTree,
  readBlob,
  type TreeChange,
  type TreeEntry,
  writeBlob,
} from '../../world/git/trees.ts'
import { stampOf } from '../../world/merging.ts'
import {
  type Asked,
  actorOf,
  created,
  notFound,
  ok,
  READ_CODE,
  reads,
  unprocessable,
  WRITE_CODE,
  writes,
} from '../answering.ts'
import { gitCommitForm } from '../forms/git.ts'
import { apiOf } from '../forms/repository.ts'

/** GitHub's documented limits of a recursive tree: entries, and bytes of the answer. */
const MAX_ENTRIES = 100_000
const MAX_BYTES = 7 * 1024 * 1024

async function getTree(asked: Asked): Promise<Answer> {
  const { repo, params, query } = asked
  const name = params['tree_sha'] ?? ''
  const object =
    (await readObject(repo.gitDir, `${name}^{tree}`)) ?? (await readObject(repo.gitDir, `refs/heads/${name}^{tree}`))
  if (object?.type !== 'tree') throw notFound()
  return ok(await treeForm(asked, object.oid, query.has('recursive')))
}

async function treeForm({ repo, root }: Asked, sha: string, recursive: boolean) {
  const all = await listTree(repo.gitDir, sha, recursive)
  const api = apiOf(repo, root)
  const tree: unknown[] = []
  let bytes = 0
  for (const entry of all) {
    const form = entryForm(api, entry)
    bytes += JSON.stringify(form).length
    if (tree.length === MAX_ENTRIES || bytes > MAX_BYTES) break
    tree.push(form)
  }
  return { sha, url: `${api}/git/trees/${sha}`, tree, truncated: tree.length < all.length }
}

function entryForm(api: string, entry: TreeEntry) {
  const kind = entry.type === 'tree' ? 'trees' : entry.type === 'commit' ? 'commits' : 'blobs'
  return {
    path: entry.path,
    mode: entry.mode,
    type: entry.type,
    sha: entry.oid,
    ...(entry.size === undefined ? {} : { size: entry.size }),
    url: `${api}/git/${kind}/${entry.oid}`,
  }
}

async function createTree(asked: Asked): Promise<Answer> {
  const { repo, body } = asked
  const wanted = maybeText(body, 'base_tree')
  const base = wanted === undefined ? undefined : await readObject(repo.gitDir, `${wanted}^{tree}`)
  if (wanted !== undefined && base?.type !== 'tree') throw unprocessable('base_tree is not a valid tree oid')
  const changes = await Promise.all(objects(body, 'tree').map((entry) => changeOf(asked, entry)))
  const sha = await changeTree(repo.gitDir, base?.oid ?? EMPTY_TREE, changes)
  return created(await treeForm(asked, sha, false))
}

const MODES = new Set(['100644', '100755', '120000'])

/** An entry with `sha: null` is taken away; `content` is written as a blob. */
async function changeOf({ repo }: Asked, entry: Args): Promise<TreeChange> {
  const path = text(entry, 'path')
  const mode = maybeText(entry, 'mode') ?? '100644'
  if (path.startsWith('/') || path.split('/').includes('..'))
    throw unprocessable('tree.path contains a malformed path component')
  if (entry['sha'] === null) return { path, mode, oid: undefined }
  if (!MODES.has(mode)) throw unprocessable(`the stand-in builds no entries of mode ${mode}`)
  const sha = maybeText(entry, 'sha')
  if (sha === undefined) return { path, mode, oid: await writeBlob(repo.gitDir, text(entry, 'content')) }
  if ((await readObject(repo.gitDir, sha))?.type !== 'blob') throw unprocessable(`tree.sha ${sha} is not a valid blob`)
  return { path, mode, oid: sha }
}

async function getCommit(asked: Asked): Promise<Answer> {
  const commit = await readCommit(asked.repo.gitDir, asked.params['commit_sha'] ?? '')
  if (!commit) throw notFound()
  return ok(gitCommitForm(asked, commit))
}

/** Signed by GitHub only where nobody named an author or committer: then the App is the author. */
async function createCommit(asked: Asked): Promise<Answer> {
  const { world, repo, body } = asked
  const tree = text(body, 'tree')
  if ((await readObject(repo.gitDir, tree))?.type !== 'tree') throw unprocessable('Tree SHA does not exist')
  const parents = texts(body, 'parents')
  for (const parent of parents) {
    if (!(await readCommit(repo.gitDir, parent)))
      throw unprocessable('Parent SHA does not exist or is not a commit object')
  }
  const author = stampFrom(asked, maybeObject(body, 'author'))
  const committer = stampFrom(asked, maybeObject(body, 'committer'))
  const signed = author === undefined && committer === undefined
  const who = author ?? stampOf(world, actorOf(asked))
  const oid = await writeCommit(world, repo.gitDir, {
    tree,
    parents,
    author: who,
    committer: committer ?? (signed ? webFlowStamp(world) : who),
    message: text(body, 'message'),
    signed,
  })
  return created(gitCommitForm(asked, await mustCommit(repo.gitDir, oid)))
}

function stampFrom({ world }: Asked, given: Args | undefined): Stamp | undefined {
  if (!given) return undefined
  const date = maybeText(given, 'date')
  const atMs = date === undefined ? world.clock.now() : Date.parse(date)
  return { name: text(given, 'name'), email: text(given, 'email'), atMs, zone: '+0000' }
}

async function getBlob(asked: Asked): Promise<Answer> {
  const { repo, root, params, exchange } = asked
  const sha = params['file_sha'] ?? ''
  const content = await readBlob(repo.gitDir, sha)
  if (!content) throw notFound()
  if (exchange.headers['accept']?.includes('raw')) {
    return { status: 200, headers: { 'content-type': 'application/vnd.github.raw; charset=utf-8' }, body: content }
  }
  const url = `${apiOf(repo, root)}/git/blobs/${sha}`
  const node_id = nodeId('Blob', repo.id, sha)
  return ok({ sha, url, node_id, size: content.length, encoding: 'base64', content: content.toString('base64') })
}

async function createBlob({ repo, root, body }: Asked): Promise<Answer> {
  const encoding = maybeText(body, 'encoding') === 'base64' ? 'base64' : 'utf8'
  const sha = await writeBlob(repo.gitDir, Buffer.from(text(body, 'content'), encoding))
  return created({ sha, url: `${apiOf(repo, root)}/git/blobs/${sha}` })
}

export const objectRoutes: readonly Route[] = [
  reads('/git/trees/{tree_sha}', READ_CODE, getTree),
  writes('POST', '/git/trees', WRITE_CODE, createTree),
  reads('/git/commits/{commit_sha}', READ_CODE, getCommit),
  writes('POST', '/git/commits', WRITE_CODE, createCommit),
  reads('/git/blobs/{file_sha}', READ_CODE, getBlob),
  writes('POST', '/git/blobs', WRITE_CODE, createBlob),
]
