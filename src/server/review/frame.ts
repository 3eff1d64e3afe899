import type { Reason } from '../../domain/index.ts'
import { reasonInfo } from '../../domain/index.ts'
import { Html, html } from './html.ts'
import type { Frame, Stage } from './model.ts'
import { STYLE } from './style.ts'
import { formatMoment } from './words.ts'

/** A bowl, broken and mended. */
export const MARK = html`<svg viewBox="0 0 32 32" aria-hidden="true"><path class="bowl" d="M3 11h26c0 9-5 15-13 15S3 20 3 11z"/><path class="seam" d="M9 11l3 5-2 3 4 3-1 4M12 16l6 1 2-6M18 17l4 4"/></svg>`

/** Shown once after a form was sent. Only fixed words: nothing of a request comes back in a page. */
export type Notice = { readonly tone: 'good' | 'bad'; readonly says: string }

export function notice(says: Notice | undefined): Html | undefined {
  return says && html`<div class="verdict ${says.tone}" role="status"><strong>${says.says}</strong></div>`
}

/** A reason by its name, explained where one points at it. */
export function reasonChip(reason: Reason): Html {
  return html`<span class="chip">${reason}</span> ${reasonInfo(reason).means}`
}

const SIGNS: Readonly<Record<Stage['tone'], string>> = { good: '✓', bad: '✕', waiting: '◔', neutral: '•' }

export function stageChip(stage: Stage): Html {
  return html`<span class="chip ${stage.tone}"><span aria-hidden="true">${SIGNS[stage.tone]}</span>${stage.name}</span>`
}

export function time(atMs: number): Html {
  const text = formatMoment(atMs)
  return html`<time datetime="${text.replace(' ', 'T')}Z">${text}</time>`
}

export type PageOptions = { readonly title: string; readonly path: string; readonly live: boolean; readonly body: Html }

const REFRESH_SECONDS = 3

/** A whole page. It is read again by itself only when the reader asked for that. */
export function page(frame: Frame, { title, path, live, body }: PageOptions): string {
  const whole = html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
${live && html`<meta http-equiv="refresh" content="${REFRESH_SECONDS}">`}<title>${title} · Kintsugi</title><style>${new Html(STYLE)}</style></head>
<body><a class="skip" href="#main">Skip to the content</a>
<header class="top"><div class="wrap"><a class="brand" href="/">${MARK}Kintsugi</a>
<span class="where">${frame.cluster} · ${frame.repository}</span>
<a class="follow" href="${path}${live ? '' : '?live=1'}">${live ? 'Stop following' : 'Follow live'}</a></div></header>
${frame.simulated && html`<div class="banner"><div class="wrap">The cluster, its metrics and its Argo CD behind this page are simulated. The repository and its commits are real.</div></div>`}
<main class="wrap" id="main">${body}</main>
<footer><div class="wrap">All times are UTC. Read at ${time(frame.nowMs)}. What a name means: <code>kintsugi explain NAME</code></div></footer>
</body></html>
`
  return whole.text
}
