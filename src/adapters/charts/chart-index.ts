import { parseDocument } from 'yaml'
import { isJsonObject, type JsonValue } from '../../domain/index.ts'
import { isShallow } from './small-yaml.ts'

/** A version of a chart in the index.yaml of a repository. `digest`: SHA-256 of the packed chart, 64 hex digits, where the index has it. */
export type IndexEntry = {
  readonly version: string
  readonly urls: readonly string[]
  readonly digest: string | undefined
}

/** One chart's part of the index: the largest public one (bitnami, kept for years) has 2 MB. */
const MOST_BLOCK = 4 * 1024 * 1024

/**
 * The versions of one chart. Indexes have tens of megabytes, so only that chart's lines are parsed; the index must be laid out as Helm writes
 * it, or be JSON. Undefined where it is neither, or holds no such chart.
 */
export function entriesIn(index: Buffer, chart: string): readonly IndexEntry[] | undefined {
  const list = index[0] === 0x7b ? inJson(index, chart) : inYaml(index.toString('utf8'), chart)
  if (!Array.isArray(list)) return undefined
  return (list as readonly JsonValue[]).flatMap((one) => entryOf(one) ?? [])
}

function inJson(index: Buffer, chart: string): JsonValue | undefined {
  try {
    const root = JSON.parse(index.toString('utf8')) as JsonValue
    const entries = isJsonObject(root) ? root['entries'] : undefined
    return isJsonObject(entries) && Object.hasOwn(entries, chart) ? entries[chart] : undefined
  } catch {
    return undefined
  }
}

function inYaml(index: string, chart: string): JsonValue | undefined {
  const block = blockOf(index, chart)
  if (block === undefined || block.length > MOST_BLOCK || !isShallow(block)) return undefined
  try {
    const document = parseDocument(block, {
      version: '1.1',
      schema: 'failsafe',
      uniqueKeys: false,
      logLevel: 'silent',
      prettyErrors: false,
    })
    return document.errors.length > 0 ? undefined : (document.toJS({ maxAliasCount: 0 }) as JsonValue)
  } catch {
    return undefined
  }
}

/** The lines below `  <chart>:` within `entries:`, up to the next key that stands as far left. */
function blockOf(index: string, chart: string): string | undefined {
  const entries = /^entries:[ \t]*\r?$/m.exec(index)
  if (entries === null) return undefined
  let [indent, from] = [-1, -1]
  for (let at = entries.index + entries[0].length + 1; at < index.length; ) {
    const newline = index.indexOf('\n', at)
    const next = newline < 0 ? index.length : newline + 1
    const line = index.slice(at, Math.min(next, at + 512)).trimEnd()
    const column = line.length - line.trimStart().length
    const isKey = line !== '' && !/^\s*(?:-|#)/.test(line)
    if (isKey && from >= 0 && column <= indent) return index.slice(from, at)
    if (isKey && column === 0) return undefined
    if (isKey && indent < 0) indent = column
    if (isKey && column === indent && keyOf(line) === chart) from = next
    at = next
  }
  return from < 0 ? undefined : index.slice(from)
}

function keyOf(line: string): string | undefined {
  const key = /^\s*(.*?):$/.exec(line)?.[1]
  return key?.replace(/^(["'])(.*)\1$/, '$2')
}

function entryOf(one: JsonValue): IndexEntry | undefined {
  if (!isJsonObject(one)) return undefined
  const { version, urls, digest } = one
  if (typeof version !== 'string' || !Array.isArray(urls)) return undefined
  const told = typeof digest === 'string' ? digest.replace(/^sha256:/, '').toLowerCase() : ''
  return {
    version,
    urls: (urls as readonly JsonValue[]).filter((url) => typeof url === 'string'),
    digest: /^[0-9a-f]{64}$/.test(told) ? told : undefined,
  }
}
