/** Markup that was made by `html`: the only thing that is not escaped again. */
export class Html {
  readonly text: string
  constructor(text: string) {
    this.text = text
  }
}

export type Part = Html | string | number | undefined | false | readonly Part[]

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
  '`': '&#96;',
}

/** What hides or turns text is shown as U+FFFD: a reviewer has to see that something is there. Tabs and line ends stay. */
const HIDDEN =
  /(?![\t\n])[\p{Cc}\p{Cs}\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\u{e0000}-\u{e007f}]/gu

/** Text of others as text: safe between tags and in quoted attributes. */
export function escapeText(text: string): string {
  return text
    .replace(/\r(?=\n|$)/g, '')
    .replace(HIDDEN, '\ufffd')
    .replace(/[&<>"'`]/g, (character) => ENTITIES[character] ?? '')
}

function write(part: Part): string {
  if (part === undefined || part === false) return ''
  if (part instanceof Html) return part.text
  if (Array.isArray(part)) return part.map(write).join('')
  return escapeText(String(part))
}

/** The one sink of the page: every value between the literal parts is escaped. Attributes must be quoted. */
export function html(literals: TemplateStringsArray, ...parts: readonly Part[]): Html {
  return new Html(literals.reduce((text, literal, at) => `${text}${write(parts[at - 1])}${literal}`))
}
