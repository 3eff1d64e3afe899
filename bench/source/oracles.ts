import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'yaml'
import { unpackChart } from '../../src/adapters/charts/index.ts'
import type { LocateResult } from '../../src/source/index.ts'
import type { Checkout } from './checkout.ts'
import { mayRead } from './closure.ts'
import { differences } from './leaves.ts'
import { means, meantPlace } from './meant.ts'
import { isRecord, loadAll } from './objects.ts'
import type { RuleTarget } from './targets.ts'
import type { Tools } from './tools.ts'
import { isKustomized, templateArguments, type Unit } from './units.ts'

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

function isChart({ checkout, unit }: Refusal): boolean {
  const [source] = unit.application.sources
  if (source?.path === undefined) return false
  const dir = join(checkout.root, source.path)
  return !isKustomized(dir) && statSync(join(dir, 'Chart.yaml'), { throwIfNoEntry: false }) !== undefined
}

/** Values files of a chart and its subcharts, each with the path under which the parent has them. */
function chartValues(
  dir: string,
  prefix: readonly string[],
): readonly { readonly at: readonly string[]; readonly value: unknown }[] {
  const read = (text: string): unknown => {
    try {
      return parse(text, { merge: true })
    } catch {
      return undefined
    }
  }
  const text = (path: string): string => (statSync(path, { throwIfNoEntry: false }) ? readFileSync(path, 'utf8') : '')
  const own = [{ at: prefix, value: read(text(join(dir, 'values.yaml'))) }]
  const charts = join(dir, 'charts')
  if (!statSync(charts, { throwIfNoEntry: false })) return own
  const chart: unknown = read(text(join(dir, 'Chart.yaml')))
  const dependencies =
    isRecord(chart) && Array.isArray(chart['dependencies']) ? chart['dependencies'].filter(isRecord) : []
  const below = readdirSync(charts).flatMap((entry) => {
    const name = entry.replace(/-v?\d[^/]*\.tgz$/, '')
    const keys = dependencies.filter((one) => one['name'] === name).map((one) => String(one['alias'] ?? name))
    const named = keys.length === 0 ? [name] : keys
    if (!entry.endsWith('.tgz')) return named.flatMap((key) => chartValues(join(charts, entry), [...prefix, key]))
    const packed = unpackChart(new Uint8Array(readFileSync(join(charts, entry))))
    const value = read(new TextDecoder().decode(packed?.get('values.yaml')))
    return named.map((key) => ({ at: [...prefix, key], value }))
  })
  return [...own, ...below]
}

function mapsNamed(value: unknown, key: RegExp, at: readonly string[], found: string[][]): void {
  if (!isRecord(value)) return
  for (const [name, child] of Object.entries(value)) {
    if (key.test(name) && (isRecord(child) || child === null)) found.push([...at, name])
    mapsNamed(child, key, [...at, name], found)
  }
}

function setArgument(path: readonly string[], value: string): string {
  return `--set-string=${path.map((step) => step.replaceAll('.', '\\.')).join('.')}=${value}`
}

/**
 * For an absent field of a chart: every map called `...resources` of its values is given the field, by real helm. When none of them
 * reaches the target, or each that does changes other leaves too, there is no value to write it in.
 */
async function noValueLeadsThere(refusal: Refusal): Promise<boolean> {
  const { tools, checkout, unit, rule } = refusal
  const [source] = unit.application.sources
  if (rule.is !== 'absent' || source?.path === undefined || !isChart(refusal)) return false
  const found: string[][] = []
  for (const { at, value } of chartValues(join(checkout.root, source.path), []))
    mapsNamed(value, /resources$/i, at, found)
  const rest = rule.target.field.split('.').slice(1)
  const baseline = await checkout.baseline(unit)
  const home = unit.application.destination.namespace
  for (const path of found) {
    const set = setArgument([...path, ...rest], rule.value)
    const ran = await tools.helm([...templateArguments(checkout.root, unit.application, source), set], checkout.root)
    if (!ran.ok || !baseline.rendered) continue
    const now = loadAll(ran.stdout)
    if (!means(meantPlace(now, rule.target, home)?.value, rule.value)) continue
    if (differences(baseline.objects, now).filter(({ after }) => after !== undefined).length === 1) return false
  }
  return true
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

/** The refusal says that a template writes the value, and names a file of a subchart that another team publishes. */
function literalOfSubchart({ reason, message, rule }: Refusal): boolean {
  return (
    reason === 'hard-coded' && /charts\/[^/]+\.tgz/.test(message) && message.includes(String(rule.current).slice(0, 20))
  )
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
  { name: 'no-value-leads-there', holds: noValueLeadsThere },
]

export async function rightful(refusal: Refusal): Promise<string | undefined> {
  for (const { name, holds } of ORACLES) if (await holds(refusal)) return name
  return undefined
}
