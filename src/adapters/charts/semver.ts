/** A version as Helm reads it; `pre` is what follows the hyphen. */
type Version = { readonly numbers: readonly [number, number, number]; readonly pre: string }

const EXACT = /^v?(\d{1,9})\.(\d{1,9})\.(\d{1,9})(?:-([0-9A-Za-z.-]{1,100}))?(?:\+[0-9A-Za-z.-]{1,100})?$/
const PART =
  /^(=|==|!=|>|<|>=|=>|<=|=<|~|~>|\^)?v?(\d{1,9}|[xX*])(?:\.(\d{1,9}|[xX*]))?(?:\.(\d{1,9}|[xX*]))?(?:-([0-9A-Za-z.-]{1,100}))?(?:\+[0-9A-Za-z.-]{1,100})?$/
const LONGEST_RANGE = 200

/** Whether a revision names one version, and no range of them. */
export function isExactVersion(text: string): boolean {
  return EXACT.test(text)
}

/** Whether two texts name one version: `v1.2.3` is `1.2.3`, and what follows a plus counts too. */
export function sameVersion(a: string, b: string): boolean {
  return a.replace(/^v/, '') === b.replace(/^v/, '')
}

/**
 * The newest version in a range, as Helm and Argo CD choose it: `^1.2`, `~1.2.3`, `1.x`, `>=1 <2`, `1.2 - 1.4`, `a || b`, `*` or nothing.
 * Pre-releases count only where the range names one. Undefined where none is in it, or it is no range.
 */
export function newestIn(range: string, versions: readonly string[]): string | undefined {
  const accepts = rangeOf(range)
  let newest: { readonly text: string; readonly version: Version } | undefined
  for (const text of accepts === undefined ? [] : versions) {
    const version = parse(text)
    if (version === undefined || accepts?.(version) !== true) continue
    if (newest === undefined || compare(version, newest.version) > 0) newest = { text, version }
  }
  return newest?.text
}

function parse(text: string): Version | undefined {
  const found = EXACT.exec(text)
  if (found === null) return undefined
  return { numbers: [Number(found[1]), Number(found[2]), Number(found[3])], pre: found[4] ?? '' }
}

type Accepts = (version: Version) => boolean

function rangeOf(range: string): Accepts | undefined {
  if (range.length > LONGEST_RANGE) return undefined
  const choices = (range.trim() === '' ? '*' : range).split('||').map(allOf)
  const known = choices.flatMap((one) => one ?? [])
  return known.length === choices.length ? (version) => known.some((one) => one(version)) : undefined
}

function allOf(text: string): Accepts | undefined {
  const between = /^\s*(\S+)\s+-\s+(\S+)\s*$/.exec(text)
  const spelled = between === null ? text : `>=${between[1]} <=${between[2]}`
  // `>= 1.2` is one part, written with a space.
  const words = spelled
    .replace(/([=<>~^!])\s+/g, '$1')
    .split(/[\s,]+/)
    .filter((word) => word !== '')
  const parts = words.map(partOf)
  const known = parts.flatMap((one) => one ?? [])
  if (known.length === 0 || known.length !== parts.length) return undefined
  // A pre-release named in one part lets them in for all parts beside it, as Masterminds/semver 3.3 has it.
  const mayBePre = known.some((one) => one.namesPre)
  return (version) => (version.pre === '' || mayBePre) && known.every((one) => one.accepts(version))
}

type Part = { readonly accepts: Accepts; readonly namesPre: boolean }

function partOf(text: string): Part | undefined {
  const found = PART.exec(text)
  if (found === null) return undefined
  const [, operator = '=', ...written] = found
  const given = written.slice(0, 3).map((one) => (one === undefined || /^[xX*]$/.test(one) ? undefined : Number(one)))
  const [major, minor, patch] = given
  const pre = written[3] ?? ''
  const low: Version = { numbers: [major ?? 0, minor ?? 0, patch ?? 0], pre }
  const least = (version: Version) => compare(version, low) >= 0
  const below = (end: Version) => (version: Version) => compare(version, end) < 0
  const within = below(end(major, minor, patch))
  const accepts = operatorOf(operator, {
    low,
    least,
    within,
    caret: below(caretEnd(major, minor, patch)),
    tilde: below(end(major, minor, undefined)),
  })
  return { accepts, namesPre: pre !== '' }
}

type Bounds = {
  readonly low: Version
  readonly least: Accepts
  /** Before the first version after what is written. */
  readonly within: Accepts
  readonly caret: Accepts
  readonly tilde: Accepts
}

function operatorOf(operator: string, { low, least, within, caret, tilde }: Bounds): Accepts {
  switch (operator) {
    case '!=':
      return (version) => !(least(version) && within(version))
    case '>':
      return (version) => !within(version)
    case '>=':
    case '=>':
      return least
    case '<':
      return (version) => compare(version, low) < 0
    case '<=':
    case '=<':
      return within
    case '~':
    case '~>':
      return (version) => least(version) && tilde(version)
    case '^':
      return (version) => least(version) && caret(version)
    default:
      return (version) => least(version) && within(version)
  }
}

const NEVER = Number.POSITIVE_INFINITY
const at = (...numbers: Version['numbers']): Version => ({ numbers, pre: '' })

/** The first version after everything that begins with these numbers. A whole version ends right after itself and its pre-releases. */
function end(major: number | undefined, minor: number | undefined, patch: number | undefined): Version {
  if (major === undefined) return at(NEVER, 0, 0)
  if (minor === undefined) return at(major + 1, 0, 0)
  return patch === undefined ? at(major, minor + 1, 0) : { numbers: [major, minor, patch], pre: NEXT }
}

/** Stands right behind a whole version, before the next patch. */
const NEXT = '\uffff'

function caretEnd(major: number | undefined, minor: number | undefined, patch: number | undefined): Version {
  if (major === undefined) return at(NEVER, 0, 0)
  if (major > 0 || minor === undefined) return at(major + 1, 0, 0)
  return minor > 0 || patch === undefined ? at(0, minor + 1, 0) : at(0, 0, patch + 1)
}

function compare(a: Version, b: Version): number {
  for (const index of [0, 1, 2] as const) {
    const difference = a.numbers[index] - b.numbers[index]
    if (difference !== 0) return difference
  }
  return a.pre === b.pre ? 0 : comparePre(a.pre, b.pre)
}

function comparePre(a: string, b: string): number {
  if (a === NEXT || b === NEXT) return a === NEXT ? 1 : -1
  if (a === '' || b === '') return a === '' ? 1 : -1
  const [left, right] = [a.split('.'), b.split('.')]
  for (let index = 0; index < Math.max(left.length, right.length); index += 1) {
    const [one, other] = [left[index], right[index]]
    if (one === undefined || other === undefined) return one === undefined ? -1 : 1
    if (one === other) continue
    const [isNumber, isOther] = [/^\d+$/.test(one), /^\d+$/.test(other)]
    if (isNumber && isOther) return Number(one) - Number(other)
    if (isNumber !== isOther) return isNumber ? -1 : 1
    return one < other ? -1 : 1
  }
  return 0
}
