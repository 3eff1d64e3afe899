import picomatch from 'picomatch'

/** Longest glob, and most stars in one: their product bounds the backtracking of the pattern. */
const LONGEST = 256
const MOST_STARS = 8

/** What is wrong with a glob over paths of a repository, or undefined. Extended globs are left out: they can be made to backtrack without end. */
export function globProblem(glob: string): string | undefined {
  if (glob.length > LONGEST) return `a glob has at most ${LONGEST} characters`
  if (glob.startsWith('/') || glob.split('/').includes('..')) return 'a glob is relative to the root of the repository'
  if (/[()\\!]/.test(glob)) return 'a glob knows *, **, ?, [..] and {..}, and no ( ) \\ !'
  if ([...glob].filter((letter) => letter === '*').length > MOST_STARS) return `a glob has at most ${MOST_STARS} stars`
  return undefined
}

/** Whether one of the globs covers the path. `**` crosses folders, `*` does not; names that begin with a dot need to be meant. */
export function covers(globs: readonly string[], path: string): boolean {
  return globs.some(
    (glob) => globProblem(glob) === undefined && picomatch.isMatch(path, glob, { noext: true, nonegate: true }),
  )
}
