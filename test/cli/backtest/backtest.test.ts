import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { formatInstant } from '../../../src/domain/index.ts'
import { CADVISOR_JOB, KSM_JOB, openMetrics } from '../../contracts/openmetrics.ts'
import { metricsWorld, WORLD_RANGE } from '../../fakes/metrics-world.ts'
import { prometheusTools, type RealPrometheus, realPrometheus } from '../../fakes/real-prometheus.ts'
import { type RecordedPast, recordedPast } from '../../fakes/recorded-past.ts'
import { Walk } from '../../fakes/walk.ts'
import { casesIn } from '../../scenarios/case.ts'
import { worldOf } from '../../scenarios/worlds.ts'
import { kintsugi, type Ran } from '../console.ts'

const folders: string[] = []
function fresh(): string {
  const folder = mkdtempSync(join(tmpdir(), 'backtest-'))
  folders.push(folder)
  return folder
}
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true })
})

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const SHOP = { world: { shop: { only: ['cart', 'catalog'] } } } as const

type Line = Readonly<Record<string, unknown>>
const lines = (out: string): readonly Line[] =>
  out
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))

describe('kintsugi backtest', { timeout: 120_000 }, () => {
  let past: RecordedPast
  const run = (...words: readonly string[]) => kintsugi(['backtest', ...words], { cwd: past.folder })
  const withoutSource = ['--recorded', 'past', '--policies', 'policies', '--models', 'off']
  let whole: Ran
  let told: string
  beforeAll(async () => {
    past = await recordedPast(fresh(), SHOP, { minutes: 45 })
    whole = await run(...past.flags, '--json')
    told = (await run(...past.flags)).out
  }, 60_000)

  it('says what was found, what would have been proposed where, and what was held', () => {
    expect({ code: whole.code, err: whole.err }).toEqual({ code: 0, err: '' })
    const [found, proposed] = lines(whole.out)
    expect(found).toMatchObject({
      ...{ event: 'finding', at: '2026-01-07T10:04:00Z', subject: 'shop/cart[app]', failure: 'OOMKilled' },
      ...{ since: '2026-01-07T10:04:00Z', policy: 'cart-memory' },
      workload: { namespace: 'shop', kind: 'Deployment', name: 'cart', container: 'app' },
    })
    expect(proposed).toMatchObject({
      ...{ event: 'proposal', at: '2026-01-07T10:04:00Z', anew: false, policy: 'cart-memory', mode: 'automerge' },
      changes: [
        { field: 'containers[app].resources.requests.memory', from: '24Mi', to: '96Mi' },
        { field: 'containers[app].resources.limits.memory', from: '32Mi', to: '128Mi' },
      ],
    })
    expect(proposed?.['edits']).toContainEqual({
      ...{ file: 'apps/cart/overlays/prod/resources.yaml', line: 15, column: 23, before: '32Mi', after: '128Mi' },
    })
    expect(lines(whole.out)).toContainEqual(
      expect.objectContaining({ event: 'held', reason: 'live-unknown', gate: 'render match', policy: 'cart-memory' }),
    )
  })

  it('ends with what came of each policy and each day', () => {
    expect(lines(whole.out).at(-1)).toMatchObject({
      ...{ event: 'summary', from: '2026-01-07T10:00:00Z', until: '2026-01-07T10:45:00Z', ticks: 46 },
      ...{ assumes: 'not-applied', source: 'repository', models: [], everySeconds: 60 },
      policies: [
        { policy: 'cart-memory', episodes: 1, proposals: 1, held: { 'live-unknown': 1 }, suppressed: 0 },
        { policy: 'catalog-crash', episodes: 1, proposals: 0, noted: { 'git-is-not-the-cause': 1 } },
      ],
      days: [{ date: '2026-01-07', episodes: 2, proposals: 1, notes: 1, silenced: 0 }],
      unknown: [],
      alertsPerDay: { mean: 2, most: 2 },
    })
  })

  it('is the same bytes twice', async () => {
    expect((await run(...past.flags, '--json')).out).toBe(whole.out)
  })

  it('looks at nothing that came later: what it says until a moment does not depend on what follows', async () => {
    const all = lines(whole.out).slice(0, -1)
    for (const minute of ['03', '05', '12']) {
      const until = `2026-01-07T10:${minute}:00Z`
      const part = lines((await run(...past.flags, '--json', '--until', until)).out).slice(0, -1)
      expect(part).toEqual(all.filter(({ at }) => String(at) <= until))
    }
  })

  it('tells people by day', () => {
    expect(told).toMatch(
      /^2026-01-07 {2}Wednesday\n {2}10:04 {2}shop\/cart\[app\] {2}OOMKilled, confidence 0\.95, since 10:04\n/,
    )
    expect(told).toContain('would have been proposed by cart-memory (automerge)')
    expect(told).toContain('apps/cart/overlays/prod/resources.yaml:15:23  32Mi -> 128Mi')
    expect(told).toContain('held: live-unknown (cart-memory, gate render match)')
    expect(told).toMatch(/\n {2}cart-memory {2}1 episode; 1 proposed; held: live-unknown 1\n/)
    expect(told).toContain('nothing was applied: each proposal stayed open until its symptom went')
  })

  it('tells fields and values where no repository is named, and no line of a file', async () => {
    const ran = await run(...withoutSource, '--json')
    expect(ran.code).toBe(0)
    const proposed = lines(ran.out).find(({ event }) => event === 'proposal')
    expect(proposed).toMatchObject({ policy: 'cart-memory', mode: 'propose' })
    expect(proposed?.['changes']).toContainEqual({
      ...{ field: 'containers[app].resources.limits.memory', from: '32Mi', to: '128Mi' },
    })
    expect(ran.out).not.toMatch(/edits|\.yaml/)
    expect(lines(ran.out).at(-1)).toMatchObject({ source: 'metrics' })
    expect((await run(...withoutSource)).out).toMatch(/without --repo: the exporters told what was declared/)
  })

  it('looks less often where asked', async () => {
    const summary = lines((await run(...past.flags, '--json', '--every', '5m')).out).at(-1)
    expect(summary).toMatchObject({ ticks: 10, everySeconds: 300 })
  })

  it('refuses what cannot be', async () => {
    writeFileSync(join(past.folder, 'wrong.yaml'), 'kind: SelfHealingPolicy\napiVersion: v1\n')
    mkdirSync(join(past.folder, 'empty'), { recursive: true })
    mkdirSync(join(past.folder, 'full'), { recursive: true })
    writeFileSync(join(past.folder, 'full', 'a'), '')
    const policies = ['--policies', 'policies']
    const nowhere = ['--prometheus', 'http://127.0.0.1:1', ...policies, '--since', '1h']
    const table: readonly (readonly [readonly string[], number, RegExp])[] = [
      [policies, 2, /KIN-1001 backtest needs --prometheus URL, or --recorded DIR/],
      [['--recorded', 'past'], 2, /KIN-1001 --policies is missing/],
      [['--recorded', 'past', '--prometheus', 'http://x', ...policies], 2, /KIN-1001 --recorded is in the place of/],
      [['--recorded', 'past', '--record', 'b', ...policies], 2, /KIN-1001/],
      [['--recorded', 'nowhere', ...policies], 1, /KIN-1002 .*recording\.json cannot be read/],
      [['--recorded', 'past', '--policies', 'no-such'], 1, /KIN-1002 no-such/],
      [['--recorded', 'past', '--policies', 'wrong.yaml'], 5, /wrong\.yaml:\d+:\d+: KIN-2002/],
      [['--recorded', 'past', '--policies', 'empty'], 5, /KIN-2002 empty: there is no SelfHealingPolicy/],
      [[...withoutSource.slice(0, 4), '--models', 'lstm,best'], 2, /KIN-1001 --models is off, all, or some of/],
      [[...withoutSource, '--since', '30d'], 1, /KIN-1006 the recording is of 2026-01-07T10:00/],
      [[...withoutSource, '--since', '5'], 2, /KIN-1001 --since/],
      [[...withoutSource.slice(0, 4)], 1, /KIN-1006 .*the recording has nothing of it/],
      [[...withoutSource, '--application', 'cart.yaml'], 2, /KIN-1001 --application needs --repo/],
      [['--recorded', 'past', '--repo', 'policies', '--models', 'off'], 1, /KIN-4002|KIN-4001/],
      [[...nowhere, '--models', 'off'], 6, /KIN-3001 .*ECONNREFUSED/],
      [[...nowhere, '--record', 'full'], 1, /KIN-1002 .*full is not empty/],
      [['--prometheus', 'http://me:hush@127.0.0.1:1', ...policies, '--since', '1h'], 5, /holds credentials/],
    ]
    for (const [words, code, says] of table) {
      const ran = await run(...words)
      expect({ words, code: ran.code, err: ran.err }).toMatchObject({ words, code, err: expect.stringMatching(says) })
      expect(ran.out + ran.err).not.toContain('hush')
    }
  })

  it('proposes nothing on what may have holes, and says why', async () => {
    const folder = fresh()
    const holes = await recordedPast(folder, { world: { shop: { only: ['cart'] } } }, { minutes: 8, partial: true })
    const all = lines((await kintsugi(['backtest', ...holes.flags, '--json'], { cwd: folder })).out)
    expect(all.map(({ event, reason }) => reason ?? event)).toEqual(['finding', 'data-partial', 'summary'])
    expect(all.at(-1)?.['unknown']).toContainEqual({ signal: 'oom-killed', why: 'data-partial', looks: 9 })
  })

  it('says where no workload has a sample', async () => {
    const folder = fresh()
    const empty = await recordedPast(folder, { world: { shop: { only: [] } } }, { minutes: 5 })
    const ran = await kintsugi(['backtest', ...empty.flags], { cwd: folder })
    expect(ran).toMatchObject({ code: 1, err: expect.stringMatching(/KIN-3006 no workload has a sample/) })
  })
})

describe('an episode in a backtest', { timeout: 120_000 }, () => {
  /** Too little memory for a while, twice. */
  const TWICE = {
    world: {
      shop: {
        only: ['cart'],
        truth: {
          cart: {
            changes: [
              { atMinute: 2, overMinutes: 2, addMi: 75 },
              { atMinute: 40, overMinutes: 2, addMi: -75 },
              { atMinute: 100, overMinutes: 2, addMi: 75 },
            ],
          },
        },
      },
    },
  } as const

  it('has one proposal, which is withdrawn when the symptom goes, and waits for the cooldown', async () => {
    const folder = fresh()
    await recordedPast(folder, TWICE, { minutes: 150 })
    const policy = join(folder, 'policies', 'cart.yaml')
    writeFileSync(policy, readFileSync(policy, 'utf8').replace(/cooldownPeriod: \S+/, 'cooldownPeriod: 2h'))
    const words = ['--recorded', 'past', '--policies', 'policies', '--models', 'off', '--json']
    const events = lines((await kintsugi(['backtest', ...words], { cwd: folder })).out)
    const seen = events.slice(0, -1).map(({ event, reason }) => (reason === undefined ? event : `${event} ${reason}`))
    expect(seen).toEqual(['finding', 'proposal', 'withdrawn no-longer-needed', 'held cooldown'])
    expect(events.at(-1)).toMatchObject({
      policies: [{ episodes: 1, proposals: 1, withdrawn: 1, held: { cooldown: 1 }, suppressed: 1 }],
    })
  })
})

describe('the models in a backtest', { timeout: 120_000 }, () => {
  const [anomaly] = casesIn(join(import.meta.dirname, '../../scenarios')).filter(
    ({ name }) => name === 'anomaly-noted-once',
  )

  it('find and note what they find and note live, at the same moment', async () => {
    if (anomaly === undefined) throw new Error('the scenario is not there')
    const walk = await Walk.begin(worldOf(anomaly.it))
    await walk.minutes(40)
    const noted = walk.reports.find(({ lanes }) => lanes.some(({ done }) => done.done === 'noted'))
    const folder = fresh()
    const past = await recordedPast(folder, anomaly.it, { minutes: 40, withHistory: true })
    const ran = await kintsugi(['backtest', ...past.flags.slice(0, -2), '--json'], { cwd: folder })
    const [found, told, summary] = lines(ran.out)
    expect(found).toMatchObject({ event: 'finding', failure: 'Anomaly', at: formatInstant(noted?.atMs ?? 0) })
    expect(told).toMatchObject({ event: 'noted', reason: 'notify-only', at: found?.['at'] })
    expect(summary).toMatchObject({ event: 'summary', models: ['isolation-forest'] })
  })
})

const tools = prometheusTools('backtest on a real Prometheus')

describe.runIf(tools !== undefined)('kintsugi backtest on a real Prometheus', { timeout: 120_000 }, () => {
  let server: RealPrometheus
  let folder: string
  beforeAll(async () => {
    if (tools === undefined) return
    folder = fresh()
    const { world } = await metricsWorld()
    const told = { fromMs: WORLD_RANGE.startMs - HOUR, toMs: WORLD_RANGE.endMs, everyMs: MINUTE, extra: () => [] }
    server = await realPrometheus(tools, openMetrics(world, told), 2 * MINUTE)
    await recordedPast(folder, { world: { shop: { only: ['cart'] } } }, { minutes: 1 })
  }, 60_000)
  afterAll(async () => {
    await server?.stop()
  })

  it('says the same over its recording, without it', async () => {
    const until = formatInstant(WORLD_RANGE.endMs)
    const jobs = ['--cadvisor-job', CADVISOR_JOB, '--kube-state-metrics-job', KSM_JOB]
    const common = ['--policies', 'policies', '--models', 'off', '--every', '5m', '--json']
    const live = ['--prometheus', server.url, '--since', '2h', '--until', until, ...jobs, '--record', 'kept']
    const first = await kintsugi(['backtest', ...live, ...common], { cwd: folder })
    expect({ code: first.code, err: first.err }).toEqual({ code: 0, err: '' })
    const second = await kintsugi(['backtest', '--recorded', 'kept', ...common], { cwd: folder })
    expect(second.out).toBe(first.out)
    const proposed = lines(first.out).find(({ event }) => event === 'proposal')
    expect(proposed).toMatchObject({ subject: 'shop/cart[app]', policy: 'cart-memory' })
    expect(proposed?.['changes']).toContainEqual({
      ...{ field: 'containers[app].resources.limits.memory', from: '64Mi', to: '192Mi' },
    })
  })
})
