import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Account, CommandAnswer, Role } from '../../src/domain/index.ts'
import { type Asked, type May, mayCommand, parseCommand, wishesOf } from '../../src/policy/index.ts'
import { DAY, HOUR, NOW } from './given.ts'

const robin: Account = { login: 'robin', kind: 'user' }
const app: Account = { login: 'robin', kind: 'app' }

type Row = readonly [
  line: string,
  role: Role,
  May | 'not-spoken-to',
  { by?: Account; edited?: boolean; owns?: boolean | 'unknown' }?,
]

/** Role x command x kind of account x edited x owner x quoted or in code. */
const ROWS: readonly Row[] = [
  ['/kintsugi explain', 'none', 'role-too-low'],
  ['/kintsugi explain', 'read', 'role-too-low'],
  ['/kintsugi explain', 'triage', 'yes'],
  ['/kintsugi explain', 'triage', 'yes', { owns: false }],
  ['/kintsugi hold', 'read', 'role-too-low'],
  ['/kintsugi hold', 'triage', 'yes'],
  ['/kintsugi hold', 'write', 'ignored', { edited: true }],
  ['/kintsugi hold', 'admin', 'ignored', { by: app }],
  ['/kintsugi snooze 7d', 'read', 'role-too-low'],
  ['/kintsugi snooze 7d', 'maintain', 'yes'],
  ['/kintsugi retry', 'triage', 'role-too-low'],
  ['/kintsugi retry', 'write', 'yes'],
  ['/kintsugi retry', 'write', 'not-an-owner', { owns: false }],
  ['/kintsugi retry', 'admin', 'not-an-owner', { owns: 'unknown' }],
  ['/kintsugi undo', 'triage', 'role-too-low'],
  ['/kintsugi undo', 'write', 'yes'],
  ['/kintsugi undo', 'admin', 'not-an-owner', { owns: false }],
  ['/kintsugi undo', 'admin', 'ignored', { by: app }],
  ['/kintsugi undo', 'admin', 'ignored', { edited: true }],
  ['/kintsugi merge', 'write', 'yes'],
  ['/kintsugi merge', 'read', 'ignored'],
  ['> /kintsugi undo', 'admin', 'not-spoken-to'],
  ['`/kintsugi undo`', 'admin', 'not-spoken-to'],
  ['    /kintsugi undo', 'admin', 'not-spoken-to'],
]

describe('who may command', () => {
  it('has 24 rows', () => {
    expect(ROWS.length).toBe(24)
  })

  it.each(ROWS.map((row) => [row.slice(0, 3).join(' by '), JSON.stringify(row[3] ?? {}), row] as const))(
    '%s %s',
    (_says, _more, row) => {
      const [line, role, expected, { by = robin, edited = false, owns = true } = {}] = row
      const asked = parseCommand(line)
      expect(asked === undefined ? 'not-spoken-to' : mayCommand(asked.command, { by, edited, role, owns })).toBe(
        expected,
      )
    },
  )
})

describe('parseCommand', () => {
  it.each([
    ['/kintsugi hold', { command: 'hold' }],
    ['/kintsugi   retry  \r', { command: 'retry' }],
    ['/kintsugi snooze 90m', { command: 'snooze', forMs: 1.5 * HOUR }],
    ['/kintsugi snooze 1d12h', { command: 'snooze', forMs: 36 * HOUR }],
    ['/kintsugi snooze', { command: 'unknown' }],
    ['/kintsugi snooze 1m', { command: 'unknown' }],
    ['/kintsugi snooze 400d', { command: 'unknown' }],
    ['/kintsugi snooze 7d please', { command: 'unknown' }],
    ['/kintsugi undo everything', { command: 'unknown' }],
    ['/kintsugi', { command: 'unknown' }],
    ['/kintsugi HOLD', { command: 'unknown' }],
    [`/kintsugi hold${' '.repeat(300)}`, { command: 'unknown' }],
    ['/kintsugibot hold', undefined],
    ['please /kintsugi hold', undefined],
    ['/Kintsugi hold', undefined],
    ['', undefined],
  ] satisfies readonly (readonly [string, Asked | undefined])[])('%s', (line, expected) => {
    expect(parseCommand(line)).toEqual(expected)
  })

  it('answers any text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (line) => {
        expect(parseCommand(line)).toBeUndefined()
        expect(parseCommand(`/kintsugi ${line}`)).toBeDefined()
      }),
      { numRuns: 500, seed: 8 },
    )
  })
})

describe('wishesOf', () => {
  const said = (command: CommandAnswer['command'], agoMs: number, change: Partial<CommandAnswer> = {}) => ({
    pull: 4,
    answer: {
      id: `${agoMs}`,
      by: 'robin',
      role: 'write',
      command,
      accepted: true,
      atMs: NOW - agoMs,
      ...change,
    } as const,
  })

  it.each([
    ['a hold lasts', [said('hold', 30 * DAY)], { held: { by: 'robin' } }],
    ['what was not accepted does not count', [said('hold', HOUR, { accepted: false })], {}],
    ['a snooze ends', [said('snooze', 2 * DAY, { untilMs: NOW })], {}],
    ['a snooze lasts', [said('snooze', DAY, { untilMs: NOW + 1 })], { held: { by: 'robin', untilMs: NOW + 1 } }],
    ['a snooze takes the place of a hold', [said('hold', 3 * DAY), said('snooze', 2 * DAY, { untilMs: NOW - 1 })], {}],
    ['a retry lifts a hold', [said('hold', 2 * HOUR), said('retry', HOUR)], { retryAskedAtMs: NOW - HOUR }],
    [
      'a hold after a retry holds',
      [said('retry', 2 * HOUR), said('hold', HOUR)],
      { retryAskedAtMs: NOW - 2 * HOUR, held: { by: 'robin' } },
    ],
    ['an undo is remembered', [said('undo', HOUR)], { undo: { by: 'robin', atMs: NOW - HOUR, pull: 4 } }],
    ['a retry after it takes it back', [said('undo', 2 * HOUR), said('retry', HOUR)], { retryAskedAtMs: NOW - HOUR }],
    ['help changes nothing', [said('unknown', HOUR), said('explain', HOUR)], {}],
  ])('%s', (_says, answers, expected) => {
    expect(wishesOf(answers, NOW)).toEqual(expected)
    expect(wishesOf([...answers].reverse(), NOW)).toEqual(expected)
  })
})
