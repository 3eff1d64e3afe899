import { describe, expect, it } from 'vitest'
import { type ControllerDeps, reconcile, type TickReport } from '../../src/controller/index.ts'
import { type OfferQuestion, offersNow } from '../../src/controller/onboarding.ts'
import { KintsugiError, type Onboarding } from '../../src/domain/index.ts'
import { parsePolicies } from '../../src/policy/index.ts'
import type { Forge, RepositoryView } from '../../src/ports/index.ts'
import { pullOf } from '../fakes/incident.ts'
import { URL, Walk } from '../fakes/walk.ts'
import { shopOf } from '../scenarios/worlds.ts'

const POLICY = '.kintsugi/policies/cart.yaml'

describe('offersNow', () => {
  const asked: OfferQuestion = {
    enabled: true,
    bound: true,
    live: 1,
    lacksSettings: true,
    offered: false,
    today: 2,
    perDay: 3,
  }

  it('where all of it holds', () => {
    expect(offersNow(asked)).toBe(true)
  })

  it.each([
    ['nobody wants it', { enabled: false }],
    ['the repository is not bound', { bound: false }],
    ['no Application reads it', { live: 0 }],
    ['it has policies', { lacksSettings: false }],
    ['it was offered before, and closed perhaps', { offered: true }],
    ['there were enough today', { today: 3 }],
  ])('not where %s', (_says, change) => {
    expect(offersNow({ ...asked, ...change })).toBe(false)
  })
})

type Change = { readonly view?: Partial<RepositoryView>; readonly forge?: Partial<Forge>; readonly own?: boolean }

/** The shop with cart, whose policy is the operator's and not the repository's unless `own`. */
async function shop(config: Partial<ControllerDeps['config']>, { view = {}, forge = {}, own = false }: Change = {}) {
  const world = shopOf({ only: ['cart'] })
  const { [POLICY]: policy = '', ...rest } = world.files
  const files = Object.fromEntries(Object.entries(rest).filter(([path]) => own || !path.startsWith('.kintsugi/')))
  const offers: Onboarding[] = []
  const said: string[] = []
  const walk = await Walk.begin({
    ...world,
    files: own ? world.files : files,
    config,
    between: (deps, local) => ({
      ...deps,
      policies: own ? [] : parsePolicies(policy, POLICY, { from: 'operator', namespace: 'kintsugi' }).policies,
      repositories: [
        {
          urls: [URL],
          forge: {
            ...local,
            look: async (base, lanes) => ({
              ...(await local.look(base, lanes)),
              ...view,
              ...(said.length > 0 && view.dashboard === undefined
                ? { dashboard: { text: said.at(-1) ?? '', updatedAtMs: 0 } }
                : {}),
            }),
            onboard: async (offer) => {
              offers.push(offer)
              return { result: 'opened', pull: pullOf({ number: 9 }) }
            },
            say: async (place, text) => {
              if ('dashboard' in place) said.push(text)
              else await local.say(place, text)
            },
            ...forge,
          },
        },
      ],
    }),
  })
  return { walk, offers, said }
}

const ON = { onboarding: { enabled: true, perDay: 3 } }
const offered = { number: 9, createdAtMs: 0 } as const

function heldIn(reports: readonly TickReport[]): readonly string[] {
  return [
    ...new Set(
      reports.flatMap(({ lanes }) => lanes.flatMap(({ done }) => (done.done === 'held' ? [done.reason] : []))),
    ),
  ]
}

describe('the offer of settings', () => {
  it('comes before anything is proposed, with what would have been', async () => {
    const { walk, offers } = await shop(ON)
    await walk.minutes(6)
    expect(walk.deeds()).toEqual([])
    expect(heldIn(walk.reports)).toContain('not-onboarded')
    expect(offers.length).toBeGreaterThan(0)
    expect(offers[0]?.files.map(({ path }) => path.startsWith('.kintsugi/'))).toEqual([true])
    expect(offers.at(-1)?.body).toContain('96Mi')
    expect(offers[0]?.body).toContain('cart')
  })

  it.each([
    ['open: nothing is proposed, nothing is offered again', { ...offered, state: 'open' }, []],
    ['closed: that means no', { ...offered, state: 'closed', endedBy: 'person' }, []],
    ['merged: now it proposes', { ...offered, state: 'merged' }, ['cart opened']],
  ] satisfies readonly (readonly [string, RepositoryView['onboarding'], readonly string[]])[])(
    '%s',
    async (_says, onboarding, deeds) => {
      const { walk, offers } = await shop(ON, { view: onboarding === undefined ? {} : { onboarding } })
      await walk.minutes(5)
      expect(offers).toEqual([])
      expect(walk.deeds().slice(0, 1)).toEqual(deeds)
    },
  )

  it('is not made to a repository that has policies', async () => {
    const { walk, offers } = await shop(ON, { own: true })
    await walk.minutes(4)
    expect([offers, walk.deeds()]).toEqual([[], ['cart opened']])
  })

  it('that the forge refuses is told, and stops no other work', async () => {
    const { walk } = await shop(ON, { forge: { onboard: () => Promise.reject(new KintsugiError('KIN-4003', 'down')) } })
    await walk.minutes(1)
    expect(walk.reports[0]?.kept).toEqual([{ repository: URL, kept: 'failed', message: 'down' }])
  })
})

describe('the dashboard', () => {
  const wanted = { dashboard: { enabled: true } }

  it('is written when something is new, and not while nothing is', async () => {
    const { walk, said } = await shop(wanted, { own: true })
    await walk.minutes(2)
    expect(said.length).toBe(1)
    while (!walk.deeds().includes('cart opened')) await walk.minutes(1)
    expect(said.length).toBe(1)
    await walk.minutes(1)
    expect(said.length).toBe(2)
    expect(said.at(-1)).toContain('### Open')
  })

  it.each([
    ['nobody wants it', {}, {}],
    ['a person has closed it', wanted, { dashboard: { text: 'old', updatedAtMs: 0, closedByPerson: true } }],
    ['the repository has no issues', wanted, { issues: false }],
  ] satisfies readonly (readonly [string, Partial<ControllerDeps['config']>, Partial<RepositoryView>])[])(
    'is left alone where %s',
    async (_says, config, view) => {
      const { walk, said } = await shop(config, { own: true, view })
      await walk.minutes(4)
      expect(said).toEqual([])
    },
  )
})

describe('a repository whose files cannot be read', () => {
  it('is a line of the report, and the others go on', async () => {
    const { walk } = await shop(ON, { own: true })
    await walk.minutes(2, false)
    const odd: Forge = {
      ...walk.forge,
      repository: 'https://git.example/odd.git',
      tree: () => Promise.reject(new KintsugiError('KIN-4008', 'more entries than are listed')),
    }
    const deps = { ...walk.deps, repositories: [{ urls: [odd.repository], forge: odd }, ...walk.deps.repositories] }
    const reports: TickReport[] = []
    for (let minute = 0; minute < 8; minute += 1) {
      await walk.minutes(1, false)
      reports.push(await reconcile(deps, walk.memory, walk.clock.now()))
    }
    expect(reports[0]?.problems).toEqual([`${odd.repository}: more entries than are listed`])
    expect(reports.flatMap(({ lanes }) => lanes.map((lane) => lane.done.done))).toContain('opened')
  })
})

describe('a repository that does not answer', () => {
  it('is one line of the report, and the others go on', async () => {
    const { walk } = await shop({}, { own: true })
    await walk.minutes(2, false)
    const gone: Forge = {
      ...walk.forge,
      repository: 'https://git.example/gone.git',
      look: () => Promise.reject(new KintsugiError('KIN-4003', 'archived')),
    }
    const deps = { ...walk.deps, repositories: [{ urls: [gone.repository], forge: gone }, ...walk.deps.repositories] }
    const reports: TickReport[] = []
    for (let minute = 0; minute < 8; minute += 1) {
      await walk.minutes(1, false)
      reports.push(await reconcile(deps, walk.memory, walk.clock.now()))
    }
    expect(reports[0]?.unreachable).toEqual([
      { repository: gone.repository, reason: 'repository-unavailable', message: 'archived' },
    ])
    const done = reports.flatMap(({ lanes }) => lanes.map((lane) => lane.done.done))
    expect(done).toContain('opened')
    // Its past is not known, and it might hold harm: nothing is merged without a person meanwhile.
    expect(done).not.toContain('merged')
  })
})
