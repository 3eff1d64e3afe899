import type { Account } from '../../domain/index.ts'
import type { ApiCommit, ApiPull } from './api.ts'
import type { Desk } from './desk.ts'
import { type HeadMark, type MarkedBody, readMarks, sameBlock } from './marks.ts'
import { foldersOf, oidWith } from './tree-oid.ts'

/**
 * What of a pull request is believed (PROTOCOL 4).
 *
 * - `whole`: the head is one commit of ours, with the base and the tree that our body names.
 * - `cut`: a refresh was cut before the branch moved: the body is of the next proposal, and keeps the machine block of the one that the branch shows.
 * - `updated`: GitHub merged the base into the branch for somebody ("Update branch"), and the tree is exactly the newer base with our
 *   files in it. Nobody's work is on the branch, but it is not what was judged: it is refreshed, and never merged as it is.
 * - `renamed`: the base branch that our body names is gone, and GitHub pointed the pull request at what the default branch is called now. It
 *   is refreshed, which names that one, and never merged as it is.
 * - `unfinished`: the head is a commit of ours, but of another proposal than the body: two writers met while it was opened. Nothing of it is
 *   believed; the next `open` of the lane or the next sweep mends it.
 * - `foreign`: somebody else's commits are on the branch. An update in which a file of ours was merged line by line, or by hand in GitHub's conflict
 *   editor, is one: what a person wrote there cannot be told from what GitHub did.
 * - `edited`: somebody else wrote the body, or chose another base branch.
 * - `flooded`: there are so many comments that our own answers among them may not have been read, and what they forbid is not known.
 */
export type Judged = {
  readonly state: 'whole' | 'cut' | 'updated' | 'renamed' | 'unfinished' | 'foreign' | 'edited' | 'flooded'
  /** The newest commit of ours on the branch. */
  readonly own?: ApiCommit
  /** The body that belongs to it, without our marks; '' where none can be believed. */
  readonly text: string
  readonly marks: MarkedBody
}

export function isSelf(desk: Desk, account: Account | undefined): boolean {
  // With a personal token we are that person.
  const kind = desk.api.self.appId === 0 ? 'user' : 'app'
  return account !== undefined && account.kind === kind && account.login === desk.api.self.login
}

/** Whether nobody else wrote it last. */
export function isUntouched(desk: Desk, written: { readonly author: Account; readonly editor?: Account }): boolean {
  return isSelf(desk, written.author) && (written.editor === undefined || isSelf(desk, written.editor))
}

export function isLaneBranch(desk: Desk, branch: string): boolean {
  const own = `${desk.bounds.prefix}/`
  return branch.startsWith(own) && /^[a-z0-9-]{1,80}-[0-9a-f]{8}$/.test(branch.slice(own.length))
}

/** A pull request that the app opened from a branch of its own in this repository. */
export function isOurs(desk: Desk, pull: ApiPull): boolean {
  return isSelf(desk, pull.author) && !pull.crossRepository && pull.branch.startsWith(`${desk.bounds.prefix}/`)
}

/** One commit in the app's name, by what GitHub says of it. What is in it is told by the mark of a body alone. */
export function isOwnCommit(desk: Desk, commit: ApiCommit | undefined): commit is ApiCommit {
  if (commit === undefined || commit.parents.length !== 1 || !isSelf(desk, commit.author)) return false
  return commit.verified || !desk.signed
}

function fits(mark: HeadMark | undefined, text: string, commit: ApiCommit | undefined): boolean {
  if (mark === undefined || commit === undefined) return false
  return commit.tree === mark.tree && commit.parents[0] === mark.base && sameBlock(text, commit.message)
}

/** What can be told without another request; `updated` is then still `foreign`. */
export function judgeAtOnce(desk: Desk, pull: ApiPull): Judged {
  const nothing: MarkedBody = { text: '' }
  const own = pull.commits.findLast((commit) => isOwnCommit(desk, commit))
  const ours = own === undefined ? {} : { own }
  if (!isUntouched(desk, { author: pull.author, ...(pull.bodyEditor && { editor: pull.bodyEditor }) }))
    return { state: 'edited', ...ours, text: '', marks: nothing }
  if (pull.incomplete?.includes('comments')) return { state: 'flooded', ...ours, text: '', marks: nothing }
  const marks = readMarks(pull.body)
  // Whoever may write can point a pull request of ours at another branch.
  if (marks.head !== undefined && marks.head.branch !== pull.base)
    return { state: 'edited', ...ours, text: '', marks: nothing }
  const current = fits(marks.head, marks.text, own)
  const before = !current && fits(marks.before, marks.before?.text ?? '', own)
  const text = current ? marks.text : before ? (marks.before?.text ?? '') : ''
  if (own?.oid !== pull.headOid) return { state: 'foreign', ...ours, text, marks }
  return { state: current ? 'whole' : before ? 'cut' : 'unfinished', own, text, marks }
}

export async function judge(desk: Desk, pull: ApiPull): Promise<Judged> {
  const judged = (await asRenamed(desk, pull)) ?? judgeAtOnce(desk, pull)
  if (judged.state !== 'foreign' || pull.state !== 'open' || judged.own === undefined || judged.text === '')
    return judged
  return (await isUpdate(desk, pull, judged.own)) ? { ...judged, state: 'updated' } : judged
}

/** What it was before its base branch got another name; one request, and only where the names differ. */
async function asRenamed(desk: Desk, pull: ApiPull): Promise<Judged | undefined> {
  const branch = readMarks(pull.body).head?.branch
  if (pull.state !== 'open' || branch === undefined || branch === pull.base) return undefined
  if (pull.base !== desk.hints.defaultBranch) return undefined
  const before = judgeAtOnce(desk, { ...pull, base: branch })
  if (before.state !== 'whole' && before.state !== 'cut') return undefined
  return (await desk.api.branch(branch)) === undefined ? { ...before, state: 'renamed' } : undefined
}

/** Whether all that follows our commit are merges of the base by GitHub, and the files are exactly the newest base's and ours. */
export async function isUpdate(
  desk: Desk,
  pull: Pick<ApiPull, 'commits' | 'headOid' | 'base'>,
  own: ApiCommit,
): Promise<boolean> {
  const after = pull.commits.slice(pull.commits.findIndex(({ oid }) => oid === own.oid) + 1)
  let at = own.oid
  for (const commit of after) {
    const merge = commit.parents.length === 2 && commit.parents[0] === at && (commit.verified || !desk.signed)
    if (!merge) return false
    at = commit.oid
  }
  const last = after.at(-1)
  const base = last?.parents[1]
  if (last === undefined || base === undefined || last.oid !== pull.headOid) return false
  const held = await desk.api.compare(base, pull.base)
  if (held?.status !== 'ahead' && held?.status !== 'identical') return false
  const mine = new Map((await desk.mirror.listing(own.oid)).entries.map(({ path, oid }) => [path, oid]))
  const first = new Map((await desk.mirror.listing(own.parents[0] ?? '')).entries.map(({ path, oid }) => [path, oid]))
  const blobs = new Map([...mine].filter(([path, oid]) => first.get(path) !== oid))
  return oidWith(foldersOf((await desk.mirror.listing(base)).entries), blobs) === last.tree
}
