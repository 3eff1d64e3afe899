import {
  type HelmRenderInput,
  type HelmSettings,
  type Isolation,
  isJsonObject,
  type JsonObject,
  type JsonValue,
  type Reason,
  type RenderOutcome,
  type Tree,
} from '../../domain/index.ts'
import type { Chart } from './chart.ts'
import { type Frame, frameOf, readFrame } from './frame.ts'
import { oneLine, type Refused, refuse } from './refused.ts'
import type { Printed } from './renderer.ts'

/** What a renderer of its own is asked and what it says. Both sides read the other's bytes as foreign ones. */
export const REQUEST_TYPE = 'application/vnd.kintsugi.render'
export const ANSWER_TYPE = 'application/vnd.kintsugi.rendered'
const MOST_HEADER = 8 * 1024 * 1024
export const MOST_REQUEST: number = 72 * 1024 * 1024
export const MOST_ANSWER: number = 17 * 1024 * 1024
const MOST_ANSWER_HEADER = 65_536

type Sizes = readonly (readonly [string, number])[]

export function requestOf(input: HelmRenderInput, chart: Chart): Buffer {
  const { releaseName, namespace, validateSchema } = input
  const files: Sizes = [...chart.files].map(([path, content]) => [path, content.byteLength])
  const valueFiles: Sizes = input.valueFiles.map(({ path }, at) => [path, chart.valueFiles[at]?.byteLength ?? 0])
  const { values, valuesObject, parameters, kubeVersion, apiVersions, skipCrds } = input.helm
  const helm: JsonObject = {
    parameters: parameters.map(({ name, value, forceString }) => ({ name, value, forceString })),
    ...(values === undefined ? {} : { values }),
    ...(valuesObject === undefined ? {} : { valuesObject }),
    ...(kubeVersion === undefined ? {} : { kubeVersion }),
    ...(apiVersions === undefined ? {} : { apiVersions }),
    ...(skipCrds === undefined ? {} : { skipCrds }),
  }
  const header = { releaseName, namespace, validateSchema, helm, files, valueFiles }
  return frameOf(header, [...chart.files.values(), ...chart.valueFiles])
}

/** The input of a request, its chart at the root of a tree that holds nothing else. Undefined where it is not one. */
export function readRequest(bytes: Buffer): HelmRenderInput | undefined {
  const frame = readFrame(bytes, MOST_HEADER)
  if (frame === undefined) return undefined
  const { releaseName, namespace, validateSchema, helm: written } = frame.header
  const helm = settingsIn(written)
  const contents = contentsIn(frame)
  if (typeof releaseName !== 'string' || typeof namespace !== 'string' || typeof validateSchema !== 'boolean')
    return undefined
  if (helm === undefined || contents === undefined) return undefined
  const valueFiles = contents.valueFiles.map(([path, content]) => ({ tree: treeOf([[path, content]]), path }))
  return { tree: treeOf(contents.files), chartPath: '', releaseName, namespace, valueFiles, helm, validateSchema }
}

function settingsIn(written: JsonValue | undefined): HelmSettings | undefined {
  if (!isJsonObject(written)) return undefined
  const { values, valuesObject, parameters, kubeVersion, apiVersions, skipCrds } = written
  const named = parametersIn(parameters)
  if (named === undefined) return undefined
  return {
    valueFiles: [],
    ignoreMissingValueFiles: false,
    parameters: named,
    ...(typeof values === 'string' ? { values } : {}),
    ...(valuesObject === undefined ? {} : { valuesObject }),
    ...(typeof kubeVersion === 'string' ? { kubeVersion } : {}),
    ...(Array.isArray(apiVersions) ? { apiVersions: apiVersions.map(String) } : {}),
    ...(typeof skipCrds === 'boolean' ? { skipCrds } : {}),
  }
}

function parametersIn(list: JsonValue | undefined): HelmSettings['parameters'] | undefined {
  if (!Array.isArray(list)) return undefined
  const found = (list as readonly JsonValue[]).flatMap((one) => {
    if (!isJsonObject(one)) return []
    const { name, value, forceString } = one
    if (typeof name !== 'string' || typeof value !== 'string' || typeof forceString !== 'boolean') return []
    return [{ name, value, forceString }]
  })
  return found.length === list.length ? found : undefined
}

type Contents = readonly (readonly [string, Uint8Array])[]

function contentsIn({
  header,
  content,
}: Frame): { readonly files: Contents; readonly valueFiles: Contents } | undefined {
  let at = 0
  const take = (list: JsonValue | undefined): Contents | undefined => {
    if (!Array.isArray(list)) return undefined
    const taken: [string, Uint8Array][] = []
    for (const one of list as readonly JsonValue[]) {
      const [path, size]: readonly JsonValue[] = Array.isArray(one) ? one : []
      if (typeof path !== 'string' || typeof size !== 'number' || !Number.isSafeInteger(size) || size < 0)
        return undefined
      taken.push([path, content.subarray(at, at + size)])
      at += size
    }
    return taken
  }
  const files = take(header['files'])
  const valueFiles = take(header['valueFiles'])
  return files === undefined || valueFiles === undefined || at !== content.length ? undefined : { files, valueFiles }
}

function treeOf(contents: Contents): Tree {
  const files = new Map(contents)
  return {
    oid: 'a request',
    paths: () => [...files.keys()],
    bytes: (path) => files.get(path),
    blob: (path) => (files.has(path) ? 'a file of a request' : undefined),
    special: () => undefined,
  }
}

type Kept = Extract<Isolation, 'process' | 'isolated'>

export function answerOf(answer: Printed | Refused, isolation: Kept): Buffer {
  if ('rendered' in answer) return frameOf({ ...answer, isolation }, [])
  return frameOf({ rendered: true, tool: answer.tool, isolation }, [Buffer.from(answer.text)])
}

/** Reasons that are a renderer's to give; any other is no answer of one. */
const RENDERERS: readonly Reason[] = [
  'render-failed',
  'render-limit',
  'renderer-missing',
  'unsafe-path',
  'unsupported-source',
  'value-file-missing',
]

export type Answer = {
  readonly answer: Printed | Extract<RenderOutcome, { rendered: false }>
  readonly isolation: Kept
}

/** What a renderer said, in nothing but forms that it may have; undefined for anything else. */
export function readAnswer(bytes: Buffer): Answer | undefined {
  const frame = readFrame(bytes, MOST_ANSWER_HEADER)
  if (frame === undefined) return undefined
  const { rendered, tool, reason, message } = frame.header
  const isolation = frame.header['isolation'] === 'isolated' ? 'isolated' : 'process'
  if (rendered === true && typeof tool === 'string' && isTool(tool))
    return { answer: { text: frame.content.toString('utf8'), tool }, isolation }
  const known = RENDERERS.find((one) => one === reason)
  if (rendered !== false || known === undefined || typeof message !== 'string' || frame.content.length > 0)
    return undefined
  return { answer: refuse(known, oneLine(message)), isolation }
}

export function isTool(text: string): boolean {
  return /^helm(?: \d{1,3}\.\d{1,4}\.\d{1,4})?$/.test(text)
}
