import type { ApiCheckRun, ApiComment, ApiFile, ApiIssue, GitHubApi, Outcome } from '../api.ts'
import { restUser } from './accounts.ts'
import type { Node } from './json.ts'
import type { Rest } from './rest.ts'
import { SIZES, tooLong } from './sizes.ts'
import { checkTooLong } from './writes.ts'

type Writes = Pick<
  GitHubApi,
  'updatePull' | 'createComment' | 'checkRun' | 'merge' | 'createIssue' | 'updateIssue' | 'createOrphan'
>

type Texts = { readonly title?: string; readonly body?: string }

function long<Value>({ title, body }: Texts): Outcome<Value> | undefined {
  const refusal = tooLong([
    ['title', title, SIZES.title],
    ['body', body, SIZES.body],
  ])
  return refusal === undefined ? undefined : { ok: false, refusal }
}

export function restWrites(rest: Rest): Writes {
  return {
    async updatePull(number, change) {
      const priority = change.state === 'closed' ? 'open' : 'comment'
      const params = { pull_number: number, ...change }
      return (
        long(change) ??
        rest.write(
          { method: 'PATCH', route: '/repos/{owner}/{repo}/pulls/{pull_number}', params, priority },
          () => null,
        )
      )
    },
    async createComment(issue, body) {
      const params = { issue_number: issue, body }
      const route = '/repos/{owner}/{repo}/issues/{issue_number}/comments'
      return long({ body }) ?? rest.write({ method: 'POST', route, params, priority: 'comment' }, commentOf)
    },
    checkRun: (run) => checkRun(rest, run),
    async merge(number, { sha, method, title, message, last }) {
      const params = {
        pull_number: number,
        sha,
        merge_method: method,
        ...(title === undefined ? {} : { commit_title: title }),
        ...(message === undefined ? {} : { commit_message: message }),
      }
      const route = '/repos/{owner}/{repo}/pulls/{pull_number}/merge'
      return rest.write({ method: 'PUT', route, params, priority: 'merge', step: 'merge', last }, (node) => ({
        commit: node.text('sha'),
      }))
    },
    async createIssue(issue) {
      const route = '/repos/{owner}/{repo}/issues'
      return long(issue) ?? rest.write({ method: 'POST', route, params: issue, priority: 'background' }, issueOf)
    },
    async updateIssue(number, change) {
      const params = { issue_number: number, ...change }
      const route = '/repos/{owner}/{repo}/issues/{issue_number}'
      return long(change) ?? rest.write({ method: 'PATCH', route, params, priority: 'background' }, () => null)
    },
    createOrphan: (branch, message, files) => createOrphan(rest, branch, message, files),
  }
}

function commentOf(node: Node): ApiComment {
  return {
    id: node.text('node_id'),
    author: restUser(node.nodeOr('user')),
    createdAtMs: node.timeMs('created_at'),
    body: node.textOr('body') ?? '',
  }
}

function issueOf(node: Node): ApiIssue {
  return {
    number: node.number('number'),
    author: restUser(node.nodeOr('user')),
    state: node.text('state') === 'closed' ? 'closed' : 'open',
    title: node.text('title'),
    body: node.textOr('body') ?? '',
    createdAtMs: node.timeMs('created_at'),
  }
}

async function checkRun(rest: Rest, run: ApiCheckRun): Promise<Outcome<{ readonly id: string }>> {
  const refusal = checkTooLong(run)
  if (refusal !== undefined) return { ok: false, refusal }
  const { id, sha, name, status, conclusion, title, summary, text, externalId } = run
  const params = {
    name,
    status,
    ...(conclusion === undefined ? {} : { conclusion }),
    ...(externalId === undefined ? {} : { external_id: externalId }),
    output: { title, summary, ...(text === undefined ? {} : { text }) },
  }
  const read = (node: Node): { readonly id: string } => ({ id: String(node.number('id')) })
  const route = '/repos/{owner}/{repo}/check-runs'
  if (id === undefined)
    return rest.write({ method: 'POST', route, params: { ...params, head_sha: sha }, priority: 'check' }, read)
  const changed = { ...params, check_run_id: Number(id) }
  return rest.write({ method: 'PATCH', route: `${route}/{check_run_id}`, params: changed, priority: 'check' }, read)
}

/** A tree, a commit without parents, then the branch: only the last shows, so what is left after a failure is garbage that GitHub collects. */
async function createOrphan(
  rest: Rest,
  branch: string,
  message: string,
  files: readonly ApiFile[],
): Promise<Outcome<{ readonly commit: string }>> {
  const entries: Readonly<Record<string, string>>[] = []
  for (const { path, content } of files) {
    const text = utf8(content)
    if (text !== undefined) entries.push({ path, mode: '100644', type: 'blob', content: text })
    else {
      const params = { content: Buffer.from(content).toString('base64'), encoding: 'base64' }
      const blob = await make(rest, '/repos/{owner}/{repo}/git/blobs', params)
      if (!blob.ok) return blob
      entries.push({ path, mode: '100644', type: 'blob', sha: blob.value })
    }
  }
  const tree = await make(rest, '/repos/{owner}/{repo}/git/trees', { tree: entries })
  if (!tree.ok) return tree
  const commit = await make(rest, '/repos/{owner}/{repo}/git/commits', { message, tree: tree.value, parents: [] })
  if (!commit.ok) return commit
  const params = { ref: `refs/heads/${branch}`, sha: commit.value }
  const made = await rest.write(
    { method: 'POST', route: '/repos/{owner}/{repo}/git/refs', params, priority: 'background' },
    () => null,
  )
  return made.ok ? { ok: true, value: { commit: commit.value } } : made
}

function make(rest: Rest, route: string, params: Readonly<Record<string, unknown>>): Promise<Outcome<string>> {
  return rest.write({ method: 'POST', route, params, priority: 'background' }, (node) => node.text('sha'))
}

const STRICT = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

function utf8(content: Uint8Array): string | undefined {
  try {
    return STRICT.decode(content)
  } catch {
    return undefined
  }
}
