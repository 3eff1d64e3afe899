import { broken } from './refusal.ts'
import type { Written } from './written.ts'

/** One requirement of a label selector. `values` is empty for `exists` and `absent`. */
type Requirement = {
  readonly key: string
  readonly operator: 'in' | 'not-in' | 'exists' | 'absent' | 'greater' | 'less'
  readonly values: readonly string[]
}

const SET = /^\s*([^\s!=<>(),]+)\s+(in|notin)\s+\(([^()]*)\)\s*(?:,|$)/
const COMPARE = /^\s*([^\s!=<>(),]+)\s*(==|=|!=|<|>)\s*([^\s!=<>(),]*)\s*(?:,|$)/
const PRESENT = /^\s*(!?)\s*([^\s!=<>(),]+)\s*(?:,|$)/

/** Kubernetes' text form: `a=b,c!=d,e in (f,g),h notin (i),j,!k`. An absent selector has no requirement. */
export function parseSelector(field: Written): readonly Requirement[] {
  const requirements: Requirement[] = []
  let rest = field.text()
  while (rest.trim() !== '') {
    const [requirement, length] = parseOne(rest) ?? []
    if (requirement === undefined || length === undefined)
      throw broken(`${field.at}: ${JSON.stringify(field.text())} is not a selector`)
    requirements.push(requirement)
    rest = rest.slice(length)
  }
  return requirements
}

function parseOne(text: string): readonly [Requirement, number] | undefined {
  const set = SET.exec(text)
  if (set !== null) {
    const values = (set[3] ?? '').split(',').map((value) => value.trim())
    return [{ key: set[1] ?? '', operator: set[2] === 'in' ? 'in' : 'not-in', values }, set[0].length]
  }
  const compare = COMPARE.exec(text)
  if (compare !== null) {
    return [{ key: compare[1] ?? '', operator: comparison(compare[2]), values: [compare[3] ?? ''] }, compare[0].length]
  }
  const present = PRESENT.exec(text)
  if (present === null) return undefined
  return [{ key: present[2] ?? '', operator: present[1] === '!' ? 'absent' : 'exists', values: [] }, present[0].length]
}

function comparison(sign: string | undefined): Requirement['operator'] {
  if (sign === '!=') return 'not-in'
  if (sign === '<') return 'less'
  return sign === '>' ? 'greater' : 'in'
}

export function matchesSelector(
  requirements: readonly Requirement[],
  texts: Readonly<Record<string, string>>,
): boolean {
  return requirements.every(({ key, operator, values }) => {
    const text = Object.hasOwn(texts, key) ? texts[key] : undefined
    switch (operator) {
      case 'in':
        return text !== undefined && values.includes(text)
      case 'not-in':
        return text === undefined || !values.includes(text)
      case 'exists':
        return text !== undefined
      case 'absent':
        return text === undefined
      case 'greater':
        return text !== undefined && Number(text) > Number(values[0])
      case 'less':
        return text !== undefined && Number(text) < Number(values[0])
      default:
        return operator satisfies never
    }
  })
}
