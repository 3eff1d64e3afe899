import { createHmac, generateKeyPairSync, randomBytes } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { startServices } from '../../../src/cli/compose/services.ts'
import { parseConfig } from '../../../src/config.ts'

let dir = ''
const secret = randomBytes(32).toString('hex')
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'kintsugi-services-'))
  const { privateKey } = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  })
  await writeFile(join(dir, 'key.pem'), privateKey)
  await writeFile(join(dir, 'secret'), secret)
})
afterEach(() => rm(dir, { recursive: true, force: true }))

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  // A server that listens on a port has an address of this form.
  const { port } = server.address() as { port: number }
  await new Promise((done) => server.close(done))
  return port
}

function config(more: string, secretFile = 'secret') {
  const parsed = parseConfig(
    `clusters: [{name: prod}]
forges: [{name: hub, kind: github, url: "https://github.com", appId: 7, privateKeyFile: key.pem, webhookSecretFile: ${secretFile}}]
${more}`,
    'kintsugi.yaml',
  )
  if ('problems' in parsed) throw new Error(JSON.stringify(parsed.problems))
  return parsed.config
}

const report = {
  atMs: 120_000,
  lanes: [],
  unknown: [],
  quiet: [],
  problems: [],
  failed: [],
  unreachable: [],
  answered: [],
  kept: [],
  silenced: [],
}

describe('what listens beside the loop', () => {
  it('is nothing where the configuration asks for nothing', async () => {
    const services = await startServices({ config: config(''), cwd: dir, env: {}, wake: () => {}, note: () => {} })
    expect(services.says).toEqual([])
    await services.close()
  })

  it('wakes the loop by a webhook, and says what came of requests', async () => {
    const [health, hooks] = [await freePort(), await freePort()]
    let woken = 0
    const services = await startServices({
      config: config(`listen: "127.0.0.1:${health}"\nwebhooks: {listen: "127.0.0.1:${hooks}"}\n`),
      cwd: dir,
      env: {},
      wake: () => {
        woken += 1
      },
      note: () => {},
      models: () => ({
        series: 3,
        modelBytes: 700,
        windowBytes: 80,
        keptBytes: 9000,
        keptModels: 12,
        fitsWaiting: 2,
        oldestWaitMs: 90_000,
      }),
    })
    const get = async (path: string) => (await fetch(`http://127.0.0.1:${health}${path}`)).status
    expect([await get('/healthz'), await get('/readyz')]).toEqual([200, 503])
    services.ticked(report)
    services.failed()
    expect(await get('/readyz')).toBe(200)

    const body = JSON.stringify({ repository: { full_name: 'a/b' }, after: 'x' })
    const answer = await fetch(`http://127.0.0.1:${hooks}/webhooks`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'x-github-event': 'push',
        'x-github-delivery': '1',
        'x-hub-signature-256': `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`,
      },
      body,
    })
    expect(answer.status).toBe(202)
    await expect.poll(() => woken).toBe(1)
    const metrics = await (await fetch(`http://127.0.0.1:${health}/metrics`)).text()
    for (const line of [
      'kintsugi_ticks_total 1',
      'kintsugi_tick_failures_total 1',
      'kintsugi_last_tick_timestamp_seconds 120',
      'kintsugi_judged_series 3',
      'kintsugi_models_bytes 700',
      'kintsugi_windows_bytes 80',
      'kintsugi_models_kept_bytes 9000',
      'kintsugi_models_kept 12',
      'kintsugi_fits_waiting 2',
      'kintsugi_fits_oldest_wait_seconds 90',
      'kintsugi_webhook_requests_total{outcome="accepted"} 1',
    ])
      expect(metrics).toContain(`${line}\n`)
    await services.close()
    await expect(fetch(`http://127.0.0.1:${hooks}/`)).rejects.toThrow()
  })

  it('is not ready while a look hangs, and says so', async () => {
    const health = await freePort()
    let nowMs = 1_000_000
    const services = await startServices({
      ...{ config: config(`listen: "127.0.0.1:${health}"\ntick: {every: 2m}\n`), cwd: dir, env: {} },
      ...{ wake: () => {}, note: () => {}, now: () => nowMs },
    })
    const ready = async () => {
      const answer = await fetch(`http://127.0.0.1:${health}/readyz`)
      return [answer.status, await answer.text()]
    }
    expect(await ready()).toEqual([503, 'the first look is still under way\n'])
    services.ticked({
      ...report,
      silenced: [
        {
          subject: { cluster: 'prod', namespace: 'shop', kind: 'Deployment', name: 'cart' },
          reason: 'known-event',
          message: 'nightly-backup',
        },
      ],
    })
    nowMs += 10 * 60_000
    expect(await ready()).toEqual([200, 'ready\n'])
    nowMs += 90_000
    expect(await ready()).toEqual([503, 'hanging: no look has ended for 11m\n'])
    // One that the world cut short has ended.
    services.failed()
    expect(await ready()).toEqual([200, 'ready\n'])
    const metrics = await (await fetch(`http://127.0.0.1:${health}/metrics`)).text()
    expect(metrics).toContain('kintsugi_silenced_alarms 1\n')
    await services.close()
  })

  it.each([
    ['secret', 'development', 'is not one'],
    ['key.pem', undefined, 'cannot be read'],
  ])('does not start without a real %s', async (name, text, says) => {
    if (text === undefined) await rm(join(dir, name))
    else await writeFile(join(dir, name), text)
    const told = config('webhooks: {listen: "127.0.0.1:0"}\n')
    const starting = startServices({ config: told, cwd: dir, env: {}, wake: () => {}, note: () => {} })
    await expect(starting).rejects.toMatchObject({
      code: 'KIN-2001',
      message: expect.stringContaining(says),
      at: { file: 'kintsugi.yaml', line: 2, column: text === undefined ? 89 : 117 },
    })
  })
})
