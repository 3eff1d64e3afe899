import { parse } from 'yaml'
import type { JsonValue } from '../../domain/index.ts'

const MOST_BYTES = 262_144
const DEEPEST = 100

/** A small file such as Chart.yaml, every scalar as text: a version stays `1.10`. Undefined for what is large, deep, has aliases or is no YAML. */
export function smallYaml(content: Uint8Array): JsonValue | undefined {
  if (content.byteLength > MOST_BYTES) return undefined
  const text = new TextDecoder().decode(content)
  if (!isShallow(text)) return undefined
  try {
    const options = { schema: 'failsafe', maxAliasCount: 0, uniqueKeys: false, logLevel: 'silent' } as const
    return parse(text, options) as JsonValue
  } catch {
    return undefined
  }
}

/** HEURISTIC: deep columns, or brackets that are opened and not closed, would end the process that parses them; no such file has them. */
export function isShallow(text: string): boolean {
  let flow = 0
  for (const character of text) {
    if (character === '[' || character === '{') flow += 1
    else if (character === ']' || character === '}') flow = Math.max(0, flow - 1)
    if (flow > DEEPEST) return false
  }
  return !/^[ \-?]{200}/m.test(text)
}
