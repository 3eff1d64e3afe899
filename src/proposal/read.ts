import type { Pull, ReadAttempt } from '../domain/index.ts'
import { blockDigest, findBlock, parseBlock } from './block.ts'
import { readConclusion } from './comments.ts'
import { withCluster } from './hidden-cluster.ts'
import { parseRecord } from './record.ts'
import { parseTrailers } from './trailers.ts'

/**
 * What a pull request of ours remembers: the inverse of `writeProposal` and `writeRevert`.
 * The block is believed only when its digest stands in the commit that we made (`pull.commitMessage`); what became of that commit on the
 * base branch does not matter. An open one whose head is someone else's is `head-not-ours`; an ended one is still history.
 * In a public repository the record holds no name of a cluster: it is found again among `clusters`, those that the bot serves.
 */
export function readAttempt(pull: Pull, clusters: readonly string[] = []): ReadAttempt {
  if (pull.unread !== undefined) return { read: false, reason: pull.unread }
  const block = findBlock('block', pull.body)
  const digest = parseTrailers(pull.commitMessage)?.get('Kintsugi-Block')
  if (block.found !== 'one' || digest === undefined || blockDigest(block.json) !== digest) return tampered()
  const json = parseBlock(block.json)
  if (json === undefined) return tampered()
  const written = parseRecord(json)
  // The digest is ours, so this was written by a version that knows more than this one.
  if (written === undefined) return { read: false, reason: 'record-unknown' }
  if (pull.state === 'open' && !pull.headIsOurs) return { read: false, reason: 'head-not-ours' }
  const record = withCluster(written, clusters)
  const conclusion = readConclusion(pull.comment ?? '', record)
  if (conclusion === 'broken') return tampered()
  return { read: true, attempt: conclusion === 'none' ? { pull, record } : { pull, record, conclusion } }
}

function tampered(): ReadAttempt {
  return { read: false, reason: 'tampered' }
}
