import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import {
  json,
  type MatrixSeries,
  matrix,
  type PrometheusServer,
  prometheusServer,
  type Reaction,
  timesOf,
} from '../../fakes/prometheus-server.ts'
import { prometheusTools, type RealPrometheus, realPrometheus } from '../../fakes/real-prometheus.ts'
import { size } from '../../fakes/size.ts'
import { numbers } from '../../fakes/windows.ts'
import { kintsugi } from '../console.ts'

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'detect-live-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const UNTIL = '2026-03-02T00:00:00Z'
const servers: PrometheusServer[] = []
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()))
})

async function serve(react: Reaction): Promise<PrometheusServer> {
  const server = await prometheusServer(react)
  servers.push(server)
  return server
}

/** A short range, so that the models have little to do. */
function words(url: string, ...more: readonly string[]): readonly string[] {
  const short = more.includes('--since') ? [] : ['--since', '1h']
  return ['detect', '--prometheus', url, '--query', 'load', '--until', UNTIL, '--step', '5m', ...short, ...more]
}

function series(form: URLSearchParams, app: string): MatrixSeries {
  return { metric: { __name__: 'load', app }, values: timesOf(form).map((at) => [at, String((at / 300) % 7)]) }
}

const lines = (out: string) =>
  out
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))

describe('kintsugi detect --prometheus', { timeout: 120_000 }, () => {
  it('asks the query by POST over the range, with the token of the file', async () => {
    const server = await serve(({ form }, response) => json(response, matrix([series(form, 'cart')])))
    writeFileSync(join(folder, 'token'), 'se-cret-of-prometheus\n')
    const ran = await kintsugi(words(server.url, '--token-file', 'token', '--tenant', 'shop', '--json'), {
      cwd: folder,
    })
    expect(ran.code).toBe(0)
    const [asked] = server.asked
    expect(asked).toMatchObject({ method: 'POST', path: '/api/v1/query_range' })
    expect(Object.fromEntries(asked?.form ?? [])).toMatchObject({
      query: 'load',
      start: String(Date.parse('2026-03-01T23:00:00Z') / 1000).concat('.000'),
      end: String(Date.parse(UNTIL) / 1000).concat('.000'),
      step: '300.000',
    })
    expect(asked?.headers).toMatchObject({ authorization: 'Bearer se-cret-of-prometheus', 'x-scope-orgid': 'shop' })
    expect(ran.out + ran.err).not.toContain('se-cret')
  })

  it('judges each series by itself and names it by its labels', async () => {
    const server = await serve(({ form }, response) =>
      json(response, matrix([series(form, 'web'), series(form, 'cart')])),
    )
    const ran = await kintsugi(words(server.url, '--json'))
    const all = lines(ran.out)
    expect(all.map((one) => one.series)).toEqual([...Array(10).fill(1), ...Array(10).fill(2)])
    expect(all[0]).toMatchObject({ labels: { __name__: 'load', app: 'cart' }, anomaly: false })
    expect(all[19]).toMatchObject({ labels: { app: 'web' }, t: Date.parse(UNTIL) / 1000 })
    const second = await kintsugi(words(server.url, '--series', '2', '--chart', '--ascii'))
    expect(second.out).toMatch(/^series 2 of 2 {2}load\{app="web"\}\n13 samples, a step of 300 s/)
    expect(second.out).toMatch(/2026-03-01 23:00 +2026-03-01 23:30 +2026-03-02 00:00 UTC/)
    expect(second.out).not.toContain('cart')
  })

  it('says which series it leaves out, and judges none that has no sample', async () => {
    const server = await serve(({ form }, response) => {
      const many = Array.from({ length: 23 }, (_, at) => series(form, `app-${at}`))
      json(response, matrix([{ metric: { app: 'none' }, values: [[timesOf(form)[0] ?? 0, 'NaN']] }, ...many]))
    })
    const ran = await kintsugi(words(server.url, '--since', '10m', '--json'))
    expect(ran.err).toMatch(/has 23 series, of which the first 20 .* --series N/)
    expect(new Set(lines(ran.out).map((one) => one.series)).size).toBe(20)
  })

  it('shows no character of a label that could act on a terminal', async () => {
    const server = await serve(({ form }, response) =>
      json(response, matrix([series(form, 'a\u001b[31m\u202ecart\u0007')])),
    )
    const told = await kintsugi(words(server.url, '--chart'), { terminal: true, env: { LANG: 'C.UTF-8' } })
    expect(told.out).toContain('a\\u{1b}[31m\\u{202e}cart\\u{7}')
    const plain = await kintsugi(words(server.url, '--json'))
    expect(plain.out.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}]/u)
    expect(lines(plain.out)[0]?.labels.app).toBe('a\u001b[31m\u202ecart\u0007')
  })

  it('draws on a terminal, in colour but for NO_COLOR, and elsewhere where asked', async () => {
    const server = await serve(({ form }, response) => json(response, matrix([series(form, 'cart')])))
    const seen = await kintsugi(words(server.url), { terminal: true, env: { LANG: 'de_CH.UTF-8' } })
    expect(seen.out).toContain('\u001b[36m')
    expect(seen.out).toMatch(/[⠁-⣿]/)
    const plain = await kintsugi(words(server.url), { terminal: true, env: { LC_ALL: 'C', NO_COLOR: '1' } })
    expect(plain.out).toMatch(/\n +6 \+ *\*/)
    expect(plain.out.replaceAll('\n', '')).toMatch(/^[ -~]+$/)
    expect((await kintsugi(words(server.url))).out).not.toContain('UTC')
    expect((await kintsugi(words(server.url, '--chart'))).out).toContain('UTC')
  })

  it('passes warnings on', async () => {
    const server = await serve(({ form }, response) =>
      json(response, matrix([series(form, 'cart')], { warnings: ['one store\ndid not answer'] })),
    )
    expect((await kintsugi(words(server.url, '--json'))).err).toBe('Prometheus warns: one store did not answer\n')
  })

  const refused =
    (status: number, error: string): Reaction =>
    (_, response) =>
      json(response, { status: 'error', errorType: 'bad_data', error }, status)
  const BAD: readonly (readonly [string, Reaction, string, number, RegExp])[] = [
    ['no query', refused(400, 'invalid parameter "query": parse error'), 'KIN-3005', 2, /parse error/],
    ['one that cannot be computed', refused(422, 'found duplicate series'), 'KIN-3005', 2, /duplicate series/],
    ['one that is too heavy', refused(422, 'query processing would load too many samples'), 'KIN-3002', 6, /too many/],
    ['a refusal', refused(401, 'no'), 'KIN-3003', 6, /HTTP 401/],
    ['a server that fails', refused(500, 'oops'), 'KIN-3001', 6, /HTTP 500/],
    ['a login page', (_, response) => response.end('<html>'), 'KIN-3004', 6, /web page/],
    ['half an answer', (_, response) => response.end('{"status":"succ'), 'KIN-3004', 6, /not JSON/],
    ['no series', (_, response) => json(response, matrix([])), 'KIN-3006', 1, /2026-03-01T23:00:00.000Z/],
    [
      'one series twice',
      ({ form }, response) => json(response, matrix([series(form, 'a'), series(form, 'a')])),
      'KIN-3004',
      6,
      /same labels/,
    ],
  ]

  it.each(BAD)('names %s', async (_, react, code, exit, says) => {
    const server = await serve(react)
    const ran = await kintsugi(words(server.url, '--json'))
    expect(ran).toMatchObject({ code: exit, err: expect.stringMatching(says) })
    expect(ran.out + ran.err).toContain(code)
  })

  it.each([
    [['--prometheus', 'http://127.0.0.1:1'], 'KIN-1001', /needs --query/],
    [['--prometheus', 'http://me:hush@127.0.0.1:1', '--query', 'up'], 'KIN-2001', /holds credentials/],
    [['--prometheus', 'file:///etc', '--query', 'up'], 'KIN-2001', /http/],
    [['--prometheus', 'http://127.0.0.1:1', '--query', 'up'], 'KIN-3001', /ECONNREFUSED/],
    [['--prometheus', 'http://x', '--csv', 'a.csv'], 'KIN-1001', /exclude each other/],
    [['--csv', 'a.csv', '--since', '7d'], 'KIN-1001', /--since is of --prometheus/],
    [['--prometheus', 'http://x', '--query', 'up', '--since', '7'], 'KIN-1001', /a duration such as/],
    [['--prometheus', 'http://x', '--query', 'up', '--since', '0s'], 'KIN-1001', /a duration such as/],
    [['--prometheus', 'http://x', '--query', 'up', '--until', 'today'], 'KIN-1001', /ISO 8601/],
    [['--prometheus', 'http://x', '--query', 'up', '--step', '1s', '--since', '30d'], 'KIN-1001', /110000 are the/],
    [['--prometheus', 'http://x', '--query', 'up', '--step', '2d', '--since', '1d'], 'KIN-1001', /shorter than a step/],
    [['--prometheus', 'http://x', '--query', 'up', '--series', '0'], 'KIN-1001', /from 1/],
    [['--prometheus', 'http://x', '--query', 'up', '--json', '--chart'], 'KIN-1001', /excludes --json/],
  ])('refuses %j', async (given, code, says) => {
    const ran = await kintsugi(['detect', ...given])
    expect(ran.out + ran.err).toContain(code)
    expect(ran.out + ran.err).toMatch(says)
    expect(ran.out + ran.err).not.toContain('hush')
  })

  it('refuses a series that there is not', async () => {
    const server = await serve(({ form }, response) => json(response, matrix([series(form, 'cart')])))
    const ran = await kintsugi(words(server.url, '--series', '2'))
    expect(ran).toMatchObject({ code: 2, err: expect.stringMatching(/the query has 1 series/) })
  })
})

const tools = prometheusTools('detect on a real Prometheus')

describe.runIf(tools !== undefined)('kintsugi detect on a real Prometheus', { timeout: 120_000 }, () => {
  const ROWS = size(150, 2016)
  const END = Date.parse(UNTIL) / 1000
  const noise = numbers(5)
  const values = Array.from({ length: ROWS }, (_, row) =>
    Number((100 + 10 * noise() + (row >= 100 && row < 110 ? 60 : 0)).toFixed(3)),
  )
  const at = (row: number) => END - (ROWS - 1 - row) * 300
  const isGap = (row: number) => row >= 60 && row < 70
  let server: RealPrometheus
  beforeAll(async () => {
    if (tools === undefined) return
    const samples = values.flatMap((value, row) => (isGap(row) ? [] : [`load{app="cart"} ${value} ${at(row)}`]))
    server = await realPrometheus(tools, `# TYPE load gauge\n${samples.join('\n')}\n# EOF\n`, 60_000)
  }, 60_000)
  afterAll(async () => {
    await server?.stop()
  })

  it('judges what it answers as it judges a file of the same samples', async () => {
    const csv = values.flatMap((value, row) => (isGap(row) ? [] : [`${at(row)},${value}`]))
    writeFileSync(join(folder, 'same.csv'), `${csv.join('\n')}\n`)
    const live = await kintsugi(words(server.url, '--since', '7d', '--json'))
    const file = await kintsugi(['detect', '--csv', join(folder, 'same.csv'), '--json'])
    const points = lines(live.out).map(({ series: _, labels: __, ...point }) => point)
    expect(points.length).toBe(ROWS - 10 - Math.floor((ROWS - 10) * 0.3))
    expect(points.some((point) => point.score !== null)).toBe(true)
    expect(points).toEqual(lines(file.out))
  })

  it('names what is no query', async () => {
    const ran = await kintsugi(['detect', '--prometheus', server.url, '--query', 'rate(load', '--since', '1h'])
    expect(ran).toMatchObject({ code: 2, err: expect.stringMatching(/KIN-3005 HTTP 400 .*parse error/) })
  })
})
