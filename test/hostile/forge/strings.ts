import { HOSTILE, PLAIN_HOSTILE } from '../../proposal/hostile.ts'

/** Longer ones are tried at the sinks alone: no forge takes such names. */
const LONGEST = 5000

/** Every payload, and a part of them within other text. */
export const STRINGS: readonly string[] = [
  ...new Set([...PLAIN_HOSTILE, ...HOSTILE.filter((_, at) => at % 8 === 3)].filter((text) => text.length <= LONGEST)),
]

/** Where a world shows a string: what somebody else than the bot and its operator may choose. */
export const PLACES = [
  ...['folder', 'file', 'comment above', 'comment beside', 'key beside', 'annotation', 'variable', 'settings'],
  ...['good image', 'bad image', 'message', 'author', 'query', 'policy', 'policy file', 'label'],
  ...['workload', 'container', 'Application', 'stranger', 'problem', 'check', 'report', 'rules', 'owners'],
  ...['command', 'comment', 'review', 'pull title', 'pull body', 'branch', 'edited title', 'edited body', 'revision'],
] as const
export type Place = (typeof PLACES)[number]

/** The string of a place in one seat of a world. */
export type Texts = (place: Place) => string

/**
 * Strings for a seat. With `all`, as many seats as there are strings show every string in every place; without, as few seats as have places
 * for all show each string somewhere.
 */
export function textsOf(seat: number, all: boolean): Texts {
  const from = all ? seat : seat * PLACES.length
  return (place) => STRINGS[(from + PLACES.indexOf(place) * (all ? 7 : 1)) % STRINGS.length] ?? ''
}

/** Seats that it takes. */
export function seatsFor(all: boolean): number {
  return all ? STRINGS.length : Math.ceil(STRINGS.length / PLACES.length)
}

/** As far as Kubernetes takes it for a name: dots only where it may be a subdomain. Two seats never have one name. */
export function asName(text: string, seat: number, kind: 'label' | 'subdomain'): string {
  const plain = text
    .toLowerCase()
    .replace(kind === 'label' ? /[^a-z0-9-]+/g : /[^a-z0-9.-]+/g, '-')
    .replace(/\.{2,}|-?\.-?/g, (dots) => (dots.length > 2 ? '-' : '.'))
    .slice(0, 40)
    .replace(/^[-.]+|[-.]+$/g, '')
  return plain === '' ? `w${seat}` : `${plain}-${seat}`
}

function wellFormed(text: string): string {
  return text.replace(/\p{Cs}/gu, '\ufffd')
}

/** One part of a path in Git, which takes any bytes but these; with `plain`, one that the bot may write to. */
export function asFolder(text: string, seat: number, plainOnly: boolean): string {
  const cut = wellFormed(wellFormed(text.replaceAll(/[/\0]/g, '~')).slice(0, 60))
  const plain = plainOnly ? cut.replaceAll(/[\p{Cc}\p{Cf}\\:]/gu, '~') : cut
  const odd = plain === '' || plain === '.' || plain === '..' || /^\.git/i.test(plain)
  return `${odd ? 'odd' : plain}${seat}`
}

/** The name of a check. */
export function asCheck(text: string): string {
  return wellFormed(text).replaceAll('\0', ' ').slice(0, 100).trim()
}

/** What may stand in a comment of YAML. */
export function asComment(text: string): string {
  return wellFormed(text)
    .replaceAll(/[\p{Cc}\u2028\u2029\ufffe\uffff]/gu, ' ')
    .slice(0, 300)
}

/**
 * The tag of an image. Any text is an image to Kubernetes, as long as it neither begins nor ends with a blank; with `usable` it is one that a
 * registry may have.
 */
export function asTag(text: string, usable: boolean): string {
  const plain = wellFormed(text).replaceAll('/', '~').slice(0, 100).trim()
  const tag = usable ? plain.replaceAll(/[^\w.-]+/g, '-').replace(/^[.-]+/, '') : plain
  return tag === '' ? 'none' : tag
}
