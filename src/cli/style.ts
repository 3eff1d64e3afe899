/** A piece of text and how it looks. A plain string has no style. Only `Terminal` turns spans into bytes. */
export type Span = string | { readonly style: Style; readonly text: string }

const CODES = {
  bold: ['\u001b[1m', '\u001b[22m'],
  dim: ['\u001b[2m', '\u001b[22m'],
  red: ['\u001b[31m', '\u001b[39m'],
  green: ['\u001b[32m', '\u001b[39m'],
  yellow: ['\u001b[33m', '\u001b[39m'],
  cyan: ['\u001b[36m', '\u001b[39m'],
} as const

export type Style = keyof typeof CODES

export function styled(style: Style, text: string): Span {
  return { style, text }
}

/**
 * Text that cannot move the cursor, colour the screen, forge a line or turn its reading order: control characters of both ranges,
 * bidirectional marks, zero-width and tag characters are taken out; tabs and line ends become a space.
 */
export function printable(text: string): string {
  return text
    .replace(/\r\n|[\t\n\r\u2028\u2029]/g, ' ')
    .replace(
      /[\p{Cc}\p{Co}\p{Cs}\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\u{e0000}-\u{e007f}]/gu,
      '',
    )
}

/** The bytes of a line. Colours stand around text that has been made printable, so that text can never end or add one. */
export function renderSpans(spans: readonly Span[], colour: boolean): string {
  return spans
    .map((span) => {
      if (typeof span === 'string') return printable(span)
      const [on, off] = CODES[span.style]
      return colour ? `${on}${printable(span.text)}${off}` : printable(span.text)
    })
    .join('')
}
