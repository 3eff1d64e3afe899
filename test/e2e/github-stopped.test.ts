import { spawn } from 'node:child_process'
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { CLI } from '../fakes/built.ts'
import { prometheusTools } from '../fakes/real-prometheus.ts'
import { size } from '../fakes/size.ts'
import type { Call } from '../github/world/world.ts'
import { type Place, place } from './github-place.ts'

const MERGE = 'PUT /repos/{owner}/{repo}/pulls/{pull_number}/merge'
const RULE = {
  type: 'required_status_checks',
  parameters: {
    required_status_checks: [{ context: 'ci', integration_id: undefined }],
    strict_required_status_checks_policy: false,
  },
} as const

const tools = prometheusTools('a freeze and a kill of kintsugi run')

describe.runIf(tools !== undefined)('kintsugi run that is about to merge', () => {
  let made: Place
  /** Requests of a run up to the one that merges. */
  let before = 0

  type Run = { readonly out: string; readonly asked: readonly Call[] }

  /** One look of a process of its own, in which something happens while its n-th request is on its way. */
  async function look(at = 0, happens: (pid: number) => void = () => {}): Promise<Run> {
    const { calls } = made.github.world
    const start = calls.length
    const args = ['run', '--once', '--write', '--config', 'kintsugi.yaml', '--policies', 'policy.yaml']
    const child = spawn(process.execPath, [CLI, ...args], {
      cwd: made.folder,
      env: { PATH: process.env['PATH'], HOME: made.folder, NO_COLOR: '1' },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let out = ''
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk: Buffer) => {
        out += chunk
      })
    calls.push = (...more) => {
      const count = Array.prototype.push.apply(calls, more)
      if (at > 0 && calls.length - start === at) happens(child.pid ?? 0)
      // What was answered 502 stands in no list: the first that stands there after it tells how many were before.
      const struck = made.github.standIn.faults.report()[0]?.struck ?? 0
      if (struck > 0 && before === 0) before = calls.length - start - 1
      return count
    }
    await new Promise((done) => child.once('close', done))
    return { out, asked: calls.slice(start) }
  }

  const state = async () => (await made.github.do('state', { repo: 'acme/shop' })).pulls
  const merges = (asked: readonly Call[]) => asked.filter(({ operation }) => operation === MERGE).length
  const freeze = () => join(made.folder, 'freeze')

  beforeAll(async () => {
    if (tools === undefined) return
    made = await place({
      tools,
      mode: 'automerge',
      more: 'ceiling: {mode: automerge, automergeIsolation: process}\nfreezes: [{file: FREEZE}]\n',
    })
    // The path is known only now.
    const config = join(made.folder, 'kintsugi.yaml')
    writeFileSync(config, readFileSync(config, 'utf8').replace('FREEZE', freeze()))
    const { github } = made
    const ci = await github.do('createApp', { name: 'ci', owner: 'acme', permissions: { checks: 'write' }, events: [] })
    await github.do('install', { appId: ci.appId, account: 'acme', repositories: ['acme/shop'] })
    const parameters = { ...RULE.parameters, required_status_checks: [{ context: 'ci', integration_id: ci.appId }] }
    await github.do('setRules', { repo: 'acme/shop', pattern: 'main', rules: [{ ...RULE, parameters }] })
    await look()
    const [pull] = await state()
    if (pull === undefined) throw new Error('nothing was opened')
    await github.do('reportCheck', {
      repo: 'acme/shop',
      sha: pull.head.oid,
      name: 'ci',
      appId: ci.appId,
      conclusion: 'success',
    })
    await github.settle()
    github.standIn.faults.set([{ kind: '502-before', match: MERGE }])
    // The first one shows the gates, which the others need not write again.
    await look()
    github.standIn.faults.set([{ kind: '502-before', match: MERGE }])
    before = 0
    const { asked } = await look()
    // That the one before it was parked is shown by a write, for which there is a token; the last test says whether the count is right.
    if (asked.slice(0, before).some(({ operation }) => operation.startsWith('PATCH'))) before -= 2
    github.standIn.faults.set([])
    await look(1, () => writeFileSync(freeze(), ''))
    rmSync(freeze())
    expect(before).toBeGreaterThan(5)
  }, 120_000)
  afterAll(() => made?.close())

  /** Each request before the merge in a full run; the last one always. */
  const points = () => {
    const count = Math.min(size(1, before), before)
    return Array.from({ length: count }, (_, index) => before - Math.floor((index * before) / count))
  }

  it('merges nothing after a freeze has begun, at whatever request', async () => {
    for (const at of points()) {
      const { asked } = await look(at, () => writeFileSync(freeze(), ''))
      rmSync(freeze())
      expect({
        at,
        merges: merges(asked.slice(at)),
        open: (await state()).filter((one) => one.state === 'open').length,
      }).toEqual({ at, merges: 0, open: 1 })
    }
  }, 600_000)

  it('merges nothing after it was killed, at whatever request, and leaves nothing that would', async () => {
    for (const at of points()) {
      const { asked } = await look(at, (pid) => process.kill(pid, 'SIGKILL'))
      await made.github.settle()
      const [pull, second] = await state()
      expect({ at, merges: merges(asked), state: pull?.state, armed: pull?.autoMerge, second }).toEqual({
        at,
        merges: 0,
        state: 'open',
        armed: null,
        second: undefined,
      })
    }
  }, 600_000)

  it('merges when nothing happens', async () => {
    const { asked } = await look()
    expect([merges(asked), asked.findIndex(({ operation }) => operation === MERGE)]).toEqual([1, before])
    expect((await state())[0]).toMatchObject({ merged: { by: 'kintsugi[bot]' } })
  }, 60_000)
})
