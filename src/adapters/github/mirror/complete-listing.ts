import { KintsugiError } from '../../../domain/index.ts'
import type { ApiListing, GitHubApi } from '../api.ts'
import { treeOid } from '../tree-oid.ts'
import { isTreePath } from './mirrored-tree.ts'

const OID = /^[0-9a-f]{40}$/
const MODES: ReadonlySet<string> = new Set(['100644', '100755', '120000', '160000'])
const MOST_ENTRIES = 100_000

/** What a listing is held against: modes that Git writes, ids, paths that stay inside, and the id of the tree that follows from all of them. */
export function checkedListing(listing: ApiListing, revision: string, expectedTree?: string): ApiListing {
  const seen = new Set<string>()
  for (const { path, mode, oid } of listing.entries) {
    if (!MODES.has(mode) || !OID.test(oid) || !isTreePath(path) || seen.has(path))
      throw new KintsugiError(
        'KIN-4008',
        `the listing of ${revision} holds ${JSON.stringify(path.slice(0, 100))} in a form that is not read`,
      )
    seen.add(path)
  }
  const tree = treeOid(listing.entries)
  if (expectedTree !== undefined && tree !== expectedTree)
    throw new KintsugiError('KIN-4008', `the listing of ${revision} does not make its tree ${expectedTree}`)
  return { tree, entries: listing.entries, complete: true }
}

/** A commit's whole listing. GitHub cuts beyond 100,000 entries or 7 MB; there nothing is guessed: the repository is too large for a mirror. */
export async function completeListing(api: Pick<GitHubApi, 'listing'>, revision: string): Promise<ApiListing> {
  const listing = await api.listing(revision)
  if (listing === undefined) throw new KintsugiError('KIN-4002', `there is no commit ${revision}`)
  if (!listing.complete || listing.entries.length > MOST_ENTRIES)
    throw new KintsugiError('KIN-4008', `the tree of ${revision} has more entries than GitHub lists (100,000, or 7 MB)`)
  return checkedListing(listing, revision, OID.test(listing.tree) ? listing.tree : undefined)
}
