import type { GitHubApi, Mirror } from '../../../src/adapters/github/api.ts'
import { type Call, type Fault, modelApi } from '../api.ts'
import { modelMirror } from '../mirror.ts'
import { ModelRepository } from '../repository.ts'
import type { Rules, Settings } from '../state.ts'
import { BOT, CI, type Doors, modelDoors, PERSON, STRANGER } from './doors.ts'
import type { Driver, Process } from './driver.ts'
import { FILES } from './incidents.ts'
import type { Random } from './random.ts'
import { TASK } from './task.ts'
import { type Visible, visibleOf } from './visible.ts'
import { Watch } from './watch.ts'

/** Where a schedule is played: on the model, or on the stand-in with the real client before it. */
export type Stage = {
  readonly doors: Doors
  readonly mirror: Mirror
  api(process: Process, driver: Driver, faults: (call: Call) => Fault | undefined): GitHubApi
  visible(): Promise<Visible>
  /** Only where every version can be looked at. */
  readonly watch?: Watch
}

/** What a repository is like, drawn from the seed. */
export type House = {
  readonly settings: Partial<Settings>
  readonly rules: Partial<Rules>
  readonly requiredCheck: { readonly name: string; readonly app: number } | undefined
  readonly merges: boolean
  readonly mergeability: 'at-once' | 'when-asked'
}

export function houseOf(random: Random, ciApp: number): House {
  const required = random.chance(0.7) ? { name: 'ci', app: ciApp } : undefined
  const upToDate = random.chance(0.2)
  return {
    settings: {
      deletesBranches: random.chance(0.3),
      squashTitle: random.pick(['PR_TITLE', 'COMMIT_OR_PR_TITLE']),
      squashMessage: random.pick(['PR_BODY', 'COMMIT_MESSAGES', 'BLANK']),
    },
    rules: { requiredChecks: required === undefined ? [] : [required], upToDate: upToDate && required !== undefined },
    requiredCheck: required,
    merges: random.chance(0.7),
    mergeability: random.pick(['at-once', 'when-asked']),
  }
}

export type ModelStage = Stage & { readonly repository: ModelRepository; readonly watch: Watch }

export function modelStage(house: House, now: () => number, ciApp: number = CI.appId): ModelStage {
  const repository = new ModelRepository({
    files: FILES,
    now,
    labels: ['kintsugi'],
    roles: { [PERSON.login]: 'write', [STRANGER.login]: 'read' },
    settings: house.settings,
    rules: house.rules,
    mergeability: house.mergeability,
  })
  const watch = new Watch(repository, BOT.login)
  return {
    repository,
    watch,
    doors: modelDoors(repository, ciApp),
    mirror: modelMirror(repository),
    api: (process, driver, faults) =>
      modelApi(repository, {
        actor: BOT,
        faults,
        turn: () => driver.turn(process),
        seen: (call, from, to) => watch.saw(TASK.getStore() ?? process.name, call, from, to),
      }),
    visible: async () => visibleOf(repository),
  }
}
