import type { Tree } from '../../src/domain/index.ts'
import { type ExpectedTarget, expectedLine, valueInFile } from './expected.ts'
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
export function unlike(tree: Tree, target: ExpectedTarget, { outcome, located }: Measured): string | undefined {
  const { expect, value } = target
  if ('refused' in expect) {
    if (outcome.outcome !== 'refused') return `${outcome.outcome}, where a refusal was expected`
    return expect.refused.includes(outcome.reason)
      ? undefined
      : `refused as ${outcome.reason}, not ${expect.refused.join(' or ')}`
  }
  if (outcome.outcome === 'refused') return outcome.reason
  if (outcome.outcome !== 'edited') return outcome.outcome
  const [file, second] = outcome.files
  if (file?.path !== expect.file || second !== undefined)
    return `edited in ${outcome.files.map(({ path }) => path).join(', ')}, not ${expect.file}`
  if (!located.located || located.location.file !== expect.file) return 'located elsewhere than edited'
  const line = expectedLine(tree, expect)
  if (line !== undefined && line !== located.location.line)
    return `located on line ${located.location.line}, not ${line}`
  if (line !== undefined || expect.path === undefined) return undefined
  const written = valueInFile(file.content, expect.path)
  // Of an image in parts the value holds one; of what a template surrounds, the rest.
  return written !== undefined && (means(written, value) || value.includes(String(written)))
    ? undefined
    : `nothing at ${expect.path.join('.')} of ${expect.file}`
}
