import type { Tree } from '../../src/domain/index.ts'
import { type EditExpectation, type ExpectedTarget, expectedLine, valueInFile } from './expected.ts'
import type { Edited } from './judge.ts'
import { means } from './meant.ts'
import type { Measured } from './measure.ts'

export type Status = 'edited' | 'refused-as-expected' | 'miss' | 'wrong'

export type Result = {
  readonly tree: string
  readonly unit: string
  /** `Kind/namespace/name [container] field = value`. */
  readonly what: string
  readonly is: 'present' | 'absent'
  readonly status: Status
  readonly located: boolean
  /** Reason, or what else is the matter. */
  readonly why: string
  readonly message: string
  /** Where the project says that it is, or would be. */
  readonly at: string
  readonly companions: number
  readonly ms: Measured['ms']
  readonly renders: number
}

export function placeOf({ located }: Measured): string {
  return located.located ? `${located.location.file}:${located.location.line}:${located.location.column}` : ''
}

/** What an outcome is, held against what was written down for it; undefined where it is as expected. */
export function unlike(tree: Tree, target: ExpectedTarget, measured: Measured): string | undefined {
  const { expect } = target
  const { outcome } = measured
  if ('refused' in expect) {
    if (outcome.outcome !== 'refused') return `${outcome.outcome}, where a refusal was expected`
    const named = expect.refused.includes(outcome.reason)
    return named ? undefined : `refused as ${outcome.reason}, not ${expect.refused.join(' or ')}`
  }
  if (outcome.outcome === 'refused') return outcome.reason
  if (outcome.outcome !== 'edited') return outcome.outcome
  const all = 'any' in expect ? expect.any : [expect]
  const problems = all.map((one) => misplaced(tree, target.value, one, outcome, measured.located))
  return problems.includes(undefined) ? undefined : problems[0]
}

function misplaced(
  tree: Tree,
  value: string,
  expect: EditExpectation,
  { files }: Edited,
  located: Measured['located'],
): string | undefined {
  const [file, second] = files
  if (file?.path !== expect.file || second !== undefined)
    return `edited in ${files.map(({ path }) => path).join(', ')}, not ${expect.file}`
  if (!located.located) return 'edited and not located'
  const line = expectedLine(tree, expect)
  // The line that writes is the one that is shown, also where the edit goes beside it into a file of this environment alone.
  if (line !== undefined && (line !== located.location.line || located.location.file !== expect.file))
    return `located at ${located.location.file}:${located.location.line}, not on line ${line} of ${expect.file}`
  if (line !== undefined || expect.path === undefined) return undefined
  const written = valueInFile(file.content, expect.path)
  // Of an image in parts the value holds one; of what a template surrounds, the rest.
  const there = written !== undefined && (means(written, value) || value.includes(String(written)))
  return there ? undefined : `nothing at ${expect.path.join('.')} of ${expect.file}`
}
