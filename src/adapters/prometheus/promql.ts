/** PromQL as text, made only by the functions below, so that whatever comes from a configuration is escaped exactly once. */
export type Expression = { readonly text: string }

/** A range vector: only the functions over time take it. */
export type RangeVector = { readonly range: string }

export type Matcher = {
  readonly label: string
  readonly operator: '=' | '!=' | '=~' | '!~'
  readonly value: string
}

const LABEL_NAME = /^[a-zA-Z_][a-zA-Z0-9_]{0,127}$/
const METRIC_NAME = /^[a-zA-Z_:][a-zA-Z0-9_:]{0,255}$/

export function isLabelName(value: string): boolean {
  return LABEL_NAME.test(value)
}

export function isMetricName(value: string): boolean {
  return METRIC_NAME.test(value)
}

/** The inside of a double-quoted PromQL string. */
export function escapeLabelValue(value: string): string {
  return value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n').replaceAll('\r', '\\r')
}

/** An RE2 pattern that matches exactly this text (PromQL anchors patterns itself). */
export function escapePattern(value: string): string {
  return value.replace(/[\\^$.|?*+()[\]{}]/g, '\\$&')
}

/** One of these values, none of them a pattern. */
export function oneOf(label: string, values: readonly string[]): Matcher {
  const [only] = values
  if (values.length === 1 && only !== undefined) return { label, operator: '=', value: only }
  return { label, operator: '=~', value: values.map(escapePattern).join('|') }
}

export function equal(label: string, value: string): Matcher {
  return { label, operator: '=', value }
}

export function unequal(label: string, value: string): Matcher {
  return { label, operator: '!=', value }
}

/** `pattern` is RE2, anchored at both ends by Prometheus. */
export function matching(label: string, pattern: string): Matcher {
  return { label, operator: '=~', value: pattern }
}

function quoted(value: string): string {
  return `"${escapeLabelValue(value)}"`
}

/** Throws RangeError for a name that PromQL could read as anything else. */
export function selector(metric: string, matchers: readonly Matcher[]): Expression {
  if (!isMetricName(metric)) throw new RangeError(`${JSON.stringify(metric)} is not the name of a metric`)
  const inside = matchers.map(({ label, operator, value }) => {
    if (!isLabelName(label)) throw new RangeError(`${JSON.stringify(label)} is not the name of a label`)
    return `${label}${operator}${quoted(value)}`
  })
  return { text: inside.length === 0 ? metric : `${metric}{${inside.join(',')}}` }
}

/** `window` as `5m`. */
export function over(vector: Expression, window: string): RangeVector {
  return { range: `${vector.text}[${window}]` }
}

export function overTime(
  name: 'rate' | 'irate' | 'increase' | 'changes' | 'max_over_time',
  vector: RangeVector,
): Expression {
  return { text: `${name}(${vector.range})` }
}

export function aggregate(
  operation: 'max' | 'sum' | 'count' | 'avg',
  labels: readonly string[],
  vector: Expression,
): Expression {
  return { text: `${operation} by (${labels.join(',')}) (${vector.text})` }
}

/** The largest element of each group with its labels; which of two equal ones is not defined. */
export function largest(labels: readonly string[], vector: Expression): Expression {
  return { text: `topk by (${labels.join(',')}) (1, ${vector.text})` }
}

/** Puts `text` into `label`. */
export function constantLabel(vector: Expression, label: string, text: string): Expression {
  return { text: `label_replace(${vector.text}, ${quoted(label)}, ${quoted(text)}, "", "")` }
}

/** Copies the label `from` into `label` where it is not empty. */
export function copyLabel(vector: Expression, label: string, from: string): Expression {
  return { text: `label_replace(${vector.text}, ${quoted(label)}, "$1", ${quoted(from)}, "(.+)")` }
}

/** Puts `text` into `label` where the label `from` is exactly `value`. */
export function labelWhere(vector: Expression, label: string, text: string, from: string, value: string): Expression {
  return {
    text: `label_replace(${vector.text}, ${quoted(label)}, ${quoted(text)}, ${quoted(from)}, ${quoted(escapePattern(value))})`,
  }
}

export function quantile(share: number, buckets: Expression): Expression {
  return { text: `histogram_quantile(${share}, ${buckets.text})` }
}

/** Every element of `many` times the one element of `one` with the same `on` labels, with `carry` copied over from it. */
export function joined(many: Expression, on: readonly string[], carry: readonly string[], one: Expression): Expression {
  return { text: `(${many.text}) * on (${on.join(',')}) group_left (${carry.join(',')}) (${one.text})` }
}

export function divided(top: Expression, by: Expression): Expression {
  return { text: `(${top.text}) / (${by.text})` }
}

export function scaled(vector: Expression, factor: number): Expression {
  return { text: `(${vector.text}) * ${factor}` }
}

/** To whole numbers. */
export function rounded(vector: Expression): Expression {
  return { text: `round(${vector.text})` }
}

/** What is left of each element of `first` after the one of `second` with the same labels; none where that is missing. */
export function less(first: Expression, second: Expression): Expression {
  return { text: `(${first.text}) - (${second.text})` }
}

/** What is left to 1. */
export function complement(vector: Expression): Expression {
  return { text: `1 - (${vector.text})` }
}

/** All of `first`, and of `second` what has no element with the same `on` labels in `first`; without `on` all labels count. */
export function either(first: Expression, second: Expression, on?: readonly string[]): Expression {
  const matched = on === undefined ? '' : ` on (${on.join(',')})`
  return { text: `(${first.text}) or${matched} (${second.text})` }
}

export function both(first: Expression, second: Expression, on: readonly string[]): Expression {
  return { text: `(${first.text}) and on (${on.join(',')}) (${second.text})` }
}

export function without(first: Expression, second: Expression, on: readonly string[]): Expression {
  return { text: `(${first.text}) unless on (${on.join(',')}) (${second.text})` }
}

/** The elements that hold the comparison, with their own values. */
export function where(vector: Expression, comparison: '==' | '>' | '<', right: string | number): Expression {
  return { text: `(${vector.text}) ${comparison} ${right}` }
}

/** The same elements with the value 0: "asked and seen, and it is not so". */
export function zero(vector: Expression): Expression {
  return { text: `0 * (${vector.text})` }
}
