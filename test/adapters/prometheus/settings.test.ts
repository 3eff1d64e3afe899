import { randomBytes } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { PrometheusOptions } from '../../../src/adapters/prometheus/index.ts'
import { json, matrix } from '../../fakes/prometheus-server.ts'
import { cartMemory, flat, folder, HOUR, healthy, MINUTE, reader, readOne, START, serve } from './reading.ts'

describe('the token', () => {
  it('is read again when its file changes', async () => {
    const tokenFile = join(folder(), 'token')
    writeFileSync(tokenFile, 'first\n')
    const server = await serve(healthy)
    const metrics = reader(server.url, { tokenFile })
    await metrics.read(['memory-working-set'], HOUR)
    writeFileSync(tokenFile, 'the-second\n')
    await metrics.read(['memory-working-set'], HOUR)
    expect(server.asked.map(({ headers }) => headers.authorization)).toEqual(['Bearer first', 'Bearer the-second'])
  })

  it('never comes back in a problem or a warning', async () => {
    const tokenFile = join(folder(), 'token')
    const token = randomBytes(12).toString('hex')
    writeFileSync(tokenFile, token)
    const refused = await readOne(
      ({ headers }, response) => json(response, { error: `no rights for ${headers.authorization}, ${token}` }, 403),
      { tokenFile },
    )
    const warned = await readOne(
      ({ form }, response) => json(response, matrix([flat(cartMemory, form)], { warnings: [`seen ${token}`] })),
      { tokenFile },
    )
    expect(refused.problem).toBe('KIN-3003 HTTP 403 no rights for Bearer [redacted], [redacted]')
    expect(warned.problem).toBe('seen [redacted]')
  })

  it.each([
    ['is missing', undefined, 'KIN-1002'],
    ['is empty', '', 'KIN-2001'],
    ['holds two lines', 'one\ntwo', 'KIN-2001'],
  ])('makes the read throw when its file %s', async (_, text, code) => {
    const tokenFile = join(folder(), 'token')
    if (text !== undefined) writeFileSync(tokenFile, text)
    const server = await serve(healthy)
    await expect(reader(server.url, { tokenFile }).read(['restarts'], HOUR)).rejects.toMatchObject({ code })
    expect(server.asked).toHaveLength(0)
  })
})

describe('settings that cannot work', () => {
  it.each([
    'prometheus:9090',
    'ftp://prometheus',
    'file:///etc/passwd',
    'http://user:secret@prometheus',
    'http://prometheus/?token=x',
    'http://prometheus/#x',
    'http://169.254.169.254',
    'http://2852039166',
    'http://0xa9fea9fe',
    'http://0251.0376.0251.0376',
    'http://[::ffff:169.254.169.254]',
    'http://[::ffff:a9fe:a9fe]',
    'http://[fe80::1]',
    'http://[64:ff9b::169.254.169.254]',
    'http://[::169.254.169.254]',
    'http://[fd00:ec2::254]',
    'http://100.100.100.200',
  ])('refuses the URL %s', (url) => {
    expect(() => reader(url)).toThrow(expect.objectContaining({ code: 'KIN-2001' }))
  })

  it.each<[string, Partial<PrometheusOptions>]>([
    ['no job of kube-state-metrics', { jobs: { cadvisor: ['kubelet'], kubeStateMetrics: [] } }],
    ['a cluster label that is no label', { clusterLabel: 'a"b' }],
    ['a tenant that is no header', { tenant: 'a\r\nb: c' }],
    [
      'a metric that is no name',
      { application: { jobs: ['web'], requests: 'up) or (vector(1)', failed: { label: 'code', pattern: '5..' } } },
    ],
  ])('refuses %s', (_, options) => {
    expect(() => reader('http://127.0.0.1:9', options)).toThrow(expect.objectContaining({ code: 'KIN-2001' }))
  })

  it.each([
    ['is missing', undefined, 'KIN-1002'],
    ['holds no certificate', 'hello', 'KIN-2001'],
    ['holds a broken certificate', '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n', 'KIN-2001'],
  ])('makes the read throw when the CA file %s', async (_, text, code) => {
    const caFile = join(folder(), 'ca.pem')
    if (text !== undefined) writeFileSync(caFile, text)
    await expect(reader('https://127.0.0.1:9', { caFile }).read(['restarts'], HOUR)).rejects.toMatchObject({ code })
  })

  it('refuses a range that is no grid', async () => {
    const range = { startMs: START, endMs: START + 61_000, stepMs: MINUTE }
    await expect(reader('http://127.0.0.1:9').read(['restarts'], range)).rejects.toMatchObject({ code: 'KIN-9001' })
  })
})
