import { join, resolve } from 'node:path'
import { expect, it } from 'vitest'
import { conclusionText, noteText, writeProposal, writeRevert } from '../../src/proposal/index.ts'
import {
  answersOf,
  attemptOf,
  diagnosis,
  FILE,
  input,
  NOW,
  record,
  SOURCE,
  seriesOf,
  templates,
  treeOf,
} from './fixtures.ts'

const GOLDEN = resolve(import.meta.dirname, '../golden/proposal')
const samples = [18, 19, 21, 24, 26, 27, 29, 30, 31, 31.4, 12, 20, 26, 30, 31.4].map((value) => value * 1024 ** 2)

const fix = writeProposal({ ...input, answers: answersOf(seriesOf(samples)), commands: true }, templates)
const revert = writeRevert(
  {
    ...input,
    record: { ...record, kind: 'revert', reverts: 7 },
    reverted: attemptOf(fix),
    because: 'CrashLoopBackOff of shop/cart began 40 s after the sync.',
    edits: [{ file: FILE, line: 4, column: 13, before: '128Mi', after: '32Mi' }],
    tree: treeOf({ [FILE]: SOURCE.replace('32Mi', '128Mi') }),
    evidence: diagnosis.evidence.slice(0, 1),
    proof: {
      ...input.proof,
      changes: input.proof.changes.map((change) => ({ ...change, before: change.after, after: change.before })),
    },
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
