/** Numbers from 0 to 1, the same for the same seed. */
export type Dice = {
  readonly chance: (share: number) => boolean
  readonly pick: <One>(from: readonly One[]) => One
  readonly upTo: (most: number) => number
}

export function dice(seed: number): Dice {
  let state = seed | 0
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }
  const upTo = (most: number): number => Math.floor(next() * (most + 1))
  return {
    chance: (share) => next() < share,
    upTo,
    pick: (from) => {
      const one = from[upTo(from.length - 1)]
      if (one === undefined) throw new RangeError('nothing to pick from')
      return one
    },
  }
}

const WORDS = [
  'app',
  'limits',
  'memory',
  'cpu',
  'name',
  'image',
  'a.b/c',
  'x-y',
  'resources',
  'spec',
  'env',
  '8080',
  'on',
  'k_1',
]
const PLAIN = ['32Mi', '500m', 'nginx:1.27', 'a b c', 'x#y', '-a', 'http://x/y', 'ü', 'z', 'v1.2.3', "it's"]
const NUMBERS = ['2', '2.0', '0.5', '1e3', '1_000', '0x1F', '0o17', '0755', '-3', '+4', '.5', '12:30:45', '1.10']
const WORDS_OF_TYPES = ['true', 'False', 'yes', 'off', 'null', '~', '2026-11-21']
const TEXTS = [
  'a: b',
  'x # y',
  ' lead',
  '',
  '#',
  '- a',
  '"q"',
  "a'b",
  '32Mi',
  '5',
  'true',
  '*a',
  '&a',
  '!x',
  '%d',
  '{a}',
  'a,b',
  'é\u00a0',
]
const COMMENTS = ['# note', '#', '# a: b', '#- x', '# limits: {memory: 1Gi}', '# *a', "# it's"]

type Writing = { readonly roll: Dice; readonly step: number; readonly anchors: string[]; readonly plain: boolean }

function comment({ roll }: Writing): string {
  return roll.chance(0.15)
    ? `${roll.pick([' ', '  ', '\t', ' \t'])}${roll.pick(COMMENTS)}`
    : roll.chance(0.06)
      ? roll.pick([' ', '  ', '\t'])
      : ''
}

/** Comments and blank lines that may stand between any two lines of block style. */
function gap({ roll, plain }: Writing, column: number): readonly string[] {
  if (plain || !roll.chance(0.15)) return []
  const pad = ' '.repeat(roll.chance(0.7) ? column : roll.upTo(column + 3))
  return roll.pick([
    [''],
    [`${pad}${roll.pick(COMMENTS)}`],
    ['', `${pad}${roll.pick(COMMENTS)}`],
    [`${pad}${roll.pick(COMMENTS)}`, ''],
  ])
}

function doubleQuoted(text: string): string {
  return JSON.stringify(text)
}

function scalarText({ roll }: Writing, inFlow: boolean): string {
  const kind = roll.upTo(9)
  if (kind < 3) return roll.pick(PLAIN.filter((text) => !inFlow || !/[,[\]{}#]/.test(text)))
  if (kind < 5) return roll.pick(NUMBERS)
  if (kind < 6) return roll.pick(WORDS_OF_TYPES)
  const text = roll.pick(TEXTS)
  return roll.chance(0.5) ? doubleQuoted(text) : `'${text.replaceAll("'", "''")}'`
}

/** A scalar with what may stand before it: an anchor that nobody may name, a tag, or an alias in its place. */
function leaf(how: Writing, inFlow: boolean): string {
  const { roll, anchors } = how
  if (roll.chance(0.03)) return `!!str ${roll.pick(['5', 'x', '"y"'])}`
  if (roll.chance(0.04)) {
    const anchor = `a${anchors.length}`
    anchors.push(anchor)
    return `&${anchor} ${roll.pick(['7', 'text', '"q"'])}`
  }
  if (anchors.length > 0 && roll.chance(0.05)) return `*${roll.pick(anchors)}${inFlow ? ' ' : ''}`
  return scalarText(how, inFlow)
}

function keyText({ roll }: Writing, name: string): string {
  const quoted = roll.upTo(9)
  if (quoted === 0) return `"${name}"`
  return quoted === 1 ? `'${name}'` : name
}

function names({ roll }: Writing, most: number): readonly string[] {
  return [...new Set(Array.from({ length: roll.upTo(most) }, () => roll.pick(WORDS)))]
}

function flow(how: Writing, depth: number): string {
  const { roll } = how
  const pad = roll.pick(['', ' '])
  const wrap = (open: string, close: string, items: readonly string[]): string => {
    if (items.length === 0) return `${open}${pad}${close}`
    const trailing = roll.chance(0.1) ? ',' : ''
    return `${open}${pad}${items.join(roll.pick([', ', ',  ', ' , ']))}${trailing}${pad}${close}`
  }
  if (depth <= 0 || roll.chance(0.4)) return leaf(how, true)
  if (roll.chance(0.5))
    return wrap(
      '[',
      ']',
      Array.from({ length: roll.upTo(3) }, () => flow(how, depth - 1)),
    )
  return wrap(
    '{',
    '}',
    names(how, 3).map((name) => `${keyText(how, name)}: ${flow(how, depth - 1)}`),
  )
}

/** A flow collection over several lines, the first behind what introduces it. */
function flowLines(how: Writing, column: number): readonly string[] {
  const { roll } = how
  const pad = ' '.repeat(column + how.step)
  const map = roll.chance(0.6)
  const items = map
    ? names(how, 4).map((name) => `${keyText(how, name)}: ${flow(how, 1)}`)
    : Array.from({ length: roll.upTo(3) }, () => flow(how, 1))
  const lines = items.map((item, index) => {
    const comma = index < items.length - 1 || roll.chance(0.2) ? ',' : ''
    return `${pad}${item}${comma}${roll.chance(0.2) ? ` ${roll.pick(COMMENTS)}` : ''}`
  })
  return [map ? '{' : '[', ...lines, `${roll.pick([pad, ' '.repeat(column + 1)])}${map ? '}' : ']'}`]
}

function blockText(how: Writing, column: number): readonly string[] {
  const { roll } = how
  const pad = ' '.repeat(column + how.step)
  const header = roll.pick(['|', '>', '|-', '|+', '>-', '>+'])
  const lines = roll.pick([
    ['one'],
    ['one', 'two'],
    ['one', '', '  two'],
    ['a: b', '- c'],
    ['key:', '  x: 1'],
    ['last', '', ''],
  ])
  return [`${header}${roll.chance(0.1) ? ' # c' : ''}`, ...lines.map((line) => (line === '' ? '' : pad + line))]
}

/** What follows `key:` or `-`: the text on that line, and lines below. */
type Value = { readonly inline: string; readonly below: readonly string[] }

function value(how: Writing, column: number, depth: number): Value {
  const { roll } = how
  const kind = roll.upTo(19)
  if (kind === 0) return { inline: comment(how), below: [] }
  if (kind <= 2) return { inline: ` ${flow(how, 2)}${comment(how)}`, below: [] }
  if (kind === 3) {
    const [first = '', ...rest] = flowLines(how, column)
    return { inline: ` ${first}`, below: rest }
  }
  if (kind === 4) {
    const [first = '', ...rest] = blockText(how, column)
    return { inline: ` ${first}`, below: rest }
  }
  if (kind === 5) return { inline: ` ${roll.pick(['{}', '[]', '~', 'null', '{ }'])}${comment(how)}`, below: [] }
  if (kind === 6) {
    const pad = ' '.repeat(column + how.step)
    return roll.chance(0.5)
      ? { inline: ' "two', below: [`${pad}lines"${comment(how)}`] }
      : { inline: ' two', below: [`${pad}words`] }
  }
  if (kind === 7)
    return { inline: comment(how), below: [`${' '.repeat(column + how.step)}${roll.pick(['x', '{}', '"q"'])}`] }
  if (depth > 0 && kind <= 15) {
    if (roll.chance(0.3)) {
      const offset = roll.chance(0.5) ? 0 : roll.pick([how.step, 2])
      return { inline: comment(how), below: [...gap(how, column + offset), ...list(how, column + offset, depth - 1)] }
    }
    const anchor = roll.chance(0.03) ? ' &m' : ''
    return { inline: `${anchor}${comment(how)}`, below: map(how, column + how.step, depth - 1) }
  }
  return { inline: `${roll.pick([' ', ' ', ' ', '   ', '\t'])}${leaf(how, false)}${comment(how)}`, below: [] }
}

function map(how: Writing, column: number, depth: number): readonly string[] {
  const pad = ' '.repeat(column)
  const found = names(how, 4)
  return (found.length === 0 ? ['only'] : found).flatMap((name, index) => {
    const before = index === 0 ? [] : gap(how, column)
    if (how.roll.chance(0.03)) return [...before, `${pad}? ${name}`, `${pad}: ${leaf(how, false)}`]
    const { inline, below } = value(how, column, depth)
    return [...before, `${pad}${keyText(how, name)}:${inline}`, ...below]
  })
}

function list(how: Writing, column: number, depth: number): readonly string[] {
  const pad = ' '.repeat(column)
  return Array.from({ length: 1 + how.roll.upTo(2) }, (_, index) => {
    const before = index === 0 ? [] : gap(how, column)
    const space = ' '.repeat(how.roll.pick([1, 1, 1, 3]))
    const kind = how.roll.upTo(9)
    if (depth > 0 && kind < 5) {
      const [first = '', ...rest] = map(how, column + 1 + space.length, depth - 1)
      return [...before, `${pad}-${space}${first.trimStart()}`, ...rest]
    }
    if (depth > 0 && kind === 5) {
      const [first = '', ...rest] = list(how, column + 1 + space.length, depth - 1)
      return [...before, `${pad}-${space}${first.trimStart()}`, ...rest]
    }
    if (kind === 6) return [...before, `${pad}- ${flow(how, 2)}${comment(how)}`]
    return [...before, `${pad}-${space}${leaf(how, false)}${comment(how)}`]
  }).flat()
}

function documentLines(how: Writing): readonly string[] {
  const { roll } = how
  const head = roll.pick([[], [], ['# head'], ['', '# head', '']])
  const body = roll.chance(0.9) ? map(how, 0, 4) : roll.chance(0.5) ? list(how, 0, 3) : [flow(how, 2)]
  const tail = roll.pick([[], [], [], ['# tail'], ['', '  # tail', ''], ['']])
  return [...head, ...body, ...tail]
}

/**
 * YAML as many hands write it: comments and blank lines anywhere, steps of 1 to 8, lists at the column of their key and further in, flow
 * collections of one and of several lines, every scalar style, notations of numbers, anchors, tags, explicit keys, directives,
 * several documents, CRLF, a byte order mark, a last line without a break. Not all of it is valid, nor accepted.
 */
export function yamlText(seed: number): string {
  const roll = dice(seed)
  const step = roll.pick([2, 2, 2, 2, 4, 4, 1, 3, 5, 8])
  const lines: string[] = []
  const documents = roll.pick([1, 1, 1, 2, 3])
  for (let count = 0; count < documents; count += 1) {
    const how: Writing = { roll, step, anchors: [], plain: roll.chance(0.2) }
    if (count === 0 && roll.chance(0.08)) lines.push(roll.pick(['%YAML 1.1', '%YAML 1.2']), '---')
    else if (count > 0 || roll.chance(0.3)) lines.push(roll.pick(['---', '--- # next', '---   ']))
    lines.push(...documentLines(how))
    if (roll.chance(0.08)) lines.push('...')
  }
  const text = lines.join(roll.chance(0.15) ? '\r\n' : '\n') + (roll.chance(0.8) ? '\n' : '')
  const whole = text.includes('\r\n') ? text.replace(/(?<!\r)\n/g, '\r\n') : text
  return roll.chance(0.08) ? `\ufeff${whole}` : whole
}
