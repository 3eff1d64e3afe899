import { CST, Lexer } from 'yaml'

/** What a file that a person wrote for us may hold. */
export const CAPS = { characters: 1_048_576, depth: 64, nodes: 20_000, aliases: 100 } as const

/** Which cap the text passes, and where (offset in UTF-16 units). */
export type Excess = { readonly offset: number; readonly message: string }

/** Tokens whose column says how deep a block is. */
const DEEPENING: ReadonlySet<string> = new Set([
  'scalar',
  'alias',
  'single-quoted-scalar',
  'double-quoted-scalar',
  'seq-item-ind',
  'explicit-key-ind',
  'map-value-ind',
  'flow-map-start',
  'flow-seq-start',
])

type Scan = { flow: number; readonly columns: number[]; costly: number; aliases: number; lineStart: number }

/** Tokens that cost the parser something, values or not. */
const COSTLY: ReadonlySet<string> = new Set([
  'scalar',
  'alias',
  'single-quoted-scalar',
  'double-quoted-scalar',
  'block-scalar-header',
  'seq-item-ind',
  'explicit-key-ind',
  'flow-map-start',
  'flow-seq-start',
  'map-value-ind',
  'comma',
  'anchor',
  'directive-line',
  'doc-start',
  'doc-end',
  'newline',
])

/**
 * Looks over the tokens before anything recursive sees them: the lexer of `yaml` is a flat loop, its composer is not, and deep nesting
 * makes the composer abort the whole process. Depth counts flow brackets and columns of block indicators; it may see half of the depth of
 * lists that stand in the column of their key, which is still far below what the composer bears.
 */
export function excessOf(text: string): Excess | undefined {
  if (text.length > CAPS.characters)
    return { offset: 0, message: `the file is larger than ${CAPS.characters} characters` }
  const scan: Scan = { flow: 0, columns: [], costly: 0, aliases: 0, lineStart: 0 }
  let offset = 0
  let isScalar = false
  for (const token of new Lexer().lex(text)) {
    const type: string = isScalar ? 'scalar' : (CST.tokenType(token) ?? 'scalar')
    if (!isScalar && (type === 'scalar' || type === 'doc-mode' || type === 'flow-error-end')) {
      isScalar = type === 'scalar'
      continue
    }
    isScalar = false
    const message = take(scan, type, offset)
    if (message !== undefined) return { offset, message }
    const newline = token.lastIndexOf('\n')
    if (newline >= 0) scan.lineStart = offset + newline + 1
    offset += token.length
  }
  return undefined
}

function take(scan: Scan, type: string, offset: number): string | undefined {
  if (type === 'tag') return 'tags are not read here'
  if (type === 'flow-map-start' || type === 'flow-seq-start') scan.flow += 1
  if (type === 'flow-map-end' || type === 'flow-seq-end') scan.flow -= 1
  if (type === 'doc-start') scan.columns.length = 0
  if (type === 'alias' && ++scan.aliases > CAPS.aliases) return `the file has more than ${CAPS.aliases} aliases`
  if (!COSTLY.has(type)) return undefined
  if (++scan.costly > 4 * CAPS.nodes) return `the file holds more than ${4 * CAPS.nodes} tokens`
  if (scan.flow === 0 && DEEPENING.has(type)) enterColumn(scan.columns, offset - scan.lineStart)
  const deep = scan.columns.length + scan.flow > CAPS.depth
  return deep ? `the file is nested deeper than ${CAPS.depth} levels` : undefined
}

function enterColumn(columns: number[], column: number): void {
  while ((columns.at(-1) ?? -1) >= column) columns.pop()
  columns.push(column)
}
