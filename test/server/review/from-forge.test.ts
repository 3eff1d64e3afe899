import { describe, expect, it } from 'vitest'
import {
  type Application,
  KintsugiError,
  type Pull,
  type ReadAttempt,
  type Series,
  type SignalAnswer,
  type Tree,
} from '../../../src/domain/index.ts'
import type { MergeResult, Metrics } from '../../../src/ports/index.ts'
import { forgeActions, forgeReview, type PersonForge, type SyncedApplication } from '../../../src/server/index.ts'
import { diagnosis, gates, MINUTE, NOW, open, pull, record, resolved } from './sample.ts'

function treeOf(path: string, text: string | undefined): Tree {
  const bytes = (asked: string): Uint8Array | undefined =>
    asked === path && text !== undefined ? new TextEncoder().encode(text) : undefined
  return { oid: 'x', paths: () => [path], bytes, blob: () => 'x', special: () => undefined }
}

const [file] = resolved.files ?? []
const trees = new Map([
  [record.base.revision, treeOf(file?.path ?? '', file?.before)],
  [pull.headSha, treeOf(file?.path ?? '', file?.after)],
])

function forgeOf(pulls: readonly Pull[], merged: MergeResult = { result: 'merged', commit: 'c' }): PersonForge {
  return {
    repository: 'shop/gitops',
    pulls: async () => pulls,
    gates: async () => gates,
    tree: async (revision) => {
      const tree = trees.get(revision)
      if (tree === undefined) throw new KintsugiError('KIN-4001', 'no such commit')
      return tree
    },
    contains: async (revision) => revision === 'contains-it',
    mergeByPerson: async () => merged,
    closeByPerson: async (number) => number === 4,
  }
}

const subject = record.subject
const series = (signal: Series['signal'], container: string): Series => ({
  signal,
  subject: { ...subject, container },
  startMs: NOW - 90 * MINUTE,
  stepMs: MINUTE,
  values: Float64Array.from({ length: 91 }, () => (container === 'app' ? 7 : 99)),
})
const metrics: Metrics = {
  cluster: 'demo',
  read: async (ids) =>
    ids.map(
      (signal): SignalAnswer => ({
        signal,
        status: 'ok',
        asked: 'q',
        series: [series(signal, 'proxy'), series(signal, 'app')],
      }),
    ),
}

const application: Application = {
  name: 'cart-prod',
  namespace: 'argocd',
  project: 'default',
  sources: [{ repoURL: 'https://git.example/shop/gitops', targetRevision: 'main', path: 'apps/cart' }],
  destination: { namespace: 'shop' },
  ignoreDifferences: [],
  manifest: {},
}
const synced: SyncedApplication = {
  application,
  status: {
    sync: 'Synced',
    health: 'Healthy',
    history: [
      { revision: 'contains-it', deployedAtMs: NOW - 80 * MINUTE },
      { revision: 'another', deployedAtMs: NOW - 37 * MINUTE },
      { revision: 'contains-it', deployedAtMs: NOW - 36 * MINUTE },
    ],
  },
}

const read = (one: Pull): ReadAttempt =>
  one.title === 'tampered'
    ? { read: false, reason: 'tampered' }
    : {
        read: true,
        attempt: {
          pull: one,
          record: one.title.startsWith('revert') ? { ...record, kind: 'revert', reverts: 1 } : record,
        },
      }

function reviewOf(pulls: readonly Pull[]) {
  return forgeReview({
    forge: forgeOf(pulls),
    metrics,
    clock: { now: () => NOW, sleep: async () => undefined },
    read,
    applications: async () => [synced],
    leftAlone: async () => [{ subject: 'shop/batch', reason: 'no-policy' }],
    diagnose: async () => diagnosis,
  })
}

const { endedBy: _endedBy, mergeCommit: _mergeCommit, ...ended } = pull
const closed: Pull = { ...ended, number: 7, state: 'closed', endedBy: 'person' }
const revert: Pull = { ...pull, number: 3, title: 'revert(shop/cart): memory limit back to 32Mi' }

describe('the pages of a forge', () => {
  it('lists every proposal, newest first', async () => {
    const { changes } = await reviewOf([pull, open.pull, closed]).overview()
    expect(changes.map((change) => change.number)).toEqual([7, 2, 1])
  })

  it('says what was left alone and how the Applications stand', async () => {
    const overview = await reviewOf([]).overview()
    expect(overview).toMatchObject({
      cluster: 'demo',
      repository: 'shop/gitops',
      leftAlone: [{ reason: 'no-policy' }],
      applications: [{ name: 'cart-prod', source: 'apps/cart', sync: 'Synced' }],
    })
  })

  it('takes as the sync the first after the merge that contains it', async () => {
    const change = await reviewOf([pull]).change(1)
    expect(change?.moments).toContainEqual({ what: 'synced', atMs: NOW - 36 * MINUTE })
  })

  it('shows the files of the two commits as a diff, and the value that was replaced', async () => {
    const change = await reviewOf([pull]).change(1)
    expect(change?.edits).toEqual([
      { file: 'apps/cart/overlays/prod/resources.yaml', line: 14, column: 23, before: '32Mi', after: '128Mi' },
    ])
    expect(change?.files[0]?.hunks).toHaveLength(1)
  })

  it('does without the files when a commit is gone', async () => {
    const change = await reviewOf([{ ...pull, headSha: 'f'.repeat(40) }]).change(1)
    expect(change?.files[0]?.unshown).toBe('its content is not at hand')
  })

  it('draws the container that the record names', async () => {
    expect((await reviewOf([pull]).change(1))?.chart?.values[0]).toBe(7)
  })

  it('asks once for the samples of what is concluded, and each time for what goes on', async () => {
    let asked = 0
    const counting: Metrics = {
      cluster: 'demo',
      read: (ids, range) => {
        asked += 1
        return metrics.read(ids, range)
      },
    }
    const conclusion = { verdict: 'resolved' as const, atMs: NOW - 20 * MINUTE, because: 'quiet' }
    const review = forgeReview({
      forge: forgeOf([pull, open.pull]),
      metrics: counting,
      clock: { now: () => NOW, sleep: async () => undefined },
      read: (one) => ({
        read: true,
        attempt: { pull: one, record, ...(one.state === 'merged' && { conclusion }) },
      }),
      applications: async () => [synced],
      leftAlone: async () => [],
    })
    await review.overview()
    await review.overview()
    expect(asked).toBe(3)
  })

  it('shows the evidence that is found again', async () => {
    expect((await reviewOf([pull]).change(1))?.summary).toBe(diagnosis.summary)
  })

  it('links a proposal and the one that takes it back', async () => {
    const review = reviewOf([pull, revert])
    expect((await review.change(1))?.revertedBy).toBe(3)
    expect((await review.change(3))?.reverts).toBe(1)
  })

  it('believes nothing of what was tampered with', async () => {
    const change = await reviewOf([{ ...pull, title: 'tampered' }]).change(1)
    expect(change?.stage.name).toBe('tampered')
    expect(change?.subject).toBe(pull.branch)
  })

  it('shows the gates of the last check', async () => {
    expect((await reviewOf([open.pull]).change(2))?.gates).toEqual(gates)
  })

  it('knows no other number', async () => {
    expect(await reviewOf([pull]).change(99)).toBeUndefined()
  })

  it('shows a comment without its block for machines', async () => {
    const change = await reviewOf([{ ...pull, comment: 'Resolved.\n\n<!-- kintsugi:conclusion v1 {} -->\n' }]).change(1)
    expect(change?.comment).toBe('Resolved.')
  })
})

describe('decisions of a person', () => {
  it.each([
    [{ result: 'merged', commit: 'c' }, { done: true }],
    [
      { result: 'waiting', by: 'awaiting-approval' },
      { done: false, reason: 'awaiting-approval' },
    ],
    [
      { result: 'recompute', reason: 'base-moved' },
      { done: false, reason: 'base-moved' },
    ],
    [
      { result: 'stopped', reason: 'head-not-ours' },
      { done: false, reason: 'head-not-ours' },
    ],
  ] as const)('%j is told as %j', async (merged, expected) => {
    expect(await forgeActions(forgeOf([], merged)).merge(1, pull.headSha)).toEqual(expected)
  })

  it('closes, or says that it had ended already', async () => {
    expect(await forgeActions(forgeOf([])).close(4)).toEqual({ done: true })
    expect(await forgeActions(forgeOf([])).close(5)).toEqual({ done: false, reason: 'superseded' })
  })
})
