import { KintsugiError } from '../../../domain/index.ts'

const DEEPEST = 64

/** Whether text nests deeper than that; brackets in strings do not count. One pass, before anything is parsed. */
export function nestsDeeper(text: string, most = DEEPEST): boolean {
  let depth = 0
  let quoted = false
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at)
    if (quoted) {
      if (code === 0x5c) at += 1
      else if (code === 0x22) quoted = false
    } else if (code === 0x22) quoted = true
    else if (code === 0x7b || code === 0x5b) {
      depth += 1
      if (depth > most) return true
    } else if (code === 0x7d || code === 0x5d) depth -= 1
  }
  return false
}

/** JSON, or undefined where it is none or nests too deep. */
export function parseJson(text: string): { readonly value: unknown } | undefined {
  if (nestsDeeper(text)) return undefined
  try {
    return { value: JSON.parse(text) }
  } catch {
    return undefined
  }
}

/** A JSON object as GitHub answered it, read field by field: what is not of the expected kind throws KIN-4008 and names the field. */
export type Node = {
  readonly has: (field: string) => boolean
  text(field: string): string
  textOr(field: string): string | undefined
  number(field: string): number
  numberOr(field: string): number | undefined
  flag(field: string): boolean
  timeMs(field: string): number
  timeMsOr(field: string): number | undefined
  node(field: string): Node
  nodeOr(field: string): Node | undefined
  /** Elements that are objects; GitHub puts null where something may not be seen. */
  list(field: string): readonly Node[]
  listOr(field: string): readonly Node[]
  texts(field: string): readonly string[]
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function odd(where: string, wanted: string): KintsugiError {
  return new KintsugiError('KIN-4008', `GitHub's answer has no ${wanted} at ${where}`)
}

export function nodeOf(value: unknown, where = 'its root'): Node {
  if (!isObject(value)) throw odd(where, 'object')
  const get = (field: string): unknown => (Object.hasOwn(value, field) ? value[field] : undefined)
  const path = (field: string): string => `${where}.${field}`
  const must = <Value>(found: Value | undefined, field: string, wanted: string): Value => {
    if (found === undefined) throw odd(path(field), wanted)
    return found
  }
  const textOr = (field: string): string | undefined => {
    const found = get(field)
    return typeof found === 'string' ? found : undefined
  }
  const numberOr = (field: string): number | undefined => {
    const found = get(field)
    return typeof found === 'number' ? found : undefined
  }
  const timeMsOr = (field: string): number | undefined => {
    const at = Date.parse(textOr(field) ?? '')
    return Number.isNaN(at) ? undefined : at
  }
  const nodeOr = (field: string): Node | undefined => {
    const found = get(field)
    return isObject(found) ? nodeOf(found, path(field)) : undefined
  }
  const elements = (field: string): readonly unknown[] | undefined => {
    const found = get(field)
    return Array.isArray(found) ? found : undefined
  }
  const objects = (found: readonly unknown[], field: string): readonly Node[] =>
    found.flatMap((one, at) => (isObject(one) ? [nodeOf(one, `${path(field)}[${at}]`)] : []))
  return {
    has: (field) => get(field) !== undefined && get(field) !== null,
    text: (field) => must(textOr(field), field, 'text'),
    textOr,
    number: (field) => must(numberOr(field), field, 'number'),
    numberOr,
    flag: (field) => get(field) === true,
    timeMs: (field) => must(timeMsOr(field), field, 'time'),
    timeMsOr,
    node: (field) => must(nodeOr(field), field, 'object'),
    nodeOr,
    list: (field) => objects(must(elements(field), field, 'list'), field),
    listOr: (field) => objects(elements(field) ?? [], field),
    texts: (field) => (elements(field) ?? []).filter((one): one is string => typeof one === 'string'),
  }
}
