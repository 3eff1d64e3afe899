import { beforeEach, describe, expect, it } from 'vitest'
import {
  type AttemptRecord,
  blobOid,
  type Conclusion,
  laneOf,
  type Proposal,
  type Pull,
} from '../../src/domain/index.ts'
import type { Forge, OpenResult } from '../../src/ports/index.ts'
import { blockDigest, blockJson, hiddenBlock } from '../../src/proposal/block.ts'
import { branchOf } from '../../src/proposal/index.ts'

/** A forge with one repository around it, and what people can do there. */
export type ForgeWorld = {
  readonly forge: Forge
  /** A second process on the same repository that remembers nothing. */
  restarted(): Forge
  /** A person pushes a commit to a branch; gives it. `undefined` deletes a file. */
  push(branch: string, files: Readonly<Record<string, string | undefined>>): Promise<string>
  /** A person merges the pull request by the forge's own means. */
  mergeByPerson(pull: Pull): Promise<void>
  closeByPerson(pull: Pull): Promise<void>
  deleteBranch(branch: string): Promise<void>
  /** Changes with every write to the repository. */
  state(): Promise<string>
  advance(ms: number): void
}

export const CART = 'apps/cart/deployment.yaml'
export const WEB = 'apps/web/deployment.yaml'

/** What the first commit of `main` has to hold. */
export const FIRST_FILES: Readonly<Record<string, string>> = {
  [CART]: 'memory: 32Mi\n',
  [WEB]: 'memory: 64Mi\n',
  'README.md': 'shop\n',
}

export type ProposalChange = {
  readonly name?: string
  readonly files?: Readonly<Record<string, string>>
  readonly inputs?: Readonly<Record<string, string>>
  readonly reverts?: number
  readonly decidedAtMs?: number
  readonly base?: { readonly branch: string; readonly revision: string }
}

export const DECIDED = Date.UTC(2026, 10, 21, 7, 20)

/** A proposal whose files are given; everything else follows from them. */
export function proposalOn(revision: string, change: ProposalChange = {}): Proposal {
  const subject = { cluster: 'demo', namespace: 'shop', kind: 'Deployment', name: change.name ?? 'cart' }
  const lane = laneOf(subject)
  const base = change.base ?? { branch: 'main', revision }
  const files = Object.entries(change.files ?? { [CART]: 'memory: 128Mi\n' }).map(([path, text]) => ({
    path,
    content: new TextEncoder().encode(text),
  }))
  const inputs = change.inputs ?? { [CART]: blobOid(new TextEncoder().encode(FIRST_FILES[CART])) }
  const kind = change.reverts === undefined ? 'fix' : 'revert'
  const record: AttemptRecord = {
    schema: 1,
    kind,
    lane,
    subject,
    incident: `${lane}/OOMKilled/2026-11-21T07:00Z`,
    failure: 'OOMKilled',
    action: 'adjust-resources',
    episodeStartMs: DECIDED - 600_000,
    decidedAtMs: change.decidedAtMs ?? DECIDED,
    base,
    application: { namespace: 'argocd', name: 'shop' },
    policy: { name: 'memory', digest: 'd'.repeat(64) },
    mode: 'automerge',
    changes: [{ field: 'resources.limits.memory', value: '128Mi' }],
    lines: [`${CART}:1`],
    watch: ['oom-killed'],
    verify: { windowMs: 900_000, syncTimeoutMs: 600_000, onHarm: 'revert' },
    proof: 'e'.repeat(64),
    inputs,
    confidence: 0.95,
    mechanisms: 2,
    ...(change.reverts === undefined ? {} : { reverts: change.reverts }),
    present: ['OOMKilled'],
  }
  const title = `${kind}(${subject.name}): set memory`
  const block = blockJson(record)
  return {
    branch: branchOf(lane, 'kintsugi'),
    base,
    title,
    body: `${kind} of ${lane} on ${base.revision}\n\n${hiddenBlock('block', block)}\n`,
    commitMessage: `${title}\n\nKintsugi-Block: ${blockDigest(block)}\n`,
    labels: ['kintsugi'],
    files,
    edits: [],
    proof: { rendered: true, isolation: 'process', changes: [], alsoReadBy: [], tools: [], inputs },
    record,
  }
}

export function pullOf(result: OpenResult): Pull {
  if (result.result === 'refused') throw new Error(`refused: ${result.reason} ${result.message}`)
  return result.pull
}

export const CART_LANE = 'demo/shop/Deployment/cart'
const DAY = 24 * 3_600_000
const RESOLVED: Conclusion = { verdict: 'resolved', atMs: DECIDED, because: 'quiet' }
const VERDICT = 'Resolved.\n\n<!-- kintsugi:conclusion v1 {} -->'

/** Without what the forge computes of it meanwhile. */
function unjudged({ facts: _facts, ...rest }: Pull): Omit<Pull, 'facts'> {
  return rest
}

/** What every adapter of the Forge port keeps. `make` gives a fresh repository whose `main` holds FIRST_FILES. */
export function forgeContract(name: string, make: () => Promise<ForgeWorld>): void {
  describe(`${name} as a Forge`, () => {
    let world: ForgeWorld
    let forge: Forge
    let main: string

    const only = async (): Promise<Pull> => {
      const pulls = (await forge.look('main', [CART_LANE])).history.get(CART_LANE) ?? []
      expect(pulls).toHaveLength(1)
      const [pull] = pulls
      if (pull === undefined) throw new Error('no pull request')
      return pull
    }
    const open = async (change?: ProposalChange): Promise<Pull> =>
      pullOf(await forge.open(proposalOn((await forge.head('main')) ?? '', change)))
    const text = async (revision: string, path: string): Promise<string> =>
      new TextDecoder().decode((await forge.tree(revision)).bytes(path))

    beforeEach(async () => {
      world = await make()
      forge = world.forge
      main = (await forge.head('main')) ?? ''
    })

    describe('reading', () => {
      it('reads the tree at the asked revision, not at the head of the branch', async () => {
        await world.push('main', { [CART]: 'memory: 48Mi\n' })
        expect(await text(main, CART)).toBe('memory: 32Mi\n')
        expect(await text((await forge.head('main')) ?? '', CART)).toBe('memory: 48Mi\n')
      })

      it('names blobs as git does', async () => {
        expect((await forge.tree(main)).blob(CART)).toBe(blobOid(new TextEncoder().encode(FIRST_FILES[CART])))
      })

      it('has no head for a branch that is not there', async () => {
        expect(await forge.head('absent')).toBeUndefined()
      })

      it('knows the branch that HEAD names', async () => {
        expect(await forge.defaultBranch()).toBe('main')
      })

      it('knows which commits a revision contains', async () => {
        const next = await world.push('main', { 'README.md': 'shop 2\n' })
        expect(await forge.contains(next, main)).toBe(true)
        expect(await forge.contains(main, main)).toBe(true)
        expect(await forge.contains(main, next)).toBe(false)
        expect(await forge.contains(next, '0'.repeat(40))).toBe(false)
      })

      it('lists the commits that touched a path, newest first', async () => {
        const first = await world.push('main', { [CART]: 'memory: 48Mi\n' })
        await world.push('main', { [WEB]: 'memory: 65Mi\n' })
        const second = await world.push('main', { [CART]: 'memory: 64Mi\n' })
        const revisions = (await forge.commitsTouching([CART], 'main', 2)).map(({ revision }) => revision)
        expect(revisions).toEqual([second, first])
      })

      it('sees an empty repository as one without pull requests', async () => {
        const view = await forge.look('main', [CART_LANE])
        expect(view).toMatchObject({
          base: { branch: 'main', revision: main },
          open: [],
          recent: [],
          rules: { known: true, requiredChecks: [], approvals: 0, mergeQueue: false, names: [], others: [] },
          audience: 'private',
        })
        expect(view.history.get(CART_LANE)).toEqual([])
        expect(view.openedSince(0)).toBe(0)
      })
    })

    describe('opening', () => {
      it('shows what was proposed', async () => {
        const proposal = proposalOn(main)
        const result = await forge.open(proposal)
        expect(result.result).toBe('opened')
        const pull = await only()
        expect(unjudged(pull)).toEqual(unjudged(pullOf(result)))
        expect(pull).toMatchObject({
          state: 'open',
          branch: proposal.branch,
          base: 'main',
          headIsOurs: true,
          title: proposal.title,
          body: proposal.body,
          files: [CART],
        })
        // A forge may take a message apart and put it together again: its last line break is not kept.
        expect(pull.commitMessage.trimEnd()).toBe(proposal.commitMessage.trimEnd())
        expect(await text(pull.headSha, CART)).toBe('memory: 128Mi\n')
        expect(await forge.head(proposal.branch)).toBe(pull.headSha)
      })

      it('changes the files of the proposal and no others', async () => {
        const pull = await open()
        const [before, after] = [await forge.tree(main), await forge.tree(pull.headSha)]
        expect(after.paths()).toEqual(before.paths())
        expect(after.paths().filter((path) => before.blob(path) !== after.blob(path))).toEqual([CART])
      })

      it('finds the one that is open already, and writes nothing', async () => {
        const first = await open()
        const before = await world.state()
        const again = await forge.open(proposalOn(main, { decidedAtMs: DECIDED + 60_000 }))
        expect(again).toMatchObject({ result: 'exists', pull: { number: first.number, headSha: first.headSha } })
        expect(await world.state()).toBe(before)
      })

      it('opens one of two at once', async () => {
        const other = world.restarted()
        const results = await Promise.all([
          forge.open(proposalOn(main)),
          other.open(proposalOn(main, { decidedAtMs: DECIDED + 1000 })),
        ])
        expect(new Set(results.map((result) => pullOf(result).number)).size).toBe(1)
        expect(await only()).toMatchObject({ state: 'open', headIsOurs: true })
      })

      it('keeps lanes apart', async () => {
        const cart = await open()
        const web = await open({ name: 'web', files: { [WEB]: 'memory: 256Mi\n' } })
        expect(web.number).not.toBe(cart.number)
        const view = await forge.look('main', [CART_LANE])
        expect(view.open.map(({ number }) => number)).toEqual([cart.number, web.number])
        expect([...view.history.keys()]).toEqual([CART_LANE])
      })

      it('leaves a branch with commits of others alone', async () => {
        const proposal = proposalOn(main)
        await world.push(proposal.branch, { 'README.md': 'mine\n' })
        const before = await world.state()
        expect(await forge.open(proposal)).toMatchObject({ result: 'refused', reason: 'branch-taken' })
        expect(await world.state()).toBe(before)
      })

      it('counts what was opened since a moment', async () => {
        const pull = await open()
        const view = await forge.look('main', [])
        expect(view.openedSince(pull.createdAtMs)).toBe(1)
        expect(view.openedSince(pull.createdAtMs + 1)).toBe(0)
      })

      it('is seen by a process that remembers nothing', async () => {
        const pull = await open()
        const seen = (await world.restarted().look('main', [CART_LANE])).open
        expect(seen.map(unjudged)).toEqual([unjudged(pull)])
      })
    })

    describe('hard limits', () => {
      const six = Object.fromEntries(Array.from({ length: 6 }, (_, index) => [`apps/${index}.yaml`, 'x\n']))
      const refusals: readonly (readonly [string, ProposalChange, string])[] = [
        ['a workflow', { files: { '.github/workflows/ci.yaml': 'x' } }, 'path-forbidden'],
        ['a folder of Git', { files: { 'apps/.git/config': 'x' } }, 'path-forbidden'],
        ['the same in capitals', { files: { 'apps/.GIT/config': 'x' } }, 'path-forbidden'],
        ['attributes', { files: { '.gitattributes': 'x' } }, 'path-forbidden'],
        ['code owners', { files: { 'docs/CODEOWNERS': 'x' } }, 'path-forbidden'],
        ['its own settings', { files: { '.kintsugi/policies/all.yaml': 'x' } }, 'path-forbidden'],
        ['a path that leaves the repository', { files: { '../x': 'x' } }, 'unsafe-path'],
        ['an absolute path', { files: { '/etc/passwd': 'x' } }, 'unsafe-path'],
        ['a path with a control character', { files: { 'apps/a\nb': 'x' } }, 'unsafe-path'],
        ['a file in the place of a folder', { files: { apps: 'x' } }, 'unsafe-path'],
        ['a folder in the place of a file', { files: { 'README.md/x': 'x' } }, 'unsafe-path'],
        ['six files', { files: six }, 'too-many-files'],
        ['no file', { files: {} }, 'no-effect'],
        ['files as they are', { files: { [CART]: FIRST_FILES[CART] ?? '' } }, 'no-effect'],
        ['a file of two megabytes', { files: { [CART]: 'x'.repeat(2 * 1024 * 1024) } }, 'input-too-large'],
      ]
      it.each(refusals)('refuse %s', async (_, change, reason) => {
        const before = await world.state()
        expect(await forge.open(proposalOn(main, change))).toMatchObject({ result: 'refused', reason })
        expect(await world.state()).toBe(before)
      })

      it('refuse a base that is not a branch of people', async () => {
        const first = await open()
        const base = { branch: first.branch, revision: first.headSha }
        expect(await forge.open(proposalOn(main, { name: 'web', base }))).toMatchObject({ reason: 'not-bound' })
        const absent = { branch: 'absent', revision: main }
        expect(await forge.open(proposalOn(main, { name: 'web', base: absent }))).toMatchObject({ reason: 'not-bound' })
      })

      it('refuse a base that the branch does not hold', async () => {
        const base = { branch: 'main', revision: '0'.repeat(40) }
        expect(await forge.open(proposalOn(main, { base }))).toMatchObject({ result: 'refused', reason: 'base-moved' })
      })

      it('refuse a proposal whose file was changed on the base meanwhile', async () => {
        await world.push('main', { [CART]: 'memory: 48Mi\n' })
        expect(await forge.open(proposalOn(main))).toMatchObject({ result: 'refused', reason: 'base-moved' })
        await world.push('main', { [CART]: FIRST_FILES[CART] })
        expect(await forge.open(proposalOn(main))).toMatchObject({ result: 'opened' })
      })

      it('refuse a branch outside of the prefix', async () => {
        const proposal = { ...proposalOn(main), branch: 'main' }
        expect(await forge.open(proposal)).toMatchObject({ result: 'refused', reason: 'path-forbidden' })
      })

      it('refuse a change that was not proven', async () => {
        const proposal = proposalOn(main)
        const unproven = { ...proposal, proof: { ...proposal.proof, rendered: false } }
        expect(await forge.open(unproven)).toMatchObject({ result: 'refused', reason: 'render-failed' })
      })
    })

    describe('refreshing', () => {
      it('puts the new proposal on the branch and keeps the number', async () => {
        const pull = await open()
        const next = await world.push('main', { [WEB]: 'memory: 65Mi\n' })
        const fresh = proposalOn(next, { files: { [CART]: 'memory: 192Mi\n' } })
        const result = pullOf(await forge.refresh(pull.number, fresh))
        expect(result).toMatchObject({
          number: pull.number,
          body: fresh.body,
          headIsOurs: true,
          createdAtMs: pull.createdAtMs,
        })
        expect(unjudged(await only())).toEqual(unjudged(result))
        expect(await text(result.headSha, CART)).toBe('memory: 192Mi\n')
        expect(await forge.contains(result.headSha, next)).toBe(true)
      })

      it('writes nothing when nothing changed', async () => {
        const pull = await open()
        const before = await world.state()
        expect(await forge.refresh(pull.number, proposalOn(main))).toMatchObject({ result: 'exists' })
        expect(await world.state()).toBe(before)
      })

      it('keeps its hands off a head that is not ours', async () => {
        const pull = await open()
        await world.push(pull.branch, { [CART]: 'memory: 99Mi\n' })
        expect(await only()).toMatchObject({ state: 'open', headIsOurs: false })
        expect(await forge.refresh(pull.number, proposalOn(main))).toMatchObject({ reason: 'head-not-ours' })
      })
    })

    describe('merging', () => {
      it('puts the change on the base and ends the pull request', async () => {
        const pull = await open()
        const result = await forge.merge(pull.number, pull.headSha)
        const head = await forge.head('main')
        expect(result).toEqual({ result: 'merged', commit: head })
        expect(await text(head ?? '', CART)).toBe('memory: 128Mi\n')
        expect(await only()).toMatchObject({ state: 'merged', endedBy: 'bot', mergeCommit: head, headIsOurs: true })
        expect(await forge.head(pull.branch)).toBeUndefined()
      })

      it('can be read as before afterwards', async () => {
        const pull = await open()
        await forge.merge(pull.number, pull.headSha)
        expect(await only()).toMatchObject({
          body: pull.body,
          commitMessage: pull.commitMessage,
          headSha: pull.headSha,
        })
      })

      it('keeps what people changed elsewhere meanwhile', async () => {
        const pull = await open()
        await world.push('main', { [WEB]: 'memory: 65Mi\n' })
        await forge.merge(pull.number, pull.headSha)
        expect(await text((await forge.head('main')) ?? '', WEB)).toBe('memory: 65Mi\n')
      })

      it('asks for a new proposal when the file was changed', async () => {
        const pull = await open()
        const moved = await world.push('main', { [CART]: 'memory: 48Mi\n' })
        expect(await forge.merge(pull.number, pull.headSha)).toEqual({ result: 'recompute', reason: 'conflict' })
        expect(await forge.head('main')).toBe(moved)
      })

      it('asks for a new proposal when another file that the proof read was changed', async () => {
        const pull = await open({
          inputs: { [WEB]: blobOid(new TextEncoder().encode(FIRST_FILES[WEB])) },
        })
        await world.push('main', { [WEB]: 'memory: 65Mi\n' })
        expect(await forge.merge(pull.number, pull.headSha)).toEqual({ result: 'recompute', reason: 'base-moved' })
      })

      it('stops at a head that is not the judged one', async () => {
        const pull = await open()
        expect(await forge.merge(pull.number, main)).toEqual({ result: 'stopped', reason: 'head-not-ours' })
        const foreign = await world.push(pull.branch, { [CART]: 'memory: 99Mi\n' })
        for (const sha of [pull.headSha, foreign])
          expect(await forge.merge(pull.number, sha)).toEqual({ result: 'stopped', reason: 'head-not-ours' })
        expect(await forge.head('main')).toBe(main)
      })

      it('gives the same answer when asked again', async () => {
        const pull = await open()
        const first = await forge.merge(pull.number, pull.headSha)
        const before = await world.state()
        expect(await world.restarted().merge(pull.number, pull.headSha)).toEqual(first)
        expect(await world.state()).toBe(before)
      })

      it('frees the lane for its next attempt on the same branch', async () => {
        const first = await open()
        await forge.merge(first.number, first.headSha)
        const second = await open({ files: { [CART]: 'memory: 192Mi\n' } })
        expect(second.branch).toBe(first.branch)
        const pulls = (await forge.look('main', [CART_LANE])).history.get(CART_LANE) ?? []
        expect(pulls.map(({ number, state }) => [number, state])).toEqual([
          [first.number, 'merged'],
          [second.number, 'open'],
        ])
      })

      it('is recent for seven days', async () => {
        const pull = await open()
        await forge.merge(pull.number, pull.headSha)
        expect((await forge.look('main', [])).recent.map(({ number }) => number)).toEqual([pull.number])
        world.advance(8 * DAY)
        expect((await forge.look('main', [])).recent).toEqual([])
      })
    })

    describe('people', () => {
      it('may merge', async () => {
        const pull = await open()
        await world.mergeByPerson(pull)
        const merged = await only()
        expect(merged).toMatchObject({ state: 'merged', endedBy: 'person', headIsOurs: true })
        expect(await text(merged.mergeCommit ?? '', CART)).toBe('memory: 128Mi\n')
      })

      it('may close', async () => {
        const pull = await open()
        await world.closeByPerson(pull)
        expect(await only()).toMatchObject({ state: 'closed', endedBy: 'person' })
        expect(await forge.merge(pull.number, pull.headSha)).toEqual({ result: 'stopped', reason: 'closed-by-person' })
      })

      it('close by deleting the branch', async () => {
        const pull = await open()
        await world.deleteBranch(pull.branch)
        expect(await only()).toMatchObject({ state: 'closed', endedBy: 'person' })
      })

      it('end a pull request at a moment that stays', async () => {
        const pull = await open()
        await world.closeByPerson(pull)
        const { endedAtMs } = await only()
        world.advance(DAY)
        expect((await only()).endedAtMs).toBe(endedAtMs)
      })
    })

    describe('reverting', () => {
      it('opens on the same branch once the fix is merged', async () => {
        const fix = await open()
        await forge.merge(fix.number, fix.headSha)
        const head = (await forge.head('main')) ?? ''
        const inputs = { [CART]: (await forge.tree(head)).blob(CART) ?? '' }
        const back = proposalOn(head, { files: { [CART]: FIRST_FILES[CART] ?? '' }, reverts: fix.number, inputs })
        const pull = pullOf(await forge.revert(fix.number, back))
        expect(pull.branch).toBe(fix.branch)
        expect(await forge.merge(pull.number, pull.headSha)).toMatchObject({ result: 'merged' })
        expect(await text((await forge.head('main')) ?? '', CART)).toBe('memory: 32Mi\n')
      })

      it('is refused for one that is not merged', async () => {
        const fix = await open()
        const back = proposalOn(main, { files: { [CART]: 'memory: 1Mi\n' }, reverts: fix.number })
        expect(await forge.revert(fix.number, back)).toMatchObject({ result: 'refused', reason: 'conflict' })
      })
    })

    describe('closing', () => {
      it('says why and takes the branch away', async () => {
        const pull = await open()
        await forge.close(pull.number, 'superseded', 'A newer one.')
        expect(await only()).toMatchObject({ state: 'closed', endedBy: 'bot', comment: 'A newer one.' })
        expect(await forge.head(pull.branch)).toBeUndefined()
      })

      it('leaves a branch with commits of others where it is', async () => {
        const pull = await open()
        const foreign = await world.push(pull.branch, { [CART]: 'memory: 99Mi\n' })
        await forge.close(pull.number, 'superseded', 'A newer one.')
        expect(await forge.head(pull.branch)).toBe(foreign)
      })

      it('does not change how one ended', async () => {
        const pull = await open()
        await forge.merge(pull.number, pull.headSha)
        const before = await world.state()
        await forge.close(pull.number, 'superseded', 'A newer one.')
        expect(await world.state()).toBe(before)
      })
    })

    describe('saying', () => {
      it('edits one living comment in place', async () => {
        const pull = await open()
        await forge.say({ pull: pull.number }, 'Waiting.')
        await forge.say({ pull: pull.number }, 'Verifying.')
        expect((await only()).comment).toBe('Verifying.')
      })

      it('writes nothing when nothing changed', async () => {
        const pull = await open()
        const gates = [{ name: 'confidence', pass: true, value: '0.95' }]
        const say = async (): Promise<void> => {
          await forge.say({ pull: pull.number }, 'Waiting.')
          await forge.say({ lane: CART_LANE }, 'Noted.')
          await forge.check(pull.number, gates)
          await forge.conclude(pull.number, RESOLVED, VERDICT)
        }
        await say()
        await forge.say({ pull: pull.number }, VERDICT)
        const before = await world.state()
        await forge.say({ pull: pull.number }, VERDICT)
        await forge.say({ lane: CART_LANE }, 'Noted.')
        await forge.check(pull.number, gates)
        await forge.conclude(pull.number, RESOLVED, VERDICT)
        expect(await world.state()).toBe(before)
      })

      it('keeps a conclusion through later words', async () => {
        const pull = await open()
        await forge.merge(pull.number, pull.headSha)
        await forge.conclude(pull.number, RESOLVED, VERDICT)
        await forge.say({ pull: pull.number }, 'By the way.')
        expect((await only()).comment).toBe('By the way.\n\n<!-- kintsugi:conclusion v1 {} -->')
      })

      it('keeps one living note for each lane', async () => {
        await forge.say({ lane: CART_LANE }, 'First.')
        world.advance(60_000)
        await forge.say({ lane: CART_LANE }, 'Second.')
        await forge.say({ lane: 'demo/shop/Deployment/web' }, 'Other.')
        const { notes, allNotes } = await forge.look('main', [CART_LANE])
        expect([...notes.keys()]).toEqual([CART_LANE])
        expect(allNotes.map(({ text }) => text).sort()).toEqual(['Other.', 'Second.'])
        expect((await forge.look('main', [])).allNotes).toHaveLength(2)
        expect(notes.get(CART_LANE)?.text).toBe('Second.')
      })

      it('dates a note by its last change', async () => {
        await forge.say({ lane: CART_LANE }, 'First.')
        const first = (await forge.look('main', [CART_LANE])).notes.get(CART_LANE)?.updatedAtMs
        world.advance(60_000)
        await forge.say({ lane: CART_LANE }, 'First.')
        expect((await forge.look('main', [CART_LANE])).notes.get(CART_LANE)?.updatedAtMs).toBe(first)
      })

      it('keeps notes of strangely named lanes apart', async () => {
        await forge.say({ lane: 'a/../b c' }, 'One.')
        await forge.say({ lane: 'a/../b-c' }, 'Two.')
        const { notes } = await forge.look('main', ['a/../b c', 'a/../b-c'])
        expect([...notes.values()].map(({ text }) => text)).toEqual(['One.', 'Two.'])
      })
    })

    describe('auditing', () => {
      it('appends batches without touching branches of people', async () => {
        const record = { atMs: DECIDED, lane: CART_LANE, event: 'opened', detail: { pull: 1 } }
        await forge.appendAudit([record])
        await world.restarted().appendAudit([{ ...record, event: 'merged' }])
        const tree = await forge.tree((await forge.head('kintsugi/audit')) ?? '')
        const batches = tree.paths().map((path) => new TextDecoder().decode(tree.bytes(path)))
        expect(batches.map((batch) => JSON.parse(batch)['event'])).toEqual(['opened', 'merged'])
        expect(await forge.head('main')).toBe(main)
      })

      it('holds the journal against what was known of it', async () => {
        const record = { atMs: DECIDED, lane: CART_LANE, event: 'opened', detail: { pull: 1 } }
        expect(await forge.audit({ heads: [] })).toEqual({ holds: true })
        await forge.appendAudit([record])
        const first = await forge.audit({ heads: [] })
        expect(first).toMatchObject({ holds: true, head: { sequence: 1 } })
        expect((await forge.look('main', [])).audit).toBe(first.commit)
        const { commit, head } = first
        if (commit === undefined || head === undefined) throw new Error('it was written')
        await world.restarted().appendAudit([record])
        const again = world.restarted()
        expect(await again.audit({ commit, head, heads: [head] })).toMatchObject({ holds: true, head: { sequence: 2 } })
        expect(await again.audit({ commit: main, heads: [] })).toMatchObject({ holds: false })
        expect(await again.audit({ heads: [{ ...head, digest: '0123456789abcdef' }] })).toMatchObject({ holds: false })
        expect(await again.audit({ heads: [{ ...head, sequence: 9 }] })).toMatchObject({ holds: false })
        expect(await again.audit({ heads: [{ ...head, writer: 'another', sequence: 9 }] })).toMatchObject({
          holds: true,
        })
      })

      it('writes nothing for no records', async () => {
        const before = await world.state()
        await forge.appendAudit([])
        expect(await world.state()).toBe(before)
      })
    })
  })
}
