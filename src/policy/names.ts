import type { BaseRules, NameRule, Self } from '../domain/index.ts'
import { parsePattern, patternFinds } from './pattern.ts'

/** What of a change a forge's rules have patterns for. */
export type Named = { readonly branch: string; readonly commitMessage: string }

/** The first rule for names or messages that the change does not meet, or that cannot be judged: what is not known is not met. */
export function brokenNameRule(rules: BaseRules, named: Named, self: Self | undefined): NameRule | undefined {
  return rules.names.find((rule) => {
    const text = textOf(rule, named, self)
    return text === undefined || meets(rule, text) !== true
  })
}

function textOf({ of }: NameRule, { branch, commitMessage }: Named, self: Self | undefined): string | undefined {
  switch (of) {
    case 'branch':
      return branch
    case 'message':
      return commitMessage.trimEnd()
    case 'author-email':
      return self?.authorEmail
    case 'committer-email':
      return self?.committerEmail
    default:
      return of satisfies never
  }
}

/** Whether a text meets a rule; undefined where the pattern is one that cannot be judged here. */
export function meets({ operator, pattern, negate }: NameRule, text: string): boolean | undefined {
  const found = finds(operator, pattern, text)
  return found === undefined ? undefined : found !== negate
}

function finds(operator: NameRule['operator'], pattern: string, text: string): boolean | undefined {
  switch (operator) {
    case 'starts-with':
      return text.startsWith(pattern)
    case 'ends-with':
      return text.endsWith(pattern)
    case 'contains':
      return text.includes(pattern)
    case 'regex': {
      const parsed = parsePattern(pattern)
      return parsed && patternFinds(parsed, text)
    }
    default:
      return operator satisfies never
  }
}
