import { beforeEach, describe, expect, it } from 'vitest'
import { type AuditRecord, type Pull, verifyAudit } from '../../../src/domain/index.ts'
import { CART_LANE, DECIDED, proposalOn, pullOf } from '../../contracts/forge.ts'
import type { Call, Fault } from '../../github-model/index.ts'
import { OLGA, type World, world } from './world.ts'

let made: World
let pull: Pull

beforeEach(async () => {
  made = world()
  pull = pullOf(await made.forge.open(proposalOn((await made.forge.head('main')) ?? '')))
})

function comments(): readonly { readonly body: string; readonly reactions: readonly unknown[] }[] {
  return made.repository.state.pulls.get(pull.number)?.comments ?? []
}

describe('a command', () => {
  it('is shown with who gave it, unparsed and oldest first, whoever it was', async () => {
    const id = made.people.comment(OLGA, pull.number, '/kintsugi hold please\nmore')
    made.people.comment({ login: 'ci', kind: 'app', appId: 9 }, pull.number, '/kintsugi retry')
    made.people.comment(OLGA, pull.number, 'see `/kintsugi`')
    made.people.comment(OLGA, pull.number, '> /kintsugi hold')
    made.people.editComment(OLGA, id, '/kintsugi undo')
    const seen = (await made.forge.look('main', [CART_LANE])).open[0]
    expect(seen?.commands).toEqual([
      { id, by: OLGA, atMs: expect.any(Number), edited: true, firstLine: '/kintsugi undo' },
      expect.objectContaining({ by: { login: 'ci', kind: 'app' }, firstLine: '/kintsugi retry', edited: false }),
    ])
  })

  const forms: readonly (Fault | undefined)[] = [undefined, 'lost-before', 'lost-after']
  it.each(forms)('is answered once, with a reaction: %s', async (form) => {
    const id = made.people.comment(OLGA, pull.number, '/kintsugi hold')
    for (const method of ['react', 'createComment'] as const) {
      let seen = 0
      const forge = made.start({ faults: (call) => (call.method === method && ++seen === 1 ? form : undefined) })
      await forge.answer(pull.number, id, { accepted: true, text: `Held.\n\n<!-- kintsugi:x -->` })
      await forge.answer(pull.number, id, { accepted: false, text: 'Again.' })
    }
    expect(comments()).toHaveLength(2)
    expect(comments()[0]?.reactions).toEqual([{ by: 'kintsugi', content: '+1' }])
    expect((await made.forge.look('main', [])).open[0]?.answers).toEqual(['Held.\n\n<!-- kintsugi:x -->'])
  })

  it('that was answered costs no write, and an answer that others edited is none', async () => {
    const id = made.people.comment(OLGA, pull.number, '/kintsugi hold')
    await made.forge.answer(pull.number, id, { accepted: true, text: 'Held.' })
    const version = made.repository.state.version
    await made.start().answer(pull.number, id, { accepted: true, text: 'Held.' })
    expect(made.repository.state.version).toBe(version)
    const reply = made.repository.state.pulls.get(pull.number)?.comments[1]
    made.people.editComment(OLGA, reply?.id ?? '', reply?.body ?? '')
    expect((await made.forge.look('main', [])).open[0]?.answers).toEqual([])
    await made.start().answer(pull.number, id, { accepted: true, text: 'Held.' })
    expect((await made.forge.look('main', [])).open[0]?.answers).toEqual(['Held.'])
  })

  it('that is not there is not answered', async () => {
    await made.forge.answer(pull.number, 'IC_999', { accepted: true, text: 'Held.' })
    expect(comments()).toEqual([])
  })
})

describe('a living note', () => {
  it('that a person has closed is left closed, and said to be', async () => {
    await made.forge.say({ lane: CART_LANE }, 'Noted.')
    const number = [...made.repository.state.issues.keys()][0] ?? 0
    made.people.close(OLGA, number)
    const version = made.repository.state.version
    await made.start().say({ lane: CART_LANE }, 'Noted again.')
    expect(made.repository.state.version).toBe(version)
    expect((await made.forge.look('main', [CART_LANE])).notes.get(CART_LANE)).toMatchObject({ closedByPerson: true })
    // Also where nobody asks about its lane.
    expect((await made.forge.look('main', [])).allNotes).toMatchObject([
      { text: 'Noted.', closedByPerson: true, closedAs: 'completed' },
    ])
    made.people.reopen(OLGA, number)
    made.people.close(OLGA, number, 'not-planned')
    expect((await made.forge.look('main', [])).allNotes).toMatchObject([{ closedAs: 'not-planned' }])
    made.people.reopen(OLGA, number)
    expect((await made.forge.look('main', [])).allNotes[0]).not.toHaveProperty('closedAs')
    await made.start().say({ lane: CART_LANE }, 'Noted again.')
    expect((await made.forge.look('main', [CART_LANE])).notes.get(CART_LANE)?.text).toBe('Noted again.')
  })

  it('has no place where issues are switched off', async () => {
    made.people.settings({ issues: false })
    const version = made.repository.state.version
    await made.start().say({ lane: CART_LANE }, 'Noted.')
    expect(made.repository.state.version).toBe(version)
    expect((await made.start().look('main', [])).issues).toBe(false)
  })

  it('is one for each lane and one for the repository', async () => {
    for (let round = 0; round < 3; round += 1) {
      await made.start().say({ dashboard: true }, `Dashboard ${round}.`)
      await made.start().say({ lane: CART_LANE }, `Note ${round}.`)
    }
    const view = await made.forge.look('main', [CART_LANE])
    expect([view.dashboard?.text, view.notes.get(CART_LANE)?.text]).toEqual(['Dashboard 2.', 'Note 2.'])
    expect([...made.repository.state.issues.values()].map(({ title }) => title)).toEqual([
      'Kintsugi dashboard',
      'Kintsugi note: shop/Deployment/cart',
    ])
  })

  it('is made once by two that speak at once, and where lists lag behind', async () => {
    const lagging = made.start({ faults: ({ method }) => (method === 'issues' ? { stale: 50 } : undefined) })
    await Promise.all([lagging.say({ lane: CART_LANE }, 'One.'), lagging.say({ lane: CART_LANE }, 'Two.')])
    await lagging.say({ lane: CART_LANE }, 'Three.')
    expect([...made.repository.state.issues.values()].map(({ body }) => body.split('\n')[0])).toEqual(['Three.'])
  })
})

describe('the check run', () => {
  const gates = [{ name: 'window', pass: true, value: 'open' }]

  it('is one for each head, changed in place, and not written where it says the same', async () => {
    await made.forge.check(pull.number, gates)
    const first = made.repository.state.checks
    const version = made.repository.state.version
    await made.start().check(pull.number, gates)
    expect(made.repository.state.version).toBe(version)
    await made.forge.check(pull.number, [{ name: 'window', pass: false, value: 'shut' }])
    expect(made.repository.state.checks).toMatchObject([{ id: first[0]?.id, conclusion: 'neutral' }])
    const files = { 'apps/cart/deployment.yaml': 'memory: 192Mi\n' }
    const fresh = pullOf(
      await made.forge.refresh(pull.number, proposalOn((await made.forge.head('main')) ?? '', { files })),
    )
    await made.forge.check(pull.number, gates)
    expect(made.repository.state.checks.map(({ sha }) => sha)).toEqual([pull.headSha, fresh.headSha])
  })
})

describe('the journal', () => {
  const record = (event: string): AuditRecord => ({ atMs: DECIDED, lane: CART_LANE, event, detail: { pull: 1 } })
  const files = async (): Promise<ReadonlyMap<string, Uint8Array>> => {
    const tree = await made.forge.tree((await made.forge.head('kintsugi/audit')) ?? '')
    return new Map(tree.paths().map((path) => [path, tree.bytes(path) ?? new Uint8Array()]))
  }

  it('is one unbroken chain over restarts and another writer', async () => {
    await made.forge.appendAudit([record('opened')])
    await made.forge.appendAudit([record('merged'), record('resolved')])
    await made.start({}, { writer: 'other' }).appendAudit([record('opened')])
    await made.start().appendAudit([record('noted')])
    const report = verifyAudit(await files())
    expect(report.faults).toEqual([])
    expect(report.heads.map(({ writer, sequence }) => [writer, sequence]).sort()).toEqual([
      ['kintsugi', 3],
      ['other', 1],
    ])
    const [first] = made.repository.objects.between(undefined, (await made.forge.head('kintsugi/audit')) ?? '')
    expect(first?.parents).toEqual([])
  })

  it.each(['lost-before', 'lost-after'] as const)('takes no batch twice, and loses none: %s', async (form) => {
    for (const method of ['createOrphan', 'write'] as const) {
      let seen = 0
      const forge = made.start({ faults: (call) => (call.method === method && ++seen === 1 ? form : undefined) })
      await forge.appendAudit([record(method)])
    }
    const report = verifyAudit(await files())
    expect(report.faults).toEqual([])
    expect(report.entries.map(({ event }) => event)).toEqual(['createOrphan', 'write'])
  })

  it('gives way to a writer who was first', async () => {
    await made.forge.appendAudit([record('one')])
    let once = true
    const forge = made.start({
      turn: async ({ method }, when) => {
        if (method !== 'write' || when !== 'before' || !once) return
        once = false
        await made.start({}, { writer: 'other' }).appendAudit([record('two')])
      },
    })
    await forge.appendAudit([record('three')])
    expect(verifyAudit(await files())).toMatchObject({ faults: [], entries: [{}, {}, {}] })
  })

  it('takes two requests when warm: where the branch is, and the commit', async () => {
    const calls: Call[] = []
    const forge = made.start({ calls })
    await forge.appendAudit([record('one')])
    calls.length = 0
    await forge.appendAudit([record('two')])
    expect(calls.map(({ method }) => method)).toEqual(['branch', 'write'])
  })
})
