import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync, gzipSync } from 'node:zlib'
import { afterAll, describe, expect, it } from 'vitest'
import { openRecording, recordInto } from '../../../src/adapters/recording/index.ts'
import type { SignalAnswer } from '../../../src/domain/index.ts'
import type { Metrics } from '../../../src/ports/index.ts'
import { ALL_SIGNALS, metricsContract } from '../../contracts/metrics.ts'
import { metricsWorld, WORLD_RANGE } from '../../fakes/metrics-world.ts'

const folders: string[] = []
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true })
})

function fresh(): string {
  const folder = mkdtempSync(join(tmpdir(), 'recording-'))
  folders.push(folder)
  return folder
}

const { startMs, endMs, stepMs } = WORLD_RANGE
const range = { fromMs: startMs, untilMs: endMs }

async function recorded(): Promise<string> {
  const folder = fresh()
  const { metrics } = await metricsWorld()
  const recorder = await recordInto(folder)
  const over = recorder.over(metrics)
  // In two parts, as a reader ahead asks them.
  const middleMs = startMs + 50 * stepMs
  await over.read(ALL_SIGNALS, { startMs, endMs: middleMs, stepMs })
  await over.read(ALL_SIGNALS, { startMs: middleMs + stepMs, endMs, stepMs })
  await recorder.finish(range)
  return folder
}

metricsContract('a recording', async () => ({
  metrics: (await openRecording(await recorded())).metrics('main'),
  range: WORLD_RANGE,
}))

const plain = (answers: readonly SignalAnswer[]) =>
  answers.map(({ series, ...head }) => ({
    ...head,
    series: series
      .map((one) => ({ ...one, values: [...one.values] }))
      .sort((a, b) => (JSON.stringify([a.subject, a.labels]) < JSON.stringify([b.subject, b.labels]) ? -1 : 1)),
  }))

const one = (status: SignalAnswer['status'], problem?: string): Metrics => ({
  cluster: 'main',
  read: async (ids) =>
    ids.map((signal) => ({ signal, status, series: [], asked: 'up', ...(problem === undefined ? {} : { problem }) })),
})

describe('a recording', () => {
  it('answers what was answered, across its slices and within one', async () => {
    const { metrics } = await metricsWorld()
    const again = (await openRecording(await recorded())).metrics('main')
    const within = { startMs: startMs + 10 * stepMs, endMs: startMs + 70 * stepMs, stepMs }
    for (const asked of [WORLD_RANGE, within])
      expect(plain(await again.read(ALL_SIGNALS, asked))).toEqual(plain(await metrics.read(ALL_SIGNALS, asked)))
  })

  it('is the same bytes whenever it is made', async () => {
    const [first, second] = [await recorded(), await recorded()]
    expect(readdirSync(first)).toEqual(['0000.ndjson.gz', '0001.ndjson.gz', 'recording.json'])
    for (const name of readdirSync(first))
      expect(readFileSync(join(first, name)).equals(readFileSync(join(second, name)))).toBe(true)
  })

  it('keeps what the server said of its own answers', async () => {
    const folder = fresh()
    const recorder = await recordInto(folder)
    await recorder.over(one('partial', 'one store did not answer')).read(['restarts'], WORLD_RANGE)
    await recorder.finish(range)
    const [answer] = await (await openRecording(folder)).metrics('main').read(['restarts'], WORLD_RANGE)
    expect(answer).toMatchObject({ status: 'partial', problem: 'one store did not answer', asked: 'up' })
  })

  it.each([
    ['a time that it has not', { startMs: startMs - stepMs, endMs, stepMs }, 'restarts'],
    ['a step that it has not', { startMs, endMs, stepMs: 2 * stepMs }, 'restarts'],
  ] as const)('says so when asked for %s', async (_, asked, signal) => {
    const [answer] = await (await openRecording(await recorded())).metrics('main').read([signal], asked)
    expect(answer).toMatchObject({ status: 'error', problem: expect.stringMatching(/^KIN-1006 .*2026-01-06T0/) })
  })

  it('is made in a folder of its own', async () => {
    const folder = fresh()
    writeFileSync(join(folder, 'a'), '')
    await expect(recordInto(folder)).rejects.toMatchObject({ code: 'KIN-1002' })
    await expect(recordInto(join(folder, 'a', 'b'))).rejects.toMatchObject({ code: 'KIN-1002' })
  })

  it.each([
    ['no index', undefined],
    ['an index that is no JSON', '{'],
    ['an index of another version', '{"schemaVersion":2}'],
    ['a slice elsewhere', index({ file: '../0000.ndjson.gz' })],
    ['a slice that ends before it begins', index({ endMs: startMs - stepMs })],
    ['a slice of more points than there is memory for', index({ endMs: startMs + 1e15, stepMs: 1 })],
    ['moments that have no text', JSON.stringify({ schemaVersion: 1, fromMs: 0, untilMs: 1e300, slices: [] })],
  ])('is refused with %s', async (_, text) => {
    const folder = fresh()
    if (text !== undefined) writeFileSync(join(folder, 'recording.json'), text)
    await expect(openRecording(folder)).rejects.toMatchObject({ code: text === undefined ? 'KIN-1002' : 'KIN-1006' })
  })

  it.each([
    ['no gzip', () => Buffer.from('plain')],
    ['no JSON', () => gzipSync('{"signal":')],
    ['a list', () => gzipSync('[]\n')],
    ['an unknown signal', () => gzipSync('{"signal":"__proto__","status":"ok","asked":""}\n')],
    ['a series without its signal', () => gzipSync(line({}))],
    ['a name that leads elsewhere', () => gzipSync(head + line({ name: '../../etc' }))],
    ['a kind that is none', () => gzipSync(head + line({ kind: 'a b' }))],
    ['more values than there are points', () => gzipSync(head + line({ values: Array(200).fill(1) }))],
    ['a value that is none', () => gzipSync(head + line({ values: ['1'] }))],
    ['a negative place', () => gzipSync(head + line({ first: -1 }))],
    ['more than may be unpacked', () => gzipSync(Buffer.alloc(2 ** 21))],
  ])('names a slice that is %s', async (_, content) => {
    const folder = fresh()
    writeFileSync(join(folder, 'recording.json'), index({}))
    writeFileSync(join(folder, '0000.ndjson.gz'), content())
    const metrics = (await openRecording(folder, 2 ** 20)).metrics('main')
    await expect(metrics.read(['restarts'], WORLD_RANGE)).rejects.toMatchObject({ code: 'KIN-1006' })
  })

  it('reads what it wrote as one line for each series', async () => {
    const lines = gunzipSync(readFileSync(join(await recorded(), '0000.ndjson.gz')))
      .toString()
      .trimEnd()
      .split('\n')
      .map((text) => JSON.parse(text))
    expect(lines.filter(({ signal }) => signal !== undefined)).toHaveLength(ALL_SIGNALS.length)
    expect(lines.find(({ of }) => of === 'memory-limit')).toMatchObject({ namespace: 'shop', kind: 'Deployment' })
  })
})

function index(change: Readonly<Record<string, unknown>>): string {
  const slice = { file: '0000.ndjson.gz', startMs, endMs, stepMs, signals: ['restarts'], ...change }
  return JSON.stringify({ schemaVersion: 1, ...range, slices: [slice] })
}

const head = '{"signal":"restarts","status":"ok","asked":""}\n'

function line(change: Readonly<Record<string, unknown>>): string {
  const series = { of: 'restarts', namespace: 'shop', kind: 'Deployment', name: 'cart', container: 'app' }
  return `${JSON.stringify({ ...series, first: 0, values: [1], ...change })}\n`
}
