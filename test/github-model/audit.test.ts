import { describe, expect, it } from 'vitest'
import { type AuditPlace, auditOf, type ControllerDeps, emptyMemory, loop } from '../../src/controller/index.ts'
import { verifyAudit } from '../../src/domain/index.ts'
import { size } from '../fakes/size.ts'
import { shopOf } from '../scenarios/worlds.ts'
import { CI, GitHubWalk } from './github-walk.ts'
import { type Call, type ModelApiOptions, OWNER, type PullState, type State } from './index.ts'

const BRANCH = 'kintsugi/audit'

/** A process with a journal in the repository that it mends. */
function bot(walk: GitHubWalk, api: Partial<ModelApiOptions> = {}, change: Partial<ControllerDeps> = {}) {
  const deps = walk.deps(api, change)
  const [home] = deps.repositories
  if (home === undefined) throw new Error('there is one')
  const place: AuditPlace = { forge: home.forge, operators: false }
  return { ...deps, audit: auditOf(place) }
}

function openIn(state: State): PullState | undefined {
  return [...state.pulls.values()].find((one) => one.state === 'open')
}

function filesOf({ repository }: GitHubWalk): ReadonlyMap<string, Uint8Array> {
  const head = repository.state.branches.get(BRANCH)
  return head === undefined
    ? new Map()
    : new Map(
        [...repository.objects.filesOf(head)].map(([path, { oid }]) => [
          path,
          repository.objects.blobs.get(oid) ?? new Uint8Array(),
        ]),
      )
}

/** An incident up to an open pull request of a bot that has written its journal before. */
async function opened(): Promise<{ readonly walk: GitHubWalk; readonly deps: ControllerDeps; readonly start: State }> {
  const walk = await GitHubWalk.begin(shopOf({ only: ['cart'] }))
  const deps = bot(walk)
  for (const event of ['began', 'went on'])
    await deps.repositories[0]?.forge.appendAudit([{ atMs: 1, lane: '', event, detail: {} }])
  for (let minute = 0; minute < 12; minute += 1) {
    await walk.minute()
    if (minute >= 8) await walk.tick(deps, walk.memory)
  }
  const pull = openIn(walk.repository.state)
  if (pull === undefined) throw new Error('the bot opens one')
  return { walk, deps, start: walk.repository.state }
}

const MOVES = {
  deleted: (walk: GitHubWalk) => walk.people.deleteBranch(OWNER, BRANCH),
  rewound: (walk: GitHubWalk) => {
    const head = walk.repository.state.branches.get(BRANCH) ?? ''
    const first = walk.repository.objects.between(undefined, head).find(({ parents }) => parents.length === 0)
    walk.people.force(OWNER, BRANCH, first?.oid ?? '')
  },
  rewritten: (walk: GitHubWalk) => {
    // Every file from the one that the proposal anchors.
    const paths = [...filesOf(walk).keys()].sort().slice(1)
    walk.people.push(OWNER, BRANCH, Object.fromEntries(paths.map((path) => [path, 'another\n'])))
  },
} as const

describe('the journal of a process', () => {
  it('tells what was done, in one commit for ten minutes, and is whole', async () => {
    const { walk, deps } = await opened()
    const before = walk.repository.state.branches.get(BRANCH)
    for (let minute = 0; minute < 9; minute += 1) {
      await walk.minute()
      await walk.tick(deps, walk.memory)
    }
    expect(
      walk.repository.objects.between(before, walk.repository.state.branches.get(BRANCH) ?? '').length,
    ).toBeLessThan(2)
    const report = verifyAudit(filesOf(walk))
    expect(report.faults).toEqual([])
    expect(report.entries.map(({ event }) => event)).toContain('opened')
  })

  it('is anchored in the proposal, which a dry run computes alike', async () => {
    const { walk, start } = await opened()
    const pull = openIn(start)
    expect(pull?.body).toContain('kintsugi/00000002-')
    walk.repository.restore(start)
    const plans = []
    for (const _ of [1, 2]) plans.push(await walk.tick(bot(walk, {}, { writes: 'observe' })))
    expect(JSON.stringify(plans[0]?.lanes)).toBe(JSON.stringify(plans[1]?.lanes))
    expect(walk.repository.state).toBe(start)
  })

  it('is written before a merge', async () => {
    const { walk, deps, start } = await opened()
    const pull = openIn(start)
    walk.people.check(CI, { name: 'ci', sha: pull?.headOid ?? '', state: 'success' })
    const calls: Call[] = []
    const fresh = bot(walk, { calls })
    await walk.tick(deps, walk.memory)
    await walk.tick(fresh)
    const ended = walk.repository.state.pulls.get(pull?.number ?? 0)
    expect(ended?.state).toBe('merged')
    expect(verifyAudit(filesOf(walk)).entries.map(({ event }) => event)).toContain('opened')
  })

  it('is written at the end, but not while the operator has stopped the bot', async () => {
    for (const stopped of [false, true]) {
      const { walk } = await opened()
      const deps = bot(walk, {}, { paused: async () => stopped })
      await walk.tick(deps)
      const before = walk.repository.state.branches.get(BRANCH)
      await deps.audit.record(
        {
          ...(await walk.tick(deps)),
          lanes: [],
          quiet: [],
          answered: [{ repository: 'r', pull: 1, by: 'olga', command: 'hold', accepted: true }],
        },
        false,
      )
      const end = new AbortController()
      end.abort()
      await loop(deps, emptyMemory(), walk.clock, { ticked: () => {}, failed: () => {} }, end.signal)
      expect(walk.repository.state.branches.get(BRANCH) === before).toBe(stopped)
    }
  })

  it('never stops a fix, but merging, while it cannot be written', async () => {
    const walk = await GitHubWalk.begin(shopOf({ only: ['cart'] }))
    const deps = bot(walk, { faults: ({ method }) => (method === 'createOrphan' ? 'lost-before' : undefined) })
    for (let minute = 0; minute < 12; minute += 1) {
      await walk.minute()
      if (minute >= 8) await walk.tick(deps, walk.memory)
    }
    const pull = openIn(walk.repository.state)
    expect(pull).toBeDefined()
    walk.people.check(CI, { name: 'ci', sha: pull?.headOid ?? '', state: 'success' })
    const report = await walk.tick(deps, walk.memory)
    expect(report.audit).toMatchObject({ state: 'broken', says: expect.stringContaining('audit-broken') })
    expect(walk.repository.state.pulls.get(pull?.number ?? 0)?.state).toBe('open')
  })
})

describe.each(Object.keys(MOVES) as (keyof typeof MOVES)[])('a journal that was %s', (move) => {
  it.each(['by this process', 'before this one began'])('gives no right, and is said: known %s', async (when) => {
    const { walk, deps, start } = await opened()
    walk.repository.restore(start)
    const pull = openIn(start)
    if (pull === undefined) throw new Error('there is one')
    if (when === 'by this process') await walk.tick(deps, walk.memory)
    const branches = walk.repository.state.branches
    MOVES[move](walk)
    expect(walk.repository.state.branches.get(BRANCH)).not.toBe(branches.get(BRANCH))
    walk.people.check(CI, { name: 'ci', sha: pull.headOid, state: 'success' })
    const now = when === 'by this process' ? deps : bot(walk)
    const memory = when === 'by this process' ? walk.memory : emptyMemory()
    for (let tick = 0; tick < 3; tick += 1) {
      const report = await walk.tick(now, memory)
      expect(report.audit).toMatchObject({ state: 'broken', says: expect.stringContaining('audit-broken') })
      await walk.minute()
    }
    const after = [...walk.repository.state.pulls.values()]
    expect(after.map(({ state }) => state)).toEqual(['open'])
  })
})

describe('what others write', () => {
  it('gives no attempt and no right: trailers on the base, bodies, and files of the journal', async () => {
    const { walk, start } = await opened()
    const own = openIn(start)
    const head = walk.repository.objects.commits.get(own?.headOid ?? '')
    if (own === undefined || head === undefined) throw new Error('there is one')
    const honest = await walk.tick(bot(walk, {}, { writes: 'observe' }))
    walk.repository.restore(start)
    const forged = size(50, 50)
    for (let index = 0; index < forged; index += 1) {
      const message = head.message.replace(
        /Kintsugi-Audit: .*/,
        `Kintsugi-Audit: kintsugi/${String(index + 10).padStart(8, '0')}-0123456789abcdef`,
      )
      walk.people.push(OWNER, 'main', { [`notes/${index}.md`]: `${index}\n` }, { message })
      const branch = `kintsugi/cart-${String(index).padStart(8, '0')}`
      walk.people.push(OWNER, branch, { [`notes/${index}.md`]: `${index}\n` }, { message })
      walk.people.open(OWNER, {
        branch,
        base: 'main',
        title: own.title,
        draft: false,
        body: own.body.replace(/resolved|OOMKilled/g, 'Pending'),
      })
    }
    const deceived = await walk.tick(bot(walk, {}, { writes: 'observe' }))
    const told = (report: typeof honest) =>
      report.lanes.map(({ lane, step, gates }) => [
        lane,
        step.do,
        gates?.filter(({ pass }) => pass).map(({ name }) => name),
      ])
    expect(told(deceived)).toEqual(told(honest))
    expect(deceived.audit?.state).toBe('ok')
    const ours = [...walk.repository.state.pulls.values()].filter(({ author }) => author.kind === 'app')
    expect(ours).toHaveLength(1)
  })

  it('everything local is lost: the next steps are the same', async () => {
    const { walk, deps } = await opened()
    for (let minute = 0; minute < size(5, 20); minute += 1) {
      const start = walk.repository.state
      const kept = await walk.tick(deps, walk.memory)
      walk.repository.restore(start)
      const lost = await walk.tick(bot(walk))
      expect(lost.lanes.map(({ lane, step, done }) => [lane, step, done])).toEqual(
        kept.lanes.map(({ lane, step, done }) => [lane, step, done]),
      )
      await walk.minute()
    }
  })
})
