import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { size } from '../fakes/size.ts'
import { forgeOver } from '../github-model/schedule/forge.ts'
import { runSchedule, type Schedule } from '../github-model/schedule/run.ts'
import { modelStage } from '../github-model/schedule/stage.ts'
import { hostOn, type StandInHost, standInStage } from '../github-model/schedule/stand-in-stage.ts'
import { type StandIn, startStandIn } from './control.ts'

/** `KINTSUGI_SEED=17` plays that one alone and tells its story. */
const asked = process.env['KINTSUGI_SEED']
const first = asked === undefined ? 1 : Number(asked)
/** Seconds each, so never more than are asked for here. */
const count = asked === undefined ? Math.min(100, size(1, 100)) : 1

let standIn: StandIn
let host: StandInHost

beforeAll(async () => {
  standIn = await startStandIn()
  host = await hostOn(standIn)
}, 60_000)

afterAll(async () => {
  await standIn?.stop()
})

async function onStandIn(seed: number): Promise<Schedule> {
  const stages: { close(): Promise<void> }[] = []
  try {
    return await runSchedule({
      seed,
      forge: forgeOver,
      ciApp: host.ciApp,
      stale: false,
      traces: true,
      stage: async (house) => {
        const stage = await standInStage(host, house, `seed-${seed}`)
        stages.push(stage)
        return stage
      },
    })
  } finally {
    for (const stage of stages) await stage.close()
  }
}

type Parting = { readonly seed: number; readonly step: number; readonly model: unknown; readonly standIn: unknown }

/** The first step at which the two worlds show something else, and what. */
function parting(model: Schedule, real: Schedule): Parting | undefined {
  const steps = Math.max(model.trace.length, real.trace.length)
  for (let index = 0; index < steps; index += 1) {
    const [mine, theirs] = [model.trace[index], real.trace[index]]
    if (JSON.stringify(mine) === JSON.stringify(theirs)) continue
    return { seed: model.seed, step: mine?.step ?? 0, model: mine, standIn: theirs }
  }
  return undefined
}

describe('the same schedules on the model and on the stand-in, with the real client before it', () => {
  it(`agree after every step in ${count} schedules from seed ${first}`, async () => {
    for (let seed = first; seed < first + count; seed += 1) {
      const stage = (house: Parameters<typeof modelStage>[0], now: () => number) =>
        modelStage({ ...house, mergeability: 'at-once' }, now, host.ciApp)
      const model = await runSchedule({ seed, forge: forgeOver, ciApp: host.ciApp, stale: false, traces: true, stage })
      const real = await onStandIn(seed)
      if (asked !== undefined) console.log([...model.story, '--- stand-in', ...real.story].join('\n'))
      const parted = parting(model, real)
      const { seed: at, step, standIn: there, model: here } = parted ?? { seed, step: 0, standIn: 0, model: 0 }
      expect({ seed: at, step, there }).toEqual({ seed: at, step, there: here })
      expect(real.problems).toEqual([])
      expect(real.trace.length).toBeGreaterThan(10)
    }
  }, 3_600_000)
})
