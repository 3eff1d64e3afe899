import { join, resolve } from 'node:path'
import { expect, it } from 'vitest'
import { conclusionText, noteText, writeProposal, writeRevert } from '../../src/proposal/index.ts'
import { revertAllowed } from '../../src/remediation/index.ts'
import {
  answersOf,
  attemptOf,
  cart,
  diagnosis,
  FILE,
  input,
  NOW,
  plan,
  record,
  SOURCE,
  seriesOf,
  templates,
  treeOf,
} from './fixtures.ts'

const GOLDEN = resolve(import.meta.dirname, '../golden/proposal')
const samples = [18, 19, 21, 24, 26, 27, 29, 30, 31, 31.4, 12, 20, 26, 30, 31.4].map((value) => value * 1024 ** 2)

const fix = writeProposal({ ...input, answers: answersOf(seriesOf(samples)), commands: true }, templates)
// More CPU was asked for, no node had room for it, and that is taken back: a memory limit would not be, after kills under it.
const CPU = SOURCE.replace('memory: 32Mi', 'cpu: 250m')
const field = 'resources.requests.cpu'
const title = 'raise CPU request 250m -> 1500m'
const asked = {
  ...plan,
  changes: [{ field, container: 'app', value: '1500m' }],
  title,
  rationale: 'Throttled.',
} as const
const path = 'spec.template.spec.containers[app].resources.requests.cpu'
const [change] = input.proof.changes
const there = (before: string, after: string) => ({
  edits: [{ file: FILE, line: 4, column: 10, before, after }],
  proof: { ...input.proof, changes: change === undefined ? [] : [{ ...change, path, before, after }] },
})
const raised: typeof input = {
  ...{ ...input, ...there('250m', '1500m'), plan: asked, tree: treeOf({ [FILE]: CPU }) },
  diagnosis: { ...diagnosis, failure: 'CPUThrottling', evidence: [] },
  record: { ...record, failure: 'CPUThrottling', changes: asked.changes, watch: ['cpu-throttled'] },
}
const revert = writeRevert(
  {
    ...{ ...raised, ...there('1500m', '250m') },
    record: { ...raised.record, kind: 'revert', reverts: 7, watch: ['unschedulable'] },
    reverted: attemptOf(writeProposal(raised, templates)),
    because: 'Unschedulable of shop/cart began 40 s after the sync.',
    tree: treeOf({ [FILE]: CPU.replace('250m', '1500m') }),
    evidence: [
      {
        signal: 'unschedulable',
        subject: cart,
        atMs: NOW,
        value: 1,
        threshold: 1,
        says: 'a pod is unschedulable',
        asked: 'kube_pod_status_unschedulable',
      },
    ],
  },
  templates,
)
const verdict = { verdict: 'insufficient', atMs: NOW, because: 'The container was killed once more at 128Mi.' } as const

it.each([
  ['fix-body.md', fix.body],
  ['fix-commit.txt', fix.commitMessage],
  ['revert-body.md', revert.body],
  ['revert-commit.txt', revert.commitMessage],
  ['verdict.md', conclusionText(verdict, record, templates, diagnosis.evidence)],
  ['note.md', noteText(diagnosis, 'common-cause', templates)],
])('a reviewer reads %s', async (file, text) => {
  await expect(`${text.trimEnd()}\n`).toMatchFileSnapshot(join(GOLDEN, file))
})

it('the revert that a reviewer reads is one that the bot makes', () => {
  const restores = [{ field, container: 'app', value: '250m' }]
  const facts = { containers: [] }
  expect(revertAllowed({ record: raised.record, restores, attempts: [], answers: [], facts })).toEqual({
    allowed: true,
  })
})
