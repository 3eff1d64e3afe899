import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { forgeOn, type Store } from '../../src/adapters/local/index.ts'
import type { Forge } from '../../src/ports/index.ts'
import { CART, CART_LANE, DECIDED, FIRST_FILES, proposalOn } from '../contracts/forge.ts'
import { MemoryRepository, memoryStore, pushByPerson } from './memory-forge.ts'
import { size } from './size.ts'

/** A store whose every answer comes when the schedule says so. */
function scheduled(store: Store, schedule: <T>(answer: Promise<T>) => Promise<T>): Store {
  return {
    defaultBranch: () => schedule(store.defaultBranch()),
    refs: () => schedule(store.refs()),
    read: (commits, paths) => schedule(store.read(commits, paths)),
    listing: (commit) => schedule(store.listing(commit)),
    tree: (revision) => schedule(store.tree(revision)),
    writeTree: (base, files) => schedule(store.writeTree(base, files)),
    writeCommit: (commit) => schedule(store.writeCommit(commit)),
    update: (changes) => schedule(store.update(changes)),
    contains: (revision, commit) => schedule(store.contains(revision, commit)),
    outside: (revision, commits) => schedule(store.outside(revision, commits)),
    firstParents: (from, limit) => schedule(store.firstParents(from, limit)),
    log: (from, paths, limit) => schedule(store.log(from, paths, limit)),
  }
}

type Deed = {
  readonly who: 0 | 1
  readonly what: 'open' | 'merge' | 'close' | 'refresh' | 'say'
  readonly size: number
}

const deeds: fc.Arbitrary<readonly Deed[]> = fc.array(
  fc.record({
    who: fc.constantFrom(0 as const, 1 as const),
    what: fc.constantFrom('open', 'open', 'merge', 'close', 'refresh', 'say'),
    size: fc.integer({ min: 33, max: 40 }),
  }),
  { minLength: 2, maxLength: 8 },
)

async function act(forge: Forge, deed: Deed): Promise<void> {
  const view = await forge.look('main', [CART_LANE])
  const [pull] = view.open
  const tree = await forge.tree(view.base.revision)
  const proposal = proposalOn(view.base.revision, {
    files: { [CART]: `memory: ${deed.size}Mi\n` },
    inputs: { [CART]: tree.blob(CART) ?? '' },
    decidedAtMs: DECIDED + deed.size * 1000,
  })
  if (deed.what === 'open') await forge.open(proposal)
  else if (pull === undefined) return
  else if (deed.what === 'merge') await forge.merge(pull.number, pull.headSha)
  else if (deed.what === 'close') await forge.close(pull.number, 'superseded', 'A newer one.')
  else if (deed.what === 'refresh') await forge.refresh(pull.number, proposal)
  else await forge.say({ pull: pull.number }, `size ${deed.size}`)
}

describe('two writers at once', () => {
  it('never have two open pull requests of a lane, nor one whose head is not theirs', async () => {
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), deeds, async (scheduler, all) => {
        const memory = new MemoryRepository()
        pushByPerson(memory, 'main', FIRST_FILES, DECIDED)
        const clock = { now: () => DECIDED + 60_000, sleep: async () => {} }
        const options = { url: 'memory:shop', branchPrefix: 'kintsugi', clock }
        const store = scheduled(memoryStore(memory), (answer) => scheduler.schedule(answer))
        const writers = [forgeOn(store, options), forgeOn(store, options)]
        const lives = writers.map(async (forge, who) => {
          for (const deed of all.filter((one) => one.who === who)) await act(forge, deed)
        })
        await scheduler.waitFor(Promise.all(lives))
        const view = await forgeOn(memoryStore(memory), options).look('main', [CART_LANE])
        const pulls = view.history.get(CART_LANE) ?? []
        expect(view.open.length).toBeLessThanOrEqual(1)
        expect(pulls.filter((pull) => !pull.headIsOurs)).toEqual([])
        expect(pulls.map(({ number }) => number)).toEqual(pulls.map((_, index) => index + 1))
        const changes = (await forgeOn(memoryStore(memory), options).commitsTouching([CART], 'main', 50)).length - 1
        expect(pulls.filter(({ state }) => state === 'merged')).toHaveLength(changes)
      }),
      { numRuns: size(300, 3000) },
    )
  }, 60_000)
})
