import type { Pull } from '../../src/domain/index.ts'
import type { Forge } from '../../src/ports/index.ts'
import { CART, CART_LANE, DECIDED, FIRST_FILES, proposalOn } from './forge.ts'

/** A repository on which a process can be started again and again, each with a hook ahead of its writes. */
export type StoryWorld = {
  start(beforeWrite?: () => void): Forge
  /** Names of the bot's branches and marks that are there. */
  leftOver(): Promise<readonly string[]>
}

export type Story = { readonly writes: number; readonly end: unknown }

async function cartPulls(forge: Forge): Promise<readonly Pull[]> {
  return (await forge.look('main', [CART_LANE])).history.get(CART_LANE) ?? []
}

async function newest(forge: Forge): Promise<Pull> {
  const found = (await cartPulls(forge)).at(-1)
  if (found === undefined) throw new Error('no pull request')
  return found
}

async function fix(forge: Forge): Promise<Pull> {
  const found = (await cartPulls(forge))[0]
  if (found === undefined) throw new Error('no pull request')
  return found
}

/** One attempt from its opening to its revert: each verb of the forge that writes, in the order of a life. */
const LIFE: readonly ((forge: Forge) => Promise<unknown>)[] = [
  async (forge) => forge.open(proposalOn((await forge.head('main')) ?? '')),
  async (forge) => forge.say({ pull: (await newest(forge)).number }, 'Waiting.'),
  async (forge) => forge.check((await newest(forge)).number, [{ name: 'window', pass: true, value: 'open' }]),
  async (forge) => {
    const revision = (await forge.head('main')) ?? ''
    return forge.refresh((await newest(forge)).number, proposalOn(revision, { files: { [CART]: 'memory: 192Mi\n' } }))
  },
  async (forge) => {
    const pull = await newest(forge)
    return forge.merge(pull.number, pull.headSha)
  },
  async (forge) =>
    forge.conclude((await fix(forge)).number, { verdict: 'harmful', atMs: DECIDED, because: 'x' }, 'Harmful.'),
  async (forge) => forge.say({ lane: CART_LANE }, 'Noted.'),
  async (forge) => {
    const head = (await forge.head('main')) ?? ''
    const inputs = { [CART]: (await forge.tree(head)).blob(CART) ?? '' }
    const files = { [CART]: FIRST_FILES[CART] ?? '' }
    const { number } = await fix(forge)
    return forge.revert(number, proposalOn(head, { files, reverts: number, inputs, decidedAtMs: DECIDED + 1000 }))
  },
  async (forge) => forge.close((await newest(forge)).number, 'superseded', 'A newer one.'),
]

/** Lives through it with the write number `cutAt` cut off; a process that remembers nothing then takes up the same verb. */
export async function live(world: StoryWorld, cutAt: number): Promise<Story> {
  let writes = 0
  let forge = world.start(() => {
    writes += 1
    if (writes === cutAt) throw new Error('killed')
  })
  for (const verb of LIFE) {
    try {
      await verb(forge)
    } catch (error) {
      if (!(error instanceof Error) || error.message !== 'killed') throw error
      forge = world.start()
      await verb(forge)
    }
  }
  const after = world.start()
  const view = await after.look('main', [CART_LANE])
  const pulls = (await cartPulls(after)).map(({ number, state, endedBy, comment, title }) => ({
    number,
    state,
    endedBy,
    comment,
    title,
  }))
  const main = (await after.tree(view.base.revision)).oid
  return { writes, end: { main, pulls, note: view.notes.get(CART_LANE)?.text, leftOver: await world.leftOver() } }
}

/** How the life ends when nothing is cut. */
export const WHOLE_END = {
  pulls: [
    { number: 1, state: 'merged', endedBy: 'bot', comment: 'Harmful.' },
    { number: 2, state: 'closed', endedBy: 'bot', comment: 'A newer one.' },
  ],
  note: 'Noted.',
  leftOver: [],
}
