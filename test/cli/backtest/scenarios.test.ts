import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import type { TickReport } from '../../../src/controller/index.ts'
import { formatInstant } from '../../../src/domain/index.ts'
import { recordedPast } from '../../fakes/recorded-past.ts'
import { Walk } from '../../fakes/walk.ts'
import { type Case, casesIn } from '../../scenarios/case.ts'
import { worldOf } from '../../scenarios/worlds.ts'
import { kintsugi } from '../console.ts'

const folders: string[] = []
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true })
})

/** A story that nobody else has a part in, of failures that a rollback does not answer: what ran well before is known to a cluster, not to its metrics. */
function isAlone({ world, acts, forge, boundNamespace }: Case): boolean {
  if (acts !== undefined || forge !== undefined || boundNamespace !== undefined || !('shop' in world)) return false
  return world.shop.only.length > 0 && !world.shop.only.includes('catalog')
}

const LONGEST = 30
const cases = casesIn(join(import.meta.dirname, '../../scenarios')).filter(({ it }) => isAlone(it))

type Proposed = Readonly<Record<string, unknown>>

/** What the bot proposed until anything was merged: from there on the worlds part. */
function proposedIn(reports: readonly TickReport[]): readonly Proposed[] {
  const end = reports.findIndex(({ lanes }) => lanes.some(({ done }) => done.done === 'merged'))
  return reports.slice(0, end < 0 ? undefined : end).flatMap(({ atMs, lanes }) =>
    lanes.flatMap(({ done, prepared }): Proposed[] => {
      if (done.done !== 'opened' || prepared.ready !== 'proposal') return []
      const { title, record, edits } = prepared.proposal
      return [{ at: formatInstant(atMs), title, policy: record.policy.name, mode: record.mode, edits }]
    }),
  )
}

describe('a backtest over a scenario', { timeout: 120_000 }, () => {
  it('has scenarios', () => {
    expect(cases.length).toBeGreaterThan(4)
  })

  it.each(cases)('proposes what the walk proposes: $name', async ({ it: one }) => {
    const walk = await Walk.begin(worldOf(one))
    const [minutes = 1] = one.ticks[0] ?? []
    const length = Math.min(LONGEST, minutes)
    await walk.minutes(length)
    const walked = proposedIn(walk.reports)
    expect(walked.length > 0).toBe(one.expect.deeds.some((deed) => deed.endsWith(' opened')))
    const merged = walk.reports.find(({ lanes }) => lanes.some(({ done }) => done.done === 'merged'))?.atMs
    const folder = mkdtempSync(join(tmpdir(), 'backtest-'))
    folders.push(folder)
    const past = await recordedPast(folder, one, { minutes: length })
    const ran = await kintsugi(['backtest', ...past.flags, '--json'], { cwd: folder })
    expect(ran.err).toBe('')
    const until = formatInstant(merged ?? past.untilMs)
    const proposed = ran.out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
      .filter(({ event, anew, at }) => event === 'proposal' && !anew && at <= until)
      .map(({ at, title, policy, mode, edits }) => ({ at, title, policy, mode, edits }))
    expect(proposed).toEqual(walked)
  })
})
