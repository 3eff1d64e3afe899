import { describe, expect, it } from 'vitest'
import { answerCommands } from '../../src/controller/commands.ts'
import type { Remembered } from '../../src/controller/history.ts'
import { type CommandFact, NO_RULES, type Pull, type Role } from '../../src/domain/index.ts'
import type { Forge, RepositoryView } from '../../src/ports/index.ts'
import { readAnswer } from '../../src/proposal/index.ts'
import { HOUR, pullOf, T0 } from '../fakes/incident.ts'
import { manualClock } from '../fakes/manual-clock.ts'
import { memoryForge } from '../fakes/memory-forge.ts'
import { tickOf } from '../fakes/tick.ts'
import { Walk } from '../fakes/walk.ts'
import { shopOf } from '../scenarios/worlds.ts'

type Given = {
  readonly pull?: Partial<Pull>
  readonly role?: Role
  readonly owners?: string
  readonly team?: boolean | 'unknown'
}

function fact(firstLine: string, change: Partial<CommandFact> = {}): CommandFact {
  return { id: `IC_${firstLine}`, by: { login: 'robin', kind: 'user' }, atMs: T0, edited: false, firstLine, ...change }
}

/** What is answered to these comments on one pull request, by a forge that writes answers down. */
async function answered(
  commands: readonly CommandFact[],
  { pull = {}, role = 'write', owners, team = false }: Given = {},
) {
  const walk = await Walk.begin(shopOf({ only: ['cart'] }))
  const local = memoryForge({
    url: 'https://git.example/a.git',
    branchPrefix: 'kintsugi',
    clock: manualClock(T0),
    files: owners === undefined ? {} : { CODEOWNERS: owners },
  })
  const said: { readonly pull: number; readonly id: string; readonly text: string }[] = []
  const lookedUp: string[] = []
  const forge: Forge = {
    ...local,
    roleOf: async (login) => {
      lookedUp.push(login)
      return role
    },
    inTeam: async () => team,
    answer: async (number, id, { text }) => void said.push({ pull: number, id, text }),
  }
  const view: RepositoryView = {
    repository: forge.repository,
    base: { branch: 'main', revision: 'a'.repeat(40) },
    open: [pullOf({ commands, ...pull })],
    recent: [],
    history: new Map(),
    notes: new Map(),
    allNotes: [],
    rules: NO_RULES,
    audience: 'private',
    openedSince: () => 0,
  }
  const remembered: Remembered = {
    repository: { urls: [forge.repository], forge },
    ...{ view, prefix: 'kintsugi', attempts: [], unbelieved: [] },
  }
  const told = await answerCommands(await tickOf(walk), remembered, undefined)
  return { told, said, lookedUp, data: said.map(({ text }) => readAnswer(text)) }
}

describe('answerCommands', () => {
  it('answers each once, and remembers who asked with what right', async () => {
    const first = await answered([fact('/kintsugi hold'), fact('/kintsugi snooze 1d')])
    expect(first.data).toMatchObject([
      { by: 'robin', role: 'write', command: 'hold', accepted: true },
      { command: 'snooze', accepted: true },
    ])
    const [, snooze] = first.data
    expect((snooze?.untilMs ?? 0) - (snooze?.atMs ?? 0)).toBe(24 * HOUR)
    const pull = { answers: first.said.map(({ text }) => text) }
    expect((await answered([fact('/kintsugi hold'), fact('/kintsugi snooze 1d')], { pull })).said).toEqual([])
  })

  it.each([
    ['an app', fact('/kintsugi hold', { by: { login: 'ci', kind: 'app' } })],
    ['an edited comment', fact('/kintsugi hold', { edited: true })],
    ['what is quoted', fact('> /kintsugi hold')],
  ])('does not answer %s', async (_says, one) => {
    expect((await answered([one], { role: 'admin' })).said).toEqual([])
  })

  it.each([
    ['an owner', '* @robin\n', false, true],
    ['somebody else', '* @kim\n', false, false],
    ['a member of the team', '* @shop/web\n', true, true],
    ['somebody of whom it is not known', '* @shop/web\n', 'unknown', false],
    ['anybody who may write, where nobody owns it', '* @kim\napps/\n', false, true],
  ] as const)('lets %s retry: by %s', async (_says, owners, team, accepted) => {
    const { data } = await answered([fact('/kintsugi retry')], { owners, team })
    expect(data.map((one) => one?.accepted)).toEqual([accepted])
  })

  it('answers at most ten in a tick, and refuses at most ten times on one pull request', async () => {
    const many = Array.from({ length: 30 }, (_, index) => fact('/kintsugi undo', { id: `IC_${index}` }))
    const first = await answered(many, { role: 'read' })
    expect(first.said.length).toBe(10)
    const pull = { answers: first.said.map(({ text }) => text) }
    expect((await answered(many, { role: 'read', pull })).said).toEqual([])
  })

  it('looks up each who asks once, and no more than fifty in a tick', async () => {
    const again = Array.from({ length: 100 }, (_, index) => fact('/kintsugi what', { id: `IC_${index}` }))
    expect((await answered(again, { role: 'read' })).lookedUp).toEqual(['robin'])
    const crowd = again.map((one, index): CommandFact => ({ ...one, by: { login: `a${index}`, kind: 'user' } }))
    expect((await answered(crowd, { role: 'none' })).lookedUp.length).toBe(50)
  })

  it('answers on what ended within a week, and not before', async () => {
    const ended = (agoMs: number) => ({ state: 'closed', endedAtMs: Date.UTC(2026, 0, 7, 10) - agoMs }) as const
    expect((await answered([fact('/kintsugi retry')], { pull: ended(6 * 24 * HOUR) })).said.length).toBe(1)
    expect((await answered([fact('/kintsugi retry')], { pull: ended(8 * 24 * HOUR) })).said).toEqual([])
  })
})
