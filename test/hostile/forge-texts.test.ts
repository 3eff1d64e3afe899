import { JSDOM } from 'jsdom'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { verifyAudit } from '../../src/domain/index.ts'
import { kintsugi } from '../cli/console.ts'
import { size } from '../fakes/size.ts'
import { lyingMetrics, ownersFile, peopleSpeak, release, reportGreen } from './forge/people.ts'
import { printedOf } from './forge/printed.ts'
import { chartsIn, liveIn, type ReadBack, readBack, trailersIn } from './forge/read-back.ts'
import { BROKEN_SECRET, FATES, filesOf, policyOf, type Seat, scenarioOf, seatOf } from './forge/seats.ts'
import { asCheck, STRINGS, seatsFor, textsOf } from './forge/strings.ts'
import { type HostileWorld, hostileWorld, START } from './forge/world.ts'

/** Seats: without a number as many as show each string somewhere; with `full` each is in every place. */
const SEATS = Math.max(seatsFor(false), size(0, seatsFor(true)))
const ALL = SEATS >= seatsFor(true)
const EACH = 14
const CHECK = 'ci/render'

const OPERATORS = `apiVersion: aiops.example.com/v1alpha1
kind: SelfHealingPolicy
metadata: {name: every-workload, namespace: ops}
spec:
  targetNamespace: shop
  anomalyType: OOMKilled
  action: adjust-resources
  confidenceThreshold: 0.5
  pullRequest: {mode: automerge, requiredChecks: 1}
  limits: {openPullRequests: 100, perHour: 100}
`

function seatsFrom(from: number): readonly Seat[] {
  const count = Math.min(EACH, SEATS - from)
  return Array.from({ length: count }, (_, index) =>
    seatOf(from + index, FATES[index % FATES.length] ?? 'offered', textsOf(from + index, ALL)),
  )
}

type Played = { readonly world: HostileWorld; readonly written: ReadBack }

/** From the first sample over every kind of thing that the bot writes to the verdicts. */
async function play(seats: readonly Seat[]): Promise<Played> {
  const named = seats.map(({ texts }) => asCheck(texts('rules'))).filter((name) => name !== '')
  const required = [...new Set([...named.slice(0, 3), CHECK])]
  const world = await hostileWorld({
    scenario: (repoURL) => scenarioOf(seats, START, repoURL),
    files: Object.assign(
      { CODEOWNERS: ownersFile(seats) },
      ...seats.flatMap((seat) => [filesOf(seat), policyOf(seat)]),
    ),
    metrics: lyingMetrics(seats),
    policies: OPERATORS,
    checks: required,
  })
  await world.minutes(5, false)
  await release(world, seats)
  await world.minutes(5, false)
  await world.minutes(2, true)
  const titled = await peopleSpeak(world, seats)
  await world.minutes(1, true)
  for (const name of required) await reportGreen(world, name)
  await world.minutes(2, true)
  await world.minutes(4, false)
  await world.minutes(3, true)
  await world.minutes(6, false)
  await world.minutes(2, true)
  return { world, written: await readBack(world, titled) }
}

describe('what is hostile in a world', () => {
  it('is 300 strings and more, each in some seat', () => {
    expect(STRINGS.length).toBeGreaterThanOrEqual(300)
  })
})

/** What may stand neither in a line for a terminal nor in a document for a program. */
const ACTS = /(?!\n)[\p{Cc}\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]/u

const starts = Array.from({ length: Math.ceil(SEATS / EACH) }, (_, index) => index * EACH)

describe.each(starts)('a world of hostile text, from seat %i on', (from) => {
  let world: HostileWorld
  let written: ReadBack

  beforeAll(async () => {
    const played = await play(seatsFrom(from))
    world = played.world
    written = played.written
  }, 900_000)
  afterAll(() => world?.close())

  it('made the bot write all that it may', () => {
    const deeds = world.reports.flatMap(({ lanes, answered, kept }) => [
      ...lanes.map(({ done }) => done.done),
      ...answered.map(({ command }) => command),
      ...kept.map((one) => one.kept),
    ])
    const all = [
      'opened',
      'merged',
      'concluded',
      'reverted',
      'noted',
      'explain',
      'hold',
      'unknown',
      'dashboard',
    ] as const
    // What the strings of another seat make of a name may be refused.
    const expected = from === 0 && !ALL ? all : ['opened', 'noted', 'dashboard']
    expect(expected.filter((one) => !deeds.some((deed) => deed === one))).toEqual([])
    expect(world.reports.flatMap(({ failed }) => failed)).toEqual([])
    expect(written.bodies.length).toBeGreaterThan(10)
  })

  it('does nothing in what the bot wrote', () => {
    expect(liveIn(written)).toEqual([])
  })

  it('leaves trailers that Git reads as the bot does', () => {
    const read = written.messages.map(({ text }) => trailersIn(world.gitDir, text))
    expect(read.filter(({ git, ours }) => git.join('\n') !== ours.join('\n'))).toEqual([])
    expect(read.filter(({ ours }) => ours.length > 4).length).toBeGreaterThan(0)
  })

  it('leaves a journal that is whole', () => {
    const files = new Map([...written.journal].map(([path, text]) => [path, new TextEncoder().encode(text)]))
    const { faults, entries } = verifyAudit(files)
    expect(faults).toEqual([])
    expect(entries.length).toBeGreaterThan(5)
  })

  it.each(['verify', 'show', 'export', 'verify --json', 'show --json', 'export --json'])(
    'does nothing where kintsugi audit %s tells the journal',
    async (asked) => {
      const words = asked.split(' ')
      const { code, out, err } = await kintsugi(['audit', ...words, world.gitDir])
      expect({ code, err: code === 0 ? '' : err }).toEqual({ code: 0, err: '' })
      expect(out.split('\n').length).toBeGreaterThan(2)
      expect(ACTS.exec(`${out}${err}`)?.[0]).toBeUndefined()
    },
  )

  it('does nothing on the terminal of the operator', () => {
    const { lines, documents } = printedOf(world.reports)
    expect(ACTS.exec(lines)?.[0]).toBeUndefined()
    expect(ACTS.exec(documents)?.[0]).toBeUndefined()
    for (const line of documents.trim().split('\n')) expect(() => JSON.parse(line)).not.toThrow()
  })

  it('brings no word of a Secret that is no YAML to anybody', () => {
    const { lines, documents } = printedOf(world.reports)
    const said = [...written.bodies, ...written.lines, ...written.messages].map(({ text }) => text)
    expect([...said, lines, documents].filter((text) => text.includes(BROKEN_SECRET.slice(0, 12)))).toEqual([])
  })

  it('leaves charts that mermaid draws', async () => {
    const { window } = new JSDOM('<!doctype html><body></body>')
    Object.assign(globalThis, { window, document: window.document })
    const { default: mermaid } = await import('mermaid')
    const charts = chartsIn(written)
    expect(charts.length).toBeGreaterThan(0)
    for (const chart of charts) await expect(mermaid.parse(chart), chart).resolves.toBeTruthy()
  }, 60_000)
})

describe('the offer to a repository in which everything has a hostile name', () => {
  it('is made, and does nothing', async () => {
    const seats = Array.from({ length: ALL ? 70 : 4 }, (_, seat) => seatOf(seat, 'offered', textsOf(seat, ALL)))
    const world = await hostileWorld({
      scenario: (repoURL) => scenarioOf(seats, START, repoURL),
      files: Object.assign({}, ...seats.map(filesOf)),
      metrics: lyingMetrics(seats),
      policies: OPERATORS,
      config: { onboarding: { enabled: true, perDay: 3 } },
    })
    try {
      await world.minutes(10, false)
      await world.minutes(2, true)
      const written = await readBack(world)
      const offer = written.bodies.find(({ text }) => text.includes('Kintsugi can mend what this repository deploys'))
      expect(offer?.text).toContain('it would have proposed')
      expect(liveIn(written)).toEqual([])
    } finally {
      await world.close()
    }
  }, 900_000)
})
