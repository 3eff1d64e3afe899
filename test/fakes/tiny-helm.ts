import { parse, parseAllDocuments } from 'yaml'
import type { HelmRenderInput, JsonValue, Manifest, RenderOutcome } from '../../src/domain/index.ts'

type Values = Record<string, unknown>

function isMap(value: unknown): value is Values {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function merge(base: Values, over: unknown): Values {
  const merged: Values = { ...base }
  for (const [key, value] of Object.entries(isMap(over) ? over : {})) {
    const below = merged[key]
    if (value === null) delete merged[key]
    else merged[key] = isMap(value) && isMap(below) ? merge(below, value) : value
  }
  return merged
}

function at(values: unknown, path: string): unknown {
  return path.split('.').reduce<unknown>((here, key) => (isMap(here) ? here[key] : undefined), values)
}

function setAt(values: Values, path: string, value: unknown): Values {
  const [key = '', ...rest] = path.split('.')
  const below = values[key]
  return { ...values, [key]: rest.length === 0 ? value : setAt(isMap(below) ? below : {}, rest.join('.'), value) }
}

function textAt(tree: HelmRenderInput['tree'], path: string): string {
  return new TextDecoder().decode(tree.bytes(path))
}

function valuesOf(input: HelmRenderInput): Values {
  const files = [{ tree: input.tree, path: `${input.chartPath}/values.yaml` }, ...input.valueFiles]
  const layers: unknown[] = files.map((file) => parse(textAt(file.tree, file.path)) ?? {})
  layers.push(input.helm.valuesObject ?? parse(input.helm.values ?? '{}'))
  const merged = layers.reduce<Values>((values, layer) => merge(values, layer), {})
  return input.helm.parameters.reduce((values, { name, value }) => setAt(values, name, value), merged)
}

function print(value: unknown, indent: number): string {
  return JSON.stringify(value ?? {})
    .split('\n')
    .map((line) => `\n${' '.repeat(indent)}${line}`)
    .join('')
}

/** `{{ .Values.a.b }}`, `{{ .Release.Name }}` and `{{- toYaml .Values.a | nindent 8 }}`; anything else throws. */
function template(text: string, input: HelmRenderInput, values: Values): string {
  return text.replaceAll(/\{\{-?\s*([^}]*?)\s*-?\}\}/g, (_, expression: string) => {
    if (expression === '.Release.Name') return input.releaseName
    const block = /^toYaml \.Values\.([\w.]+) \| nindent (\d+)$/.exec(expression)
    if (block !== null) return print(at(values, block[1] ?? ''), Number(block[2]))
    const plain = /^\.Values\.([\w.]+)$/.exec(expression)
    if (plain === null) throw new RangeError(`this helm knows no {{ ${expression} }}`)
    return String(at(values, plain[1] ?? '') ?? '')
  })
}

/** Enough of helm for charts of a page: layers of values, and three kinds of expression. Pure, no child. */
export async function tinyHelm(input: HelmRenderInput): Promise<RenderOutcome> {
  const values = valuesOf(input)
  const templates = input.tree.paths().filter((path) => path.startsWith(`${input.chartPath}/templates/`))
  const objects = templates.flatMap((path) =>
    parseAllDocuments(template(textAt(input.tree, path), input, values)).map((doc) => doc.toJS() as JsonValue),
  )
  return {
    rendered: true,
    objects: objects.filter((object): object is Manifest => isMap(object)),
    tool: 'tiny-helm 1',
  }
}
