import { type FileChange, parseQuantity } from '../../domain/index.ts'
import { parseImage } from '../image.ts'
import type { Place, Question } from '../place.ts'
import { type Refused, refuse } from '../refused.ts'
import { scalarToken } from '../scalar-text.ts'
import {
  integerSentinel,
  quantitySentinel,
  referenceSentinel,
  type Sentinel,
  says,
  type Traced,
  textSentinel,
} from '../sentinel.ts'
import { applySplices, type Splice } from '../splice.ts'
import { changedTree, joinPath } from '../tree.ts'
import { sourceFile } from './format.ts'
import type { Sort, ValuePart } from './helm-candidates.ts'
import { imageValue, plainValue } from './helm-changes.ts'
import { type Chart, chartOf, eachChart, isTemplate, ownPaths } from './helm-charts.ts'
import { keptBulk, renderTrace, type Scene, shownIn } from './helm-trace.ts'

/** A value that stands in a line of a template without any expression: `key: value`. */
export type Literal = {
  readonly chart: Chart
  /** Path in the chart. */
  readonly path: string
  readonly line: number
  readonly start: number
  readonly end: number
  readonly quotes: 'plain' | 'single' | 'double'
  readonly key: string
  readonly written: string
}

type LiteralCandidate = Literal & {
  readonly sort: Sort
  readonly part: ValuePart
  readonly sentinel: Sentinel
}

const LITERAL =
  /^(\s*(?:- +)*(?:[\w./-]+|"[^"]*"|'[^']*'):[ \t]+)("[^"\\]*"|'[^']*'|[^\s"'#&*!|>{}[\]%@`][^#{}]*?)[ \t]*(?:[ \t]#.*)?\r?$/
const KEY = /([\w./-]+)["']?:[ \t]+$/
const IN_FLOW = /([\w./-]+)["']?:[ \t]+("[^"\\]*"|'[^']*'|[^\s"'#&*!|>{}[\]%@`,][^\s#{},]*)(?=[ \t]*[,}])/g
const LONGEST_LINE = 500

const TEMPLATE_LIMIT = 512 * 1024

function textOf(chart: Chart, path: string): string | undefined {
  const bytes = chart.files.bytes(path)
  if (bytes === undefined || bytes.byteLength > TEMPLATE_LIMIT) return undefined
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes)
}

type Spot = { readonly key: string; readonly token: string; readonly at: number }

/** What a line says: one `key: value`, or several in a map of flow style. */
function spotsIn(line: string): readonly Spot[] {
  if (line.includes('{{') || line.length > LONGEST_LINE) return []
  const [, lead = '', token = ''] = LITERAL.exec(line) ?? []
  const key = KEY.exec(lead)?.[1]
  if (key !== undefined && token !== '') return [{ key, token, at: lead.length }]
  if (!line.includes('{')) return []
  return [...line.matchAll(IN_FLOW)].flatMap(({ 1: name = '', 2: value = '', 0: whole, index }) => [
    { key: name, token: value, at: index + whole.length - value.length },
  ])
}

function literalsIn(chart: Chart, path: string): readonly Literal[] {
  const found: Literal[] = []
  let at = 0
  for (const [index, line] of (textOf(chart, path) ?? '').split('\n').entries()) {
    for (const { key, token, at: column } of spotsIn(line)) {
      const quotes = token.startsWith('"') ? 'double' : token.startsWith("'") ? 'single' : 'plain'
      const written = quotes === 'plain' ? token : token.slice(1, -1)
      const start = at + column
      found.push({ chart, path, line: index + 1, start, end: start + token.length, quotes, key, written })
    }
    at += line.length + 1
  }
  return found
}

const literals = new WeakMap<Chart, readonly Literal[]>()

function literalsOf(charts: readonly Chart[]): readonly Literal[] {
  return charts.flatMap((chart) => {
    const known = literals.get(chart)
    if (known !== undefined) return known
    const paths = ownPaths(chart).filter(isTemplate)
    const found = paths.flatMap((path) => literalsIn(chart, path))
    literals.set(chart, found)
    return found
  })
}

const KEYS: readonly (readonly [RegExp, Sort])[] = [
  [/^(?:memory|cpu|ephemeral-storage|storage|size)$/, 'quantity'],
  [/^(?:replicas|minReplicas|maxReplicas|minReplicaCount|maxReplicaCount|instances)$/, 'integer'],
  [/^image$/, 'image'],
]

/** What a literal may give, by its key. */
function sortOf({ key, written }: Literal): Sort | undefined {
  const sort = KEYS.find(([name]) => name.test(key))?.[1]
  if (sort === 'quantity') return parseQuantity(written) === undefined ? undefined : sort
  if (sort === 'integer') return /^\d{1,6}$/.test(written) ? sort : undefined
  return sort === 'image' && parseImage(written) !== undefined ? sort : undefined
}

function sentinelOf(literal: Literal, sort: Sort, index: number): Sentinel {
  const { written, quotes } = literal
  const number = quotes === 'plain' && /^\d+$/.test(written) ? Number(written) : written
  if (sort === 'quantity') return quantitySentinel(number, index)
  if (sort === 'integer') return integerSentinel(number, index, 7001)
  return sort === 'image' ? referenceSentinel(parseImage(written)?.name ?? '', index) : textSentinel(index)
}

function candidate(literal: Literal, sort: Sort, index: number): LiteralCandidate {
  return { ...literal, sort, part: 'whole', sentinel: sentinelOf(literal, sort, index) }
}

function tokenOf({ quotes }: Literal, value: string, number: boolean): string {
  return scalarToken(value, { quotes, inFlow: true, keepNumber: number })
}

/** The path of a literal's file where helm reads it, and where it stands in the repository. */
function pathsOf({ chart, path }: Literal): { readonly mounted: string; readonly written: string } {
  return { mounted: joinPath(chart.mount, path) ?? path, written: joinPath(chart.dir, path) ?? path }
}

function withSentinels(scene: Scene, subset: readonly LiteralCandidate[]): ReturnType<typeof renderTrace> {
  const files = new Map<string, { readonly text: string; readonly splices: Splice[] }>()
  for (const one of subset) {
    const { mounted } = pathsOf(one)
    const file = files.get(mounted) ?? { text: textOf(one.chart, one.path) ?? '', splices: [] }
    const token = tokenOf(one, String(one.sentinel.value), typeof one.sentinel.value === 'number')
    file.splices.push({ start: one.start, end: one.end, text: token })
    files.set(mounted, file)
  }
  const encoder = new TextEncoder()
  const changes = [...files].map(
    ([path, { text, splices }]): FileChange => ({ path, content: encoder.encode(applySplices(text, splices)) }),
  )
  return renderTrace(scene, (input) => ({ ...input, tree: changedTree(input.tree, changes) }))
}

/** Charts of the source whose templates may be edited. */
function ownCharts({ source, context }: Scene): readonly Chart[] {
  return eachChart(chartOf(source, context.deps.unpack)).filter(
    ({ foreign, packed }) => foreign === undefined && !packed,
  )
}

/** One bulk for everything that has a telling key; texts are looked for by what they say, question by question. */
async function tracedLiterals(question: Question, scene: Scene): Promise<readonly Traced<LiteralCandidate>[]> {
  const render = (subset: readonly LiteralCandidate[]) => withSentinels(scene, subset)
  const all = (): readonly LiteralCandidate[] =>
    literalsOf(ownCharts(scene)).flatMap((literal, index) => {
      const sort = sortOf(literal)
      return sort === undefined ? [] : [candidate(literal, sort, index)]
    })
  if (question.kind === 'boolean') return []
  if (question.kind !== 'text') return shownIn(question, await keptBulk(scene.source, 'templates', all, render)).found
  const texts = (literals: readonly Literal[]): readonly LiteralCandidate[] =>
    literals.map((literal, index) => candidate(literal, 'text', index))
  const own = literalsOf(ownCharts(scene))
  const said = own.filter(({ written }) => says('text', written, question.current))
  if (said.length === 0) return []
  const telling = (): readonly LiteralCandidate[] => texts(own.filter(({ key }) => key === 'value' || /[./]/.test(key)))
  const { found } = shownIn(question, await keptBulk(scene.source, 'template texts', telling, render))
  const name = `template texts ${String(question.current)}`
  if (found.length > 0 || !question.field.startsWith('path:')) return found
  return shownIn(question, await keptBulk(scene.source, name, () => texts(said), render)).found
}

function placeOf(question: Question, traced: Traced<LiteralCandidate>): Place | Refused {
  const literal = traced.candidate
  const { written } = pathsOf(literal)
  const where = `${written}:${literal.line}`
  const given = { candidate: literal, rendered: traced.rendered }
  const value = question.kind === 'image' ? imageValue(question, given, true) : plainValue(question, given)
  if (value === undefined)
    return refuse('templated', `${where} writes a part of ${question.field}, and no text there gives ${question.value}`)
  const number = question.kind === 'integer' || (question.kind === 'quantity' && /^\d+$/.test(literal.written))
  const token = tokenOf(literal, value, number)
  if (/\{\{|\n/.test(token)) return refuse('value-invalid', `${where}: ${token.slice(0, 60)} would be an expression`)
  return {
    by: 'template',
    file: sourceFile(question.source, written),
    splices: [{ start: literal.start, end: literal.end, text: token }],
    at: literal.start,
    text: (textOf(literal.chart, literal.path) ?? '').slice(literal.start, literal.end),
    within: { document: 0, path: [] },
  }
}

/** Lines of the chart's own templates that write the field, traced as values are. Templates of foreign charts are not edited. */
export async function templatePlaces(question: Question, scene: Scene): Promise<readonly (Place | Refused)[]> {
  const traced = await tracedLiterals(question, scene)
  return traced.slice(0, 1).map((one) => placeOf(question, one))
}

/** Why no line was found: where a literal of that text stands in a template, or what else there is to say. */
export function notTraced(question: Question, scene: Scene): Refused {
  const { current, field, source } = question
  const chart = source.dir === '' ? (source.source.chart ?? 'at the root') : source.dir
  if (current === undefined) return refuse('not-in-git', `no value of the chart ${chart} leads to ${field}`)
  const charts = eachChart(chartOf(source, scene.context.deps.unpack))
  const key = String(question.place.path.at(-1))
  const said = literalsOf(charts).filter((one) => says(question.kind, one.written, current))
  const named = said.filter((one) => one.key === key)
  const [only, second] = named.length > 0 ? named : said
  if (only === undefined)
    return refuse(
      'templated',
      `templates of the chart ${chart} make ${field}, and no value of it was found that leads there`,
    )
  const { written } = pathsOf(only)
  const where = second === undefined ? `${written}:${only.line}` : `a template, perhaps ${written}:${only.line},`
  const whose = only.chart.foreign === undefined ? '' : `; ${only.chart.foreign}, so its templates are not edited`
  return refuse(
    'hard-coded',
    `no value of the chart ${chart} sets ${field}; ${where} writes ${String(current)}${whose}`,
  )
}
