import { afterEach, describe, expect, it } from 'vitest'
import { AmbiguousWrite, type RepositoryQuery } from '../../../../src/adapters/github/api.ts'
import { GITHUB_LIMITS } from '../../../../src/adapters/github/http/index.ts'
import { STEP_PERMISSIONS } from '../../../../src/adapters/github/permissions.ts'
import { leastPermissions } from '../../../github/least-permissions.ts'
import { clientOn } from './scene-api.ts'

type Client = Awaited<ReturnType<typeof clientOn>>
const opened: Client[] = []
afterEach(async () => {
  for (const one of opened.splice(0)) {
    const violations = one.at.standIn.violations.all()
    await one.close()
    expect(violations).toEqual([])
  }
})

async function client(options: Parameters<typeof clientOn>[0] = {}): Promise<Client> {
  const made = await clientOn(options)
  opened.push(made)
  return made
}

const QUERY: RepositoryQuery = {
  base: 'main',
  prefix: 'kintsugi',
  heads: ['kintsugi/b0'],
  sinceMs: 0,
  labels: ['kintsugi'],
}

function offer(base: string, branch: string) {
  return {
    branch: { name: branch, oid: base },
    commit: {
      branch,
      expectedHead: base,
      message: 'raise',
      files: [{ path: `${branch}.yaml`, content: Buffer.from('a: 1\n') }],
    },
    pull: { branch, base: 'main', title: branch, body: 'why', draft: false },
  }
}

describe('the client on the stand-in', () => {
  it('reads, opens and adorns in three requests when warm', async () => {
    const { api, at, requests } = await client()
    await api.repository(QUERY)
    await api.write(offer(at.first, 'kintsugi/warm'))
    await api.adorn({ pull: { id: 'none', number: 1 }, labels: [], reviewers: ['ann'] })
    requests.length = 0
    await api.repository(QUERY)
    const made = await api.write(offer(at.first, 'kintsugi/b0'))
    if (made.pull?.ok !== true) throw new Error('not opened')
    const { id, number, headOid } = made.pull.value
    const check = { sha: headOid, name: 'kintsugi', status: 'in_progress', title: 't', summary: 's' } as const
    const adorned = await api.adorn({ pull: { id, number }, labels: ['kintsugi'], reviewers: ['ann'], check })
    expect(adorned).toMatchObject({ missing: [], check: { ok: true } })
    expect(requests.map(({ what, step }) => [what, step])).toEqual([
      ['Repository', 'read'],
      ['Write', 'write'],
      ['Adorn', 'write'],
    ])
  })

  it('shows every branch, pull request and comment past the first pages, and says nothing is cut', async () => {
    const limits = { ...GITHUB_LIMITS, contentPerMinute: 1000, contentPerHour: 1000, unspacedWrites: 1000 }
    const { api, at, requests } = await client({ account: { limits } })
    await api.write(offer(at.first, 'kintsugi/b0'))
    for (let index = 1; index < 22; index += 1)
      await api.write({ branch: { name: `kintsugi/b${index}`, oid: at.first } })
    for (let index = 0; index < 105; index += 1)
      await at.do('comment', { repo: at.repo, number: 1, by: 'ann', body: `comment ${index}` })
    await at.settle()
    requests.length = 0
    const view = await api.repository(QUERY)
    expect([view?.branches.size, view?.open.length, view?.incomplete]).toEqual([22, 1, undefined])
    const first = view?.open.find(({ number }) => number === 1)
    expect(first?.comments.map(({ body }) => body)).toEqual(
      Array.from({ length: 105 }, (_, index) => `comment ${index}`),
    )
    expect(requests.map(({ what }) => what)).toEqual(['Repository', 'more branches', 'more of a pull request'])
  }, 60_000)

  it('counts what it opened itself, and not what others open below its prefix', async () => {
    const { api, at } = await client()
    await api.repository(QUERY)
    await api.write(offer(at.first, 'kintsugi/b0'))
    for (const name of ['kintsugi/theirs', 'kintsugi/cart-00000001']) {
      await at.do('push', {
        repo: at.repo,
        branch: name,
        from: 'main',
        files: { [`${name}.yaml`]: 'a: 1\n' },
        by: 'ann',
      })
      await at.do('createPull', { repo: at.repo, by: 'ann', head: name })
    }
    expect((await api.repository(QUERY))?.createdSince(0)).toBe(1)
  })

  it.each([
    ['502-before', false],
    ['502-after', true],
    ['reset-before', false],
    ['reset-after', true],
    ['went-wrong', true],
  ] as const)('says of a %s that it does not know, and a look tells', async (kind, happened) => {
    const { api, at } = await client()
    await api.repository(QUERY)
    at.standIn.faults.set([{ kind, match: 'mutation createRef' }])
    await expect(api.write(offer(at.first, 'kintsugi/b0'))).rejects.toBeInstanceOf(AmbiguousWrite)
    expect(at.standIn.faults.report()[0]?.struck).toBe(1)
    at.standIn.faults.set([])
    expect((await api.branch('kintsugi/b0')) !== undefined).toBe(happened)
  })

  it('asks for the last word on a merge when it has its token, and then sends it or does not', async () => {
    const { api, at } = await client()
    const made = await api.write(offer(at.first, 'kintsugi/b0'))
    if (made.pull?.ok !== true) throw new Error('not opened')
    const { number, headOid: sha } = made.pull.value
    await at.settle()
    const { calls } = at.world
    const tokens = () => calls.filter(({ operation }) => operation.endsWith('/access_tokens')).length
    const merges = () => calls.filter(({ operation }) => operation.endsWith('/merge')).length
    const before = tokens()
    const seen: number[] = []
    const say = (word: boolean) => async () => seen.push(tokens()) > 0 && word
    const withheld = { ok: false, refusal: { kind: 'withheld' } }
    expect(await api.merge(number, { sha, method: 'squash', last: say(false) })).toMatchObject(withheld)
    expect(await api.enqueue(number, sha, say(false))).toMatchObject(withheld)
    expect(merges()).toBe(0)
    expect(await api.merge(number, { sha, method: 'squash', last: say(true) })).toMatchObject({ ok: true })
    expect([seen, merges(), tokens()]).toEqual([[before + 1, before + 1, before + 1], 1, before + 1])
  })

  it('needs of an installation what the steps say, and nothing more', async () => {
    const { api, at } = await client()
    await api.repository({ ...QUERY, issueLabel: 'kintsugi' })
    const made = await api.write(offer(at.first, 'kintsugi/b0'))
    if (made.pull?.ok !== true) throw new Error('not opened')
    const { number, headOid } = made.pull.value
    await api.checkRun({
      sha: headOid,
      name: 'kintsugi',
      status: 'completed',
      conclusion: 'success',
      title: 't',
      summary: 's',
    })
    await api.createComment(number, 'words')
    await api.createIssue({ title: 't', body: 'b', labels: ['kintsugi'] })
    await at.settle()
    expect((await api.merge(number, { sha: headOid, method: 'squash' })).ok).toBe(true)
    const needed: Readonly<Record<string, string>> = leastPermissions(at.world.calls)
    const granted: Record<string, string> = {}
    for (const step of ['read', 'write', 'merge'] as const)
      for (const [name, level] of Object.entries(STEP_PERMISSIONS[step]))
        if (granted[name] !== 'write') granted[name] = level
    for (const [name, level] of Object.entries(needed)) expect([level, 'write']).toContain(granted[name])
  })
})
