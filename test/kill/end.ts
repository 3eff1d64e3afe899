import type { Pull, Tree } from '../../src/domain/index.ts'
import { readAttempt } from '../../src/proposal/index.ts'

/** What is left of a story: every pull request with its verdict, and the files of main. Free of times and of commits, which a restart may shift. */
export type End = {
  readonly pulls: readonly string[]
  readonly files: Readonly<Record<string, string | undefined>>
}

export function endOf(pulls: readonly Pull[], main: Tree): End {
  return {
    pulls: pulls.map((pull) => `${pull.branch}: ${pull.title}: ${pull.state}: ${verdictOf(pull)}`).sort(),
    files: Object.fromEntries(main.paths().map((path) => [path, main.blob(path)])),
  }
}

export function verdictOf(pull: Pull): string {
  const answer = readAttempt(pull)
  return answer.read ? (answer.attempt.conclusion?.verdict ?? 'none') : answer.reason
}

/** What must never be, whatever was cut: two open pull requests of a lane, two for one attempt at an incident, two reverts of one. */
export function doubles(pulls: readonly Pull[]): readonly string[] {
  const attempts = pulls.flatMap((pull) => {
    const answer = readAttempt(pull)
    return answer.read ? [answer.attempt] : []
  })
  const unread = pulls.length - attempts.length
  const keys = attempts.flatMap(({ pull, record }) => [
    ...(pull.state === 'open' ? [`open on ${pull.branch}`] : []),
    record.reverts === undefined
      ? `attempt ${earlierSteps(attempts, record.incident, pull.number)} at ${record.incident}`
      : `revert of ${record.reverts}`,
  ])
  const twice = keys.filter((key, at) => keys.indexOf(key) !== at)
  return unread === 0 ? twice : [...twice, `${unread} that cannot be believed`]
}

/** A further step is one only after the one before was found to be not enough. */
function earlierSteps(
  attempts: readonly { readonly pull: Pull; readonly record: { readonly incident: string } }[],
  incident: string,
  before: number,
): number {
  return attempts.filter(
    ({ pull, record }) => record.incident === incident && pull.number < before && verdictOf(pull) === 'insufficient',
  ).length
}
