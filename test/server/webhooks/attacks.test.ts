import { spawn } from 'node:child_process'
import { randomInt } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { connect } from 'node:net'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { staleBuild } from '../../fakes/built.ts'
import { size } from '../../fakes/size.ts'
import { APP_ID, deliver, gathered, PATH, PRIVATE_KEY, PUSH, type Service, service, sign } from './deliver.ts'

const MIB = 1024 * 1024
const SIGNED_WITH_NOTHING = `sha256=${'0'.repeat(64)}`

describe('forged deliveries', () => {
  let one: Service
  beforeAll(async () => {
    one = await service()
  })
  afterAll(() => one.close())

  it('are never taken, whatever is changed in the body or in its signature', async () => {
    const signature = sign(PUSH, one.secret)
    const taken: string[] = []
    const flip = (text: string): string => {
      const at = randomInt(text.length)
      return `${text.slice(0, at)}${String.fromCharCode(text.charCodeAt(at) ^ (1 + randomInt(3)))}${text.slice(at + 1)}`
    }
    const forged: readonly ((turn: number) => { readonly body: string; readonly signature: string })[] = [
      () => ({ body: flip(PUSH), signature }),
      () => ({ body: PUSH, signature: `sha256=${flip(signature.slice(7))}` }),
      () => ({ body: PUSH.slice(0, randomInt(PUSH.length)), signature }),
      (turn) => ({ body: `${PUSH}${' '.repeat(1 + (turn % 9))}`, signature }),
      () => ({ body: PUSH, signature: signature.slice(0, randomInt(signature.length)) }),
      () => ({ body: PUSH, signature: `${signature}0` }),
      () => ({ body: PUSH, signature: signature.toUpperCase() }),
      (turn) => ({ body: PUSH, signature: sign(PUSH, `${one.secret.slice(turn % 60)}`.slice(1)) }),
    ]
    const count = size(800, 10_000)
    const attempt = async (turn: number): Promise<void> => {
      const mutated = forged[turn % forged.length]?.(turn)
      if (mutated === undefined || (mutated.body === PUSH && mutated.signature === signature)) return
      const { status } = await deliver(one, mutated.body, { signature: mutated.signature })
      if (status < 400) taken.push(JSON.stringify(mutated))
    }
    for (let turn = 0; turn < count; turn += 16)
      await Promise.all(Array.from({ length: Math.min(16, count - turn) }, (_, step) => attempt(turn + step)))
    await gathered()
    expect(taken).toEqual([])
    expect(one.nudges).toEqual([])
    expect((await deliver(one, PUSH)).status).toBe(202)
  }, 120_000)

  it('do not use up the id of a delivery that is still to come', async () => {
    expect((await deliver(one, PUSH, { id: 'to-come', signature: SIGNED_WITH_NOTHING })).status).toBe(401)
    expect((await deliver(one, PUSH, { id: 'to-come' })).status).toBe(202)
    expect(one.server.counts().duplicate).toBe(0)
  })
})

/** Writes head and body of a request by hand; resolves with the first line of the answer, or what became of the connection. */
function raw(url: string, head: readonly string[], body?: { readonly bytes: number; readonly chunked: boolean }) {
  const { port } = new URL(url)
  const began = performance.now()
  return new Promise<{ readonly line: string; readonly ms: number }>((done) => {
    const socket = connect(Number(port), '127.0.0.1')
    let said = ''
    const end = (): void => {
      socket.destroy()
      done({ line: said.split('\r\n')[0] ?? '', ms: performance.now() - began })
    }
    socket.on('data', (part) => {
      said += part.toString('latin1')
    })
    socket.on('close', end)
    socket.on('error', end)
    socket.write(`${head.join('\r\n')}\r\n`)
    if (body === undefined) return
    const part = Buffer.alloc(64 * 1024, 0x20)
    let left = body.bytes
    const more = (): void => {
      while (left > 0 && !socket.destroyed) {
        left -= part.byteLength
        const framed = body.chunked ? Buffer.concat([Buffer.from('10000\r\n'), part, Buffer.from('\r\n')]) : part
        if (!socket.write(framed)) {
          socket.once('drain', more)
          return
        }
      }
    }
    more()
  })
}

const HEAD = [
  `POST ${PATH} HTTP/1.1`,
  'host: x',
  'content-type: application/json',
  'x-github-event: push',
  'x-github-delivery: 1',
]

describe('slow clients', () => {
  it('are cut off: in the middle of the head, and in the middle of the body', async () => {
    const one = await service()
    const inHead = raw(one.server.url, HEAD)
    const inBody = raw(one.server.url, [
      ...HEAD,
      `x-hub-signature-256: ${SIGNED_WITH_NOTHING}`,
      'content-length: 100',
      '',
      '{',
    ])
    const many = Array.from({ length: 300 }, () => raw(one.server.url, HEAD))
    const [head, body] = await Promise.all([inHead, inBody])
    await Promise.all(many)
    expect(head.ms).toBeLessThan(8000)
    expect(body.ms).toBeLessThan(13_000)
    expect((await deliver(one, PUSH)).status).toBe(202)
    await one.close()
  }, 25_000)
})

/** A server in a process of its own, as it is installed. */
async function served(dir: string) {
  const entry = resolve(import.meta.dirname, '../../../dist/server/webhooks/index.js')
  const code = `
    import { webhookServer } from ${JSON.stringify(entry)}
    const server = await webhookServer({ host: '127.0.0.1', port: 0, path: '${PATH}', onNudge: () => {},
      app: { appId: ${APP_ID}, privateKey: process.env.KEY }, secrets: { file: process.env.SECRET } })
    process.stdout.write(server.url + '\\n')`
  const child = spawn(process.execPath, ['--input-type=module', '-e', code], {
    env: { KEY: PRIVATE_KEY, SECRET: join(dir, 'secret') },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const url = await new Promise<string>((done, fail) => {
    child.stdout.once('data', (bytes: Buffer) => done(bytes.toString().trim()))
    child.once('exit', (status) => fail(new Error(`ended with ${status}`)))
  })
  const memory = (which: 'VmRSS' | 'VmHWM'): number =>
    Number(new RegExp(`${which}:\\s+(\\d+) kB`).exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))?.[1]) * 1024
  return { child, url, memory }
}

describe.skipIf(process.platform !== 'linux')('a body of 200 MB', () => {
  it('costs less than 50 MB of memory: unsigned, with a length and without one', async () => {
    expect(staleBuild()).toBeUndefined()
    const one = await service()
    const { child, url, memory } = await served(one.dir)
    try {
      const signed = `x-hub-signature-256: ${sign(PUSH, one.secret)}`
      const warm = await fetch(`${url}${PATH}`, {
        method: 'POST',
        headers: Object.fromEntries([...HEAD.slice(2), signed].map((line) => line.split(': '))),
        body: PUSH,
      })
      expect(warm.status).toBe(202)
      const before = memory('VmRSS')
      const forged = `x-hub-signature-256: ${SIGNED_WITH_NOTHING}`
      const length = `content-length: ${200 * MIB}`
      const all = { bytes: 200 * MIB, chunked: false }
      const chunks = { bytes: 200 * MIB, chunked: true }
      const lines = [
        await raw(url, [...HEAD, length, ''], all),
        await raw(url, [...HEAD, forged, length, ''], all),
        await raw(url, [...HEAD, 'transfer-encoding: chunked', ''], chunks),
        await raw(url, [...HEAD, forged, 'transfer-encoding: chunked', ''], chunks),
      ].map(({ line }) => line)
      expect(lines.join(' ')).not.toContain('202')
      const alone = (memory('VmHWM') - before) / MIB
      await Promise.all(
        Array.from({ length: 8 }, () => raw(url, [...HEAD, forged, 'transfer-encoding: chunked', ''], chunks)),
      )
      const together = (memory('VmHWM') - before) / MIB
      console.info(
        `webhooks: a body of 200 MB, memory + ${alone.toFixed(1)} MB at most, eight at once + ${together.toFixed(1)} MB`,
      )
      expect(alone).toBeLessThan(50)
      // What is held is bounded over all of them; what was let go of waits for the collector.
      expect(together).toBeLessThan(150)
    } finally {
      child.kill()
      await one.close()
    }
  }, 60_000)
})
