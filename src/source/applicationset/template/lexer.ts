import { fail, unsupported } from './failure.ts'

/** A token of an action. Words are `if`, `range`, function names; a field keeps no dot, a variable keeps its dollar. */
export type Token =
  | { readonly is: 'word' | 'field' | 'variable' | 'text'; readonly value: string; readonly spaced: boolean }
  | { readonly is: 'number'; readonly value: number | bigint; readonly spaced: boolean }
  | {
      readonly is: 'dot' | '(' | ')' | '|' | ':=' | '=' | ','
      readonly spaced: boolean
    }

/** A template as text and actions in turn. */
export type Piece = { readonly text: string } | { readonly action: readonly Token[] }

const SPACE = /\s/
const WORD = /[A-Za-z_]\w*/y
const NUMBER = /[-+]?(?:0[xX][\da-fA-F]+|\d+(?:\.\d+)?(?:[eE][-+]?\d+)?)/y

function matchAt(pattern: RegExp, text: string, at: number): string {
  pattern.lastIndex = at
  return pattern.exec(text)?.[0] ?? ''
}

/** End of a quoted text, behind its closing quote. */
function closing(text: string, start: number): number {
  const quote = text.charAt(start)
  for (let at = start + 1; at < text.length; at += 1) {
    const char = text.charAt(at)
    if (char === '\\' && quote === '"') at += 1
    else if (char === quote) return at + 1
    else if (char === '\n' && quote === '"') break
  }
  return fail('a text in a template is not closed')
}

function quoted(source: string): string {
  if (source.startsWith('`')) return source.slice(1, -1)
  try {
    const value: unknown = JSON.parse(source)
    return String(value)
  } catch {
    return unsupported(`the text ${source.slice(0, 40)} has an escape that is not read here`)
  }
}

function numberToken(source: string): number | bigint {
  return /[.eE]/.test(source) && !/^[-+]?0[xX]/.test(source) ? Number(source) : BigInt(source.replace(/^\+/, ''))
}

const SIGNS = ['(', ')', '|', ','] as const

function nextToken(text: string, at: number, spaced: boolean): readonly [Token, number] {
  const char = text.charAt(at)
  const sign = SIGNS.find((one) => one === char)
  if (sign !== undefined) return [{ is: sign, spaced }, at + 1]
  if (text.startsWith(':=', at)) return [{ is: ':=', spaced }, at + 2]
  if (char === '=') return [{ is: '=', spaced }, at + 1]
  if (char === '"' || char === '`') {
    const end = closing(text, at)
    return [{ is: 'text', value: quoted(text.slice(at, end)), spaced }, end]
  }
  if (char === '$') {
    const name = matchAt(WORD, text, at + 1)
    return [{ is: 'variable', value: `$${name}`, spaced }, at + 1 + name.length]
  }
  if (char === '.') {
    const name = matchAt(WORD, text, at + 1)
    return name === '' ? [{ is: 'dot', spaced }, at + 1] : [{ is: 'field', value: name, spaced }, at + 1 + name.length]
  }
  const number = matchAt(NUMBER, text, at)
  if (number !== '') return [{ is: 'number', value: numberToken(number), spaced }, at + number.length]
  const word = matchAt(WORD, text, at)
  if (word === '') return fail(`${JSON.stringify(char)} is not expected in a template`)
  return [{ is: 'word', value: word, spaced }, at + word.length]
}

/** Reads tokens up to `}}`; gives them with where the text goes on and whether white space behind is taken away. */
function action(text: string, from: number): { tokens: readonly Token[]; end: number; trims: boolean } {
  const tokens: Token[] = []
  let at = from
  let spaced = true
  for (;;) {
    const start = at
    while (at < text.length && SPACE.test(text.charAt(at))) at += 1
    spaced = at > start || tokens.length === 0
    if (at >= text.length) return fail('an action of a template is not closed')
    if (text.startsWith('}}', at)) return { tokens, end: at + 2, trims: false }
    if (text.startsWith('-}}', at) && spaced) return { tokens, end: at + 3, trims: true }
    const [token, next] = nextToken(text, at, spaced)
    tokens.push(token)
    at = next
  }
}

/** A comment takes the whole action. */
function comment(text: string, from: number): { end: number; trims: boolean } | undefined {
  if (!text.startsWith('/*', from)) return undefined
  const close = text.indexOf('*/', from)
  const end = /^(?:\s+-)?\}\}/.exec(text.slice(close + 2, close + 64))
  if (close < 0 || end === null) return fail('a comment of a template is not closed')
  return { end: close + 2 + end[0].length, trims: end[0].includes('-') }
}

/** Cuts a template into text and actions; `{{-` and `-}}` have taken their white space. */
export function pieces(template: string): readonly Piece[] {
  const found: Piece[] = []
  let at = 0
  let trimsNext = false
  const addText = (text: string): void => {
    if (text !== '') found.push({ text })
  }
  for (;;) {
    const open = template.indexOf('{{', at)
    const raw = template.slice(at, open < 0 ? template.length : open)
    const text = trimsNext ? raw.trimStart() : raw
    if (open < 0) {
      addText(text)
      return found
    }
    const trimsBefore = template.charAt(open + 2) === '-' && SPACE.test(template.charAt(open + 3))
    addText(trimsBefore ? text.trimEnd() : text)
    const start = open + (trimsBefore ? 4 : 2)
    const skipped = comment(template, start)
    const read = skipped === undefined ? action(template, start) : undefined
    if (read !== undefined) found.push({ action: read.tokens })
    at = skipped?.end ?? read?.end ?? template.length
    trimsNext = skipped?.trims ?? read?.trims ?? false
  }
}
