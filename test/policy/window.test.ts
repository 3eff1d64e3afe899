import { describe, expect, it } from 'vitest'
import type { MaintenanceWindow } from '../../src/domain/index.ts'
import { inWindow, isTimeZone } from '../../src/policy/index.ts'
import { wallClocks } from '../../src/policy/window.ts'

const ALL = [0, 1, 2, 3, 4, 5, 6]

function window(timeZone: string, hours: string, days: readonly number[] = ALL): MaintenanceWindow {
  const [fromMinute = 0, toMinute = 0] = hours.split('-').map((time) => {
    const [hour = 0, minute = 0] = time.split(':').map(Number)
    return hour * 60 + minute
  })
  return { timeZone, days, fromMinute, toMinute }
}

describe('inWindow', () => {
  const office = window('Europe/Zurich', '08:00-17:00', [1, 2, 3, 4, 5])

  it.each([
    ['2026-03-10T06:59:59Z', false],
    ['2026-03-10T07:00:00Z', true],
    ['2026-03-10T15:59:59Z', true],
    ['2026-03-10T16:00:00Z', false],
    ['2026-03-14T09:00:00Z', false],
  ])('of a Zurich office in winter at %s is %s', (at, open) => {
    expect(inWindow(office, Date.parse(at))).toBe(open)
  })

  // The first and last open minutes in UTC move with the clocks.
  it.each([
    ['Europe/Zurich the day before spring', 'Europe/Zurich', '2026-03-28T07:00:00Z', '2026-03-28T06:59:59Z'],
    ['Europe/Zurich on the day of spring', 'Europe/Zurich', '2026-03-29T06:00:00Z', '2026-03-29T05:59:59Z'],
    ['Europe/Zurich on the day of autumn', 'Europe/Zurich', '2026-10-25T07:00:00Z', '2026-10-25T06:59:59Z'],
    ['America/New_York the day before spring', 'America/New_York', '2026-03-07T13:00:00Z', '2026-03-07T12:59:59Z'],
    ['America/New_York on the day of spring', 'America/New_York', '2026-03-08T12:00:00Z', '2026-03-08T11:59:59Z'],
    ['America/New_York on the day of autumn', 'America/New_York', '2026-11-01T13:00:00Z', '2026-11-01T12:59:59Z'],
    [
      'Australia/Lord_Howe, which moves half an hour',
      'Australia/Lord_Howe',
      '2026-04-03T21:00:00Z',
      '2026-04-03T20:59:59Z',
    ],
    ['Australia/Lord_Howe after that', 'Australia/Lord_Howe', '2026-04-05T21:30:00Z', '2026-04-05T21:29:59Z'],
    ['Asia/Kathmandu, at a quarter', 'Asia/Kathmandu', '2026-01-05T02:15:00Z', '2026-01-05T02:14:59Z'],
    ['UTC', 'UTC', '2026-01-05T08:00:00Z', '2026-01-05T07:59:59Z'],
  ])('opens at 8 by the clocks of %s', (_, zone, opens, closed) => {
    expect(inWindow(window(zone, '08:00-17:00'), Date.parse(opens))).toBe(true)
    expect(inWindow(window(zone, '08:00-17:00'), Date.parse(closed))).toBe(false)
  })

  it('is open in both of the hours that autumn gives twice', () => {
    const night = window('Europe/Zurich', '02:15-02:45')
    expect(inWindow(night, Date.parse('2026-10-25T00:30:00Z'))).toBe(true)
    expect(inWindow(night, Date.parse('2026-10-25T01:30:00Z'))).toBe(true)
  })

  it('never opens in the hour that spring leaves out', () => {
    const night = window('Europe/Zurich', '02:00-03:00')
    const minutes = Array.from({ length: 24 * 60 }, (_, minute) => Date.parse('2026-03-28T23:00:00Z') + minute * 60_000)
    expect(minutes.filter((at) => inWindow(night, at))).toEqual([])
  })

  it.each([
    ['Friday night', '2026-03-13T23:00:00Z', true],
    ['the morning after it', '2026-03-14T05:59:00Z', true],
    ['its end', '2026-03-14T06:00:00Z', false],
    ['Saturday night', '2026-03-14T23:00:00Z', false],
    ['Friday morning, which belongs to Thursday', '2026-03-13T05:00:00Z', false],
  ])('over midnight belongs to the day on which it begins: %s', (_, at, open) => {
    expect(inWindow(window('UTC', '22:00-06:00', [5]), Date.parse(at))).toBe(open)
  })

  it('may last until the end of the day', () => {
    const late = window('UTC', '18:00-24:00', [2])
    expect(inWindow(late, Date.parse('2026-03-10T23:59:59Z'))).toBe(true)
    expect(inWindow(late, Date.parse('2026-03-11T00:00:00Z'))).toBe(false)
  })
})

describe('isTimeZone', () => {
  it.each([
    ['Europe/Zurich', true],
    ['UTC', true],
    ['Europe/Zurch', false],
    ['+01:00', false],
    ['', false],
  ])('%s: %s', (name, known) => {
    expect(isTimeZone(name)).toBe(known)
  })
})

describe('wallClocks', () => {
  it.each(['UTC', 'Europe/Zurich', 'Asia/Kathmandu', 'Australia/Lord_Howe', 'America/St_Johns', 'Pacific/Apia'])(
    'shows what the runtime shows, minute by minute over a day on which clocks change: %s',
    (timeZone) => {
      const format = new Intl.DateTimeFormat('en-GB', {
        timeZone,
        hour: '2-digit',
        minute: '2-digit',
        day: 'numeric',
        hourCycle: 'h23',
      })
      for (const day of [
        Date.UTC(2026, 2, 29),
        Date.UTC(2026, 3, 4, 12),
        Date.UTC(2026, 9, 3, 12),
        Date.UTC(2026, 10, 1),
      ]) {
        const clock = wallClocks(timeZone)
        for (let minute = 0; minute < 1440; minute += 7) {
          const atMs = day + minute * 60_000
          const parts = new Map(format.formatToParts(atMs).map(({ type, value }) => [type, Number(value)]))
          const shown = clock(atMs)
          expect([shown.date, shown.minute]).toEqual([
            parts.get('day'),
            (parts.get('hour') ?? 0) * 60 + (parts.get('minute') ?? 0),
          ])
        }
      }
    },
  )
})
