import type { ApiPull } from '../api.ts'
import { FIRST, MORE } from './documents/repository.ts'
import type { Node } from './json.ts'
import type { Ended } from './memory.ts'
import { type Looking, pages } from './pages.ts'
import { completePull } from './pulls.ts'

/** A change may show later than a newer one. */
const LATE_MS = 10 * 60_000

/**
 * Our pull requests that ended since `sinceMs`. GitHub lists everybody's, the newest change first, so reading stops where everything further is
 * known or too old. Where more changed than can be read, `ended` is said to be cut for as long as that lies within what is asked for.
 */
export async function endedOf(at: Looking, node: Node, open: readonly ApiPull[]): Promise<readonly ApiPull[]> {
  const { query, memory, incomplete } = at
  const { ended } = memory
  // What was cut once is not there to be read a second time either.
  const known = ended.cut || ended.fromMs <= query.sinceMs ? ended.toMs - LATE_MS : 0
  const fresh = await changedSince(at, node, Math.max(query.sinceMs, known), known)
  const cut = incomplete.delete('ended')
  for (const one of fresh) {
    const ours = one.text('headRefName').startsWith(`${query.prefix}/`) && !one.flag('isCrossRepository')
    if (ours) ended.pulls.set(one.number('number'), await completePull(at.graphql, at.repository, one, false))
  }
  for (const { number } of open) ended.pulls.delete(number)
  widen(ended, query.sinceMs, known > 0, cut, fresh)
  for (const [number, { endedAtMs = 0 }] of ended.pulls) if (endedAtMs < query.sinceMs) ended.pulls.delete(number)
  if (ended.fromMs > query.sinceMs) incomplete.add('ended')
  return [...ended.pulls.values()].sort((a, b) => a.number - b.number)
}

function changedSince(at: Looking, node: Node, untilMs: number, known: number): Promise<readonly Node[]> {
  const { toMs } = at.memory.ended
  // What may have shown late is looked for on the first page, which costs nothing; further pages are read for what is new.
  let left: number = FIRST.ended
  return pages(at, 'ended', node.nodeOr('ended'), MORE.ended, {}, 'ended', (one) => {
    const atMs = one.timeMs('updatedAt')
    left -= 1
    return atMs < untilMs || (left <= 0 && known > 0 && atMs < toMs)
  })
}

/** What is known now: from `sinceMs`, or from the oldest change that could be read. */
function widen(ended: Ended, sinceMs: number, joined: boolean, cut: boolean, fresh: readonly Node[]): void {
  const times = fresh.map((one) => one.timeMs('updatedAt'))
  if (cut) {
    ended.fromMs = Math.min(...times)
    ended.cut = true
  } else {
    ended.fromMs = joined ? Math.max(ended.fromMs, sinceMs) : sinceMs
    ended.cut = ended.fromMs > sinceMs
  }
  ended.toMs = Math.max(ended.toMs, ...times)
}
