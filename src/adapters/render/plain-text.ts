/** The lines of a text, and the next of them to be read. */
type Lines = { readonly lines: readonly string[]; at: number }

/** The text with its next `count` lines as YAML folds them: a line end is a space, an empty line a newline. */
export function foldedText(first: string, state: Lines, count: number): string | undefined {
  let text = first
  let empty = 0
  for (let taken = 0; taken < count; taken += 1) {
    const line = (state.lines[state.at] ?? '').trim()
    state.at += 1
    if (line === '') empty += 1
    else {
      text += (empty === 0 ? ' ' : '\n'.repeat(empty)) + line
      empty = 0
    }
  }
  return text
}

/** A quoted text that begins here and may go on in the next `most` lines; undefined where it is not plainly one. */
export function quotedText(first: string, most: number, state: Lines): string | undefined {
  const quote = first.charAt(0)
  let [text, empty] = [first, 0]
  let end = endOf(first, quote)
  for (let taken = 0; end < 0; taken += 1) {
    if (taken >= most) return undefined
    const line = (state.lines[state.at] ?? '').trim()
    state.at += 1
    if (taken === 0) text = text.trimEnd()
    // A line that ends in a backslash is another thing.
    if (text.endsWith('\\')) return undefined
    if (line === '') {
      empty += 1
      continue
    }
    text += (empty === 0 ? ' ' : '\n'.repeat(empty)) + line
    empty = 0
    end = endOf(text, quote)
  }
  if (text.slice(end + 1).trim() !== '') return undefined
  const inner = text.slice(1, end)
  return quote === "'" ? inner.replaceAll("''", "'") : unescaped(inner)
}

/** Where the quote that ends the text stands, or -1. */
function endOf(text: string, quote: string): number {
  for (let at = 1; at < text.length; at += 1) {
    const one = text.charAt(at)
    if (quote === '"' && one === '\\') at += 1
    else if (one === quote) {
      if (quote === '"' || text.charAt(at + 1) !== quote) return at
      at += 1
    }
  }
  return -1
}

/** Escapes that mean in YAML what they mean in JSON. */
const ESCAPES = /^(?:[^"\\]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*$/

function unescaped(inner: string): string | undefined {
  if (!inner.includes('\\')) return inner
  if (!ESCAPES.test(inner)) return undefined
  return JSON.parse(`"${inner.replaceAll('\n', '\\n')}"`) as string
}

/** A literal text: `|`, `|-` or `|+`. Undefined for other headers, and where the indentation is not plain. */
export function blockText(header: string, state: Lines, indent: number): string | undefined {
  const chomp = /^\|([-+]?) *$/.exec(header)?.[1]
  if (chomp === undefined) return undefined
  const from = state.at
  const inner = innerIndent(state)
  if (inner <= indent) return undefined
  const taken: string[] = []
  for (; state.at < state.lines.length; state.at += 1) {
    const line = state.lines[state.at] ?? ''
    const own = spacesOf(line)
    if (own < line.length && own < inner) {
      if (own > indent) return undefined
      break
    }
    // Spaces before the text begins, beyond its own, are another thing.
    if (own === line.length && own > inner && taken.every((one) => one === '')) return undefined
    taken.push(line.slice(inner))
  }
  if (from === state.at) return undefined
  return chomped(taken, chomp)
}

function innerIndent({ lines, at }: Lines): number {
  for (let next = at; next < lines.length; next += 1) {
    const line = lines[next] ?? ''
    const own = spacesOf(line)
    if (own < line.length) return own
  }
  return -1
}

function spacesOf(line: string): number {
  let at = 0
  while (line.charCodeAt(at) === 32) at += 1
  return at
}

function chomped(lines: readonly string[], chomp: string): string | undefined {
  let end = lines.length
  while (end > 0 && lines[end - 1] === '') end -= 1
  if (end === 0) return undefined
  const text = lines.slice(0, end).join('\n')
  if (chomp === '-') return text
  return chomp === '' ? `${text}\n` : `${text}\n${'\n'.repeat(lines.length - end)}`
}
