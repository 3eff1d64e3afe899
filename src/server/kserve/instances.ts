import { type Answer, refusal } from './refusal.ts'

/** Rows of one request. */
const MOST_ROWS = 2048
/** Numbers of one row; no model of ours takes as many. */
const MOST_WIDTH = 64
/** An object with a list of lists is three deep; what clients add may be deeper, but not without an end. */
const MOST_DEPTH = 8

export type Rows = readonly (readonly number[])[]

/** The rows of `{"instances": [[...], ...]}`: as wide as each other, every number finite. Other keys are not read. */
export function readInstances(text: string): Rows | Answer {
  if (tooDeep(text)) return refusal('INVALID_REQUEST', `the body is nested deeper than ${MOST_DEPTH}`)
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return refusal('INVALID_REQUEST', 'the body is not JSON', 'comments, NaN and Infinity are not JSON either')
  }
  const told = typeof value === 'object' && value !== null && Object.hasOwn(value, 'instances') ? value : undefined
  const instances = told !== undefined && 'instances' in told ? told.instances : undefined
  if (!Array.isArray(instances)) return refusal('INVALID_REQUEST', 'instances is missing or no list', FORM)
  if (instances.length === 0) return refusal('INVALID_REQUEST', 'instances is empty', FORM)
  if (instances.length > MOST_ROWS)
    return refusal('INVALID_REQUEST', `${instances.length} instances; at most ${MOST_ROWS} are taken at once`)
  return checkedRows(instances)
}

const FORM = 'expected {"instances": [[number, ...], ...]}'

export function isRefused(read: Rows | Answer): read is Answer {
  return 'status' in read
}

function checkedRows(instances: readonly unknown[]): Rows | Answer {
  const rows: (readonly number[])[] = []
  for (const [at, row] of instances.entries()) {
    const place = `instances[${at}]`
    if (!Array.isArray(row)) return refusal('INVALID_REQUEST', `${place} is no list of numbers`, FORM)
    if (row.length > MOST_WIDTH) return refusal('INVALID_REQUEST', `${place} has ${row.length} values`, FORM)
    const wrong = row.findIndex((one) => typeof one !== 'number' || !Number.isFinite(one))
    if (wrong >= 0) return refusal('INVALID_REQUEST', `${place}[${wrong}] is no finite number`, FORM)
    if (row.length !== (rows[0] ?? row).length)
      return refusal('INVALID_REQUEST', `${place} has ${row.length} values, the rows before it have ${rows[0]?.length}`)
    rows.push(row)
  }
  return rows
}

/** Read before anything parses it. */
function tooDeep(text: string): boolean {
  let depth = 0
  let inString = false
  for (let at = 0; at < text.length; at += 1) {
    const sign = text.charCodeAt(at)
    if (inString) {
      if (sign === BACKSLASH) at += 1
      else if (sign === QUOTE) inString = false
    } else if (sign === QUOTE) inString = true
    else if (sign === OPEN_LIST || sign === OPEN_OBJECT) {
      depth += 1
      if (depth > MOST_DEPTH) return true
    } else if (sign === CLOSE_LIST || sign === CLOSE_OBJECT) depth -= 1
  }
  return false
}

const QUOTE = 0x22
const BACKSLASH = 0x5c
const OPEN_LIST = 0x5b
const CLOSE_LIST = 0x5d
const OPEN_OBJECT = 0x7b
const CLOSE_OBJECT = 0x7d
