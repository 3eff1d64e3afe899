import type { Verb } from '../verb.ts'
import { BRANCH_OPTION, CLONE_OPERAND, FILTER_OPTIONS } from './options.ts'

export const auditShow: Verb = {
  name: 'audit show',
  summary: 'what the bot did, out of the audit journal of a clone',
  examples: [
    { says: 'everything of a workload', command: 'kintsugi audit show --lane prod-eu/shop/Deployment/cart' },
    { says: 'every merge since yesterday', command: 'kintsugi audit show --event merged --since 2026-11-20' },
  ],
  operands: CLONE_OPERAND,
  options: [BRANCH_OPTION, ...FILTER_OPTIONS],
  async run(context) {
    const { runShow } = await import('./run-show.ts')
    return runShow(context)
  },
}
