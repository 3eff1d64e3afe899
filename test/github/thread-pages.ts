import { micromark } from 'micromark'
import { gfm, gfmHtml } from 'micromark-extension-gfm'
import type { Answer } from './exchange.ts'
import type { Incoming, StandIn } from './stand-in.ts'
import type { CheckRun } from './world/checks.ts'
import { findRepository } from './world/establish.ts'
import type { Comment, Issue, Pull } from './world/issues.ts'
import type { Repository } from './world/repositories.ts'

const LIST = /^\/([\w.-]+)\/([\w.-]+)(?:\/(?:pulls|issues))?\/?$/
const ONE = /^\/([\w.-]+)\/([\w.-]+)\/(?:pull|issues)\/(\d+)$/

/** What people look at: the pull requests and issues of a repository, and one of them with its texts as GitHub would show them. */
export function threadAnswer({ world }: StandIn, { method, path, headers }: Incoming): Answer | undefined {
  if (method !== 'GET' || !(headers['accept'] ?? '').includes('text/html')) return undefined
  const [, owner = '', name = '', number] = ONE.exec(path) ?? LIST.exec(path) ?? []
  const repository = findRepository(world, owner, name)
  if (repository === undefined) return undefined
  if (number === undefined) return shown(`${owner}/${name}`, list(repository))
  const thread = repository.threads.get(Number(number))
  return thread && shown(`${thread.title} #${thread.number}`, one(repository, thread))
}

function list(repository: Repository): string {
  const rows = [...repository.threads.values()].reverse().map((thread) => {
    const kind = thread.kind === 'pull' ? 'pull' : 'issues'
    const at = `/${repository.owner}/${repository.name}/${kind}/${thread.number}`
    return `<li><span class="state ${stateOf(thread)}">${stateOf(thread)}</span> <a href="${at}">${text(thread.title)}</a> <small>${thread.kind === 'pull' ? '' : 'issue '}#${thread.number} by ${text(thread.author)}</small></li>`
  })
  return `<h1>${text(`${repository.owner}/${repository.name}`)}</h1><ul class="threads">${rows.join('') || '<li>Nothing has been opened yet.</li>'}</ul>`
}

function one(repository: Repository, thread: Issue | Pull): string {
  const runs = thread.kind === 'pull' ? repository.checkRuns.filter((run) => run.headSha === thread.headOid) : []
  const where =
    thread.kind === 'pull' ? ` <code>${text(thread.headRef)}</code> into <code>${text(thread.baseRef)}</code>` : ''
  const labels = [...thread.labels].map((label) => `<span class="label">${text(label)}</span>`).join(' ')
  return [
    `<p><a href="/${repository.owner}/${repository.name}/pulls">${text(`${repository.owner}/${repository.name}`)}</a></p>`,
    `<h1>${text(thread.title)} <small>#${thread.number}</small></h1>`,
    `<p><span class="state ${stateOf(thread)}">${stateOf(thread)}</span>${where} ${labels}</p>`,
    said(thread.author, thread.body),
    ...thread.comments.map(({ author, body }: Comment) => said(author, body)),
    ...runs.map(check),
  ].join('\n')
}

function said(author: string, body: string): string {
  return `<section><header>${text(author)}</header><div class="body">${markdown(body)}</div></section>`
}

function check({ name, status, conclusion, output }: CheckRun): string {
  const texts = markdown([output.title ?? '', output.summary ?? '', output.text ?? ''].join('\n\n'))
  return `<section><header>Check <b>${text(name)}</b>: ${text(conclusion ?? status)}</header><div class="body">${texts}</div></section>`
}

function stateOf(thread: Issue | Pull): 'open' | 'merged' | 'closed' {
  return thread.kind === 'pull' && thread.merged !== undefined ? 'merged' : thread.state
}

/** HTML of texts stays, as on GitHub, but for what its filter takes out; the page's policy lets nothing run. */
function markdown(source: string): string {
  return micromark(source, { extensions: [gfm()], htmlExtensions: [gfmHtml()], allowDangerousHtml: true })
}

function text(value: string): string {
  return value.replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`)
}

function shown(title: string, body: string): Answer {
  const page = `<!doctype html><html lang="en"><meta charset="utf-8"><title>${text(title)}</title><style>${STYLE}</style><main>${body}</main></html>`
  const policy = "default-src 'none'; style-src 'unsafe-inline'"
  return {
    status: 200,
    headers: { 'content-type': 'text/html; charset=utf-8', 'content-security-policy': policy },
    body: page,
  }
}

const STYLE = `body{font:14px/1.5 system-ui,sans-serif;color:#1f2328;background:#fff;margin:0}main{max-width:960px;margin:24px auto;padding:0 16px}
h1{font-size:24px;font-weight:500}small{color:#59636e;font-weight:400}a{color:#0969da;text-decoration:none}.threads{list-style:none;padding:0}.threads li{padding:8px 0;border-bottom:1px solid #d1d9e0}
.state{display:inline-block;min-width:52px;text-align:center;color:#fff;border-radius:12px;padding:1px 8px;font-size:12px}.open{background:#1f883d}.merged{background:#8250df}.closed{background:#cf222e}
.label{border:1px solid #d1d9e0;border-radius:12px;padding:1px 8px;font-size:12px}section{border:1px solid #d1d9e0;border-radius:6px;margin:16px 0}header{background:#f6f8fa;border-bottom:1px solid #d1d9e0;border-radius:6px 6px 0 0;padding:8px 16px}.body{padding:4px 16px;overflow-wrap:anywhere}
table{border-collapse:collapse}td,th{border:1px solid #d1d9e0;padding:4px 10px;text-align:left}pre{background:#f6f8fa;padding:12px;border-radius:6px;overflow:auto}code{background:#f6f8fa;border-radius:4px;padding:1px 4px}pre code{padding:0}`
