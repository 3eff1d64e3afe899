import { type GoMap, goText, isGoMap } from './template/index.ts'
import { stop } from './unresolved.ts'

function matches(expression: GoMap, labels: GoMap): boolean {
  const key = goText(expression['key'])
  const values = Array.isArray(expression['values']) ? expression['values'].map(goText) : []
  const value = Object.hasOwn(labels, key) ? goText(labels[key]) : undefined
  switch (expression['operator']) {
    case 'In':
      return value !== undefined && values.includes(value)
    case 'NotIn':
      return value === undefined || !values.includes(value)
    case 'Exists':
      return value !== undefined
    case 'DoesNotExist':
      return value === undefined
    default:
      return stop('application-unreadable', `a selector has the operator ${goText(expression['operator'])}`)
  }
}

/** Whether a label selector takes a parameter set, seen as flat texts. */
export function selects(selector: GoMap, labels: GoMap): boolean {
  const [wanted, expressions] = [selector['matchLabels'], selector['matchExpressions']]
  const equal = Object.entries(isGoMap(wanted) ? wanted : {}).every(
    ([key, value]) => Object.hasOwn(labels, key) && labels[key] === goText(value),
  )
  return equal && (Array.isArray(expressions) ? expressions : []).filter(isGoMap).every((one) => matches(one, labels))
}
