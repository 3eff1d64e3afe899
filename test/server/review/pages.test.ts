import { describe, expect, it } from 'vitest'
import {
  type ChangeModel,
  changePage,
  type Frame,
  modelOf,
  type Overview,
  overviewPage,
  trailersOf,
} from '../../../src/server/index.ts'
import { gates, MINUTE, NOW, open, pull, record, resolved } from './sample.ts'

const frame: Frame = { cluster: 'demo', repository: 'gitops', nowMs: NOW, simulated: false }
const view = { live: false }
const show = (change: ChangeModel): string => changePage(frame, change, { ...view, forms: { token: 'a'.repeat(64) } })
const overview: Overview = {
  cluster: 'demo',
  repository: 'gitops',
  changes: [modelOf(resolved), modelOf(open)],
  leftAlone: [{ subject: 'shop/batch', failure: 'Anomaly', reason: 'notify-only', sinceMs: NOW - 5 * MINUTE }],
  applications: [
    {
      name: 'cart',
      namespace: 'argocd',
      source: 'apps/cart',
      sync: 'Synced',
      health: 'Healthy',
      revision: pull.headSha,
    },
  ],
}

const ATTACKS = [
  '<script>alert(1)</script>',
  '"><img src=x onerror=alert(1)>',
  "' onmouseover='alert(1)",
  '</style><script>alert(1)</script>',
  '</title><svg onload=alert(1)>',
  '`onload=alert(1)`',
  '<!--',
  '&lt;b&gt;',
  'javascript:alert(1)',
]

/** Every string of the model replaced, except those that the types close. */
function poisoned(text: string): ChangeModel {
  const clean = modelOf(resolved)
  return {
    ...clean,
    title: text,
    subject: text,
    url: text,
    branch: text,
    base: text,
    headSha: text,
    mergeCommit: text,
    policy: text,
    mode: text,
    application: text,
    summary: text,
    rationale: text,
    undo: text,
    comment: text,
    commitMessage: text,
    lines: [text],
    stage: { name: text, tone: 'bad', says: text },
    trailers: [{ key: text, value: text }],
    evidence: clean.evidence.map((row) => ({ ...row, says: text, asked: text })),
    edits: clean.edits.map((edit) => ({ ...edit, file: text, before: text, after: text })),
    files: [
      { path: text, hunks: [[{ kind: 'added', after: 1, text, mark: [1, 3] }]] },
      { path: text, hunks: [], unshown: text },
    ],
    proof: {
      isolation: text,
      tools: [text],
      alsoReadBy: [text],
      changes: [{ object: text, path: text, before: text, after: { [text]: text } }],
    },
    gates: [{ name: text, pass: false, value: text }],
    ...(clean.chart && { chart: { ...clean.chart, title: text, valueName: text, thresholdName: text } }),
  }
}

const TAGS =
  /^(?:!doctype|html|head|meta|title|style|body|a|header|div|svg|path|span|main|h[1-3]|p|strong|ol|ul|li|b|time|section|figure|figcaption|desc|line|text|circle|table|thead|tbody|tr|th|td|details|summary|pre|code|mark|dl|dt|dd|form|input|button|footer)$/

describe('text of others', () => {
  it.each(ATTACKS)('stays text: %s', (text) => {
    for (const page of [show(poisoned(text)), overviewPage(frame, { ...overview, changes: [poisoned(text)] }, view)]) {
      const outside = page.replace(/<style>[^<]*<\/style>/, '')
      const tags = [...outside.matchAll(/<\/?([^\s>/]*)/g)].map((match) => match[1] ?? '')
      expect(tags.filter((tag) => !TAGS.test(tag))).toEqual([])
      expect(outside.replace(/="[^"]*"/g, '=""')).not.toMatch(/<[^>]*(?:\son\w+\s*=|['`])/)
      expect(outside).not.toMatch(/href="(?!\/|#|https?:)/)
    }
  })

  it('shows what would be hidden or turned around', () => {
    const page = show({ ...modelOf(resolved), title: 'a\u202eb\u200bc\u0007d\u{e0041}e' })
    expect(page).toContain('a\ufffdb\ufffdc\ufffdd\ufffde')
  })

  it('never shows the body of the pull request', () => {
    expect(show(modelOf(resolved))).not.toContain('never shown')
  })
})

describe('the page of a proposal', () => {
  const page = show(modelOf(resolved))

  it.each([
    ['the verdict', '<strong>resolved</strong>No OOM kill and no restart'],
    ['where the line is', 'apps/cart/overlays/prod/resources.yaml:14:23'],
    ['the line before, with what differs', 'memory: <mark>32</mark>Mi # sized for the old cache'],
    ['the line after', 'memory: <mark>128</mark>Mi # sized for the old cache'],
    ['the rendered field', 'spec.template.spec.containers[0].resources.limits.memory'],
    ['the evidence in its unit', '31.4 MiB'],
    ['the query', 'kube_pod_container_status_last_terminated_reason{reason=&quot;OOMKilled&quot;}'],
    ['a vote', 'isolation-forest'],
    ['a model without a vote', 'no vote: too-little-data'],
    ['the confidence', '0.95, independent signals agree'],
    ['a trailer', 'Kintsugi-Policy'],
    ['the gates', `Gates: ${gates.length} of ${gates.length} hold`],
    ['the comment', 'The highest working set was 93.4Mi of 128Mi.'],
    ['what would undo it', 'Watched for 15m after the sync.'],
    ['the chart in words', 'Highest 93.3 MiB, last 93.3 MiB; memory limit of the container: 32 MiB, then 128 MiB.'],
  ])('shows %s', (_, text) => {
    expect(page).toContain(text)
  })

  it('puts what is in the way before what holds', () => {
    const waiting = show(modelOf(open))
    const list = waiting.slice(waiting.indexOf('id="gates"'))
    expect(list.indexOf('awaiting-merge')).toBeLessThan(list.indexOf(`${gates.length - 1} that hold`))
  })

  it('shows bold and code of a comment, and nothing else of its Markdown', () => {
    const comment = '**Done.** See `shop/cart` and [x](javascript:alert(1)) <b>no</b> a\\_b'
    const shown = show({ ...modelOf(resolved), comment })
    expect(shown).toContain(
      '<strong>Done.</strong> See <code>shop/cart</code> and [x](javascript:alert(1)) &lt;b&gt;no&lt;/b&gt; a_b',
    )
  })

  it('links to the forge only where there is one', () => {
    const change = { ...modelOf(resolved), url: 'https://git.example/pulls/1' }
    expect(show(change)).toContain('<a href="https://git.example/pulls/1"')
    expect(changePage({ ...frame, simulated: true }, change, view)).not.toContain('<a href="https:')
  })

  it('tells a limit that was raised and taken back as it was', () => {
    const { chart } = modelOf(resolved)
    const threshold = chart?.values.map((_, at) => (at < 30 || at > 60 ? 32 : 64) * 1024 * 1024)
    const change = { ...modelOf(resolved), ...(chart && threshold && { chart: { ...chart, threshold } }) }
    expect(show(change)).toContain('32 MiB, then 64 MiB, then 32 MiB.')
  })

  it('draws a gap where samples are missing', () => {
    expect(page.match(/<path class="line"/g)).toHaveLength(2)
    expect(page).not.toContain('NaN')
  })

  it('marks the moments in order of time', () => {
    const moments = /<ol class="moments">(.*?)<\/ol>/s.exec(page)?.[1] ?? ''
    expect([...moments.matchAll(/<li class="(\w+)"/g)].map((match) => match[1])).toEqual([
      'detected',
      'proposed',
      'merged',
      'synced',
      'concluded',
    ])
  })

  it('offers to decide only while it is open', () => {
    expect(page).not.toContain('<form')
    expect(show(modelOf(open))).toContain('action="/changes/2/merge"')
  })

  it('leaves out what is not at hand', () => {
    const bare = show(modelOf({ pull, nowMs: NOW }))
    for (const heading of ['Why', 'Gates', 'What it changes in the cluster', 'What would undo it'])
      expect(bare).not.toContain(`>${heading}`)
    expect(bare).toContain('its content is not at hand')
  })
})

describe('how far a proposal is', () => {
  const { conclusion: _, ...unjudged } = resolved
  const { syncedAtMs: __, ...unsynced } = unjudged
  const { record: ___, ...unread } = unsynced
  it.each([
    ['resolved', resolved, 'resolved', 'good'],
    [
      'harmful',
      { ...resolved, conclusion: { verdict: 'harmful' as const, atMs: NOW, because: 'x' } },
      'harmful',
      'bad',
    ],
    ['synced and watched', { ...unjudged, syncedAtMs: NOW - 5 * MINUTE }, 'verifying', 'waiting'],
    ['merged', unsynced, 'awaiting-sync', 'waiting'],
    ['open behind a gate', open, 'awaiting-merge', 'waiting'],
    ['open', { ...open, gates }, 'open', 'waiting'],
    ['not to be believed', unread, 'tampered', 'bad'],
    [
      'closed by a person',
      { ...unsynced, pull: { ...pull, state: 'closed' as const, endedBy: 'person' as const } },
      'closed-by-person',
      'neutral',
    ],
    ['closed by the bot', { ...unsynced, pull: { ...pull, state: 'closed' as const } }, 'closed', 'neutral'],
  ] as const)('%s', (_name, input, name, tone) => {
    expect(modelOf(input).stage).toMatchObject({ name, tone })
  })

  it('names the proposal that a revert takes back', () => {
    const page = show(modelOf({ ...resolved, record: { ...record, kind: 'revert', reverts: 4 } }))
    expect(page).toContain('Takes back <a href="/changes/4">#4</a>')
  })
})

describe('the list of what was left alone', () => {
  it('names workload, failure and reason', () => {
    expect(overviewPage(frame, overview, view)).toContain('shop/batch: Anomaly')
  })
})

describe('the list', () => {
  const page = overviewPage(frame, overview, view)
  it.each([
    ['each proposal', '<a class="title" href="/changes/2">'],
    ['where it is written', 'apps/cart/overlays/prod/resources.yaml:14'],
    ['what was left alone', 'shop/batch'],
    ['why', 'The policy asks for a note and nothing else.'],
    ['the Applications', 'argocd/cart'],
  ])('shows %s', (_, text) => {
    expect(page).toContain(text)
  })

  it('says that there is nothing when there is nothing', () => {
    const empty = overviewPage(frame, { ...overview, changes: [], leftAlone: [], applications: [] }, view)
    expect(empty).toContain('No proposal yet.')
    expect(empty).toContain('Nothing at the moment.')
  })
})

describe('every page', () => {
  const pages = [show(modelOf(resolved)), show(modelOf(open)), overviewPage(frame, overview, view)]

  it('closes every tag that it opens', () => {
    const VOID = /^(?:meta|input|line|path|circle)$/
    for (const page of pages) {
      const open: string[] = []
      for (const [, slash, tag = ''] of page
        .replace(/<style>[^<]*/, '<style>')
        .matchAll(/<(\/?)([a-z][a-z0-9]*)[^>]*>/g)) {
        if (VOID.test(tag)) continue
        if (slash === '') open.push(tag)
        else expect(open.pop()).toBe(tag)
      }
      expect(open).toEqual([])
    }
  })

  it('loads nothing and runs nothing', () => {
    for (const page of pages) expect(page).not.toMatch(/<script|<link|<img|<iframe|src=|@import|url\(|style="/)
  })

  it('has one h1, a language, a skip link, and no id twice', () => {
    for (const page of pages) {
      expect(page.match(/<h1/g)).toHaveLength(1)
      expect(page).toContain('<html lang="en">')
      expect(page).toContain('href="#main"')
      const ids = [...page.matchAll(/ id="([^"]+)"/g)].map((match) => match[1])
      expect(new Set(ids).size).toBe(ids.length)
    }
  })

  it('is read again by itself only on request', () => {
    expect(pages.join()).not.toContain('http-equiv="refresh"')
    expect(overviewPage(frame, overview, { live: true })).toContain('http-equiv="refresh"')
  })

  it('says that the world is simulated when it is', () => {
    expect(pages.join()).not.toContain('simulated')
    expect(overviewPage({ ...frame, simulated: true }, overview, view)).toContain('are simulated')
  })

  it('stays small', () => {
    for (const page of pages) expect(page.length).toBeLessThan(60_000)
  })
})

describe('trailers', () => {
  it.each([
    [
      'title\n\nbody\n\nA: 1\nB-c: 2',
      [
        { key: 'A', value: '1' },
        { key: 'B-c', value: '2' },
      ],
    ],
    ['title\n\nbody: yes\nbut no trailer', []],
    ['', []],
  ])('of %j', (message, expected) => {
    expect(trailersOf(message)).toEqual(expected)
  })
})
