import { beforeAll, describe, expect, it } from 'vitest'
import type { ControllerDeps } from '../../src/controller/index.ts'
import { size } from '../fakes/size.ts'
import { shopOf } from '../scenarios/worlds.ts'
import { BOT, CI, GitHubWalk, REQUIRED } from './github-walk.ts'
import { type Call, Kill, type ModelApiOptions, OWNER, type PullState, type State } from './index.ts'
import { type Random, randomOf } from './schedule/random.ts'

const OTHER_APP = { login: 'other', kind: 'app', appId: 11 } as const

/** A proposal of the real controller that only waits for its check; every try begins there. */
type Ready = { readonly walk: GitHubWalk; readonly start: State; readonly pull: PullState }

async function ready(bypass: readonly string[]): Promise<Ready> {
  const walk = await GitHubWalk.begin({ ...shopOf({ only: ['cart'] }), repository: { bypass } })
  for (let minute = 0; minute < 12; minute += 1) {
    await walk.minute()
    if (minute >= 8) await walk.tick(walk.deps(), walk.memory)
  }
  const pull = openIn(walk)
  if (pull === undefined) throw new Error('the bot opens one')
  return { walk, start: walk.repository.state, pull }
}

function openIn({ repository }: GitHubWalk): PullState | undefined {
  return [...repository.state.pulls.values()].find(({ state }) => state === 'open')
}

type Try = {
  /** Runs before the call of that number arrives at GitHub. */
  readonly at: number
  readonly what: () => void
  readonly before?: () => void
  readonly deps?: Partial<ControllerDeps>
  readonly kill?: boolean
}

type Seen = {
  readonly calls: readonly Call[]
  readonly pull: PullState
  /** What the bot had last read when it merged, and what GitHub then had. */
  readonly merged?: { readonly read: State; readonly there: State; readonly count: number }
}

/** One tick of a process that remembers nothing, with something that happens in the middle of it. */
async function tryOnce({ walk, start, pull }: Ready, one: Try): Promise<Seen> {
  const { repository } = walk
  repository.restore(start)
  one.before?.()
  const calls: Call[] = []
  let read = repository.state
  let merged: Seen['merged']
  const stateAt = (version: number): State => repository.history[version] ?? repository.state
  const turn: ModelApiOptions['turn'] = async (call, when) => {
    if (when !== 'before' || call.count !== one.at) return
    one.what()
    if (one.kill === true) throw new Kill()
  }
  const seen: ModelApiOptions['seen'] = (call, from, to) => {
    if (call.method === 'repository' || call.method === 'pull') read = stateAt(from)
    if (call.method === 'merge' && to > from) merged = { read, there: stateAt(from), count: call.count }
  }
  const tick = walk.tick(walk.deps({ calls, turn, seen }, one.deps))
  await tick.catch((error: unknown) => {
    if (!(error instanceof Kill)) throw error
  })
  const now = repository.state.pulls.get(pull.number)
  if (now === undefined) throw new Error('a pull request never goes')
  return { calls, pull: now, ...(merged === undefined ? {} : { merged }) }
}

/** Whether the required check of its own integration was green on this head, and nothing of its name was otherwise. */
function isGreen(state: State, sha: string): boolean {
  const rows = state.checks.filter((row) => row.sha === sha && row.name === REQUIRED.name && row.app === REQUIRED.app)
  const last = rows.at(-1)
  return last?.status === 'completed' && last.conclusion === 'success'
}

let enforcing: Ready
let passing: Ready
/** Calls of a tick that merges, up to the merge. */
let whole: number

beforeAll(async () => {
  enforcing = await ready([])
  passing = await ready([BOT.login])
  const { pull, walk } = enforcing
  const green = (): void => walk.people.check(CI, { name: 'ci', sha: pull.headOid, state: 'success' })
  const seen = await tryOnce(enforcing, { at: 0, what: () => {}, before: green })
  whole = seen.merged?.count ?? 0
  expect(seen.pull.state).toBe('merged')
}, 60_000)

const ARRIVALS = [
  'absent',
  'red',
  'red after green',
  'queued after green',
  'running',
  'neutral',
  'skipped',
  'commit status',
  'other app',
  'own',
  'other commit',
  'rule gone',
] as const

function arrive({ walk, pull }: Ready, what: (typeof ARRIVALS)[number]): void {
  const { people, repository } = walk
  const sha = pull.headOid
  const ci = (state: Parameters<typeof people.check>[1]['state']): void => people.check(CI, { name: 'ci', sha, state })
  if (what === 'red' || what === 'red after green') ci('failure')
  else if (what === 'queued after green') ci('queued')
  else if (what === 'running' || what === 'neutral' || what === 'skipped') ci(what)
  else if (what === 'commit status') people.status(OWNER, { name: 'ci', sha, state: 'success' })
  else if (what === 'other app') people.check(OTHER_APP, { name: 'ci', sha, state: 'success' })
  else if (what === 'own') people.check(BOT, { name: 'ci', sha, state: 'success' })
  else if (what === 'rule gone') people.rules('main', { requiredChecks: [] })
  else if (what === 'other commit') {
    people.check(CI, { name: 'ci', sha: repository.state.branches.get('main') ?? '', state: 'success' })
  }
}

describe('between judging and merging', () => {
  it('merges nothing that is red, absent, forged, own or late', async () => {
    const wrong: string[] = []
    let merges = 0
    const count = size(48, 1000)
    for (let index = 0; index < count; index += 1) {
      const random = randomOf(index + 1)
      const world = random.chance(0.5) ? enforcing : passing
      const what = ARRIVALS[index % ARRIVALS.length] ?? 'absent'
      const green = what.endsWith('after green')
      const { walk, pull } = world
      const before = (): void => {
        if (green) walk.people.check(CI, { name: 'ci', sha: pull.headOid, state: 'success' })
      }
      const at = random.below(whole + 1)
      const seen = await tryOnce(world, { at, what: () => arrive(world, what), before })
      if (seen.merged === undefined) continue
      merges += 1
      const known = isGreen(seen.merged.read, pull.headOid)
      const held = world === passing || isGreen(seen.merged.there, pull.headOid)
      if (!known || !held || !green)
        wrong.push(`${what} before call ${at} of ${whole}, ${world === passing ? 'bypass' : 'enforced'}`)
    }
    expect(wrong).toEqual([])
    // Where a check turns only after everything was read and nobody enforces it, no client could know.
    expect(merges).toBeLessThan(count / 6)
  }, 600_000)

  it('merges no commit of somebody else', async () => {
    const points = size(17, 50)
    for (let index = 0; index < points; index += 1) {
      const at = Math.floor((index * (whole + 4)) / points)
      const { walk, pull } = enforcing
      let foreign = ''
      const as = index % 2 === 0 ? {} : { as: BOT }
      const seen = await tryOnce(enforcing, {
        at,
        before: () => walk.people.check(CI, { name: 'ci', sha: pull.headOid, state: 'success' }),
        what: () => {
          foreign = walk.people.push(OWNER, pull.branch, { 'notes.md': 'mine\n' }, as)
        },
      })
      const { branches } = walk.repository.state
      const inBase = walk.repository.objects.filesOf(branches.get('main')).has('notes.md')
      const kept = foreign === '' || branches.get(pull.branch) === foreign
      expect({ at, inBase, kept, head: seen.merged?.there.pulls.get(pull.number)?.headOid ?? pull.headOid }).toEqual({
        at,
        inBase: false,
        kept: true,
        head: pull.headOid,
      })
    }
  }, 600_000)

  it('notices every move of the base', async () => {
    const moves = size(24, 100)
    const unnoticed: string[] = []
    let merges = 0
    for (let index = 0; index < moves; index += 1) {
      const random = randomOf(index + 1)
      const { walk, pull } = enforcing
      const path = inputOf(walk, pull, random)
      const at = random.below(whole + 2)
      const seen = await tryOnce(enforcing, {
        at,
        before: () => walk.people.check(CI, { name: 'ci', sha: pull.headOid, state: 'success' }),
        what: () => void walk.people.push(OWNER, 'main', { [path]: `${textOf(walk, path)}\n# moved ${index}\n` }),
      })
      if (seen.merged === undefined) continue
      merges += 1
      const moved = hasMoved(walk, seen.merged.there, pull)
      const said = seen.pull.comments.some(({ body }) => /merge-drift|came along/.test(body))
      if (moved && !said) unnoticed.push(`${path} before call ${at} of ${whole}`)
    }
    expect(unnoticed).toEqual([])
    expect(merges).toBeLessThan(moves)
  }, 600_000)

  it.each(['paused', 'frozen', 'not the leader', 'killed'] as const)(
    'merges nothing once it is %s',
    async (stop) => {
      const points = size(18, 50)
      const after: string[] = []
      for (let index = 0; index < points; index += 1) {
        const at = 1 + Math.floor((index * (whole + 2)) / points)
        const { walk, pull } = enforcing
        let stopped = false
        const asked = async (): Promise<boolean> => stopped
        const deps: Partial<ControllerDeps> =
          stop === 'paused'
            ? { paused: asked }
            : stop === 'frozen'
              ? { frozen: asked }
              : stop === 'not the leader'
                ? { epoch: async () => (stopped ? undefined : 1) }
                : {}
        const seen = await tryOnce(enforcing, {
          at,
          before: () => walk.people.check(CI, { name: 'ci', sha: pull.headOid, state: 'success' }),
          what: () => {
            stopped = true
          },
          deps,
          kill: stop === 'killed',
        })
        // Before the call of that number: the merge itself is then on its way already.
        if (seen.merged !== undefined && seen.merged.count > at && stopped) after.push(`call ${at} of ${whole}`)
      }
      expect(after).toEqual([])
    },
    600_000,
  )
})

function inputsOf(pull: PullState): Readonly<Record<string, string>> {
  const json = /<!-- kintsugi:block v1 (.*) -->/.exec(pull.body)?.[1] ?? '{}'
  const record: { inputs?: Record<string, string> } = JSON.parse(json)
  return record.inputs ?? {}
}

/** A file that the proof has read. */
function inputOf(_walk: GitHubWalk, pull: PullState, random: Random): string {
  const [first, ...rest] = Object.keys(inputsOf(pull))
  if (first === undefined) throw new Error('a proof has read something')
  return random.pick([first, ...rest])
}

function textOf({ repository }: GitHubWalk, path: string): string {
  const oid = repository.objects.filesOf(repository.state.branches.get('main')).get(path)?.oid
  return new TextDecoder().decode(repository.objects.blobs.get(oid ?? ''))
}

function hasMoved({ repository }: GitHubWalk, there: State, pull: PullState): boolean {
  const files = repository.objects.filesOf(there.branches.get('main'))
  return Object.entries(inputsOf(pull)).some(([path, oid]) => files.get(path)?.oid !== oid)
}
