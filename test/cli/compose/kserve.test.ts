import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type KserveOptions, startKserve } from '../../../src/cli/compose/kserve.ts'
import { parseConfig } from '../../../src/config.ts'
import { gridLength, SEED_METRICS } from '../../../src/domain/index.ts'
import type { ClusterHistory } from '../../../src/ports/index.ts'
import type { KserveServer } from '../../../src/server/index.ts'
import { client } from '../../contracts/outside-model.ts'
import { healthyHistory, seedRows, usualLevel } from '../../fakes/cluster-history.ts'

const NOON = Date.UTC(2026, 0, 14, 12)
let dir = ''
const opened: KserveServer[] = []
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'kintsugi-served-'))
})
afterEach(async () => {
  for (const one of opened.splice(0)) await one.close()
  rmSync(dir, { recursive: true, force: true })
})

function config(kserve = '{listen: "127.0.0.1:0"}') {
  const parsed = parseConfig(`clusters: [{name: a}]\nkserve: ${kserve}\n`, 'c.yaml')
  if ('problems' in parsed) throw new Error(JSON.stringify(parsed.problems))
  return parsed.config
}

async function started(more: Partial<KserveOptions> = {}): Promise<KserveServer> {
  const options = { config: config(), cwd: dir, compute: undefined, clock: { now: () => NOON }, note: () => undefined }
  const server = await startKserve({ ...options, history: healthyHistory(), ...more })
  if (server === undefined) throw new Error('nothing listens')
  opened.push(server)
  return server
}

type Said = { readonly status: number; readonly body: Record<string, unknown> }

async function said(response: Response): Promise<Said> {
  // The cast: every answer of this server is an object, which is what the tests look into.
  return { status: response.status, body: (await response.json()) as Record<string, unknown> }
}

async function post({ url }: KserveServer, model: string, body: string): Promise<Said> {
  const headers = { 'content-type': 'application/json' }
  return said(await fetch(`${url}/v1/models/${model}:predict`, { method: 'POST', headers, body }))
}

async function ready(server: KserveServer, model = 'model'): Promise<KserveServer> {
  await expect.poll(async () => (await fetch(`${server.url}/v1/models/${model}`)).status, { timeout: 15_000 }).toBe(200)
  return server
}

const body = (...instances: readonly (readonly number[])[]): string => JSON.stringify({ instances })
const usual = SEED_METRICS.map((_, at) => usualLevel(at))

describe('our models, served', () => {
  it('are served nowhere unless the configuration says where', async () => {
    const { kserve: _, ...without } = config()
    const options = { cwd: dir, compute: undefined, clock: { now: () => NOON }, note: () => undefined }
    expect(await startKserve({ ...options, config: without, history: undefined })).toBeUndefined()
  })

  it('know a sick row from a healthy one once they have learned', async () => {
    const server = await ready(await started())
    const last = seedRows(1, NOON - 7 * 86_400_000, 600_000, 1010).at(-1) ?? []
    const sick = last.map((value, at) => (at === 15 ? 3 * value : value))
    expect(await post(server, 'anomaly-detector', body(last, sick))).toEqual({
      status: 200,
      body: { predictions: [1, -1] },
    })
  })

  it('forecast the hours of work as the history has them', async () => {
    const server = await ready(await started())
    const { body: told } = await post(server, 'model', body([15, 3, 20, 50], [3, 3, 20, 50], [15, 3, 0.2, 0.5]))
    const share = 4 / 6
    const at15 = [share * 0.6 + (1 - share) * 0.2, 0.5]
    expect(told['predictions']).toEqual([
      at15.map((value) => expect.closeTo(value, 9)),
      [0.2, 0.5].map((value) => expect.closeTo(value, 9)),
      at15.map((value) => expect.closeTo(value, 9)),
    ])
  })

  it.each([
    [24, 3, 65, 72],
    [-1, 3, 65, 72],
    [1.5, 3, 65, 72],
    [12, 7, 65, 72],
    [12, 3, -1, 72],
  ])('refuse the forecast for %j by name', async (...row) => {
    const server = await ready(await started())
    expect(await post(server, 'predictive-analytics', body(row))).toMatchObject({
      status: 400,
      body: { code: 'INVALID_REQUEST', error: expect.stringMatching(/^instances\[0\]: /) },
    })
  })

  it('are not ready where there is nothing to learn from, and judge a series all the same', async () => {
    const server = await started({ history: undefined })
    expect(await post(server, 'anomaly-detector', body(usual))).toMatchObject({
      status: 503,
      body: { code: 'MODEL_NOT_READY', status: 'error' },
    })
    expect(await post(server, 'predictive-analytics', body([12, 3, 65.5, 72.8]))).toMatchObject({ status: 503 })
    const rows = seedRows(3, 0, 600_000, 60)
    const series = rows.map((row, at) => (at === 40 ? row.map((value) => 2 * value) : row))
    const { status, body: told } = await post(server, 'anomaly-detector', body(...series))
    const labels = told['predictions']
    expect({ status, at40: Array.isArray(labels) ? labels[40] : undefined }).toEqual({ status: 200, at40: -1 })
    expect(labels).toHaveLength(60)
  })

  it('say once what stands in the way of learning, and are not ready', async () => {
    const notes: string[] = []
    const broken: ClusterHistory = {
      read: async (metrics, range) =>
        metrics.map((metric) => ({
          metric,
          values: new Float64Array(gridLength(range)).fill(Number.NaN),
          asked: '',
          problem: 'KIN-3001 refused',
        })),
      close: async () => undefined,
    }
    const server = await started({ history: broken, note: (text) => notes.push(text) })
    await expect.poll(() => notes).toEqual(['kserve: 18 of 18 queries failed: KIN-3001 refused'])
    const model = await said(await fetch(`${server.url}/v1/models/anomaly-detector`))
    expect(model).toMatchObject({ status: 503, body: { ready: false, error: expect.stringContaining('too little') } })
  })

  it('are asked with the token of the file, read anew, and not without one that is none', async () => {
    const file = join(dir, 'token')
    writeFileSync(file, 'first-token')
    const server = await started({ config: config('{listen: "127.0.0.1:0", tokenFile: token}') })
    const list = async (token: string) =>
      (await fetch(`${server.url}/v1/models`, { headers: { authorization: `Bearer ${token}` } })).status
    expect([await list('first-token'), await list('other')]).toEqual([200, 401])
    writeFileSync(file, 'second-token-')
    expect([await list('first-token'), await list('second-token-')]).toEqual([401, 200])
    rmSync(file)
    expect(await list('second-token-')).toBe(401)
    await expect(started({ config: config('{listen: "127.0.0.1:0", tokenFile: token}') })).rejects.toMatchObject({
      code: 'KIN-1002',
    })
  })

  it('can be a voter of another Kintsugi', async () => {
    const server = await ready(await started())
    const model = client({ url: server.url })
    expect(await model.judge([usual, usual.map((value) => 5 * value)])).toEqual([expect.any(Number), -1])
    await model.close()
  })
})

describe('the examples of the page', () => {
  const page = readFileSync(resolve(import.meta.dirname, '../../../docs/how-to/kserve.md'), 'utf8')
  const blocks = (language: string): readonly string[] =>
    [...page.matchAll(new RegExp(`\`\`\`${language}\\n([\\s\\S]*?)\`\`\``, 'g'))].map((match) => match[1] ?? '')

  it('are configurations that are read', () => {
    const yaml = blocks('yaml')
    expect(yaml.length).toBeGreaterThan(1)
    for (const text of yaml) {
      const parsed = parseConfig(`clusters: [{name: a}]\n${text}`, 'page.yaml')
      expect('problems' in parsed ? parsed.problems : []).toEqual([])
    }
  })

  it('are requests that are answered as it says', async () => {
    const server = await ready(await started())
    const asked = blocks('sh').flatMap((block) => [
      ...block.matchAll(/http:\/\/127\.0\.0\.1:8500(\/\S*)(?: -H 'Content-Type: application\/json' -d '([^']*)')?/g),
    ])
    expect(asked.length).toBeGreaterThan(3)
    const answers = blocks('json').map((text): unknown => JSON.parse(text))
    expect(answers).toHaveLength(asked.length)
    for (const [at, [, path = '', data]] of asked.entries()) {
      const headers = { 'content-type': 'application/json' }
      const init = data === undefined ? {} : { method: 'POST', headers, body: data }
      const { body: told } = await said(await fetch(`${server.url}${path}`, init))
      // Forecasts depend on the history that was learned from; what they look like does not.
      const shape = JSON.stringify(told).replace(/0\.\d+/g, '0')
      expect(shape).toBe(JSON.stringify(answers[at]).replace(/0\.\d+/g, '0'))
    }
  })
})
