import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'yaml'
import { unpackChart } from '../../src/adapters/charts/index.ts'
import type { ApplicationSource } from '../../src/domain/index.ts'
import { differences } from './leaves.ts'
import { means, meantPlace } from './meant.ts'
import { isRecord, loadAll } from './objects.ts'
import type { Refusal } from './oracles.ts'
import { isKustomized, templateArguments } from './units.ts'

/** A value that real helm is given by `--set`. */
export type Probe = {
  readonly path: readonly string[]
  readonly value: string
  /** Only leaves that take the same value count: a key of its own may replace a preset, which an edit writes out. */
  readonly twins?: boolean
}

/** Renders that one oracle may cost. */
const MOST = 60

function chartSource({ checkout, unit }: Refusal): ApplicationSource | undefined {
  return unit.application.sources.find((source) => {
    const dir = join(checkout.root, source.path ?? '')
    return source.path !== undefined && !isKustomized(dir) && isThere(join(dir, 'Chart.yaml'))
  })
}

function isThere(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false }) !== undefined
}

function read(text: string): unknown {
  try {
    return parse(text, { merge: true })
  } catch {
    return undefined
  }
}

function readFile(path: string): unknown {
  return isThere(path) ? read(readFileSync(path, 'utf8')) : undefined
}

type Values = { readonly at: readonly string[]; readonly value: unknown }

function keysOf(dir: string, name: string): readonly string[] {
  const chart = readFile(join(dir, 'Chart.yaml'))
  const all = isRecord(chart) && Array.isArray(chart['dependencies']) ? chart['dependencies'].filter(isRecord) : []
  const named = all.filter((one) => one['name'] === name).map((one) => String(one['alias'] ?? name))
  return named.length === 0 ? [name] : named
}

/** Values of a chart and its subcharts, each with the path under which the parent has them. */
function chartValues(dir: string, prefix: readonly string[]): readonly Values[] {
  const own = [{ at: prefix, value: readFile(join(dir, 'values.yaml')) }]
  const charts = join(dir, 'charts')
  if (!isThere(charts)) return own
  const below = readdirSync(charts).flatMap((entry) => {
    const name = entry.replace(/-v?\d[^/]*\.tgz$/, '')
    if (!entry.endsWith('.tgz'))
      return keysOf(dir, name).flatMap((key) => chartValues(join(charts, entry), [...prefix, key]))
    const packed = unpackChart(new Uint8Array(readFileSync(join(charts, entry))))
    const value = read(new TextDecoder().decode(packed?.get('values.yaml')))
    return keysOf(dir, name).map((key) => ({ at: [...prefix, key], value }))
  })
  return [...own, ...below]
}

function allValues(refusal: Refusal, source: ApplicationSource): readonly Values[] {
  const { checkout } = refusal
  const files = templateArguments(checkout.root, refusal.unit.application, source).flatMap((argument) =>
    argument.startsWith('--values=') ? [{ at: [], value: readFile(argument.slice('--values='.length)) }] : [],
  )
  return [...chartValues(join(checkout.root, source.path ?? ''), []), ...files]
}

type Visit = (value: unknown, path: readonly string[]) => void

function walk(value: unknown, path: readonly string[], visit: Visit): void {
  visit(value, path)
  if (isRecord(value)) for (const [key, child] of Object.entries(value)) walk(child, [...path, key], visit)
}

function unique(probes: readonly Probe[]): readonly Probe[] {
  return [...new Map(probes.map((one) => [one.path.join('\0'), one])).values()].slice(0, MOST)
}

function tail(image: string): string {
  const at = image.indexOf('@')
  return at >= 0 ? image.slice(at + 1) : (/:([\w][\w.-]*)$/.exec(image)?.[1] ?? '')
}

/** What a leaf would have to be for the field to get its value, if it is a leaf that may feed it. */
function valueFor({ rule }: Refusal, leaf: unknown, key: string): string | undefined {
  const current = String(rule.current)
  if (isRecord(leaf) || Array.isArray(leaf)) return undefined
  if (leaf !== null && leaf !== '' && means(leaf, current)) return rule.value
  if (rule.target.field !== 'image') return undefined
  const mayBeTag = /tag|version|digest/i.test(key) && (leaf === null || leaf === '')
  return String(leaf) === tail(current) || mayBeTag ? tail(rule.value) : undefined
}

export function presentProbes(refusal: Refusal): readonly Probe[] {
  const source = chartSource(refusal)
  if (source === undefined) return []
  const probes: Probe[] = []
  for (const { at, value } of allValues(refusal, source))
    walk(value, at, (leaf, path) => {
      const wanted = valueFor(refusal, leaf, path.at(-1) ?? '')
      if (wanted !== undefined) probes.push({ path, value: wanted })
    })
  return unique([...probes, ...mapProbes(refusal, source)])
}

function mapProbes(refusal: Refusal, source: ApplicationSource): readonly Probe[] {
  const [first, ...rest] = refusal.rule.target.field.split('.')
  if (first !== 'resources') return []
  const probes: Probe[] = []
  for (const { at, value } of allValues(refusal, source))
    walk(value, at, (map, path) => {
      const fits = /resources$/i.test(path.at(-1) ?? '') && (isRecord(map) || map === null)
      if (fits) probes.push({ path: [...path, ...rest], value: refusal.rule.value, twins: true })
    })
  return probes
}

/** Undefined for what is no chart. */
export function absentProbes(refusal: Refusal): readonly Probe[] | undefined {
  const source = chartSource(refusal)
  return source && unique(mapProbes(refusal, source))
}

/** Whether the file that a message names belongs to a subchart that the chart above takes from elsewhere, packed or unpacked. */
export function isVendored({ checkout }: Refusal, message: string): boolean {
  if (/charts\/[^/\s]+\.tgz/.test(message)) return true
  const [, above, name] =
    /(\S*?)\/charts\/([^/\s]+)\/templates\//.exec(message.replace(/^.*? (?=\S*\/charts\/\S+\/templates\/)/, '')) ?? []
  if (above === undefined || name === undefined) return false
  const chart = readFile(join(checkout.root, above, 'Chart.yaml'))
  const all = isRecord(chart) && Array.isArray(chart['dependencies']) ? chart['dependencies'].filter(isRecord) : []
  return all.some((one) => one['name'] === name && !/^file:|^$/.test(String(one['repository'] ?? '')))
}

/** Lines of all templates of a chart and its unpacked subcharts. */
export function templateLines(refusal: Refusal): readonly string[] {
  const source = chartSource(refusal)
  if (source === undefined) return []
  const dir = join(refusal.checkout.root, source.path ?? '')
  return readdirSync(dir, { recursive: true, encoding: 'utf8' })
    .filter((name) => /(^|\/)templates\/.*\.(ya?ml|tpl)$/.test(name))
    .flatMap((name) => readFileSync(join(dir, name), 'utf8').split('\n'))
}

function argument({ path, value }: Probe): string {
  const flag = /^\d+$/.test(value) ? '--set' : '--set-string'
  return `${flag}=${path.map((step) => step.replaceAll('.', '\\.')).join('.')}=${value.replaceAll(',', '\\,')}`
}

/** For each probe that brings the field to its value: how many leaves of the unit change with it, itself among them. */
export async function probe(refusal: Refusal, probes: readonly Probe[]): Promise<readonly number[]> {
  const { tools, checkout, unit, rule } = refusal
  const source = chartSource(refusal)
  const baseline = await checkout.baseline(unit)
  if (source === undefined || !baseline.rendered) return []
  const again = await checkout.render(unit)
  const noise = again.rendered ? differences(baseline.objects, again.objects).length : 0
  const reached: number[] = []
  for (const one of probes) {
    const args = [...templateArguments(checkout.root, unit.application, source), argument(one)]
    const ran = await tools.helm(args, checkout.root)
    if (!ran.ok) continue
    const now = loadAll(ran.stdout)
    const place = meantPlace(now, rule.target, unit.application.destination.namespace)
    if (!means(place?.value, rule.value)) continue
    const changed = differences(baseline.objects, now).filter(({ before }) => before !== '{}')
    const twins = changed.filter(({ after }) => after !== undefined && means(JSON.parse(after), rule.value))
    reached.push(one.twins === true ? twins.length : changed.length - noise)
  }
  return reached
}
