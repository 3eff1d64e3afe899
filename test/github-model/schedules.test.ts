import { describe, expect, it } from 'vitest'
import { size } from '../fakes/size.ts'
import { endingsOf } from './schedule/endings.ts'
import { forgeOver } from './schedule/forge.ts'
import { runSchedule } from './schedule/run.ts'
import { type ModelStage, modelStage } from './schedule/stage.ts'

/** `KINTSUGI_SEED=17` plays that one alone and tells its story. */
const asked = process.env['KINTSUGI_SEED']
const first = asked === undefined ? 1 : Number(asked)
const count = asked === undefined ? size(50, 10_000) : 1

describe('two bots, a person and a CI on one repository', () => {
  it(`keep to the rules in ${count} schedules from seed ${first}`, async () => {
    const broken: string[] = []
    for (let seed = first; seed < first + count && broken.length < 20; seed += 1) {
      const stages: ModelStage[] = []
      const schedule = await runSchedule({
        seed,
        forge: forgeOver,
        stage: (house, now) => {
          const stage = modelStage(house, now)
          stages.push(stage)
          return stage
        },
      })
      const endings = stages.flatMap((stage) => endingsOf(schedule, stage))
      for (const problem of [...schedule.problems, ...endings]) broken.push(`KINTSUGI_SEED=${seed}: ${problem}`)
      if (asked !== undefined) console.log([JSON.stringify(schedule.house), ...schedule.story].join('\n'))
    }
    expect(broken).toEqual([])
  }, 3_600_000)
})
