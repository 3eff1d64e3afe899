import picomatch from 'picomatch'

/** Longest glob, and most things to try in one name of it: names have at most 255 letters, so matching one stays below a few million steps. */
const LONGEST = 256
const MOST_CHOICES = 3

/** What is wrong with a glob over paths of a repository, or undefined. Extended globs are left out: they can be made to backtrack without end. */
export function globProblem(glob: string): string | undefined {
  if (glob.length > LONGEST) return `a glob has at most ${LONGEST} characters`
  if (glob.startsWith('/') || glob.split('/').includes('..')) return 'a glob is relative to the root of the repository'
  if (/[()\\!]/.test(glob)) return 'a glob knows *, **, ?, [..] and {..}, and no ( ) \\ !'
  if (/\{[^}]*\//.test(glob)) return 'a brace of a glob stays within one name; write two globs instead'
  const crowded = glob.split('/').some((part) => part !== '**' && (part.match(/[*{]/g) ?? []).length > MOST_CHOICES)
  return crowded ? `a name in a glob has at most ${MOST_CHOICES} stars and braces` : undefined
}

/**
 * Whether one of the globs covers the path. `**` crosses folders, `*` does not; names that begin with a dot need to be meant, unless `dots`
 * says that they always are, as where a glob forbids.
 */
export function covers(globs: readonly string[], path: string, dots = false): boolean {
  const names = path.split('/')
  return globs.some((glob) => globProblem(glob) === undefined && reaches(partsOf(glob), names, dots))
}

function partsOf(glob: string): readonly string[] {
  return glob.replace(/^(?:\.\/)+/, '').split('/')
}

/** Name by name, so that no choice in one name is tried again for each choice in another: the time is linear in parts times names. */
function reaches(parts: readonly string[], names: readonly string[], dots: boolean): boolean {
  let reached = withDeep(parts, new Set([0]))
  for (const name of names) {
    const next = new Set<number>()
    for (const at of reached) {
      const part = parts[at]
      if (part === '**') {
        if (dots || !name.startsWith('.')) next.add(at)
      } else if (part !== undefined && matchesName(part, name, dots)) next.add(at + 1)
    }
    reached = withDeep(parts, next)
  }
  return reached.has(parts.length)
}

/** `**` may also stand for no folder at all. */
function withDeep(parts: readonly string[], reached: Set<number>): Set<number> {
  for (const at of reached) if (parts[at] === '**') reached.add(at + 1)
  return reached
}

function matchesName(part: string, name: string, dot: boolean): boolean {
  return part !== '' && picomatch.isMatch(name, part, { noext: true, nonegate: true, dot })
}
