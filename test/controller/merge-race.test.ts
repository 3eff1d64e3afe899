import { beforeAll, describe, expect, it } from 'vitest'
import { type ControllerDeps, reconcile } from '../../src/controller/index.ts'
import { type CheckFact, NO_HOUSE_RULES } from '../../src/domain/index.ts'
import { pushByPerson } from '../fakes/memory-forge.ts'
import { CI_APP, type PeopledForge, peopledForge } from '../fakes/peopled-forge.ts'
import { size } from '../fakes/size.ts'
import { URL, Walk } from '../fakes/walk.ts'
import { shopOf } from '../scenarios/worlds.ts'

const RESOURCES = 'apps/cart/overlays/prod/resources.yaml'
let walk: Walk
let forge: PeopledForge
let deps: ControllerDeps
let refs: ReadonlyMap<string, string>
let pull: { readonly number: number; readonly branch: string }
/** The how manieth question to the forge is the merge itself, where nothing happens. */
let calls = 0

/** The walk up to an open proposal that the next tick would merge: its check has just become green. */
beforeAll(async () => {
  walk = await Walk.begin({
    ...shopOf({ only: ['cart'] }),
    between: (given, local, clock) => {
      const rules = { requiredChecks: [{ name: 'ci', app: CI_APP }] }
      forge = peopledForge(local, { rules, checks: { ci: 'running' }, roles: { robin: 'write' } }, clock)
      const entry = { name: 'shop', kind: 'github', url: 'https://git.shop.example', branchPrefix: 'kintsugi' } as const
      deps = {
        ...given,
        config: { ...given.config, forges: [{ ...entry, rules: NO_HOUSE_RULES, repositories: [] }] },
        repositories: [{ urls: [URL], forge }],
      }
      return deps
    },
  })
  while (!walk.deeds().includes('cart opened')) await walk.minutes(1)
  await walk.minutes(1)
  const [open] = (await walk.forge.pulls()).filter(({ state }) => state === 'open')
  if (open === undefined) throw new Error('nothing is open')
  pull = open
  forge.report(pull.number, 'ci', 'green')
  refs = new Map(walk.repository.refs)
  expect(await tick(Number.POSITIVE_INFINITY, () => {})).toMatchObject({ merged: true })
  expect(calls).toBeGreaterThan(8)
})

type Switches = { frozen: boolean; paused: boolean; epoch: number | undefined }

/** One tick, in which something happens right before the n-th time that the world is asked. */
async function tick(at: number, happens: (switches: Switches) => void) {
  walk.repository.refs.clear()
  for (const [ref, oid] of refs) walk.repository.refs.set(ref, oid)
  forge.report(pull.number, 'ci', 'green')
  const switches: Switches = { frozen: false, paused: false, epoch: 1 }
  let asked = 0
  let mergedAt: number | undefined
  const here = <Args extends readonly unknown[], Answer>(ask: (...args: Args) => Promise<Answer>) => {
    return async (...args: Args): Promise<Answer> => {
      asked += 1
      if (asked === at) happens(switches)
      return ask(...args)
    }
  }
  const watched: PeopledForge = {
    ...forge,
    look: here(forge.look),
    head: here(forge.head),
    tree: here(forge.tree),
    defaultBranch: here(forge.defaultBranch),
    check: here(forge.check),
    merge: here((number, sha, how) => {
      mergedAt = asked
      return forge.merge(number, sha, how)
    }),
  }
  const own: ControllerDeps = {
    ...deps,
    repositories: [{ urls: [URL], forge: watched }],
    frozen: async () => switches.frozen,
    paused: async () => switches.paused,
    epoch: async () => switches.epoch,
  }
  // Shown gates are written anew, so that there is a write before the merge.
  walk.memory.shown.clear()
  const report = await reconcile(own, walk.memory, walk.clock.now())
  if (at === Number.POSITIVE_INFINITY) calls = mergedAt ?? 0
  return { merged: report.lanes.some(({ done }) => done.done === 'merged'), tried: mergedAt !== undefined }
}

const push = (path: string) => () => {
  const file = walk.repository.blobs.get(
    walk.repository.filesOf(refs.get('refs/heads/main') ?? '').get(path)?.oid ?? '',
  )
  pushByPerson(
    walk.repository,
    'main',
    { [path]: `${new TextDecoder().decode(file)}# a person was here\n` },
    walk.clock.now(),
  )
}

const CHECKS: readonly CheckFact['state'][] = ['red', 'running', 'queued', 'neutral', 'skipped']

type Event = (switches: Switches) => void

/** What the forge cannot know, so that the bot has to hold back by itself. */
const OURS: readonly (readonly [string, Event])[] = [
  ['a freeze begins', (switches) => Object.assign(switches, { frozen: true })],
  ['the operator pauses', (switches) => Object.assign(switches, { paused: true })],
  ['another copy leads', (switches) => Object.assign(switches, { epoch: undefined })],
]

/** What the forge holds back by head, base and rules too, where it happens between the second look and the merge. */
const THEIRS: readonly (readonly [string, Event])[] = [
  ['somebody pushes to the branch', () => pushByPerson(walk.repository, pull.branch, { [RESOURCES]: 'x: y\n' }, 0)],
  ['an input of the proof changes at the base', push(RESOURCES)],
  ...CHECKS.map((state) => [`the check becomes ${state}`, () => forge.report(pull.number, 'ci', state)] as const),
]

const points = () => {
  const count = size(Math.min(calls - 1, 20), calls - 1)
  return Array.from({ length: count }, (_, point) => 1 + Math.floor((point * (calls - 1)) / count))
}

describe('what happens while a tick is about to merge', () => {
  it.each(OURS)('%s: no merge is asked for after it, at whatever moment', async (_says, happens) => {
    for (const at of points()) expect({ at, ...(await tick(at, happens)) }).toEqual({ at, merged: false, tried: false })
  })

  it.each(THEIRS)('%s: nothing is merged after it, at whatever moment', async (_says, happens) => {
    let tried = 0
    for (const at of [...points(), calls]) {
      const result = await tick(at, happens)
      expect({ at, merged: result.merged }).toEqual({ at, merged: false })
      if (result.tried) tried += 1
    }
    // The look before the merge leaves the forge little to hold back.
    expect(tried).toBeLessThan(points().length / 2)
  })
})
