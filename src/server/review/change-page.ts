import { type Gate, type JsonValue, reasonInfo, type Vote } from '../../domain/index.ts'
import { chart } from './chart.ts'
import { notice, page, stageChip, time } from './frame.ts'
import { type Html, html, type Part } from './html.ts'
import type { ChangeModel, DiffLine, FileDiff, Frame, Moment } from './model.ts'
import type { View } from './overview-page.ts'
import { formatMoment, formatNear, formatSpan, formatValue, sentence, shortSha } from './words.ts'

function section(id: string, title: string, body: Part): Html {
  return html`<section class="card" aria-labelledby="${id}"><h2 id="${id}">${title}</h2>${body}</section>`
}

const WALK: readonly { readonly what: Moment['what']; readonly words: string }[] = [
  { what: 'detected', words: 'Detected' },
  { what: 'proposed', words: 'Proposed' },
  { what: 'merged', words: 'Merged' },
  { what: 'synced', words: 'Synced' },
  { what: 'concluded', words: 'Verdict' },
]

/** The five stations of a proposal; those reached are marked, in colour and in words. */
function walk(change: ChangeModel, nowMs: number): Html {
  const at = (what: Moment['what']): number | undefined => change.moments.find((moment) => moment.what === what)?.atMs
  const lastReached = WALK.findLast(({ what }) => at(what) !== undefined)?.what
  const stations = WALK.filter(({ what }) => what !== 'merged' || change.state !== 'closed').map(({ what, words }) => {
    const atMs = at(what)
    if (atMs === undefined) return html`<li><b>${words}</b>not yet</li>`
    return html`<li class="done${what === lastReached ? ' last' : ''}"><b>${words}</b><time datetime="${formatMoment(atMs).replace(' ', 'T')}Z">${formatNear(atMs, nowMs)}</time></li>`
  })
  return html`<ol class="walk" aria-label="How far it is">${stations}</ol>`
}

const STATES = { open: 'wants to merge into', merged: 'merged into', closed: 'wanted to merge into' } as const

function head(change: ChangeModel, nowMs: number): Html {
  const related = [
    change.reverts !== undefined && html` Takes back <a href="/changes/${change.reverts}">#${change.reverts}</a>.`,
    change.revertedBy !== undefined &&
      html` Taken back by <a href="/changes/${change.revertedBy}">#${change.revertedBy}</a>.`,
  ]
  return html`<p class="small"><a href="/">All proposals</a></p>
<h1>${change.title} <span class="number">#${change.number}</span></h1>
<p class="soft">${stageChip({ name: change.state, tone: change.state === 'merged' ? 'good' : change.state === 'open' ? 'waiting' : 'neutral', says: '' })}
<code>${change.branch}</code> ${STATES[change.state]} <code>${change.base}</code>, proposed ${formatSpan(nowMs - change.createdAtMs)} ago.${related}</p>`
}

function verdict(change: ChangeModel, forms: Html | undefined): Html {
  return html`<div class="verdict ${change.stage.tone}"><strong>${change.stage.name}</strong>${sentence(change.stage.says)}${forms}</div>`
}

function evidence(change: ChangeModel): Html | undefined {
  if (change.evidence.length === 0) return undefined
  const rows = change.evidence.map(
    (
      row,
    ) => html`<tr><td>${sentence(row.says)}${row.asked !== '' && html`<details><summary>query</summary><pre>${row.asked}</pre></details>`}</td>
<td class="num" data-label="value">${formatValue(row.value, row.unit)}</td><td class="num" data-label="held against">${row.threshold === undefined ? '' : formatValue(row.threshold, row.unit)}</td><td class="nowrap" data-label="at">${time(row.atMs)}</td></tr>`,
  )
  return html`<h3>Evidence</h3><table class="stack"><thead><tr><th scope="col">What was seen</th><th scope="col" class="num">Value</th><th scope="col" class="num">Held against</th><th scope="col">When</th></tr></thead><tbody>${rows}</tbody></table>`
}

function voteRow(vote: Vote): Html {
  if ('absent' in vote)
    return html`<tr><td>${vote.model}</td><td data-label="vote">no vote: ${vote.absent}</td><td class="num"></td><td class="num"></td></tr>`
  return html`<tr><td>${vote.model}</td><td data-label="vote">${vote.anomaly ? 'anomaly' : 'normal'}</td><td class="num" data-label="score">${vote.score.toFixed(3)}</td><td class="num" data-label="tail">${vote.tail.toFixed(4)}</td></tr>`
}

function votes(change: ChangeModel): Html | undefined {
  if (change.votes.length === 0) return undefined
  return html`<h3>Votes of the models</h3><table class="stack"><thead><tr><th scope="col">Model</th><th scope="col">Vote</th><th scope="col" class="num">Score</th><th scope="col" class="num">Chance of a score this high when all is well</th></tr></thead><tbody>${change.votes.map(voteRow)}</tbody></table>`
}

function why(change: ChangeModel): Html | undefined {
  const drawn = change.chart && chart(change.chart)
  const words = change.summary && html`<p>${sentence(change.summary)}</p>`
  const body = [words, drawn, evidence(change), votes(change)]
  if (body.every((part) => part === undefined || part === '')) return undefined
  return section('why', 'Why', body)
}

function textOf(line: DiffLine): Part {
  if (line.mark === undefined) return line.text
  const [from, to] = line.mark
  return [line.text.slice(0, from), html`<mark>${line.text.slice(from, to)}</mark>`, line.text.slice(to)]
}

const SIGN = { same: ' ', added: '+', removed: '-' } as const

function diffRow(line: DiffLine): Html {
  return html`<tr class="${line.kind}"><td class="at">${line.before ?? ''}</td><td class="at">${line.after ?? ''}</td><td class="sign">${SIGN[line.kind]}</td><td>${textOf(line)}</td></tr>`
}

function fileDiff(file: FileDiff): Html {
  const hunks = file.hunks.map((hunk, at) => [
    at > 0 && html`<tr class="gap"><td colspan="4">⋯</td></tr>`,
    hunk.map(diffRow),
  ])
  const shown =
    file.unshown === undefined
      ? html`<div class="scroll" tabindex="0" role="region" aria-label="Changes of ${file.path}"><table class="diff"><tbody>${hunks}</tbody></table></div>`
      : html`<p class="soft small">&nbsp; ${file.unshown}</p>`
  return html`<div class="file"><div class="path mono">${file.path}</div>${shown}</div>`
}

function source(change: ChangeModel): Html {
  const edits = change.edits.map(
    (edit) =>
      html`<div class="edit"><code>${edit.file}:${edit.line}:${edit.column}</code><span class="mono">${edit.before !== '' && html`<span class="was">${edit.before}</span> → `}<span class="now">${edit.after}</span></span></div>`,
  )
  const body = [change.rationale && html`<p>${sentence(change.rationale)}</p>`, edits, change.files.map(fileDiff)]
  return section('change', 'The change in Git', body)
}

function leaf(value: JsonValue | undefined): string {
  if (value === undefined) return 'absent'
  return typeof value === 'string' ? value : JSON.stringify(value)
}

function rendered(change: ChangeModel): Html | undefined {
  const { proof } = change
  if (proof === undefined) return undefined
  const rows = proof.changes.map(
    (one) =>
      html`<tr><td data-label="object">${one.object}<div class="mono small">${one.path}</div></td><td class="mono" data-label="before"><span class="was">${leaf(one.before)}</span></td><td class="mono" data-label="after"><span class="now">${leaf(one.after)}</span></td></tr>`,
  )
  const readers =
    proof.alsoReadBy.length === 0
      ? html`<p class="soft small">No other application or overlay reads the touched files.</p>`
      : html`<p class="soft small">Also read by, rendered too, and unchanged but for what is listed: ${proof.alsoReadBy.map((one) => html`<code>${one}</code> `)}</p>`
  const count = proof.changes.length === 1 ? 'one field' : `${proof.changes.length} fields`
  return section(
    'rendered',
    'What it changes in the cluster',
    html`<p>Rendered before and after: ${count} of the whole application differ${proof.changes.length === 1 ? 's' : ''}.</p>
<table class="stack"><thead><tr><th scope="col">Object and field</th><th scope="col">Before</th><th scope="col">After</th></tr></thead><tbody>${rows}</tbody></table>${readers}
<p class="soft small">By ${proof.tools.join(', ')}; isolation of foreign code: ${proof.isolation}.</p>`,
  )
}

function gateRow(gate: Gate): Html {
  const why = !gate.pass && gate.reason
  return html`<li><span class="${gate.pass ? 'pass' : 'fail'}" role="img" aria-label="${gate.pass ? 'holds' : 'does not hold'}">${gate.pass ? '✓' : '✕'}</span><div>${gate.name} <span class="value">${gate.value}</span>${why && html`<div class="soft small">${why}: ${reasonInfo(why).means}</div>`}</div></li>`
}

/** What is in the way stands open; what holds can be opened. */
function gates(change: ChangeModel): Html | undefined {
  if (change.gates.length === 0) return undefined
  const holding = change.gates.filter((gate) => gate.pass)
  const failing = change.gates.filter((gate) => !gate.pass)
  const list = (rows: readonly Gate[]): Html | false =>
    rows.length > 0 && html`<ul class="gates">${rows.map(gateRow)}</ul>`
  const held =
    holding.length > 0 && html`<details><summary>${holding.length} that hold</summary>${list(holding)}</details>`
  return section('gates', `Gates: ${holding.length} of ${change.gates.length} hold`, [list(failing), held])
}

function row(term: string, detail: Part): Html | undefined {
  return detail === undefined || detail === '' ? undefined : html`<dt>${term}</dt><dd>${detail}</dd>`
}

function facts(change: ChangeModel, simulated: boolean): Html {
  const signals = { true: ', independent signals agree', false: ', a single signal' }
  const agree = change.independentSignals === undefined ? '' : signals[`${change.independentSignals}`]
  const confidence = change.confidence === undefined ? undefined : `${change.confidence.toFixed(2)}${agree}`
  const link =
    !simulated && /^https?:\/\//.test(change.url)
      ? html`<a href="${change.url}" rel="noreferrer">${change.url}</a>`
      : change.url
  const rows = [
    row('Workload', change.subject),
    row('Failure', change.failure),
    row('Action', change.action),
    row('Policy', change.policy),
    row('Mode', change.mode),
    row('Application', change.application),
    row('Confidence', confidence),
    row('Head', html`<code>${shortSha(change.headSha)}</code>`),
    row('Merge', change.mergeCommit && html`<code>${shortSha(change.mergeCommit)}</code>`),
    row('Forge', link),
  ]
  return section('facts', 'Facts', html`<dl>${rows}</dl>`)
}

function trailers(change: ChangeModel): Html {
  const list = change.trailers.map(({ key, value }) => html`<dt class="mono">${key}</dt><dd class="mono">${value}</dd>`)
  return section(
    'commit',
    'Commit',
    html`${list.length > 0 && html`<dl>${list}</dl>`}<details><summary>whole message</summary><pre>${change.commitMessage}</pre></details>`,
  )
}

/** Bold and code of a comment; everything else of its Markdown stays the text that it is. */
function spokenMarkdown(text: string): Html {
  const plain = (part: string): string => part.replace(/\\([!-/:-@[-`{-~])/g, '$1')
  const parts = text.split(/(\*\*[^*\n]{1,200}\*\*|`[^`\n]{1,200}`)/).map((part, at): Part => {
    if (at % 2 === 0) return plain(part)
    return part.startsWith('`')
      ? html`<code>${part.slice(1, -1)}</code>`
      : html`<strong>${plain(part.slice(2, -2))}</strong>`
  })
  return html`<div class="prose">${parts}</div>`
}

/** What the forms carry: the token of this process, and the head that the reader has seen. */
export type Forms = { readonly token: string }

function actions(change: ChangeModel, forms: Forms | undefined): Html | undefined {
  if (forms === undefined || change.state !== 'open') return undefined
  const form = (verb: string, words: string, look: string): Html =>
    html`<form method="post" action="/changes/${change.number}/${verb}"><input type="hidden" name="token" value="${forms.token}"><input type="hidden" name="sha" value="${change.headSha}"><button class="${look}" type="submit">${words}</button></form>`
  return html`<div class="actions">${form('merge', 'Merge', 'main')}${form('close', 'Close', 'plain')}<p class="soft small">Merges exactly <code>${shortSha(change.headSha)}</code>. Closing means no, for this failure of this workload, for 7 days.</p></div>`
}

/** One proposal, as a pull request is read: what, why, where, what it does, what would undo it. */
export function changePage(frame: Frame, change: ChangeModel, view: View & { readonly forms?: Forms }): string {
  const undo = change.undo && section('undo', 'What would undo it', html`<p>${change.undo}</p>`)
  const comment = change.comment && section('comment', 'Comment', spokenMarkdown(change.comment))
  const body = html`${notice(view.notice)}${head(change, frame.nowMs)}${verdict(change, actions(change, view.forms))}${walk(change, frame.nowMs)}
<div class="columns"><div>${why(change)}${source(change)}${rendered(change)}${comment}${trailers(change)}</div>
<div>${facts(change, frame.simulated)}${gates(change)}${undo}</div></div>`
  const path = `/changes/${change.number}`
  return page(frame, { title: `${change.title} #${change.number}`, path, live: view.live, body })
}
