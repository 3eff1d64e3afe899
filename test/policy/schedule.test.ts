import { describe, expect, it } from 'vitest'
import type { KnownEvent, Schedule } from '../../src/domain/index.ts'
import { eventAt, parseSchedule } from '../../src/policy/index.ts'

const MINUTE = 60_000

function schedule(text: string): Schedule {
  const parsed = parseSchedule(text)
  if ('problem' in parsed) throw new RangeError(parsed.problem)
  return parsed.value
}

function event(text: string, minutes: number, timeZone?: string): KnownEvent {
  const own = timeZone === undefined ? {} : { timeZone }
  return { name: 'job', schedule: schedule(text), durationMs: minutes * MINUTE, ...own }
}

/** `from to`, both in UTC. */
function going(one: KnownEvent, at: string, timeZone = 'UTC'): string | undefined {
  const found = eventAt(one, timeZone, Date.parse(at))
  return found && [found.fromMs, found.toMs].map((ms) => new Date(ms).toISOString().slice(0, 16)).join(' ')
}

describe('parseSchedule', () => {
  it.each([
    ['*/15 2-4 * * *', { minutes: [0, 15, 30, 45], hours: [2, 3, 4], eitherDay: false }],
    ['5,1 0 ? * MON-Fri', { minutes: [1, 5], weekdays: [1, 2, 3, 4, 5], eitherDay: false }],
    ['0 50/3 * * *', undefined],
    ['50/3 0 * * *', { minutes: [50, 53, 56, 59] }],
    ['0 0 1 jan,JUL 0', { days: [1], months: [1, 7], weekdays: [0], eitherDay: true }],
    ['0 0 * * 5-7', { weekdays: [0, 5, 6] }],
    ['@weekly', { minutes: [0], hours: [0], weekdays: [0], text: '@weekly' }],
    ['0  0\t* * *', { minutes: [0] }],
    ['0 0 31 2 1', { eitherDay: true }],
  ])('reads %s', (text, expected) => {
    const parsed = parseSchedule(text)
    if (expected === undefined) expect(parsed).toHaveProperty('problem')
    else expect(parsed).toMatchObject({ value: expected })
  })

  it.each([
    ['', 'five fields'],
    ['* * * *', 'five fields'],
    ['* * * * * *', 'five fields'],
    ['@reboot', 'five fields'],
    ['constructor', 'five fields'],
    ['60 * * * *', '0 to 59 for the minute, in field 1'],
    ['*/0 * * * *', 'for the minute'],
    ['5-1 * * * *', 'for the minute'],
    ['1- * * * *', 'for the minute'],
    ['-1 * * * *', 'for the minute'],
    ['1,,2 * * * *', 'for the minute'],
    ['* 1e1 * * *', 'for the hour'],
    ['* * 0 * *', 'for the day of the month'],
    ['* * * foo *', 'for the month'],
    ['* * * * 8', 'for the day of the week'],
    ['0 0 30 2 *', 'no month has such a day'],
    ['0 0 31 4,6 */2', 'no month has such a day'],
  ])('refuses %j', (text, problem) => {
    expect(parseSchedule(text)).toEqual({ problem: expect.stringContaining(problem) })
  })

  it('ends in a moment whatever it is given', () => {
    expect(parseSchedule(`${'1-'.repeat(5000)} * * * *`)).toHaveProperty('problem')
    expect(parseSchedule(`${'1,'.repeat(50_000)}1 * * * *`)).toHaveProperty('value')
  })
})

describe('eventAt', () => {
  const backup = event('0 2 * * *', 45)

  it.each([
    ['2026-03-10T01:59:59Z', undefined],
    ['2026-03-10T02:00:00Z', '2026-03-10T02:00 2026-03-10T02:45'],
    ['2026-03-10T02:44:59Z', '2026-03-10T02:00 2026-03-10T02:45'],
    ['2026-03-10T02:45:00Z', undefined],
  ])('goes on from its first moment on, up to but without its last: at %s', (at, expected) => {
    expect(going(backup, at)).toBe(expected)
  })

  it('follows the clock of the zone that it is given, or of its own', () => {
    expect(going(backup, '2026-03-10T01:10:00Z', 'Europe/Zurich')).toBe('2026-03-10T01:00 2026-03-10T01:45')
    expect(going(event('0 2 * * *', 45, 'UTC'), '2026-03-10T01:10:00Z', 'Europe/Zurich')).toBeUndefined()
  })

  it('goes over midnight', () => {
    expect(going(event('30 23 * * SAT', 120), '2026-03-15T01:00:00Z')).toBe('2026-03-14T23:30 2026-03-15T01:30')
    expect(going(event('30 23 * * SAT', 120), '2026-03-14T01:00:00Z')).toBeUndefined()
  })

  it('is one stretch while one begins before the last has ended', () => {
    expect(going(event('*/10 2 * * *', 10), '2026-03-10T02:33:00Z')).toBe('2026-03-10T02:00 2026-03-10T02:40')
    expect(going(event('*/10 2 * * *', 9), '2026-03-10T02:33:00Z')).toBe('2026-03-10T02:30 2026-03-10T02:39')
  })

  it('of every minute goes on always', () => {
    expect(going(event('* * * * *', 5), '2026-03-10T02:33:00Z')).toMatch(/ 2026-03-10T02:38$/)
  })

  it.each([
    ['the first of the month, not a Friday', '2026-03-01T00:00:00Z', true],
    ['a Friday, not the first', '2026-03-06T00:00:00Z', true],
    ['neither', '2026-03-05T00:00:00Z', false],
  ])('takes either kind of day where both are restricted: %s', (_, at, goes) => {
    expect(going(event('0 0 1 * 5', 5), at) !== undefined).toBe(goes)
  })

  it('takes only days of both kinds where one of them has a star', () => {
    expect(going(event('0 0 */2 * 5', 5), '2026-03-06T00:00:00Z')).toBeUndefined()
    expect(going(event('0 0 */2 * 5', 5), '2026-03-13T00:00:00Z')).toBeDefined()
  })

  it('is not there in an hour that the clocks skip, and twice in one that they repeat', () => {
    const zurich = event('30 2 * * *', 10, 'Europe/Zurich')
    const hits = (day: string) =>
      Array.from({ length: 24 * 6 }, (_, at) => Date.parse(`${day}T00:00:00Z`) + at * 10 * MINUTE).filter(
        (ms) => eventAt(zurich, 'UTC', ms) !== undefined,
      )
    expect(hits('2026-03-28')).toHaveLength(1)
    expect(hits('2026-03-29')).toHaveLength(0)
    expect(hits('2026-10-25')).toHaveLength(2)
  })

  it('at 29 February comes in leap years alone', () => {
    const leap = event('0 0 29 2 *', 5)
    expect(going(leap, '2028-02-29T00:01:00Z')).toBeDefined()
    expect(going(leap, '2026-03-01T00:01:00Z')).toBeUndefined()
  })
})
