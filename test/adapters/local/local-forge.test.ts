import { chmodSync, existsSync, readFileSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import { type LocalForgeOptions, localForge } from '../../../src/adapters/local/index.ts'
import { type Pull, sha256 } from '../../../src/domain/index.ts'
import type { Forge } from '../../../src/ports/index.ts'
import { readAttempt } from '../../../src/proposal/index.ts'
import { CART, CART_LANE, DECIDED, forgeContract, proposalOn, pullOf, WEB } from '../../contracts/forge.ts'
import { live, type StoryWorld, WHOLE_END } from '../../contracts/forge-story.ts'
import { freshRepository, removeFolders, TestRepository, temporaryFolder } from './repository.ts'

afterAll(removeFolders)

function forgeOf(repository: TestRepository, change: Partial<LocalForgeOptions> = {}) {
  const clock = { now: () => repository.nowMs, sleep: async () => {} }
  return localForge({ gitDir: repository.gitDir, url: 'file:///shop.git', branchPrefix: 'kintsugi', clock, ...change })
}

forgeContract('the local forge', async () => {
  const repository = freshRepository()
  const forge = forgeOf(repository)
  return {
    forge,
    restarted: () => forgeOf(repository),
    push: async (branch, files) => repository.push(branch, files),
    mergeByPerson: async (pull) => {
      await forge.mergeByPerson(pull.number, pull.headSha)
    },
    closeByPerson: async (pull) => {
      await forge.closeByPerson(pull.number)
    },
    deleteBranch: async (branch) => {
      repository.git(['update-ref', '-d', `refs/heads/${branch}`])
    },
    state: async () => repository.state(),
    advance: (ms) => {
      repository.nowMs += ms
    },
  }
})

async function openCart(forge: Forge): Promise<Pull> {
  return pullOf(await forge.open(proposalOn((await forge.head('main')) ?? '')))
}

async function cartPull(forge: Forge): Promise<Pull | undefined> {
  return (await forge.look('main', [CART_LANE])).history.get(CART_LANE)?.at(-1)
}

describe('people with plain git', () => {
  let repository: TestRepository
  let forge: Forge
  let pull: Pull
  let clone: string
  const git = (...args: readonly string[]): string => repository.inClone(clone, ...args)

  beforeEach(async () => {
    repository = freshRepository()
    forge = forgeOf(repository)
    pull = await openCart(forge)
    clone = repository.clone()
  })

  const ways: readonly (readonly [string, readonly (readonly string[])[]])[] = [
    ['fast-forward', [['merge', '--quiet', 'HEAD_OF_PULL']]],
    ['with a merge commit', [['merge', '--quiet', '--no-ff', '-m', 'merge', 'HEAD_OF_PULL']]],
    [
      'as a squash',
      [
        ['merge', '--quiet', '--squash', 'HEAD_OF_PULL'],
        ['commit', '--quiet', '-m', 'squashed'],
      ],
    ],
    ['by cherry-pick', [['cherry-pick', '-x', 'HEAD_OF_PULL']]],
  ]

  it.each(ways)('merge %s, and go on working', async (_, commands) => {
    git('commit', '--quiet', '--allow-empty', '-m', 'before')
    for (const command of commands)
      git(...command.map((word) => (word === 'HEAD_OF_PULL' ? `origin/${pull.branch}` : word)))
    const merged = git('rev-parse', 'HEAD')
    for (const message of ['one', 'two', 'three']) git('commit', '--quiet', '--allow-empty', '-m', message)
    git('push', '--quiet', 'origin', 'main')
    expect(await cartPull(forge)).toMatchObject({ state: 'merged', endedBy: 'person', mergeCommit: merged })
  })

  it('merge fast-forward: the head itself is the merge commit', async () => {
    git('merge', '--quiet', `origin/${pull.branch}`)
    git('push', '--quiet', 'origin', 'main')
    expect(await cartPull(forge)).toMatchObject({ state: 'merged', endedBy: 'person', mergeCommit: pull.headSha })
  })

  it.each([
    ['long ago', -365 * 86_400_000],
    ['in a year', 365 * 86_400_000],
  ])('merge with a clock that says %s, and the end still lies after the opening and not ahead', async (_, skewMs) => {
    const nowMs = repository.nowMs
    repository.nowMs += skewMs
    git('merge', '--quiet', '--no-ff', '-m', 'merge', `origin/${pull.branch}`)
    git('push', '--quiet', 'origin', 'main')
    repository.nowMs = nowMs
    const ended = (await cartPull(forge))?.endedAtMs
    expect(ended).toBe(skewMs < 0 ? pull.createdAtMs : nowMs)
  })

  it('merge with an own commit on top of ours', async () => {
    repository.push(pull.branch, { 'README.md': 'and this\n' })
    git('pull', '--quiet', '--no-rebase', 'origin', pull.branch)
    git('push', '--quiet', 'origin', 'main')
    const seen = await cartPull(forge)
    expect(seen).toMatchObject({ state: 'merged', endedBy: 'person', headIsOurs: false })
    expect(seen?.commitMessage).toBe(pull.commitMessage)
  })

  it('merge, and what they did is recorded once', async () => {
    git('merge', '--quiet', `origin/${pull.branch}`)
    git('push', '--quiet', 'origin', 'main')
    const first = await cartPull(forge)
    const before = repository.state()
    expect(await cartPull(forgeOf(repository))).toEqual(first)
    expect(repository.state()).toBe(before)
  })

  it('merge and delete the branch', async () => {
    git('merge', '--quiet', `origin/${pull.branch}`)
    git('push', '--quiet', 'origin', 'main', `:${pull.branch}`)
    expect(await cartPull(forge)).toMatchObject({ state: 'merged', endedBy: 'person' })
  })

  it('rewrite the base: a proposal on what is gone is not opened', async () => {
    const lost = repository.push('main', { [WEB]: 'memory: 65Mi\n' })
    git('commit', '--quiet', '--amend', '--allow-empty', '-m', 'another history')
    git('push', '--quiet', '--force', 'origin', 'main')
    expect(await forge.open(proposalOn(lost, { name: 'web', files: { [WEB]: 'x\n' } }))).toMatchObject({
      reason: 'base-moved',
    })
  })
})

function storyWorld(repository: TestRepository): StoryWorld {
  return {
    start: (beforeWrite) => forgeOf(repository, beforeWrite === undefined ? {} : { beforeWrite }),
    leftOver: async () => {
      const refs = repository.git(['for-each-ref', '--format=%(refname)', 'refs/heads/kintsugi', 'refs/kintsugi/open'])
      return refs.split('\n').filter((ref) => ref !== '')
    },
  }
}

describe('what a kill leaves behind', () => {
  // The fake, which runs the same rules, tries every write; here a sample of them meets real refs.
  it('is taken up by the next process', async () => {
    const whole = await live(storyWorld(freshRepository()), Number.POSITIVE_INFINITY)
    expect(whole.end).toMatchObject(WHOLE_END)
    for (let cutAt = 3; cutAt <= whole.writes; cutAt += 6)
      expect({ cutAt, end: (await live(storyWorld(freshRepository()), cutAt)).end }).toEqual({ cutAt, end: whole.end })
  }, 60_000)

  it('is no stranger: a refresh of which only the record was written', async () => {
    const repository = freshRepository()
    const forge = forgeOf(repository)
    const first = await openCart(forge)
    const main = repository.git(['rev-parse', 'main'])
    const second = pullOf(await forge.refresh(1, proposalOn(main, { files: { [CART]: 'memory: 192Mi\n' } })))
    repository.git(['update-ref', `refs/heads/${first.branch}`, first.headSha])
    expect(await cartPull(forge)).toMatchObject({ headIsOurs: true, headSha: second.headSha })
    expect(await forge.merge(1, second.headSha)).toMatchObject({ result: 'merged' })
    expect(repository.git(['show', `main:${CART}`])).toBe('memory: 192Mi')
  })

  it.each([
    ['that may be held still: said with its name', 0],
    ['a minute old, which nobody holds: removed', 61],
  ])('is a lock %s', async (_, ageSeconds) => {
    const repository = freshRepository()
    const forge = forgeOf(repository)
    const pull = await openCart(forge)
    const locks = ['refs/kintsugi/pulls/1.lock', `refs/heads/${pull.branch}.lock`, 'HEAD.lock', 'packed-refs.lock']
    for (const lock of locks) {
      const file = join(repository.gitDir, lock)
      writeFileSync(file, '')
      const then = Date.now() / 1000 - ageSeconds
      utimesSync(file, then, then)
    }
    const merged = forge.merge(pull.number, pull.headSha)
    if (ageSeconds === 0) await expect(merged).rejects.toThrow('.lock')
    else expect(await merged).toMatchObject({ result: 'merged' })
    expect(locks.filter((lock) => existsSync(join(repository.gitDir, lock)))).toHaveLength(ageSeconds === 0 ? 4 : 0)
  })

  it('adopts a branch that was pushed before its record was', async () => {
    const repository = freshRepository()
    const proposal = proposalOn(repository.git(['rev-parse', 'main']))
    let refs = 0
    const cut = forgeOf(repository, {
      beforeWrite: (what) => {
        if (what === 'refs') refs += 1
        if (refs === 2) throw new Error('killed')
      },
    })
    await expect(cut.open(proposal)).rejects.toThrow('killed')
    const later = { ...proposal, record: { ...proposal.record, decidedAtMs: DECIDED + 60_000 } }
    expect(await forgeOf(repository).open(later)).toMatchObject({
      result: 'adopted',
      pull: { number: 1, headIsOurs: true },
    })
  })
})

describe('authority', () => {
  it('believes no record that another identity committed', async () => {
    const repository = freshRepository()
    const forge = forgeOf(repository)
    const pull = await openCart(forge)
    const tree = repository.git(['rev-parse', 'refs/kintsugi/pulls/1^{tree}'])
    const forged = repository.git(['commit-tree', tree, '-p', 'refs/kintsugi/pulls/1', '-m', 'forged'])
    repository.git(['update-ref', 'refs/kintsugi/pulls/1', forged])
    const seen = await cartPull(forge)
    expect(seen).toMatchObject({ headIsOurs: false, body: '', commitMessage: '' })
    expect(seen && readAttempt(seen)).toEqual({ read: false, reason: 'tampered' })
    const before = repository.state()
    expect(await forge.merge(1, pull.headSha)).toEqual({ result: 'stopped', reason: 'tampered' })
    await forge.say({ pull: 1 }, 'x')
    await forge.close(1, 'superseded', 'x')
    expect(repository.state()).toBe(before)
  })

  it('believes no note that another identity committed', async () => {
    const repository = freshRepository()
    const forge = forgeOf(repository)
    await forge.say({ lane: CART_LANE }, 'Noted.')
    const ref = repository.git(['for-each-ref', '--format=%(refname)', 'refs/kintsugi/notes/'])
    repository.git(['update-ref', ref, repository.git(['commit-tree', `${ref}^{tree}`, '-m', 'forged'])])
    expect((await forge.look('main', [CART_LANE])).notes.size).toBe(0)
  })

  it('reads on when a record is nonsense', async () => {
    const repository = freshRepository()
    repository.git(['update-ref', 'refs/kintsugi/pulls/7', 'refs/heads/main'])
    const forge = forgeOf(repository)
    expect((await forge.look('main', [CART_LANE])).open).toEqual([])
    expect((await openCart(forge)).number).toBe(8)
  })
})

describe('the repository', () => {
  it('gets the same commit from the same proposal', async () => {
    const heads = await Promise.all([0, 1].map(async () => (await openCart(forgeOf(freshRepository()))).headSha))
    expect(heads[0]).toBe(heads[1])
  })

  it('keeps the mode of a file', async () => {
    const repository = freshRepository()
    repository.push('main', { 'apps/run.sh': 'a\n' }, { 'apps/run.sh': '100755' })
    const forge = forgeOf(repository)
    const main = (await forge.head('main')) ?? ''
    const pull = pullOf(await forge.open(proposalOn(main, { files: { 'apps/run.sh': 'b\n' }, inputs: {} })))
    await forge.merge(pull.number, pull.headSha)
    expect(repository.git(['ls-tree', 'main', 'apps/run.sh'])).toContain('100755 blob')
  })

  it('is not written through a link, nor in the place of one', async () => {
    const repository = freshRepository()
    repository.push(
      'main',
      { 'apps/link': '../secrets', 'apps/module': repository.git(['rev-parse', 'main']) },
      { 'apps/link': '120000', 'apps/module': '160000' },
    )
    const forge = forgeOf(repository)
    const main = (await forge.head('main')) ?? ''
    for (const path of ['apps/link', 'apps/link/x.yaml', 'apps/module', 'apps/module/x.yaml'])
      expect(await forge.open(proposalOn(main, { files: { [path]: 'x\n' } }))).toMatchObject({ reason: 'unsafe-path' })
  })

  it('runs no hook', async () => {
    const repository = freshRepository()
    const mark = join(temporaryFolder(), 'ran')
    for (const hook of ['reference-transaction', 'update', 'post-update', 'pre-commit']) {
      const file = join(repository.gitDir, 'hooks', hook)
      writeFileSync(file, `#!/bin/sh\ntouch ${mark}\n`)
      chmodSync(file, 0o755)
    }
    const forge = forgeOf(repository)
    const pull = await openCart(forge)
    await forge.merge(pull.number, pull.headSha)
    expect(existsSync(mark)).toBe(false)
    repository.git(['update-ref', 'refs/heads/other', 'main'])
    expect(existsSync(mark)).toBe(true)
  })

  it('has to be bare', async () => {
    const repository = freshRepository()
    await expect(forgeOf(new TestRepository(join(repository.clone(), '.git'))).look('main', [])).rejects.toThrow(
      'not a bare',
    )
    await expect(forgeOf(new TestRepository(temporaryFolder())).look('main', [])).rejects.toMatchObject({
      code: 'KIN-4002',
    })
  })

  it('says so when there is no such base branch', async () => {
    await expect(forgeOf(freshRepository()).look('absent', [])).rejects.toMatchObject({ code: 'KIN-4002' })
  })

  it('is looked at in a handful of processes, whatever the number of pull requests', async () => {
    const repository = freshRepository()
    const forge = forgeOf(repository)
    await openCart(forge)
    copyPulls(repository, 50)
    expect((await forge.look('main', [])).open).toHaveLength(50)
    const cold = await processesOf(() => forgeOf(repository).look('main', [CART_LANE]))
    const warm = await processesOf(() => forge.look('main', [CART_LANE]))
    expect(cold).toBeLessThanOrEqual(6)
    expect(warm).toBeLessThanOrEqual(3)
  })

  it('may not be what a branch below it needs', async () => {
    const repository = freshRepository()
    repository.git(['update-ref', 'refs/heads/kintsugi', 'main'])
    const result = await forgeOf(repository).open(proposalOn(repository.git(['rev-parse', 'main'])))
    expect(result).toMatchObject({ result: 'refused', reason: 'branch-taken' })
  })
})

/** Makes pull requests 2 to `count` from the first one, each with its own branch. */
function copyPulls(repository: TestRepository, count: number): void {
  const data = JSON.parse(repository.git(['cat-file', 'blob', 'refs/kintsugi/pulls/1:pull.json']))
  const stream: string[] = []
  for (let number = 2; number <= count; number += 1) {
    const branch = `kintsugi/w${number}-00000000`
    const text = JSON.stringify({ ...data, number, branch })
    stream.push(
      `commit refs/kintsugi/pulls/${number}\ncommitter kintsugi <kintsugi@localhost> 1795245600 +0000\ndata 4\npull\n`,
      `M 100644 inline pull.json\ndata ${Buffer.byteLength(text)}\n${text}\n`,
      `M 100644 inline body.md\ndata 4\nbody\n`,
      `reset refs/heads/${branch}\nfrom ${data.headSha}\n\n`,
    )
  }
  repository.git(['fast-import', '--quiet'], stream.join(''))
}

/** How often git is started meanwhile: a git of this test stands before the real one on PATH and counts. */
async function processesOf(work: () => Promise<unknown>): Promise<number> {
  const folder = temporaryFolder()
  const path = process.env['PATH'] ?? ''
  writeFileSync(join(folder, 'git'), `#!/bin/sh\nprintf x >> ${folder}/count\nPATH='${path}' exec git "$@"\n`, {
    mode: 0o755,
  })
  process.env['PATH'] = `${folder}:${path}`
  try {
    await work()
  } finally {
    process.env['PATH'] = path
  }
  return readFileSync(join(folder, 'count'), 'utf8').length
}

describe('bounds', () => {
  it('hold for base branches and paths', async () => {
    const repository = freshRepository()
    const main = repository.git(['rev-parse', 'main'])
    const elsewhere = forgeOf(repository, { bases: ['production'] })
    expect(await elsewhere.open(proposalOn(main))).toMatchObject({ result: 'refused', reason: 'not-bound' })
    const web = forgeOf(repository, { covers: (path) => path.startsWith('apps/web/') })
    expect(await web.open(proposalOn(main))).toMatchObject({ result: 'refused', reason: 'path-forbidden' })
  })
})

describe('a dry run', () => {
  it('sees what people did and writes nothing', async () => {
    const repository = freshRepository()
    const pull = await openCart(forgeOf(repository))
    repository.git(['update-ref', 'refs/heads/main', pull.headSha])
    const before = repository.state()
    const dry = forgeOf(repository, { readOnly: true })
    expect(await cartPull(dry)).toMatchObject({ state: 'merged', endedBy: 'person' })
    await expect(dry.say({ lane: CART_LANE }, 'x')).rejects.toThrow('dry run')
    await expect(
      dry.open(proposalOn(repository.git(['rev-parse', 'main']), { name: 'web', files: { [WEB]: 'x\n' } })),
    ).rejects.toThrow('dry run')
    expect(repository.state()).toBe(before)
  })
})

describe('the review page', () => {
  it('reads the gates that were judged last', async () => {
    const forge = forgeOf(freshRepository())
    const pull = await openCart(forge)
    const gates = [{ name: 'window', pass: false, value: 'shut', reason: 'outside-window' as const }]
    await forge.check(pull.number, gates)
    expect(await forge.gates(pull.number)).toEqual(gates)
    expect((await forge.pulls()).map(({ number }) => number)).toEqual([pull.number])
  })

  it('lets a person merge over inputs that changed, but not over a conflict', async () => {
    const repository = freshRepository()
    const forge = forgeOf(repository)
    const main = (await forge.head('main')) ?? ''
    const inputs = { [WEB]: (await forge.tree(main)).blob(WEB) ?? '' }
    const pull = pullOf(await forge.open(proposalOn(main, { inputs })))
    repository.push('main', { [WEB]: 'memory: 65Mi\n' })
    expect(await forge.merge(pull.number, pull.headSha)).toMatchObject({ result: 'recompute' })
    expect(await forge.mergeByPerson(pull.number, pull.headSha)).toMatchObject({ result: 'merged' })
    expect(repository.git(['log', '-1', '--format=%ce', 'main'])).toBe('reviewer@localhost')
  })
})

describe('the audit branch', () => {
  it('is a chain in which each file names the bytes of the one before', async () => {
    const repository = freshRepository()
    const forge = forgeOf(repository)
    for (const event of ['opened', 'merged', 'synced'])
      await forge.appendAudit([{ atMs: DECIDED, lane: CART_LANE, event, detail: { text: 'a\nb' } }])
    const tree = await forge.tree((await forge.head('kintsugi/audit')) ?? '')
    let previous = '0'.repeat(16)
    tree.paths().forEach((path, index) => {
      expect(path).toBe(`audit/local/2026-11-21/0000000${index + 1}-${previous}.jsonl`)
      previous = sha256(tree.bytes(path) ?? '').slice(0, 16)
    })
    expect(tree.paths()).toHaveLength(3)
  })
})
