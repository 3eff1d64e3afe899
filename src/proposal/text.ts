/**
 * The one sink for text that the bot did not write itself: names from clusters, lines from repositories, sentences that quote them.
 * What leaves it can hold no mention, reference, link, command, HTML or fence of its own, on the forge's page and for bots that read it raw.
 */
declare const markdown: unique symbol
/** Markdown that is safe to place in a body. Made only in this file and by `fill` from its values. */
export type Markdown = string & { readonly [markdown]: true }

declare const line: unique symbol
/** One line of printable ASCII without mention or reference, for titles and commit messages. Made only by `plainLine` and `fill`. */
export type PlainLine = string & { readonly [line]: true }

const ZERO_WIDTH_SPACE = '\u200b'
const CELL_BAR = '\u00a6'
const DEFAULT_LENGTH = 300

/** Control, format (bidi, zero width, tags), private, unassigned and lone surrogate characters. */
const HIDDEN = /[\p{Cc}\p{Cf}\p{Co}\p{Cn}\p{Cs}]/gu
const STACKED_MARKS = /(\p{M}{3})\p{M}+/gu

/** What becomes a picture; a time of day does not. */
const EMOJI = /:(?=(?:100|1234|[+\w-]{0,40}[a-z+-][+\w-]{0,40}):)/gi

/** Hidden blocks of ours are found in the raw text, where a code span does not count. */
const COMMENT_OPENING = /(<)(!--)/g

/** Words at the start of a line that other bots act on, beside those that begin with a slash or name them. */
const COMMAND_WORDS = /^([-+>\s]*)(?=(?:bors|recheck|retest|rerun|ok to test)\b|!\w)/i

/** Words of our own: literals, numbers, digests that were made here. */
export function fixed(text: string): Markdown {
  return text as Markdown // the door for literals of this program
}

/** Joins literals of this program with values that went through the sink. */
export function md(literals: TemplateStringsArray, ...values: readonly (Markdown | number)[]): Markdown {
  return fixed(literals.reduce((text, literal, index) => `${text}${values[index - 1] ?? ''}${literal}`))
}

export function joinLines(lines: readonly Markdown[]): Markdown {
  return fixed(lines.join('\n'))
}

/** Shows what hides, and cuts at `max` code points. White space has to be settled before. */
function revealed(text: string, max: number): string {
  const clean = text
    .replace(HIDDEN, '\ufffd')
    .replace(STACKED_MARKS, '$1')
    .replace(COMMENT_OPENING, `$1${ZERO_WIDTH_SPACE}$2`)
  const points = [...clean]
  return points.length > max ? `${points.slice(0, max).join('')}…` : clean
}

/** One line: every run of white space is one blank. */
function visible(text: string, max: number): string {
  // A hostile megabyte is cut before it is walked; no code point is longer than two units.
  const spaced = text
    .slice(0, max * 4)
    .replace(/\s+/gu, ' ')
    .trim()
  return revealed(spaced, max)
}

function breakReferences(text: string): string {
  return text
    .replace(/[@#]/g, (sign) => `${sign}${ZERO_WIDTH_SPACE}`)
    .replace(/\b(gh)-(?=\d)/gi, `$1${ZERO_WIDTH_SPACE}-`)
    .replace(/\b[0-9a-f]{7,}\b/gi, (hex) => hex.replace(/.{6}(?=.)/g, `$&${ZERO_WIDTH_SPACE}`))
    .replace(/:(?=\/\/)/g, `:${ZERO_WIDTH_SPACE}`)
    .replace(/\bwww(?=\.)/gi, (word) => `${word}${ZERO_WIDTH_SPACE}`)
    .replace(/^\/(?=\w)/, `${ZERO_WIDTH_SPACE}/`)
    .replace(EMOJI, `:${ZERO_WIDTH_SPACE}`)
    .replace(/\$(?=[$`])/g, `$${ZERO_WIDTH_SPACE}`)
    .replace(COMMAND_WORDS, `$1${ZERO_WIDTH_SPACE}`)
}

function escapeMarkup(text: string): string {
  const inline = text
    .replace(/[\\`*_[\]|~$]/g, '\\$&')
    .replace(/&/g, '&amp;')
    .replace(/</g, '&lt;')
  return inline.replace(/^(\d+)([.)])(?=\s|$)/, '$1\\$2').replace(/^[-+=#:>]/, '\\$&')
}

/** A sentence that may quote names: reads as written, does nothing. */
export function prose(text: string, max = DEFAULT_LENGTH): Markdown {
  return fixed(escapeMarkup(breakReferences(visible(text, max))))
}

function fenceAround(text: string, shortest: number): string {
  const longest = Math.max(0, ...[...text.matchAll(/`+/g)].map((run) => run[0].length))
  return '`'.repeat(Math.max(shortest, longest + 1))
}

/** A value, shown exactly, as inline code. `(empty)` where there is nothing to show. */
export function code(text: string, max = DEFAULT_LENGTH): Markdown {
  const shown = visible(text, max)
  if (shown === '') return fixed('(empty)')
  const fence = fenceAround(shown, 1)
  const pad = shown.startsWith('`') || shown.endsWith('`') ? ' ' : ''
  return fixed(`${fence}${pad}${shown}${pad}${fence}`)
}

/** Inline code in a cell of a table, where a bar would end the cell whatever stands around it. */
export function codeCell(text: string, max = 120): Markdown {
  return code(text.replaceAll('|', CELL_BAR), max)
}

/** A block of code. Every line is cut at 400 code points, the whole at `max` characters. The fence is longer than any inside. */
export function fenced(lines: readonly string[], info: 'diff' | 'text', max = 6000): Markdown {
  const kept: string[] = []
  let length = 0
  for (const text of lines) {
    const shown = fencedLine(text)
    length += shown.length + 1
    if (length > max) break
    kept.push(shown)
  }
  if (kept.length < lines.length) kept.push(`… and ${lines.length - kept.length} more lines`)
  const body = kept.join('\n')
  const fence = fenceAround(body, 3)
  return fixed(`${fence}${info}\n${body}\n${fence}`)
}

function fencedLine(text: string): string {
  const shown = revealed(text.slice(0, 1600).replaceAll('\t', '  ').replace(/\s/gu, ' '), 400)
  // Bots that look for commands read raw lines and know no fences.
  return shown.replace(/^([-+> ]*)(?=[/@]\w)/, `$1${ZERO_WIDTH_SPACE}`).replace(COMMAND_WORDS, `$1${ZERO_WIDTH_SPACE}`)
}

/** A link, if the host is one that the operator's configuration names; the label alone otherwise. */
export function link(label: string, url: string, hosts: readonly string[]): Markdown {
  if (!URL.canParse(url)) return prose(label)
  const target = new URL(url)
  const allowed = (target.protocol === 'https:' || target.protocol === 'http:') && hosts.includes(target.host)
  if (!allowed || target.username !== '' || target.password !== '') return prose(label)
  const written = target.href.replace(/[()<>\\`|]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`)
  return written.length > 2000 ? prose(label) : fixed(`[${prose(label, 80)}](${written})`)
}

/** Names a pull request of the same repository, the one reference that the bot makes. */
export function pullReference(number: number): Markdown {
  if (!Number.isSafeInteger(number) || number < 1) throw new RangeError(`${number} is not a pull request`)
  return fixed(`#${number}`)
}

/** What tells CI systems to leave a commit alone: a name must not keep the checks away that a merge waits for. */
function withoutSkips(text: string): string {
  return text
    .replace(/\[([^[\]]{0,30}\b(?:ci|actions|skip|build)\b[^[\]]{0,30})\]/gi, '($1)')
    .replace(/\*{2,}/g, '*')
    .replace(/\bskip-checks:/gi, 'skip checks')
}

/** Long hexadecimal words would become links to commits; decimal numbers stay whole. */
function withoutCommits(text: string): string {
  return text.replace(/\b(?=\d*[a-f])([0-9a-f]{6})[0-9a-f]{1,34}\b/gi, '$1..')
}

/** One line for a title or a commit message: printable ASCII; signs that a forge or a CI system would act on are written out. */
export function plainLine(text: string, max = 200): PlainLine {
  const ascii = visible(text, max)
    .replaceAll('…', '...')
    .replaceAll(ZERO_WIDTH_SPACE, '')
    .replace(/[^\x20-\x7e]/g, '?')
    .replace(/<!-+>?|-{2,}>/g, '--')
    .replaceAll('@', '(at)')
    .replace(/#(?=\w)/g, 'no. ')
    .replaceAll('#', '')
    .replace(/\b(gh)-(?=\d)/gi, '$1 ')
    .replace(/:\/\//g, ':')
    .replace(/\bwww\./gi, 'www ')
    .replace(/^[/!>\s]+/, '')
    .replace(/^(\w{1,40}-[\w-]{1,40}):/, '$1')
    .replace(/^(?=(?:bors|recheck|retest|rerun|ok to test)\b)/i, '- ')
  return withoutCommits(withoutSkips(ascii)).slice(0, max).trimEnd() as PlainLine // the door
}
