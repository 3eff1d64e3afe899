import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { LocateResult } from '../../src/source/index.ts'
import type { Checkout } from './checkout.ts'
import { mayRead } from './closure.ts'
import { differences } from './leaves.ts'
import { means, meantPlace } from './meant.ts'
import { absentProbes, isVendored, presentProbes, probe, templateLines } from './probe.ts'
import type { RuleTarget } from './targets.ts'
import type { Tools } from './tools.ts'
import type { Unit } from './units.ts'

export type Refusal = {
  readonly tools: Tools
  readonly checkout: Checkout
  readonly unit: Unit
  readonly units: readonly Unit[]
  readonly rule: RuleTarget
  readonly reason: string
  readonly message: string
  readonly located: LocateResult
}

type Oracle = { readonly name: string; readonly holds: (refusal: Refusal) => Promise<boolean> | boolean }

function placeholder({ rule }: Refusal): boolean {
  return /\{\{|\$\{|\$\(/.test(String(rule.current))
}

/** Two Applications that deploy one folder with nothing of their own cannot be told apart by any file of it. */
function sharedFolder({ unit, units }: Refusal): boolean {
  const key = ({ application }: Unit): string =>
    JSON.stringify(application.sources.map(({ path, helm, kustomize }) => [path, helm?.valueFiles, kustomize]))
  return units.some((other) => other.name !== unit.name && key(other) === key(unit))
}

function ignored({ unit, rule, reason }: Refusal): boolean {
  const rules = unit.application.ignoreDifferences
  return reason === 'field-ignored' && rules.some(({ kind }) => kind === rule.target.kind || kind === '*')
}

/** The located text with the part of it that the rendered value shows replaced. */
function replacement(text: string, current: string, value: string): string | undefined {
  const quote = /^(["'])(.*)\1$/s.exec(text)
  const bare = quote?.[2] ?? text
  const at = bare === '' ? -1 : current.indexOf(bare)
  if (at < 0) return undefined
  const [before, after] = [current.slice(0, at), current.slice(at + bare.length)]
  if (!value.startsWith(before) || !value.endsWith(after)) return undefined
  const next = value.slice(before.length, value.length - after.length)
  return quote === null ? next : `${quote[1]}${next}${quote[1]}`
}

/** The bench itself changes the located text; real renders show that other leaves change with the field, here or elsewhere. */
async function feedsMore(refusal: Refusal): Promise<boolean> {
  const { checkout, unit, units, rule, located } = refusal
  if (!located.located || rule.current === undefined) return false
  const { file, line, column, text } = located.location
  const whole = readFileSync(join(checkout.root, file), 'utf8')
  const lines = whole.split('\n')
  const next = replacement(text, String(rule.current), rule.value)
  const old = lines[line - 1]
  if (next === undefined || old === undefined || old.slice(column - 1, column - 1 + text.length) !== text) return false
  lines[line - 1] = old.slice(0, column - 1) + next + old.slice(column - 1 + text.length)
  const content = new TextEncoder().encode(lines.join('\n'))
  return checkout.with([{ path: file, content }], () => changesMore(refusal, unit, checkout.readersOf([file], units)))
}

async function changesMore({ checkout, rule }: Refusal, unit: Unit, readers: readonly Unit[]): Promise<boolean> {
  let leaves = 0
  let hit = false
  for (const one of [unit, ...readers.filter((reader) => reader.name !== unit.name)]) {
    const [before, now] = [await checkout.baseline(one), await checkout.render(one)]
    if (!before.rendered || !now.rendered) continue
    leaves += differences(before.objects, now.objects).length
    if (one.name !== unit.name) continue
    const place = meantPlace(now.objects, rule.target, unit.application.destination.namespace)
    hit = means(place?.value, rule.value)
  }
  return hit && leaves > 1
}

/** The chart itself refuses the value, by a guard or a schema: the same line changed by the bench does not render. */
async function chartRefuses(refusal: Refusal): Promise<boolean> {
  const { checkout, unit, rule, located, reason } = refusal
  if (reason !== 'render-failed' || !located.located) return false
  const { file, line, column, text } = located.location
  const next = replacement(text, String(rule.current ?? ''), rule.value)
  const lines = readFileSync(join(checkout.root, file), 'utf8').split('\n')
  const old = lines[line - 1]
  if (next === undefined || old === undefined) return false
  lines[line - 1] = old.slice(0, column - 1) + next + old.slice(column - 1 + text.length)
  const content = new TextEncoder().encode(lines.join('\n'))
  return checkout.with([{ path: file, content }], async () => !(await checkout.render(unit)).rendered)
}

const UNBUILT =
  /^(?:vars|configurations|crds|openapi|generators|transformers|validators|helmCharts|helmChartInflationGenerator):/m

/** Parts of kustomize that are named as not built: some kustomization that the unit reads uses one of them. */
function namedUnsupported({ checkout, unit, reason }: Refusal): boolean {
  if (reason !== 'unsupported-kustomize') return false
  return [...mayRead(checkout.root, unit.application)]
    .filter((path) => /(^|\/)(kustomization\.ya?ml|Kustomization)$/.test(path) && !path.startsWith('*'))
    .some((path) => UNBUILT.test(readFileSync(join(checkout.root, path), 'utf8')))
}

/** A template of a subchart that is taken from elsewhere writes the value: the next update of it would take an edit back. */
function literalOfSubchart(refusal: Refusal): boolean {
  return refusal.reason === 'hard-coded' && isVendored(refusal, refusal.message)
}

/** Real helm, given the value at each path that may feed the field: what reaches it reaches other leaves too, every time. */
async function sharedValue(refusal: Refusal): Promise<boolean> {
  const { rule } = refusal
  if (rule.is === 'absent') return false
  const reached = await probe(refusal, presentProbes(refusal))
  return reached.length > 0 && reached.every((changed) => changed > 1)
}

/** The value stands in an expression of a template: no value reaches the field, and no plain line of the chart says it. */
async function literalInExpression(refusal: Refusal): Promise<boolean> {
  const { rule, reason } = refusal
  if (rule.is === 'absent' || reason !== 'hard-coded') return false
  const key = rule.target.field.split('.').at(-1) ?? ''
  if (templateLines(refusal).some((line) => isPlainLine(line, key, String(rule.current)))) return false
  return (await probe(refusal, presentProbes(refusal))).length === 0
}

function isPlainLine(line: string, key: string, current: string): boolean {
  const at = line.indexOf(`${key}:`)
  return at >= 0 && !line.includes('{{') && line.slice(at).includes(current)
}

/** For an absent field of a chart: no map called `...resources` of its values reaches the field, or each that does reaches more. */
async function noValueLeadsThere(refusal: Refusal): Promise<boolean> {
  const probes = absentProbes(refusal)
  if (refusal.rule.is === 'present' || probes === undefined) return false
  return (await probe(refusal, probes)).every((changed) => changed > 1)
}

/** What makes a refusal right, stated before any run; tried in this order. What none of them upholds is a miss. */
export const ORACLES: readonly Oracle[] = [
  { name: 'placeholder', holds: placeholder },
  { name: 'field-ignored', holds: ignored },
  { name: 'shared-folder', holds: sharedFolder },
  { name: 'named-unsupported', holds: namedUnsupported },
  { name: 'literal-of-subchart', holds: literalOfSubchart },
  { name: 'chart-refuses', holds: chartRefuses },
  { name: 'feeds-more', holds: feedsMore },
  { name: 'shared-value', holds: sharedValue },
  { name: 'literal-in-expression', holds: literalInExpression },
  { name: 'no-value-leads-there', holds: noValueLeadsThere },
]

export async function rightful(refusal: Refusal): Promise<string | undefined> {
  for (const { name, holds } of ORACLES) if (await holds(refusal)) return name
  return undefined
}
