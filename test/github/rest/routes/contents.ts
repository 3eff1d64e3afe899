import { randomBytes } from 'node:crypto'
import { refusal } from '../../answers.ts'
import { htmlRoot } from '../../auth/forms.ts'
import type { Answer, Route } from '../../exchange.ts'
import { archive } from '../../world/git/history.ts'
import { readObject } from '../../world/git/object-reader.ts'
import { listTree } from '../../world/git/trees.ts'
import type { World } from '../../world/world.ts'
import { type Asked, notFound, ok, READ_CODE, reads } from '../answering.ts'
import { apiOf, webOf } from '../forms/repository.ts'
import { resolveRevision } from '../revisions.ts'

/** GitHub gives no content above 1 MB but raw, and none above 100 MB. */
const MAX_INLINE = 1024 * 1024

async function getContents(asked: Asked): Promise<Answer> {
  const { repo, params, query, exchange } = asked
  const path = (params['path'] ?? '').replace(/^\/|\/$/g, '')
  const at = await resolveRevision(repo, query.get('ref') ?? repo.defaultBranch)
  const object = at === undefined ? undefined : await readObject(repo.gitDir, `${at}:${path}`)
  if (!object) throw notFound()
  if (object.type === 'tree') return ok(await folder(asked, object.oid, path))
  if (object.type !== 'blob') throw notFound()
  if (exchange.headers['accept']?.includes('raw')) {
    return {
      status: 200,
      headers: { 'content-type': 'application/vnd.github.raw; charset=utf-8' },
      body: object.content,
    }
  }
  const inline = object.content.length <= MAX_INLINE
  return ok({
    ...entry(asked, path, 'file', object.oid, object.content.length),
    encoding: inline ? 'base64' : 'none',
    content: inline ? object.content.toString('base64') : '',
  })
}

async function folder(asked: Asked, oid: string, path: string) {
  const entries = await listTree(asked.repo.gitDir, oid, false)
  const within = (name: string) => (path === '' ? name : `${path}/${name}`)
  return entries.map((one) =>
    entry(asked, within(one.path), one.type === 'tree' ? 'dir' : 'file', one.oid, one.size ?? 0),
  )
}

function entry({ repo, root, query }: Asked, path: string, type: 'file' | 'dir', sha: string, size: number) {
  const ref = query.get('ref') ?? repo.defaultBranch
  const self = `${apiOf(repo, root)}/contents/${encodeURI(path)}?ref=${encodeURIComponent(ref)}`
  const git = `${apiOf(repo, root)}/git/${type === 'dir' ? 'trees' : 'blobs'}/${sha}`
  const html = `${webOf(repo, root)}/${type === 'dir' ? 'tree' : 'blob'}/${ref}/${encodeURI(path)}`
  return {
    name: path.split('/').at(-1) ?? '',
    path,
    sha,
    size,
    type,
    url: self,
    git_url: git,
    html_url: html,
    download_url: type === 'dir' ? null : `${webOf(repo, root)}/raw/${ref}/${encodeURI(path)}`,
    _links: { self, git, html },
  }
}

type Ticket = { readonly repository: number; readonly oid: string; readonly until: number }
const tickets = new WeakMap<World, Map<string, Ticket>>()

/** GitHub's addresses of archives of private repositories end after five minutes. */
const TICKET_MS = 5 * 60_000

/** Sends the client on to where archives are served without its token, as GitHub does. */
async function tarball(asked: Asked): Promise<Answer> {
  const { world, repo, params, root } = asked
  const name = params['ref'] ?? ''
  const oid = await resolveRevision(repo, name === '' ? repo.defaultBranch : name)
  if (oid === undefined) throw notFound()
  const issued = tickets.get(world) ?? new Map<string, Ticket>()
  tickets.set(world, issued)
  const token = randomBytes(16).toString('hex')
  issued.set(token, { repository: repo.id, oid, until: world.clock.now() + TICKET_MS })
  const location = `${htmlRoot(root)}/_codeload/${repo.owner}/${repo.name}/legacy.tar.gz/${oid}?token=${token}`
  return { status: 302, headers: { location } }
}

/** Answers the address that an archive's redirect names; undefined for every other. */
export async function codeload(world: World, path: string, query: URLSearchParams): Promise<Answer | undefined> {
  if (!path.startsWith('/_codeload/')) return undefined
  const ticket = tickets.get(world)?.get(query.get('token') ?? '')
  const repo = world.repositories.get(ticket?.repository ?? 0)
  if (!ticket || !repo || world.clock.now() > ticket.until) return refusal(404, 'Not Found')
  const top = `${repo.owner}-${repo.name}-${ticket.oid.slice(0, 7)}`
  const headers = { 'content-type': 'application/x-gzip', 'content-disposition': `attachment; filename=${top}.tar.gz` }
  return { status: 200, headers, body: await archive(repo.gitDir, ticket.oid, top) }
}

export const contentRoutes: readonly Route[] = [
  reads('/contents/{path}', READ_CODE, getContents),
  reads('/tarball/{ref}', READ_CODE, tarball),
]
