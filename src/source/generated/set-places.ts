import {
  type ApplicationOrigin,
  formatPath,
  type JsonPath,
  type ParameterSource,
  valueAt,
  type WrittenAt,
} from '../../domain/index.ts'
import { nestedYaml } from '../nested.ts'
import { leafOf, type SourceText, walk } from '../nodes.ts'
import { type Place, type Question, readSource, setAt } from '../place.ts'
import { isRefused, type Refused, refuse, type Setting } from '../refused.ts'
import type { SourceFile, Sources } from '../resolve.ts'
import { positionIn } from '../yaml/index.ts'
import { holdsPlaceholder, masked, namedParameter, pathOf } from './expression.ts'

type Generator = Extract<ApplicationOrigin, { from: 'application-set' }>

/** What a search for the place is about. */
type Search = {
  readonly question: Question
  readonly value: string
  readonly goTemplate: boolean
  readonly sources: Sources
  readonly parameters: readonly ParameterSource[]
  readonly set: string
}

type Opened = { readonly file: SourceFile; readonly source: SourceText; readonly document: number }

function open(written: WrittenAt, sources: Sources): Opened | Refused {
  const { repoURL, revision, path, document } = written
  const tree = sources.tree(repoURL, revision)
  if (tree === undefined) return refuse('source-missing', `${path} of ${repoURL} is not at hand`)
  const source = readSource(tree, path)
  return isRefused(source) ? source : { file: { tree, repoURL, revision, path }, source, document }
}

function set(search: Search, opened: Opened, path: JsonPath): Place | Refused {
  const { question, value } = search
  const place = setAt({ ...opened, path, value, kind: question.kind, by: 'application-set' })
  return isRefused(place) ? place : { ...place, holdsApplication: true }
}

/** `file:line` of a path of a document, as near as the path leads. */
function lineOf({ source, document }: Opened, path: JsonPath): string {
  const found = walk(source, document, path)
  const offset = isRefused(found) ? 0 : (found.entry?.key.range?.[0] ?? found.node.range?.[0] ?? 0)
  return `${source.file}:${positionIn(source.text, offset).line}`
}

function mixed(where: string, text: string): Refused {
  return refuse('templated', `${where} makes the value of a template: ${text.trim().slice(0, 80)}`)
}

/** The place of a parameter: the first source that has it wins. A text there may name another parameter of an outer generator. */
function parameterPlace(search: Search, path: JsonPath, named: string, from = 0): Place | Refused {
  for (const [index, { prefix, written }] of search.parameters.entries()) {
    if (index < from || !prefix.every((step, at) => path[at] === step)) continue
    const opened = open(written, search.sources)
    if (isRefused(opened)) return opened
    const at = [...written.at, ...path.slice(prefix.length)]
    const value = valueAt(opened.source.documents[opened.document]?.value, at)
    if (value === undefined) continue
    if (typeof value !== 'string' || !holdsPlaceholder(value)) return set(search, opened, at)
    const next = namedParameter(value, search.goTemplate)
    if (next === undefined) return mixed(lineOf(opened, at), value)
    return parameterPlace(search, pathOf(next.parameter), next.parameter, index + 1)
  }
  return refuse('templated', `${search.set} makes the value of ${named}, which no parameter file or element sets`)
}

/** The place that a text of a template leads to: itself where it has no placeholder, else the parameter that it is. */
function textPlace(search: Search, text: string, rest: JsonPath, where: string): Place | Refused | undefined {
  if (!holdsPlaceholder(text)) return undefined
  const named = namedParameter(text, search.goTemplate)
  if (named === undefined || (rest.length > 0 && !named.whole)) return mixed(where, text)
  return parameterPlace(search, [...pathOf(named.parameter), ...rest], named.parameter)
}

/** The value within a text that is YAML once its template is filled in. */
function innerPlace(search: Search, opened: Opened, path: JsonPath, inner: JsonPath): Place | Refused | undefined {
  const outer = walk(opened.source, opened.document, path)
  if (isRefused(outer) || outer.rest.length > 0) return isRefused(outer) ? outer : undefined
  const where = lineOf(opened, path)
  const text = valueAt(opened.source.documents[opened.document]?.value, path)
  if (typeof text === 'string' && namedParameter(text, search.goTemplate)?.whole === true)
    return textPlace(search, text, inner, where)
  const nested = nestedYaml(opened.source, outer.node, masked)
  if (nested === undefined) return typeof text === 'string' ? mixed(where, text) : undefined
  const found = walk(nested.source, 0, inner)
  if (isRefused(found)) return found
  const leaf = leafOf(found.node, found.inFlow)
  const line = `${opened.source.file}:${positionIn(opened.source.text, nested.outer({ start: leaf?.start ?? 0, end: leaf?.start ?? 0, text: '' }).start).line}`
  const written = leaf === undefined ? '' : nested.written.slice(leaf.start, leaf.end)
  if (found.rest.length > 0 && !holdsPlaceholder(written)) return undefined
  const unquoted = written.replace(/^(["'])(.*)\1$/s, '$2')
  const led = textPlace(search, unquoted, found.rest, line)
  if (led !== undefined) return led
  const place = set(search, { ...opened, source: nested.source, document: 0 }, inner)
  if (isRefused(place)) return place
  return {
    ...place,
    splices: place.splices.map(nested.outer),
    at: nested.outer({ start: place.at, end: place.at, text: '' }).start,
    within: { document: opened.document, path },
  }
}

/** The value at a path of a template. Undefined where the template does not have it. */
function templatePlace(search: Search, opened: Opened, base: JsonPath, setting: Setting): Place | Refused | undefined {
  const path = [...base, ...setting.path]
  if (setting.inner !== undefined) return innerPlace(search, opened, path, setting.inner)
  const found = walk(opened.source, opened.document, path)
  if (isRefused(found)) return found
  if (found.rest.length > 0) return undefined
  const text = valueAt(opened.source.documents[opened.document]?.value, path)
  const led = typeof text === 'string' ? textPlace(search, text, [], lineOf(opened, path)) : undefined
  return led ?? set(search, opened, path)
}

/**
 * Where the value that a generated Application sets itself may be edited: in the template of its ApplicationSet, where it is written out
 * there, or in the element or file that gives the one parameter that it is. Anything else is `templated`, with the line.
 */
export function setPlaces(question: Question, origin: Generator, setting: Setting, sources: Sources): Place | Refused {
  const { name, origin: at } = origin.set
  if (at.from === 'render')
    return refuse('templated', `the ApplicationSet ${name} is itself rendered by ${at.parent.name}`)
  const opened = open(at.written, sources)
  if (isRefused(opened)) return opened
  const root = [...at.written.at]
  const goTemplate = valueAt(opened.source.documents[opened.document]?.value, [...root, 'spec', 'goTemplate']) === true
  const search: Search = {
    question,
    value: setting.value,
    goTemplate,
    sources,
    parameters: origin.parameters,
    set: name,
  }
  const patch = {
    ...setting,
    path: [...root, 'spec', 'templatePatch'],
    inner: [...setting.path, ...(setting.inner ?? [])],
  }
  const patched = templatePlace(search, opened, [], patch)
  if (patched !== undefined && !(isRefused(patched) && setting.inner !== undefined)) return patched
  for (const template of origin.templates) {
    const place = templatePlace(search, opened, [...root, ...template], setting)
    if (place !== undefined) return place
  }
  return refuse(
    'templated',
    `${lineOf(opened, root)}: the template of ${name} does not write ${formatPath(setting.path)} out`,
  )
}
