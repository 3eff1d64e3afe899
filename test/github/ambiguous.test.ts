import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import type { Forge } from '../../src/ports/index.ts'
import { type Hall, openHall } from '../adapters/github/stand-in-world.ts'
import { CART_LANE, proposalOn, pullOf } from '../contracts/forge.ts'
import { size } from '../fakes/size.ts'
import { type Random, randomOf } from '../github-model/schedule/random.ts'
import type { Fault, FaultKind } from './faults.ts'
import { control } from './world/control-routes.ts'

/** 9 verbs x 3 forms x this many seeds: 540 in full. */
const SEEDS = Math.min(20, size(1, 20))
const HANG_MS = 1500

const REPO = '/repos/{owner}/{repo}'
const FORMS = ['502', 'reset', 'hang'] as const

type Place = { readonly forge: Forge; readonly pull: number; readonly sha: string }

type Verb = {
  readonly name: string
  /** Operations of which the first that comes is struck. */
  readonly matches: readonly string[]
  /** After so many fields of the document. */
  readonly fields?: number
  /** Whether a pull request is there before. */
  readonly onOpen: boolean
  readonly run: (place: Place) => Promise<unknown>
  readonly end: Partial<End>
}

async function open(forge: Forge): Promise<Place> {
  const base = (await forge.head('main')) ?? ''
  const { number, headSha } = pullOf(await forge.open(proposalOn(base)))
  return { forge, pull: number, sha: headSha }
}

const document = {
  matches: ['mutation createPullRequest'],
  onOpen: false,
  run: ({ forge }: Place) => open(forge),
  end: {},
}

const VERBS: readonly Verb[] = [
  { ...document, name: 'create the branch', fields: 1 },
  { ...document, name: 'commit', fields: 2 },
  { ...document, name: 'open', fields: 3 },
  {
    ...document,
    name: 'labels and check run',
    matches: ['mutation addLabelsToLabelable'],
    end: { labels: ['kintsugi'] },
  },
  {
    name: 'check',
    matches: [`POST ${REPO}/check-runs`, `PATCH ${REPO}/check-runs/{check_run_id}`],
    onOpen: true,
    run: ({ forge, pull }) => forge.check(pull, [{ name: 'head', pass: true, value: 'ours' }]),
    end: {},
  },
  {
    name: 'comment',
    matches: [`POST ${REPO}/issues/{issue_number}/comments`],
    onOpen: true,
    run: ({ forge, pull }) => forge.say({ pull }, 'Waiting for the checks.'),
    end: { comments: 1 },
  },
  {
    name: 'merge',
    matches: [`PUT ${REPO}/pulls/{pull_number}/merge`],
    onOpen: true,
    run: ({ forge, pull, sha }) => forge.merge(pull, sha, { method: 'squash' }),
    end: { state: 'merged', branches: 0, commits: 2 },
  },
  {
    name: 'close and delete the branch',
    matches: [`PATCH ${REPO}/pulls/{pull_number}`, 'mutation updateRefs'],
    onOpen: true,
    run: ({ forge, pull }) => forge.close(pull, 'superseded', 'A newer one.'),
    end: { state: 'closed', branches: 0, comments: 1 },
  },
  {
    name: 'issue',
    matches: [`POST ${REPO}/issues`],
    onOpen: true,
    run: ({ forge }) => forge.say({ lane: CART_LANE }, 'Nothing can be done here.'),
    end: { issues: 1 },
  },
]

type End = {
  readonly pulls: number
  readonly state: string
  readonly branches: number
  readonly labels: readonly string[]
  readonly comments: number
  readonly issues: number
  /** Check runs of our name on one commit. */
  readonly checks: number
  readonly commits: number
}

let hall: Hall

beforeAll(async () => {
  hall = await openHall()
  const timeout = AbortSignal.timeout.bind(AbortSignal)
  vi.spyOn(AbortSignal, 'timeout').mockImplementation((ms) => timeout(Math.min(ms, HANG_MS)))
}, 60_000)

afterAll(async () => {
  vi.restoreAllMocks()
  await hall?.close()
})

function faultsFor(verb: Verb, form: (typeof FORMS)[number], random: Random): readonly Fault[] {
  const kind: FaultKind = verb.fields !== undefined || random.chance(0.75) ? `${form}-after` : `${form}-before`
  const nth = random.chance(0.2) ? [1, 2] : [1]
  return verb.matches.flatMap((match): Fault[] => {
    const struck: Fault = { kind, match, nth }
    return verb.fields === undefined ? [struck] : [{ kind: 'partial', match, nth, fields: verb.fields }, struck]
  })
}

/** What is left of it, for people to see. */
async function endOf(repo: string): Promise<End> {
  const state = (await control(hall.stand.standIn.world, 'state', { repo })) as StateOf
  const mine = state.pulls.filter(({ author }) => author.endsWith('[bot]'))
  const shas = state.checks.map(({ sha, name }) => `${sha} ${name}`)
  const [pull] = mine
  return {
    pulls: mine.length,
    state: pull?.merged ? 'merged' : (pull?.state ?? 'none'),
    branches: Object.keys(state.branches).length - 1,
    labels: pull?.labels ?? [],
    comments: pull?.comments.length ?? 0,
    issues: state.issues.length,
    checks: shas.length - new Set(shas).size + 1,
    commits: state.branches['main']?.message.startsWith('first') ? 1 : 2,
  }
}

type StateOf = {
  readonly branches: Readonly<Record<string, { readonly message: string }>>
  readonly pulls: readonly {
    readonly author: string
    readonly state: string
    readonly merged: unknown
    readonly labels: readonly string[]
    readonly comments: readonly unknown[]
  }[]
  readonly issues: readonly unknown[]
  readonly checks: readonly { readonly sha: string; readonly name: string }[]
}

const OPEN: End = {
  pulls: 1,
  state: 'open',
  branches: 1,
  labels: ['kintsugi'],
  comments: 0,
  issues: 0,
  checks: 1,
  commits: 1,
}

describe('a write of which it is not known whether it happened', () => {
  const all = VERBS.flatMap((verb) => FORMS.map((form) => ({ verb, form, name: `${verb.name}, ${form}` })))
  // Each verb once and each form thrice, where no size is asked for.
  const some = all.filter((_, index) => (Math.floor(index / 3) + index) % 3 === 0)
  it.each(process.env['KINTSUGI_N'] === undefined ? some : all)(
    'doubles nothing and comes to its end: $name',
    async ({ verb, form }) => {
      const { faults } = hall.stand.standIn
      for (let seed = 1; seed <= SEEDS; seed += 1) {
        const random = randomOf(seed).fork(`${verb.name} ${form}`)
        const world = await hall.world()
        const before = verb.onOpen ? await open(world.forge) : { forge: world.forge, pull: 0, sha: '' }
        faults.set(faultsFor(verb, form, random))
        // One that parks after its rounds says so; the next tick, of this process or another, goes on.
        await verb.run(before).catch(() => undefined)
        const struck = faults.report().reduce((sum, one) => sum + one.struck, 0)
        faults.set([])
        const forge = random.chance(0.5) ? world.restarted() : world.forge
        await verb.run({ ...before, forge })
        await forge.sweep()
        const labels = document.run === verb.run ? {} : { labels: OPEN.labels }
        const end = await endOf(world.repo)
        expect({ seed, struck: struck > 0, ...end, ...(verb.end.labels ? {} : { labels: OPEN.labels }) }).toEqual({
          seed,
          struck: true,
          ...OPEN,
          ...labels,
          ...verb.end,
        })
      }
    },
    600_000,
  )
})
