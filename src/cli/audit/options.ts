import type { Option } from '../verb.ts'

export const CLONE_OPERAND = '[DIR]'

export const BRANCH_OPTION: Option = {
  name: 'branch',
  value: 'NAME',
  says: 'branch of the journal; kintsugi/audit unless told',
}

export const FILTER_OPTIONS: readonly Option[] = [
  { name: 'lane', value: 'LANE', says: 'records of this cluster/namespace/kind/name, or of what begins so' },
  { name: 'event', value: 'EVENT', says: 'records of this event: opened, merged, concluded', repeatable: true },
  { name: 'since', value: 'TIME', says: 'from this moment on: 2026-11-21, 2026-11-21T07:00:00Z' },
  { name: 'until', value: 'TIME', says: 'before this moment' },
]
