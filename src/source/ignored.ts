import {
  type Application,
  isJsonObject,
  type JsonPath,
  type JsonValue,
  type ObjectKey,
  valueAt,
} from '../domain/index.ts'
import { pointerCovers } from './fields.ts'
import { type Refused, refuse } from './refused.ts'

/** `.spec.template.spec.containers[].image` as steps, '*' for any; undefined for expressions that are more than a path. */
function jqSteps(expression: string): readonly (string | number)[] | undefined {
  if (!/^\.[\w-]+(?:\.[\w-]+|\[\d*\]|\["[^"]+"\])*$/.test(expression)) return undefined
  return [...expression.matchAll(/\.([\w-]+)|\[(\d*)\]|\["([^"]+)"\]/g)].map(
    ([, key, index, quoted]) => key ?? quoted ?? (index === '' ? '*' : Number(index)),
  )
}

function jqCovers(expression: JsonValue, path: JsonPath): boolean {
  const steps = typeof expression === 'string' ? jqSteps(expression.trim()) : undefined
  if (steps === undefined || steps.length > path.length) return false
  return steps.every((step, index) => step === '*' || step === path[index])
}

/** Whether the Application tells Argo CD not to compare this field of this object; an edit of it may then never be synced. */
export function ignoredField(application: Application, key: ObjectKey, path: JsonPath): Refused | undefined {
  const written = valueAt(application.manifest, ['spec', 'ignoreDifferences'])
  const rules = Array.isArray(written) ? written.filter(isJsonObject) : []
  const fits = (rule: JsonValue | undefined, name: string): boolean =>
    rule === undefined || rule === '*' || rule === name
  const matching = rules.filter(
    (rule) =>
      (rule['group'] === '*' || (rule['group'] ?? '') === key.group) &&
      fits(rule['kind'], key.kind) &&
      fits(rule['name'], key.name) &&
      fits(rule['namespace'], key.namespace),
  )
  for (const rule of matching) {
    const [pointers, expressions] = [rule['jsonPointers'], rule['jqPathExpressions']]
    const pointer = Array.isArray(pointers)
      ? pointers.find((one) => typeof one === 'string' && pointerCovers(one, path))
      : undefined
    const jq = Array.isArray(expressions) ? expressions.find((one: JsonValue) => jqCovers(one, path)) : undefined
    const covering = pointer ?? jq
    if (covering !== undefined) {
      return refuse('field-ignored', `spec.ignoreDifferences of ${application.name} covers it with ${String(covering)}`)
    }
  }
  return undefined
}
