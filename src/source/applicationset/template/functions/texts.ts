import { fail, unsupported } from '../failure.ts'
import { type GoValue, goText, isGoList } from '../value.ts'
import { at, bounded, countAt, type GoFunction, intOf, strval, textAt } from './arguments.ts'

/** The name as part of a host name: what Argo CD calls `normalize`. */
export function sanitizeName(name: string): string {
  return name
    .toLowerCase()
    .replace(/[^-a-z0-9.]/g, '-')
    .slice(0, 253)
    .replace(/^[-.]+|[-.]+$/g, '')
}

/** Words as a part of an address, cut at a word's end where told; for names that `normalize` has made plain. */
function slugify(given: readonly GoValue[]): GoValue {
  const name = sanitizeName(textAt(given, given.length - 1))
  const most = given.length > 1 ? countAt(given, 0) : 50
  const smart = given.length > 2 ? at(given, 1) === true : true
  const slug = name
    .replace(/[^a-z0-9\-_]/g, '-')
    .replace(/-+/g, '-')
    .replace(/^[-_]+|[-_]+$/g, '')
  if (most <= 0 || slug.length <= most) return slug
  const cut = slug.slice(0, most)
  if (!smart || slug.charAt(most) === '-') return cut
  const dash = cut.lastIndexOf('-')
  return dash < 0 ? cut : cut.slice(0, dash)
}

/** Takes characters of a set off one or both ends. */
function trimSet(text: string, set: string, ends: 'both' | 'left' | 'right'): string {
  let [start, end] = [0, text.length]
  while (ends !== 'right' && start < end && set.includes(text.charAt(start))) start += 1
  while (ends !== 'left' && end > start && set.includes(text.charAt(end - 1))) end -= 1
  return text.slice(start, end)
}

function quote(given: readonly GoValue[], mark: string): string {
  const texts = given.filter((one) => one !== null).map(strval)
  return texts.map((one) => (mark === '"' ? JSON.stringify(one) : `${mark}${one}${mark}`)).join(' ')
}

function indented(count: number, text: string): string {
  const pad = ' '.repeat(Math.max(0, count))
  return bounded(
    text
      .split('\n')
      .map((line) => pad + line)
      .join('\n'),
  )
}

function trunc(count: number, text: string): string {
  if (count < 0) return text.length + count > 0 ? text.slice(text.length + count) : text
  return text.slice(0, count)
}

function substring(given: readonly GoValue[]): string {
  const [start, end, text] = [countAt(given, 0), countAt(given, 1), textAt(given, 2)]
  if (start < 0) return text.slice(0, Math.max(0, end))
  return end < 0 || end > text.length ? text.slice(start) : text.slice(start, end)
}

/** The verbs that names and numbers are made with; others are refused. */
function printf(given: readonly GoValue[]): string {
  const rest = given.slice(1)
  const made = textAt(given, 0).replace(
    /%(-?)(0?)(\d{0,3})([a-zA-Z%])/g,
    (whole, left: string, zero: string, width: string, verb: string) => {
      if (verb === '%') return '%'
      const value = rest.shift()
      if (value === undefined) return fail(`printf lacks a value for ${whole}`)
      const text = formatted(verb, value)
      if (width === '') return text
      return left === '-' ? text.padEnd(Number(width)) : text.padStart(Number(width), zero === '0' ? '0' : ' ')
    },
  )
  if (/%/.test(textAt(given, 0).replace(/%(-?)(0?)(\d{0,3})([a-zA-Z%])/g, '')))
    return unsupported('printf with such a format is not built here')
  return rest.length === 0 ? bounded(made) : fail('printf has a value too many')
}

function formatted(verb: string, value: GoValue): string {
  if (verb === 'v') return goText(value)
  if (verb === 's' && typeof value === 'string') return value
  if (verb === 'q' && typeof value === 'string') return JSON.stringify(value)
  if (verb === 'd' && typeof value === 'bigint') return String(value)
  if (verb === 't' && typeof value === 'boolean') return String(value)
  return unsupported(`printf of %${verb} with ${goText(value).slice(0, 40)} is not built here`)
}

/** `fmt.Sprint`: a space stands only between two that are no texts. */
function print(given: readonly GoValue[]): string {
  let text = ''
  for (const [index, one] of given.entries()) {
    const before = given[index - 1]
    if (index > 0 && typeof one !== 'string' && typeof before !== 'string') text += ' '
    text += goText(one)
  }
  return bounded(text)
}

function replaceAll(given: readonly GoValue[]): string {
  return bounded(textAt(given, 2).replaceAll(textAt(given, 0), () => textAt(given, 1)))
}

function base64(text: string): string {
  return btoa(String.fromCharCode(...new TextEncoder().encode(text)))
}

export const texts: Readonly<Record<string, GoFunction>> = {
  normalize: (given) => sanitizeName(textAt(given, 0)),
  slugify: (given) => slugify(given),
  lower: (given) => textAt(given, 0).toLowerCase(),
  upper: (given) => textAt(given, 0).toUpperCase(),
  title: (given) =>
    textAt(given, 0).replace(
      /(^|[^A-Za-z0-9_'])([a-z])/g,
      (_, before: string, one: string) => before + one.toUpperCase(),
    ),
  untitle: (given) =>
    textAt(given, 0).replace(/(^|\s)([A-Z])/g, (_, before: string, one: string) => before + one.toLowerCase()),
  trim: (given) => textAt(given, 0).trim(),
  trimAll: (given) => trimSet(textAt(given, 1), textAt(given, 0), 'both'),
  trimPrefix: (given) =>
    textAt(given, 1).startsWith(textAt(given, 0)) ? textAt(given, 1).slice(textAt(given, 0).length) : textAt(given, 1),
  trimSuffix: (given) =>
    textAt(given, 0) !== '' && textAt(given, 1).endsWith(textAt(given, 0))
      ? textAt(given, 1).slice(0, -textAt(given, 0).length)
      : textAt(given, 1),
  trunc: (given) => trunc(countAt(given, 0), textAt(given, 1)),
  substr: substring,
  replace: replaceAll,
  nospace: (given) => textAt(given, 0).replace(/\s/g, ''),
  contains: (given) => textAt(given, 1).includes(textAt(given, 0)),
  hasPrefix: (given) => textAt(given, 1).startsWith(textAt(given, 0)),
  hasSuffix: (given) => textAt(given, 1).endsWith(textAt(given, 0)),
  repeat: (given): GoValue => {
    const [count, text] = [countAt(given, 0), textAt(given, 1)]
    return count * text.length > 1024 * 1024 ? fail('repeat makes too much') : text.repeat(Math.max(0, count))
  },
  quote: (given) => quote(given, '"'),
  squote: (given) => quote(given, "'"),
  cat: (given) =>
    given
      .filter((one) => one !== null)
      .map(strval)
      .join(' '),
  indent: (given) => indented(countAt(given, 0), textAt(given, 1)),
  nindent: (given) => `\n${indented(countAt(given, 0), textAt(given, 1))}`,
  toString: (given: readonly GoValue[]) => strval(at(given, 0)),
  print,
  printf,
  println: (given) => `${given.map(goText).join(' ')}\n`,
  b64enc: (given) => base64(textAt(given, 0)),
  join: (given): GoValue => {
    const list = at(given, 1)
    return isGoList(list)
      ? bounded(
          list
            .filter((one) => one !== null)
            .map(strval)
            .join(textAt(given, 0)),
        )
      : strval(list)
  },
  int: (given) => intOf(at(given, 0)),
  int64: (given) => intOf(at(given, 0)),
  atoi: (given) => intOf(textAt(given, 0)),
}
