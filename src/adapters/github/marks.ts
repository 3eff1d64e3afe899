import { deflateRawSync, inflateRawSync } from 'node:zlib'
import { sha256 } from '../../domain/index.ts'

/**
 * What the adapter hides in texts of ours. Nothing of it comes from outside: ids of Git, digests, numbers, and our own machine block.
 *
 * At the end of a body stands which commit it speaks of, by the base and the tree that were planned, and for which branch: all of it is
 * known before the commit is made, and a Verified commit in our name with another content (GitHub gives a squash of our pull request our name, with a message of the
 * merger's choice) is not taken for it. While a refresh is under way the body holds the machine block of the commit before, too, so
 * that what the branch shows can be believed on both sides of its move.
 */
export type HeadMark = { readonly base: string; readonly tree: string; readonly branch: string }

export type MarkedBody = {
  /** The body as it was proposed. */
  readonly text: string
  readonly head?: HeadMark
  /** What the branch showed before the refresh, and the body that belongs to it: its machine block alone. */
  readonly before?: HeadMark & { readonly text: string }
}

/** GitHub's own limit, characters. */
export const MOST_BODY = 65_536
const MOST_BLOCK = 100_000
const HEAD = /\n<!-- kintsugi:head v1 ([0-9a-f]{40}) ([0-9a-f]{40}) ([\w./-]{1,200}) -->$/
const BEFORE = /\n<!-- kintsugi:before v1 ([0-9a-f]{40}) ([0-9a-f]{40}) ([\w-]*) -->$/
const BLOCK = /^<!-- kintsugi:block v1 [^\n]* -->$/m

function packed(text: string): string {
  return deflateRawSync(text, { level: 9 }).toString('base64url')
}

function unpacked(text: string): string | undefined {
  try {
    return inflateRawSync(Buffer.from(text, 'base64url'), { maxOutputLength: MOST_BLOCK }).toString('utf8')
  } catch {
    return undefined
  }
}

/** A body with its marks. The one of the commit before is left out where it does not fit: then a cut refresh is begun anew. */
export function markedBody(text: string, head: HeadMark, before?: MarkedBody['before']): string {
  const last = `\n<!-- kintsugi:head v1 ${head.base} ${head.tree} ${head.branch} -->`
  const block = before === undefined ? undefined : BLOCK.exec(before.text)?.[0]
  if (before === undefined || block === undefined) return `${text}${last}`
  const middle = `\n<!-- kintsugi:before v1 ${before.base} ${before.tree} ${packed(block)} -->`
  return text.length + middle.length + last.length > MOST_BODY ? `${text}${last}` : `${text}${middle}${last}`
}

/** Reads the marks of a body that is believed to be ours. */
export function readMarks(body: string): MarkedBody {
  const [last, base, tree, branch] = HEAD.exec(body) ?? []
  if (last === undefined || base === undefined || tree === undefined || branch === undefined) return { text: body }
  const rest = body.slice(0, -last.length)
  const [middle, oldBase, oldTree, block] = BEFORE.exec(rest) ?? []
  const head = { base, tree, branch }
  if (middle === undefined || oldBase === undefined || oldTree === undefined) return { text: rest, head }
  const text = unpacked(block ?? '')
  const own = rest.slice(0, -middle.length)
  return text === undefined
    ? { text: own, head }
    : { text: own, head, before: { base: oldBase, tree: oldTree, branch, text } }
}

/**
 * Whether a commit message and a body name the same machine block, or both none. Two writers that decide at different times propose one tree on one
 * base, so that the mark of the one fits the commit of the other: what tells them apart is the block.
 */
export function sameBlock(text: string, message: string): boolean {
  const json = BLOCK.exec(text)?.[0].slice('<!-- kintsugi:block v1 '.length, -' -->'.length)
  return (json === undefined ? undefined : sha256(json)) === /^Kintsugi-Block: (\S+)$/m.exec(message)?.[1]
}

const LIVING = '<!-- kintsugi:living v1 -->'
const ANSWER = /\n\n<!-- kintsugi:answer v1 ([0-9a-f]{16}) -->$/
const ISSUE = /\n\n<!-- kintsugi:issue v1 ([0-9a-f]{64}|dashboard) -->$/

/** The one comment of a pull request that is edited in place. */
export function livingText(text: string): string {
  return `${text}\n\n${LIVING}`
}

export function readLiving(body: string): string | undefined {
  const end = `\n\n${LIVING}`
  return body.endsWith(end) ? body.slice(0, -end.length) : undefined
}

/** A reply to a command; the id of the comment is GitHub's, and only its digest is written. */
export function answerText(command: string, text: string): string {
  return `${text}\n\n<!-- kintsugi:answer v1 ${sha256(command).slice(0, 16)} -->`
}

export function readAnswer(body: string): { readonly text: string; readonly key: string } | undefined {
  const [end, key] = ANSWER.exec(body) ?? []
  return end === undefined || key === undefined ? undefined : { text: body.slice(0, -end.length), key }
}

export function answers(key: string, command: string): boolean {
  return key === sha256(command).slice(0, 16)
}

/** What a living issue is about: a lane by its digest, since names are anybody's, or the repository. */
export function issueKey(about: { readonly lane: string } | { readonly dashboard: true }): string {
  return 'lane' in about ? sha256(about.lane) : 'dashboard'
}

export function issueText(key: string, text: string): string {
  return `${text}\n\n<!-- kintsugi:issue v1 ${key} -->`
}

/** What an issue was about, whatever somebody has made of it since. */
export function issueKeyIn(body: string): string | undefined {
  return /<!-- kintsugi:issue v1 ([0-9a-f]{64}|dashboard) -->/.exec(body)?.[1]
}

export function readIssue(body: string): { readonly text: string; readonly key: string } | undefined {
  const [end, key] = ISSUE.exec(body) ?? []
  return end === undefined || key === undefined ? undefined : { text: body.slice(0, -end.length), key }
}
