import { describe, expect, it } from 'vitest'
import type { BaseRules } from '../../src/domain/index.ts'
import { possibleModes } from '../../src/policy/index.ts'
import { CI_APP, OWN_APP, rules } from './given.ts'

const self = { login: 'kintsugi', app: OWN_APP, check: 'kintsugi' }
const OWN = { name: 'kintsugi', app: OWN_APP }

describe('possibleModes', () => {
  it.each([
    ['everything where others check', {}, 'automerge', undefined],
    ['a person where an approval is required', { approvals: 1 }, 'merge-on-approval', 'awaiting-approval'],
    ['a person where owners approve', { approvals: 1, codeOwners: true }, 'merge-on-approval', 'awaiting-owner'],
    ['proposals where nothing is checked', { requiredChecks: [] }, 'propose', 'no-required-check'],
    ['proposals where our own check is the only one', { requiredChecks: [OWN] }, 'propose', 'no-required-check'],
    ['proposals where a rule is not known', { others: ['required_deployments'] }, 'propose', 'ruleset'],
    ['proposals where rules cannot be read', { known: false }, 'propose', 'forge-unread'],
    ['proposals where a queue does not ask for us', { mergeQueue: true }, 'propose', 'merge-queue-unproven'],
    [
      'everything where it does',
      { mergeQueue: true, requiredChecks: [{ name: 'ci', app: CI_APP }, OWN] },
      'automerge',
      undefined,
    ],
    [
      'proposals where signatures leave no method',
      { signatures: true, mergeMethods: ['rebase'] },
      'propose',
      'merge-method',
    ],
  ] satisfies readonly (readonly [string, Partial<BaseRules>, string, string | undefined])[])(
    '%s',
    (_says, change, most, because) => {
      const modes = possibleModes(rules(change), self)
      expect(modes.findLast(({ possible }) => possible)?.mode).toBe(most)
      const next = modes.find(({ possible }) => !possible)
      expect(next?.possible === false ? next.because : undefined).toBe(because)
    },
  )
})
