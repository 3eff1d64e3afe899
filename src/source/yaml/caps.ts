import { CST, Lexer } from 'yaml'

/** What one file may hold at most. Far above what people write; far below what would stop the process. */
export const YAML_CAPS = {
  /** Bytes of the file. */
  bytes: 1024 * 1024,
  /** Collections around a value, block or flow. */
  depth: 64,
  /** Values of maps and lists together, with what aliases repeat. */
  nodes: 20_000,
  aliases: 100,
  documents: 2_000,
} as const

export type Problem = { readonly offset: number; readonly message: string; readonly tooLarge: boolean }

/**
 * The first cap that `text` passes, found by the lexer alone: it keeps no stack, so hostile nesting can't exhaust ours.
 * Must run before anything composes nodes, which is recursive.
 */
export function overCaps(text: string): Problem | undefined {
  const seen = { flow: 0, aliases: 0, values: 0, documents: 0 }
  let offset = 0
  for (const lexeme of new Lexer().lex(text)) {
    count(seen, lexeme)
    const message = capMessage(seen)
    if (message !== undefined) return { offset, message, tooLarge: true }
    if (!isMarker(lexeme)) offset += lexeme.length
  }
  return undefined
}

type Seen = { flow: number; aliases: number; values: number; documents: number }

function isMarker(lexeme: string): boolean {
  return lexeme === CST.SCALAR || lexeme === CST.DOCUMENT || lexeme === CST.FLOW_END
}

function count(seen: Seen, lexeme: string): void {
  switch (CST.tokenType(lexeme)) {
    case 'flow-map-start':
    case 'flow-seq-start':
      seen.flow += 1
      break
    case 'flow-map-end':
    case 'flow-seq-end':
      seen.flow = Math.max(0, seen.flow - 1)
      break
    case 'doc-start':
      seen.flow = 0
      seen.documents += 1
      break
    case 'alias':
      seen.aliases += 1
      break
    case 'map-value-ind':
    case 'seq-item-ind':
    case 'explicit-key-ind':
    case 'comma':
      seen.values += 1
      break
    default:
      break
  }
}

function capMessage(seen: Seen): string | undefined {
  if (seen.flow > YAML_CAPS.depth) return `nested deeper than ${YAML_CAPS.depth}`
  if (seen.aliases > YAML_CAPS.aliases) return `more than ${YAML_CAPS.aliases} aliases`
  if (seen.values > YAML_CAPS.nodes) return `more than ${YAML_CAPS.nodes} values`
  if (seen.documents > YAML_CAPS.documents) return `more than ${YAML_CAPS.documents} documents`
  return undefined
}

/** Where the parsed tokens nest deeper than the cap; walks with a list of its own instead of the call stack. */
export function tooDeep(token: CST.Token): Problem | undefined {
  const open: { readonly token: CST.Token; readonly depth: number }[] = [{ token, depth: 0 }]
  for (let at = open.pop(); at !== undefined; at = open.pop()) {
    if (at.depth > YAML_CAPS.depth) {
      return { offset: at.token.offset, message: `nested deeper than ${YAML_CAPS.depth}`, tooLarge: true }
    }
    for (const child of childrenOf(at.token)) open.push({ token: child, depth: at.depth + 1 })
  }
  return undefined
}

function childrenOf(token: CST.Token): CST.Token[] {
  if (token.type === 'document') return token.value ? [token.value] : []
  if (!('items' in token)) return []
  return token.items.flatMap((item) => [item.key, item.value].filter((one): one is CST.Token => one != null))
}
