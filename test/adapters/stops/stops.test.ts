import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { addressStop, commandStop, configMapStop, fileStop, keptFor } from '../../../src/adapters/stops/index.ts'

const GO_ON = { stops: false }
const STOP = { stops: true }
const unreadable = (says: RegExp) => ({ stops: true, unreadable: expect.stringMatching(says) })

let dir = ''
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'kintsugi-stops-'))
})
afterEach(() => rmSync(dir, { recursive: true, force: true }))

describe('a file', () => {
  it('stops while it is there, and where it cannot be looked at', async () => {
    const path = join(dir, 'pause')
    expect(await fileStop(path)()).toEqual(GO_ON)
    writeFileSync(path, '')
    expect(await fileStop(path)()).toEqual(STOP)
    expect(await fileStop(join(path, 'below'))()).toEqual(unreadable(/ENOTDIR/))
  })
})

describe('a command', () => {
  const run = (command: readonly string[], timeoutMs = 5000) =>
    commandStop(command, { cwd: dir, env: { PATH: process.env['PATH'], KINTSUGI_TEST_SECRET: 'canary' }, timeoutMs })()
  const script = (text: string) => run([process.execPath, '-e', text])

  it('goes on with 0, stops with 1, and cannot be read with anything else', async () => {
    expect(await script('process.exit(0)')).toEqual(GO_ON)
    expect(await script('process.exit(1)')).toEqual(STOP)
    expect(await script('console.error("no calendar\\u0007"); process.exit(2)')).toEqual(
      unreadable(/ended with 2: no calendar$/),
    )
    expect(await script('process.kill(process.pid, "SIGKILL")')).toEqual(unreadable(/was ended/))
    expect(await run([join(dir, 'nothing')])).toEqual(unreadable(/could not be started: .*ENOENT/))
  })

  it('is no shell, and gets PATH of the environment alone', async () => {
    const says =
      'process.stderr.write(JSON.stringify([process.argv.slice(1), Object.keys(process.env)])); process.exit(3)'
    expect(await run([process.execPath, '-e', says, '$(id)', ';', '&&'])).toEqual(
      unreadable(/\[\["\$\(id\)",";","&&"\],\["PATH"\]\]$/),
    )
  })

  it('is ended after its time, with all that it started', async () => {
    const late = run([process.execPath, '-e', 'setInterval(() => process.stderr.write("x".repeat(65536)), 1)'], 400)
    expect(await late).toEqual(unreadable(/did not end within 400 ms/))
    const began = performance.now()
    const left = `require('node:child_process').spawn(process.execPath, ['-e', 'setTimeout(() => {}, 60000)'], {stdio: 'inherit'}); process.exit(0)`
    expect(await script(left)).toEqual(GO_ON)
    expect(performance.now() - began).toBeLessThan(4000)
  })
})

describe('a ConfigMap', () => {
  const said = (data: Readonly<Record<string, string>> | undefined) => configMapStop('ops/pause', async () => data)()

  it('goes on with paused: "false" alone', async () => {
    expect(await said({ paused: 'false\n' })).toEqual(GO_ON)
    expect(await said({ paused: 'true' })).toEqual(STOP)
    expect(await said({ paused: 'no' })).toEqual(unreadable(/neither/))
    expect(await said({})).toEqual(unreadable(/neither/))
    expect(await said(undefined)).toEqual(unreadable(/no such ConfigMap/))
    expect(await configMapStop('ops/pause', undefined)()).toEqual(unreadable(/no cluster/))
  })
})

describe('an address', () => {
  let server: Server
  let url = ''
  let answer: { status: number; body: string; headers?: Record<string, string>; hang?: boolean }
  beforeEach(async () => {
    answer = { status: 200, body: '{"frozen": false, "until": "2026-12-24"}' }
    server = createServer((_, response) => {
      if (answer.hang === true) return
      response.writeHead(answer.status, answer.headers)
      response.end(answer.body)
    })
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
    // A server that listens on a port has an address of this form.
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/freeze`
  })
  afterEach(async () => {
    server.closeAllConnections()
    await new Promise((done) => server.close(done))
  })

  it('says whether a freeze is in force', async () => {
    expect(await addressStop(url)()).toEqual(GO_ON)
    answer = { status: 200, body: '{"frozen": true}' }
    expect(await addressStop(url)()).toEqual(STOP)
  })

  it.each([
    ['another status', { status: 503, body: '{"frozen": false}' }, /answered 503/],
    ['a redirect', { status: 302, body: '', headers: { location: 'http://127.0.0.1:1/' } }, /answered 302/],
    ['no JSON', { status: 200, body: '<html>' }, /not of the form/],
    ['a word for a truth', { status: 200, body: '{"frozen": "false"}' }, /not of the form/],
    ['another form', { status: 200, body: '[]' }, /not of the form/],
    ['too much', { status: 200, body: `{"frozen": false, "x": "${'y'.repeat(70_000)}"}` }, /larger than 65536 bytes/],
    ['nothing in time', { status: 200, body: '', hang: true }, /longer than 300 ms/],
  ])('cannot be read: %s', async (_, given, says) => {
    answer = given
    expect(await addressStop(url, { timeoutMs: 300 })()).toEqual(unreadable(says))
  })

  it('cannot be read where nobody is', async () => {
    server.closeAllConnections()
    await new Promise((done) => server.close(done))
    expect(await addressStop(url)()).toEqual(unreadable(/ECONNREFUSED/))
    await new Promise<void>((done) => server.listen(0, done))
  })
})

describe('what is kept for a moment', () => {
  it('is asked once however many ask, and anew when the time has passed', async () => {
    let [asked, nowMs] = [0, 0]
    const source = keptFor(
      100,
      async () => {
        asked += 1
        return asked > 1 ? { stops: true } : { stops: false }
      },
      () => nowMs,
    )
    expect(await Promise.all([source(), source(), source()])).toEqual([GO_ON, GO_ON, GO_ON])
    nowMs = 99
    expect(await source()).toEqual(GO_ON)
    expect(asked).toBe(1)
    nowMs = 100
    expect(await source()).toEqual(STOP)
  })

  it('is a stop where asking throws', async () => {
    const failing = keptFor(100, async () => {
      throw new Error('no\nreach')
    })
    expect(await failing()).toEqual({ stops: true, unreadable: 'no reach' })
  })
})
