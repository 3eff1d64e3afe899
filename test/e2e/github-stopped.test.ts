import type { ChildProcess } from 'node:child_process'
import { rmSync, writeFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { prometheusTools } from '../fakes/real-prometheus.ts'
import { size } from '../fakes/size.ts'
import { dice, seedOf } from '../kill/dice.ts'
import { type Look, MERGE, merges, type ReadyToMerge, readyToMerge, reportGreen, type Turn } from './github-looks.ts'

/** Points at which it is frozen, and as many at which it is killed. */
const POINTS = size(2, 25)
/** After each of so many points, and wherever the first process came to merge, another one brings it to its end. */
const FINISH_EVERY = POINTS >= 25 ? 1 : 4
/** Shares of the points that fall at any moment of a run, not at a request. */
const BETWEEN = 0.2

type Stop = 'freeze' | 'kill'
type Point = { readonly turn: number } | { readonly ms: number }

function earlier(point: Point, share: number): Point {
  return 'turn' in point ? { turn: Math.floor(point.turn * share) } : { ms: Math.round(point.ms * share) }
}

const tools = prometheusTools('a freeze and a kill of kintsugi run')

describe.runIf(tools !== undefined)('kintsugi run that is about to merge', () => {
  const seed = seedOf(process.env)
  const roll = dice(seed)
  let ready: ReadyToMerge
  let putBack: () => Promise<void>
  /** As nobody disturbs it. */
  let whole: Look
  let end: unknown
  /** Number of the turn ahead of the merge. */
  let mergeTurn = 0

  const isMerge = ({ side, operation }: Turn) => side === 'ahead' && operation === MERGE

  /** What is left of it for people and for the next look: without ids and times. */
  async function endOf(): Promise<unknown> {
    const { branches, pulls, issues, checks } = await ready.state()
    return {
      branches: Object.keys(branches).sort(),
      main: [branches['main']?.tree, branches['main']?.message],
      pulls: pulls.map(({ number, title, body, state, merged, autoMerge, labels, comments }) => [
        ...[number, title, body, state, merged?.by, autoMerge, labels],
        comments.map(({ author, body }) => [author, body]),
      ]),
      issues: issues.length,
      checks: checks.map(({ name, conclusion }) => `${name} ${conclusion}`),
    }
  }

  beforeAll(async () => {
    if (tools === undefined) return
    ready = await readyToMerge(tools)
    await reportGreen(ready)
    putBack = await ready.moment()
    whole = await ready.look()
    end = await endOf()
    mergeTurn = whole.turns.findIndex(isMerge)
    const later = await ready.look()
    expect([merges(whole.asked), merges(later.asked)]).toEqual([1, 0])
    // So one look or two make no difference once it is merged.
    expect(await endOf()).toEqual(end)
    expect(mergeTurn).toBeGreaterThan(10)
    await putBack()
  }, 120_000)
  afterAll(() => ready?.close())

  /** Spread over both sides of every request, the last moment before the merge among them; the rest at moments from the seed. */
  function points(): readonly Point[] {
    const between = Math.floor(POINTS * BETWEEN)
    const count = Math.max(1, POINTS - between)
    const last = whole.turns.length - 1
    const even = Array.from({ length: count }, (_, index) => Math.round((index * last) / Math.max(1, count - 1)))
    const nearest = even.reduce((best, turn) =>
      Math.abs(turn - (mergeTurn - 1)) < Math.abs(best - (mergeTurn - 1)) ? turn : best,
    )
    const turns = even.map((turn) => (turn === nearest ? mergeTurn - 1 : turn))
    const moments = Array.from({ length: between }, () => ({ ms: Math.round(roll() * whole.ms) }))
    return [...turns.map((turn) => ({ turn })), ...moments]
  }

  const thaw = () => rmSync(ready.freezeFile, { force: true })

  function strike(stop: Stop, child: ChildProcess): void {
    if (stop === 'freeze') writeFileSync(ready.freezeFile, '')
    else child.kill('SIGKILL')
  }

  type Struck = Look & {
    /** Turns that came before the stop; undefined where the process had ended by then. */
    readonly struckAt: number | undefined
  }

  async function stopped(stop: Stop, point: Point): Promise<Struck> {
    let struckAt: number | undefined
    let turns = 0
    const atMoment = async (child: ChildProcess, ms: number): Promise<void> => {
      await sleep(ms)
      // It stands still until what it has sent has come in, so that what comes in afterwards was sent after the stop.
      child.kill('SIGSTOP')
      await sleep(50)
      if (child.exitCode === null) {
        strike(stop, child)
        struckAt = turns
      }
      child.kill('SIGCONT')
    }
    const seen = await ready.look(
      (_, index, child) => {
        turns = index + 1
        if (!('turn' in point) || point.turn !== index) return
        strike(stop, child)
        struckAt = turns
      },
      (child) => void ('ms' in point && atMoment(child, point.ms)),
    )
    thaw()
    return { ...seen, struckAt }
  }

  /** What is wrong with how it went at that point. */
  async function wrongAt(stop: Stop, point: Point, finish: boolean): Promise<readonly string[]> {
    const where = `${stop} at ${JSON.stringify(point)} of ${whole.turns.length} turns, merge ${mergeTurn}`
    let struck = await stopped(stop, point)
    // A run that was faster, or asked less often whether something had been computed, than the one that was measured.
    for (let share = 0.9; struck.struckAt === undefined && share > 0.4; share -= 0.1) {
      await putBack()
      struck = await stopped(stop, earlier(point, share))
    }
    const { struckAt } = struck
    if (struckAt === undefined) return [`${where}: came too late`]
    const after = struck.turns.slice(struckAt).filter(isMerge).length
    const found = after === 0 ? [] : [`${where}: ${after} merges after it`]
    const merged = merges(struck.asked)
    const { pulls } = await ready.state()
    if (merged === 0 && (pulls.length !== 1 || pulls[0]?.state !== 'open' || pulls[0].autoMerge !== null))
      found.push(`${where}: left ${JSON.stringify(pulls.map(({ state, autoMerge }) => [state, autoMerge]))}`)
    if (!finish && merged === 0) return found
    const next = await ready.look()
    if (merged + merges(next.asked) !== 1) found.push(`${where}: merged ${merged} and ${merges(next.asked)} times`)
    try {
      expect(await endOf()).toEqual(end)
    } catch (error) {
      found.push(`${where}: another end: ${error instanceof Error ? error.message : error}\n${struck.out}\n${next.out}`)
    }
    return found
  }

  it.each(['freeze', 'kill'] as const)(
    `at ${POINTS} points of a merge: a %s, after which nothing is merged, and then the same end as without it`,
    async (stop) => {
      const wrong: string[] = []
      const all = points()
      for (const [index, point] of all.entries()) {
        wrong.push(...(await wrongAt(stop, point, (index + 1) % FINISH_EVERY === 0)))
        await putBack()
      }
      const told = `seed ${seed}: ${all.length} times a ${stop} over ${whole.turns.length} turns of a merge, which begins with turn ${mergeTurn}`
      console.log(told)
      expect(wrong, told).toEqual([])
    },
    900_000,
  )
})
