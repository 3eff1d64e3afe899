import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { prometheusTools } from '../fakes/real-prometheus.ts'
import { size } from '../fakes/size.ts'
import type { RepositoryState } from '../github/world/control/state.ts'
import { forge } from './forgeries.ts'
import {
  anchored,
  type Look,
  merges,
  REPO,
  type ReadyToMerge,
  readyToMerge,
  reportGreen,
  writesOf,
} from './github-looks.ts'
import { syncedAt } from './github-place.ts'

const JOURNAL = 'kintsugi/audit'
/** A few of everything, or all of it. */
const FULL = size(1, 50) >= 10

const tools = prometheusTools('what kintsugi run knows without a database')

describe.runIf(tools !== undefined)('kintsugi run that remembers nothing', () => {
  let ready: ReadyToMerge
  /** The proposal waits for its check. */
  let putBack: () => Promise<void>

  beforeAll(async () => {
    if (tools === undefined) return
    ready = await readyToMerge(tools)
    // Twice: the proposal then names a file of the journal that is not its first.
    await anchored(ready, 'once')
    await anchored(ready, 'twice')
    putBack = await ready.moment()
  }, 120_000)
  afterAll(() => ready?.close())

  const scene = () => ready.made.github
  const own = ({ pulls }: RepositoryState) => pulls.filter(({ author }) => author === 'kintsugi[bot]')
  const deployed = async () => {
    const { oid } = (await ready.state()).branches['main'] ?? { oid: '' }
    ready.made.cluster.put(syncedAt(scene(), oid, Date.now() - 60 * 60_000))
  }

  /** What people see of what the bot did, without the times in its texts. */
  async function seen(): Promise<unknown> {
    const state = await ready.state()
    return {
      branches: Object.fromEntries(
        Object.entries(state.branches).map(([name, { tree }]) => [name, name === JOURNAL ? 'is there' : tree]),
      ),
      pulls: own(state).map(({ number, title, state: is, merged, autoMerge, labels, comments }) => [
        ...[number, title, is, merged?.by, autoMerge, labels],
        comments.map(({ author, body, reactions }) => [author, author === 'kintsugi[bot]' ? '' : body, reactions]),
      ]),
      issues: state.issues.map(({ title, author }) => [title, author]),
      checks: state.checks.map(({ name, conclusion }) => `${name} ${conclusion}`),
    }
  }

  describe('with the mirror and every cache gone', () => {
    const STEPS = {
      'a base that moved': () => anchoredBase('moved once more'),
      'a question of a person': () =>
        scene().do('comment', { repo: REPO, number: 1, by: 'ann', body: '/kintsugi explain' }),
      'a green check': () => reportGreen(ready),
      'its own merge': async () => {
        await ready.look()
        await deployed()
      },
      'a person who said no': () => scene().do('closePull', { repo: REPO, number: 1, by: 'ann' }),
    } as const
    const all = Object.keys(STEPS) as (keyof typeof STEPS)[]

    async function anchoredBase(note: string): Promise<void> {
      const path = 'apps/cart/deployment.yaml'
      const files = { [path]: `${(await baseText(path)).trimEnd()}\n# ${note}\n` }
      await scene().do('push', { repo: REPO, branch: 'main', files, by: 'ann', bypass: true })
      await deployed()
    }

    async function baseText(path: string): Promise<string> {
      const { body } = await scene().ask('GET', `/repos/${REPO}/contents/${path}`, scene().token)
      // The shape of a file in GitHub's answer.
      return Buffer.from((body as { content: string }).content, 'base64').toString('utf8')
    }

    it.each(FULL ? all : all.slice(0, 1))(
      'takes the same step after %s',
      async (step) => {
        await putBack()
        await deployed()
        if (step === 'its own merge') await reportGreen(ready)
        await STEPS[step]()
        await scene().settle()
        const again = await ready.moment()
        const kept = await ready.look()
        const after = await seen()
        await again()
        ready.forgetAll()
        const lost = await ready.look()
        expect({ writes: writesOf(lost.asked), after: await seen() }).toEqual({ writes: writesOf(kept.asked), after })
      },
      120_000,
    )
  })

  describe('with its journal changed by somebody else', () => {
    type Change = (head: string, files: readonly string[]) => Promise<unknown>
    const force = async (sha: string): Promise<void> => {
      const { token } = await scene().do('userToken', { login: 'olga' })
      const path = `/repos/${REPO}/git/refs`
      const known = (await ready.state()).branches[JOURNAL]
      const answer =
        known === undefined
          ? await scene().ask('POST', path, token, { ref: `refs/heads/${JOURNAL}`, sha })
          : await scene().ask('PATCH', `${path}/heads/${JOURNAL}`, token, { sha, force: true })
      expect([200, 201]).toContain(answer.status)
    }
    const commits = async (head: string): Promise<readonly { readonly sha: string }[]> => {
      const { body } = await scene().ask('GET', `/repos/${REPO}/commits?sha=${head}`, scene().token)
      // The shape of GitHub's list of commits, newest first.
      return body as { sha: string }[]
    }
    const overwritten = (files: readonly string[]) => Object.fromEntries(files.map((path) => [path, 'another\n']))
    const push = { repo: REPO, branch: JOURNAL, by: 'olga' } as const
    const CHANGES: Readonly<Record<string, Change>> = {
      rewound: async (head) => force((await commits(head)).at(-1)?.sha ?? ''),
      deleted: () => scene().do('deleteBranch', { repo: REPO, branch: JOURNAL, by: 'olga' }),
      'rewritten from its first commit': async (head, files) =>
        scene().do('push', {
          ...push,
          from: (await commits(head)).at(-1)?.sha ?? '',
          files: overwritten(files),
        }),
      'overwritten by a later commit': (_, files) => scene().do('push', { ...push, files: overwritten(files) }),
    }
    const names = Object.keys(CHANGES)

    it.each(FULL ? names : names.slice(0, 1))(
      'merges nothing where it was %s, says so, and goes on when it is put back',
      async (change) => {
        await putBack()
        await deployed()
        await reportGreen(ready)
        const before = await ready.state()
        const head = before.branches[JOURNAL]?.oid ?? ''
        const { body } = await scene().ask('GET', `/repos/${REPO}/git/trees/${head}?recursive=1`, scene().token)
        // The shape of a tree in GitHub's answer.
        const { tree } = body as { tree: { path: string; type: string }[] }
        const files = tree.filter(({ type }) => type === 'blob').map(({ path }) => path)
        expect(files.length).toBeGreaterThan(1)
        await CHANGES[change]?.(head, files)
        for (const asked of FULL ? [1, 2] : [1]) {
          const look = await ready.look()
          const after = await ready.state()
          expect({ asked, merges: merges(look.asked), out: look.out }).toEqual({
            asked,
            merges: 0,
            out: expect.stringMatching(/audit-broken: the journal of \S+ does not hold what it held/),
          })
          expect(after.pulls.map(({ number, state, head, autoMerge }) => [number, state, head.oid, autoMerge])).toEqual(
            before.pulls.map(({ number, state, head }) => [number, state, head.oid, null]),
          )
          expect(after.branches['main']).toEqual(before.branches['main'])
          // What a reviewer reads.
          const check = after.checks.findLast(({ name }) => name === 'kintsugi')
          expect(`${check?.title} ${check?.summary} ${check?.text}`).toContain('audit')
        }
        await force(head)
        expect(merges((await ready.look()).asked)).toBe(1)
      },
      120_000,
    )
  })

  describe('among fifty trailers, bodies and comments that imitate it', () => {
    const COUNT = size(10, 50)
    const STATES = {
      'waits for its check': async () => {},
      'was closed by a person': () => scene().do('closePull', { repo: REPO, number: 1, by: 'ann' }),
      'is green': () => reportGreen(ready),
      'was merged': async () => {
        await reportGreen(ready)
        await ready.look()
      },
    } as const
    const all = Object.keys(STATES) as (keyof typeof STATES)[]

    async function honest(state: keyof typeof STATES): Promise<Look> {
      await putBack()
      await STATES[state]()
      await deployed()
      await scene().settle()
      return ready.look()
    }

    it.each(FULL ? all : all.slice(0, 1))(
      'does neither more nor less where its pull request %s',
      async (state) => {
        const plain = await honest(state)
        const first = own(await ready.state()).map(({ number, state: is, merged }) => [number, is, merged?.by])
        await putBack()
        await STATES[state]()
        await forge(scene(), COUNT)
        await deployed()
        // GitHub computes anew whether it can be merged once somebody asks.
        await scene().ask('GET', `/repos/${REPO}/pulls/1`, scene().token)
        await scene().settle()
        const before = await ready.state()
        const deceived = await ready.look()
        const after = await ready.state()
        expect({ writes: writesOf(deceived.asked), merges: merges(deceived.asked) }, deceived.out).toEqual({
          writes: writesOf(plain.asked),
          merges: state === 'is green' ? 1 : 0,
        })
        expect(own(after).map(({ number, state: is, merged }) => [number, is, merged?.by])).toEqual(first)
        // What the person wrote is left alone.
        const theirs = ({ pulls }: RepositoryState) =>
          pulls.filter(({ author }) => author === 'ann').map(({ base: { branch }, ...rest }) => ({ ...rest, branch }))
        expect(theirs(after)).toEqual(theirs(before))
        expect(after.issues).toEqual(before.issues)
        expect(deceived.out).not.toContain('audit-broken')
      },
      120_000,
    )
  })
})
