import type { Verb } from '../verb.ts'
import { BRANCH_OPTION, CLONE_OPERAND } from './options.ts'

export const auditVerify: Verb = {
  name: 'audit verify',
  summary: 'whether the audit journal of a clone is whole, and which line is not; without any network',
  examples: [
    { says: 'the clone around this folder', command: 'kintsugi audit verify' },
    { says: 'a bare clone', command: 'kintsugi audit verify shop-gitops.git' },
  ],
  operands: CLONE_OPERAND,
  options: [BRANCH_OPTION],
  async run(context) {
    const { runVerify } = await import('./run-verify.ts')
    return runVerify(context)
  },
}
