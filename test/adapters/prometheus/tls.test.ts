import { copyFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer, type Server } from 'node:https'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { guardedLookup } from '../../../src/adapters/outbound/index.ts'
import { prometheusMetrics } from '../../../src/adapters/prometheus/index.ts'
import type { SignalAnswer } from '../../../src/domain/index.ts'
import { manualClock } from '../../fakes/manual-clock.ts'
import { json, matrix } from '../../fakes/prometheus-server.ts'

// Certificates that are valid for a hundred years, of an authority whose key is thrown away.
const TLS = join(import.meta.dirname, '../../fakes/tls')
const folder = mkdtempSync(join(tmpdir(), 'kintsugi-tls-'))
const caFile = join(folder, 'ca.pem')
let server: Server

beforeAll(async () => {
  const pair = { key: readFileSync(join(TLS, 'server.key')), cert: readFileSync(join(TLS, 'server.pem')) }
  server = createServer(pair, (_, response) => json(response, matrix([])))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
})

afterAll(async () => {
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
  rmSync(folder, { recursive: true, force: true })
})

function reader(options: { readonly caFile?: string } = {}) {
  // The cast: a server that listens on TCP has an address with a port.
  const { port } = server.address() as AddressInfo
  return prometheusMetrics({
    cluster: 'main',
    url: `https://localhost:${port}`,
    jobs: { cadvisor: ['kubelet'], kubeStateMetrics: ['kube-state-metrics'] },
    clock: manualClock(),
    ...options,
  })
}

async function readOnce(metrics: ReturnType<typeof reader>): Promise<SignalAnswer | undefined> {
  const [answer] = await metrics.read(['restarts'], { startMs: 0, endMs: 60_000, stepMs: 60_000 })
  return answer
}

describe('a TLS server', () => {
  it('is not believed when its authority is unknown', async () => {
    const metrics = reader()
    expect(await readOnce(metrics)).toMatchObject({ status: 'error', problem: expect.stringMatching(/^KIN-3001 /) })
    await metrics.close()
  })

  it('is not believed because the environment says so', async () => {
    const before = process.env['NODE_TLS_REJECT_UNAUTHORIZED']
    process.env['NODE_TLS_REJECT_UNAUTHORIZED'] = '0'
    const metrics = reader()
    const answer = await readOnce(metrics)
    if (before === undefined) delete process.env['NODE_TLS_REJECT_UNAUTHORIZED']
    else process.env['NODE_TLS_REJECT_UNAUTHORIZED'] = before
    expect(answer?.status).toBe('error')
    await metrics.close()
  })

  it('is believed from the moment on when the CA file holds its authority', async () => {
    copyFileSync(join(TLS, 'stranger.pem'), caFile)
    const metrics = reader({ caFile })
    expect((await readOnce(metrics))?.status).toBe('error')
    copyFileSync(join(TLS, 'authority.pem'), caFile)
    expect((await readOnce(metrics))?.status).toBe('empty')
    await metrics.close()
  })
})

type Address = { readonly address: string; readonly family: number }

describe('a name', () => {
  const resolved = (addresses: readonly Address[]): Promise<unknown> =>
    new Promise((resolve) => {
      const fake = (_: string, __: unknown, done: (error: null, found: readonly Address[]) => void) =>
        done(null, addresses)
      // The cast: dns.lookup has overloads that the guard does not use.
      guardedLookup(fake as never)('prometheus.example', {}, (error, address) => resolve(error?.message ?? address))
    })

  it('is connected to at the first of its addresses', async () => {
    expect(await resolved([{ address: '10.0.0.7', family: 4 }])).toBe('10.0.0.7')
  })

  it.each(['169.254.169.254', '::ffff:169.254.169.254', 'fe80::1', 'fd00:ec2::254'])(
    'that resolves to %s is not connected to',
    async (address) => {
      const found = [
        { address: '10.0.0.7', family: 4 },
        { address, family: address.includes(':') ? 6 : 4 },
      ]
      expect(await resolved(found)).toBe('prometheus.example resolves to a link-local or metadata address')
    },
  )
})
