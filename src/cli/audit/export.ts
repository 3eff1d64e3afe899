import type { Verb } from '../verb.ts'
import { BRANCH_OPTION, CLONE_OPERAND, FILTER_OPTIONS } from './options.ts'

export const auditExport: Verb = {
  name: 'audit export',
  summary: 'the audit journal of a clone as CSV, or as one JSON document with --json',
  examples: [
    { says: 'for a spreadsheet', command: 'kintsugi audit export --since 2026-01-01' },
    {
      says: 'one year, for another program',
      command: 'kintsugi audit export --json --since 2026-01-01 --until 2027-01-01',
    },
  ],
  operands: CLONE_OPERAND,
  options: [BRANCH_OPTION, ...FILTER_OPTIONS],
  async run(context) {
    const { runExport } = await import('./run-export.ts')
    return runExport(context)
  },
}
