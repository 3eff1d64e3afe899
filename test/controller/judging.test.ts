import { describe, expect, it } from 'vitest'
import type { OpenCase } from '../../src/controller/fitting.ts'
import { judgeAll } from '../../src/controller/judging.ts'
import { emptyMemory } from '../../src/controller/memory.ts'
import { answers, asksFor, detectors, NO_ENGINES } from '../../src/detection/index.ts'
import { PLAIN_LEARNING } from '../../src/domain/index.ts'
import { memoryShelf } from '../fakes/memory-shelf.ts'
import { FIVE_MINUTES, healthyWindow, PER_DAY } from '../fakes/windows.ts'

const JUDGED = 36
const READ = JUDGED + 49 * 12
const SEED = 3
/** An hour after noon: the rows that are judged lie on both sides of it, where fits and what came before at their time change. */
const END = 4 * PER_DAY + 13 * 12
const voters = detectors.filter(({ id }) => id === 'isolation-forest')
const history = healthyWindow(4, 5)

function caseAt(end: number): OpenCase {
  const window = {
    ...history,
    startMs: history.startMs + (end - READ) * FIVE_MINUTES,
    length: READ,
    columns: history.columns.map((column) => ({ ...column, values: column.values.slice(end - READ, end) })),
  }
  const from = READ - JUDGED
  const nowMs = window.startMs + (READ - 1) * FIVE_MINUTES
  const asks = asksFor(voters, window, from, SEED)
  const terms = { learning: PLAIN_LEARNING, events: [] }
  return { name: 'a', voters, terms, window, nowMs, seed: SEED, from, asks, absent: [] }
}

describe('a series that goes on to be judged', () => {
  it('reads nothing from the shelf that it has judged with before', async () => {
    const shelf = memoryShelf()
    const memory = emptyMemory({ shelf })
    const { name, asks } = caseAt(END)
    await memory.models.keep(name, asks, answers(voters, { window: history, asks, seed: SEED }, NO_ENGINES))
    expect(asks.filter(({ kind }) => kind === 'recurring')).toHaveLength(2)
    const tick = async (end: number) => {
      const one = caseAt(end)
      const judged = await judgeAll({}, memory, [one], one.window.startMs)
      return judged.get(name)?.one.absent
    }
    expect(await tick(END)).toEqual([])
    const { length } = shelf.found
    for (const end of [END + 1, END + 2]) expect(await tick(end)).toEqual([])
    expect(shelf.found).toHaveLength(length)
  })
})
