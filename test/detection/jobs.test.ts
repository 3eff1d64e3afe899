import { describe, expect, it } from 'vitest'
import { jobsAtWork } from '../../src/detection/index.ts'
import type { Subject } from '../../src/domain/index.ts'
import { answer, cart, cartApp, MINUTE, NOW, series } from '../fakes/series.ts'

const job = (name: string, change: Partial<Subject> = {}): Subject => ({
  ...{ cluster: 'prod', namespace: 'shop', kind: 'CronJob', name },
  ...change,
})
/** At work from so many minutes before now on. */
const since =
  (minutes: number, pods = 1) =>
  (minutesAgo: number) =>
    minutesAgo <= minutes ? pods : Number.NaN

describe('Jobs that were at work when an alarm began', () => {
  const jobs = (...list: readonly (readonly [Subject, (minutesAgo: number) => number])[]) => {
    const all = list.map(([subject, value]) => series('job-active', subject, value))
    return jobsAtWork(answer(all, 'job-active'), cartApp, NOW - 20 * MINUTE)
  }

  it('are told with their pods, those with the most first, two at most', () => {
    const found = jobs(
      [job('backup'), since(40, 1)],
      [job('report'), since(40, 5)],
      [job('clean', { kind: 'Job' }), since(40, 2)],
    )
    expect(found.map(({ subject, value }) => [subject.name, value])).toEqual([
      ['report', 5],
      ['clean', 2],
    ])
    expect(found[0]).toMatchObject({ signal: 'job-active', atMs: NOW - 20 * MINUTE })
    expect(found[0]?.says).toContain('in the same namespace when it began')
  })

  it.each([
    ['one that began after it', job('backup'), since(10)],
    ['one of another namespace', job('backup', { namespace: 'bank' }), since(40)],
    ['one of another cluster', job('backup', { cluster: 'test' }), since(40)],
    ['the workload itself', { ...cart }, since(40)],
    ['one without pods', job('backup'), since(40, 0)],
  ] as const)('are not %s', (_, subject, value) => {
    expect(jobs([subject, value])).toEqual([])
  })
})
