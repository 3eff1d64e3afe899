import { Html, html, MARK, STYLE } from '../../server/index.ts'
import type { AppCredentials } from './convert.ts'
import type { AskedPermission } from './manifest.ts'
import type { InitRequest } from './request.ts'

/** One page as a file: no script, nothing from elsewhere. */
function page(title: string, body: Html): string {
  return html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<title>${title}</title><style>${new Html(STYLE)}</style></head>
<body><header class="top"><div class="wrap"><span class="brand">${MARK}Kintsugi</span><span class="where">${title}</span></div></header>
<main class="wrap">${body}</main></body></html>
`.text
}

const ACCESS: Readonly<Record<string, string>> = { read: 'read', write: 'read and write' }

/** What the admin sees first: what will be made, what it may do and why, and one button. */
export function startPage(input: {
  readonly request: InitRequest
  readonly permissions: readonly AskedPermission[]
  readonly events: readonly string[]
  readonly action: string
  readonly manifest: string
}): string {
  const { request, permissions, events, action, manifest } = input
  const owner = request.organization === undefined ? 'your own account' : `the organisation ${request.organization}`
  const hook = request.webhookUrl
  return page(
    'Make the GitHub App',
    html`<h1>Make the GitHub App “${request.name}”</h1>
<p>It will belong to ${owner} on <code>${new URL(request.github.web).host}</code>, be private, and see only the repositories that you install it on.
GitHub shows all of this once more before anything is made.</p>
<section class="card"><h2>What it may do</h2><div class="scroll"><table>
<thead><tr><th scope="col">Permission</th><th scope="col">Access</th><th scope="col">What for</th></tr></thead>
<tbody>${permissions.map(
      (one) =>
        html`<tr><td class="nowrap"><code>${one.name}</code></td><td class="nowrap">${ACCESS[one.access] ?? one.access}</td><td>${one.for}</td></tr>`,
    )}</tbody></table></div>
<p class="soft">It never asks for <code>workflows</code> or <code>administration</code>: a proposal must not change what judges it.
<code>members: read</code> is optional, and can be added later for reviews by teams.</p></section>
<section class="card"><h2>Webhooks</h2>${
      hook === undefined
        ? html`<p>Off. Kintsugi asks GitHub once per tick and is never called from outside. <code>--webhook-url</code> turns them on.</p>`
        : html`<p>Sent to <code>${hook}</code>, signed with a secret that GitHub makes: ${events.join(', ')}. Each only says “look again”.</p>`
    }</section>
<section class="card"><h2>Where its credentials go</h2><ul>${destinations(request).map((says) => html`<li>${says}</li>`)}</ul>
<p class="soft">They go from GitHub to the command in your terminal. This page never shows them.</p></section>
<form method="post" action="${action}"><input type="hidden" name="manifest" value="${manifest}">
<button class="main" type="submit">Continue on GitHub</button></form>`,
  )
}

export function destinations({ secret, to }: InitRequest): readonly string[] {
  const { apply, out, print } = to
  const context = apply?.context === undefined ? 'your kubeconfig' : `the context ${apply.context}`
  return [
    ...(apply === undefined ? [] : [`the Secret ${secret.namespace}/${secret.name}, by ${context}`]),
    ...(out === undefined ? [] : [`files in ${out}, readable by you alone`]),
    ...(print ? ['stdout of the command, as YAML of a Secret'] : []),
  ]
}

/** After the App is made: what is left to do. */
export function donePage(app: AppCredentials, steps: readonly string[]): string {
  return page(
    'The GitHub App is made',
    html`<h1>“${app.name}” is made</h1>
<div class="verdict good"><strong>Its credentials have arrived in your terminal.</strong>You can close this page afterwards.</div>
<section class="card"><h2>Next</h2><ol>${steps.map((step, at) =>
      at === 0
        ? html`<li><a href="${installAddress(app)}">Install it</a> on the GitOps repositories that it may propose to, and on no others.</li>`
        : html`<li>${step}</li>`,
    )}</ol></section>`,
  )
}

export function refusedPage(says: string): string {
  return page(
    'Not done',
    html`<h1>Not done</h1><div class="verdict bad"><strong>${says}</strong>Nothing was kept. Begin anew in the terminal.</div>`,
  )
}

export function installAddress(app: AppCredentials): string {
  return `${app.url}/installations/new`
}
