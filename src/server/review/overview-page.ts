import { sparkline } from './chart.ts'
import { type Notice, notice, page, reasonChip, stageChip } from './frame.ts'
import { type Html, html } from './html.ts'
import type { ApplicationRow, ChangeCard, Frame, LeftAlone, Overview, Tone } from './model.ts'
import { formatSpan, sentence, shortSha } from './words.ts'

function changeRow(change: ChangeCard, nowMs: number): Html {
  return html`<li><div><a class="title" href="/changes/${change.number}">${change.title}</a>
<div class="meta">${stageChip(change.stage)}<span>#${change.number}</span><span>${change.subject}</span>${change.failure && html`<span>${change.failure}</span>`}${change.lines.map(
    (line) => html`<code>${line}</code>`,
  )}<span>${formatSpan(nowMs - change.createdAtMs)} ago</span></div>
<p class="says">${sentence(change.stage.says)}</p></div>${change.chart && sparkline(change.chart)}</li>`
}

function changes(overview: Overview, nowMs: number): Html {
  const list =
    overview.changes.length === 0
      ? html`<p class="soft">No proposal yet. Nothing has needed one that a policy allows.</p>`
      : html`<ol class="changes" reversed>${overview.changes.map((change) => changeRow(change, nowMs))}</ol>`
  return html`<section class="card" aria-labelledby="changes"><h2 id="changes">Proposals</h2>${list}</section>`
}

function leftAloneRow(one: LeftAlone, nowMs: number): Html {
  const since = one.sinceMs === undefined ? '' : formatSpan(nowMs - one.sinceMs)
  const seen = one.failure === undefined ? '' : `: ${one.failure}`
  return html`<tr><td data-label="workload">${one.subject}${seen}</td>
<td data-label="why">${reasonChip(one.reason)}${one.says && html`<div class="soft small">${sentence(one.says)}</div>`}</td><td class="num" data-label="for">${since}</td></tr>`
}

function leftAlone(overview: Overview, nowMs: number): Html {
  const table = html`<table class="stack"><thead><tr><th scope="col">Workload</th><th scope="col">Why nothing was done</th><th scope="col" class="num">For</th></tr></thead>
<tbody>${overview.leftAlone.map((one) => leftAloneRow(one, nowMs))}</tbody></table>`
  return html`<section class="card" aria-labelledby="left"><h2 id="left">Left alone, and why</h2>${
    overview.leftAlone.length === 0 ? html`<p class="soft">Nothing at the moment.</p>` : table
  }</section>`
}

function toneOf(row: ApplicationRow): Tone {
  if (row.health === 'Degraded' || row.health === 'Missing') return 'bad'
  if (row.sync === 'Synced' && row.health === 'Healthy') return 'good'
  return row.health === 'Progressing' || row.sync === 'OutOfSync' ? 'waiting' : 'neutral'
}

function applicationRow(row: ApplicationRow, nowMs: number): Html {
  const since = row.syncedAtMs === undefined ? '' : `${formatSpan(nowMs - row.syncedAtMs)} ago`
  return html`<tr><td data-label="name">${row.namespace}/${row.name}</td><td>${stageChip({ name: `${row.sync}, ${row.health}`, tone: toneOf(row), says: '' })}</td>
<td data-label="source"><code>${row.source}</code></td><td class="nowrap" data-label="revision"><code>${row.revision === undefined ? 'none' : shortSha(row.revision)}</code></td><td class="num" data-label="synced">${since}</td></tr>`
}

function applications(overview: Overview, nowMs: number): Html {
  const table = html`<table class="stack"><thead><tr><th scope="col">Application</th><th scope="col">State</th><th scope="col">Source</th><th scope="col">Revision</th><th scope="col" class="num">Synced</th></tr></thead>
<tbody>${overview.applications.map((row) => applicationRow(row, nowMs))}</tbody></table>`
  return html`<section class="card" aria-labelledby="apps"><h2 id="apps">Applications</h2>${
    overview.applications.length === 0 ? html`<p class="soft">Argo CD has none here.</p>` : table
  }</section>`
}

const COUNTED: readonly { readonly tone: Tone; readonly says: string; readonly of: (change: ChangeCard) => boolean }[] =
  [
    { tone: 'waiting', says: 'open', of: (change) => change.state === 'open' },
    {
      tone: 'waiting',
      says: 'merged, being watched',
      of: (change) => change.state === 'merged' && change.stage.tone === 'waiting',
    },
    { tone: 'good', says: 'resolved', of: (change) => change.stage.name === 'resolved' },
    { tone: 'bad', says: 'did harm', of: (change) => change.stage.name === 'harmful' },
    { tone: 'neutral', says: 'taken back', of: (change) => change.kind === 'revert' && change.state === 'merged' },
  ]

function counts(overview: Overview): Html {
  const chips = COUNTED.map(({ tone, says, of }) => ({ tone, says, count: overview.changes.filter(of).length }))
  const alone = { tone: 'neutral' as const, says: 'left alone', count: overview.leftAlone.length }
  return html`<ul class="counts" aria-label="In short">${[...chips, alone]
    .filter((chip) => chip.count > 0)
    .map((chip) => html`<li class="chip ${chip.tone}">${chip.count} ${chip.says}</li>`)}</ul>`
}

export type View = { readonly live: boolean; readonly notice?: Notice }

/** The list of proposals, what was left alone and why, and the Applications. */
export function overviewPage(frame: Frame, overview: Overview, view: View): string {
  const body = html`${notice(view.notice)}<h1>What Kintsugi has done in ${overview.repository}</h1>
${counts(overview)}${changes(overview, frame.nowMs)}${leftAlone(overview, frame.nowMs)}${applications(overview, frame.nowMs)}`
  return page(frame, { title: 'Proposals', path: '/', live: view.live, body })
}
