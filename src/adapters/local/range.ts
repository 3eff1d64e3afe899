import { KintsugiError } from '../../domain/index.ts'
import { gitAt, must } from './git.ts'

/** A commit as people know it. The texts are whatever its author wrote. */
export type NamedCommit = {
  readonly revision: string
  readonly atMs: number
  readonly author: string
  readonly subject: string
}

/** Commits that are walked at most. */
const MOST_COMMITS = 5000

/** What a person may call a commit: a branch, tag, id or `HEAD~3`; nothing that git could take for an option. */
const NAME = /^[A-Za-z0-9][\w./@{}^~+-]{0,250}$/

async function commitOf(gitDir: string, name: string): Promise<string> {
  if (!NAME.test(name))
    throw new KintsugiError('KIN-4002', `${JSON.stringify(name.slice(0, 100))} is not the name of a revision`)
  const words = ['rev-parse', '--verify', '--quiet', '--end-of-options', `${name}^{commit}`]
  const answer = await gitAt(gitDir)(words)
  const oid = answer.stdout.toString('utf8').trim()
  if (answer.exit !== 0 || oid === '') throw new KintsugiError('KIN-4002', `there is no revision ${name} in ${gitDir}`)
  return oid
}

function parsed(record: string): readonly NamedCommit[] {
  const [revision, seconds, author, subject] = record.replace(/\n$/, '').split('\0')
  if (revision === undefined || subject === undefined) return []
  return [{ revision, atMs: Number(seconds) * 1000, author: author ?? '', subject }]
}

/**
 * The commits from `good` to `bad`, oldest first, `good` itself the first: along first parents, so that a merge counts as one commit, as a
 * branch sees it. Throws KIN-4002 for names that there are not, for ends that do not follow each other, and past 5000 commits.
 */
export async function gitRange(gitDir: string, good: string, bad: string): Promise<readonly NamedCommit[]> {
  const git = gitAt(gitDir)
  const [from, to] = [await commitOf(gitDir, good), await commitOf(gitDir, bad)]
  const ancestor = await git(['merge-base', '--is-ancestor', from, to])
  if (ancestor.exit !== 0) throw new KintsugiError('KIN-4002', `${bad} does not follow ${good}`)
  const format = '--format=%x01%H%x00%ct%x00%an%x00%s'
  const log = async (...words: readonly string[]): Promise<string> =>
    (await must(git, ['log', '--first-parent', '--no-show-signature', format, ...words])).toString('utf8')
  const first = await log('--max-count=1', from)
  const others = from === to ? '' : await log('--reverse', `--max-count=${MOST_COMMITS + 1}`, `${from}..${to}`)
  const commits = `${first}${others}`.split('\u0001').flatMap(parsed)
  if (commits.length > MOST_COMMITS)
    throw new KintsugiError('KIN-4002', `there are more than ${MOST_COMMITS} commits from ${good} to ${bad}`)
  return commits
}
