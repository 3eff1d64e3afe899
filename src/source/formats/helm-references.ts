import type { JsonPath, UnpackChart } from '../../domain/index.ts'
import type { ResolvedSource } from '../resolve.ts'
import { type Chart, chartOf, eachChart, isTemplate, ownPaths, textIn } from './helm-charts.ts'

const DOTTED = /\.Values((?:\.[A-Za-z_]\w{0,99}){1,12})/g
const INDEXED = /\bindex\s+\$?\.Values((?:\.[A-Za-z_]\w{0,99}){0,12})((?:\s+"[^"\s]{1,100}"){1,12})/g
const DUG = /\bdig((?:\s+"[^"\s]{1,100}"){1,12})\s+[^\s()]{1,200}\s+\(?\$?\.Values((?:\.[A-Za-z_]\w{0,99}){0,12})/g
const GOT = /\bget\s+\(?\$?\.Values((?:\.[A-Za-z_]\w{0,99}){0,12})\)?((?:\s+"[^"\s]{1,100}"))/g

const MOST = 20_000

function dotted(text: string): readonly string[] {
  return text.split('.').filter((step) => step !== '')
}

function quoted(text: string): readonly string[] {
  return [...text.matchAll(/"([^"]*)"/g)].map((match) => match[1] ?? '')
}

function pathsIn(text: string): readonly (readonly string[])[] {
  return [
    ...[...text.matchAll(DOTTED)].map((match) => dotted(match[1] ?? '')),
    ...[...text.matchAll(INDEXED)].map((match) => [...dotted(match[1] ?? ''), ...quoted(match[2] ?? '')]),
    ...[...text.matchAll(DUG)].map((match) => [...dotted(match[2] ?? ''), ...quoted(match[1] ?? '')]),
    ...[...text.matchAll(GOT)].map((match) => [...dotted(match[1] ?? ''), ...quoted(match[2] ?? '')]),
  ]
}

function ownReferences(chart: Chart): readonly JsonPath[] {
  return ownPaths(chart)
    .filter(isTemplate)
    .flatMap((path) => pathsIn(textIn(chart.files, path)))
    .map((path) => (path[0] === 'global' ? path : [...chart.prefix, ...path]))
}

/**
 * Paths of the values that the templates of the charts name, in the values of the chart at the top, each once. HEURISTIC: read from the
 * text: `.Values.a.b`, `index .Values "a" "b"`, `dig "a" "b" default .Values` and `get .Values "a"`; what a `with`, a `range` or a helper
 * makes of a part of the values is not seen.
 */
export function referencedPaths(source: ResolvedSource, unpack: UnpackChart | undefined): readonly JsonPath[] {
  const paths = new Map<string, JsonPath>()
  for (const path of eachChart(chartOf(source, unpack)).flatMap(ownReferences)) {
    if (paths.size >= MOST) break
    paths.set(JSON.stringify(path), path)
  }
  return [...paths.values()]
}
