import { blobOid, KintsugiError, type Tree } from '../../../domain/index.ts'
import type { ApiComparison, ApiListing, GitHubApi, Mirror } from '../api.ts'
import { treeOid } from '../tree-oid.ts'
import { archived } from './archived.ts'
import { checkedListing, completeListing } from './complete-listing.ts'
import { type Disk, diskAt } from './disk.ts'
import { mirroredTree } from './mirrored-tree.ts'

export type MirrorApi = Pick<GitHubApi, 'listing' | 'blob' | 'archive' | 'compare' | 'commit'>

export type MirrorLimits = {
  /** One file; larger ones are listed and not read. */
  readonly fileBytes: number
  /** All files of a tree together, and what is kept in memory. */
  readonly treeBytes: number
  readonly diskBytes: number
  /** More missing blobs than that are fetched as one archive. */
  readonly single: number
  /** What an archive leaves out is fetched one by one, up to so many; the rest is listed and not read. */
  readonly most: number
  /** From so many entries on, a comparison is asked instead of the whole listing. */
  readonly compareFrom: number
}

export const MIRROR_LIMITS: MirrorLimits = {
  fileBytes: 1024 * 1024,
  treeBytes: 256 * 1024 * 1024,
  diskBytes: 2 * 1024 * 1024 * 1024,
  single: 16,
  most: 500,
  compareFrom: 5000,
}

/** What bringing one commit up cost. A tree that is here costs nothing and is not reported. */
export type MirrorReport = {
  readonly revision: string
  readonly how: 'cold' | 'warm'
  readonly requests: number
  /** Bytes of files and of the packed archive, as they came. */
  readonly bytes: number
}

export type MirrorOptions = {
  /** A folder for this repository alone. */
  readonly dir: string
  readonly limits?: MirrorLimits
  readonly report?: (one: MirrorReport) => void
}

const OID = /^[0-9a-f]{40}$/
const MOST_TREES = 4
const AT_ONCE = 8

type State = {
  readonly api: MirrorApi
  readonly disk: Disk
  readonly limits: MirrorLimits
  readonly report: (one: MirrorReport) => void
  /** Newest last. */
  readonly listings: Map<string, ApiListing>
  readonly trees: Map<string, Brought>
}

type Brought = {
  readonly tree: Promise<Tree>
  /** Once it is there. */
  blobs?: ReadonlyMap<string, Uint8Array>
  bytes: number
}

type Count = { requests: number; bytes: number }

/**
 * Files of commits on disk, by the ids of their blobs. Cold: the listing and one archive. Warm: one comparison with a commit that is here, and the
 * blobs that changed. Nothing is served that does not hash to its id, and no link is followed; the folder may be deleted at any time.
 */
export function mirrorOf(api: MirrorApi, options: MirrorOptions): Mirror {
  const state: State = {
    api,
    disk: diskAt(options.dir),
    limits: options.limits ?? MIRROR_LIMITS,
    report: options.report ?? (() => {}),
    listings: new Map(),
    trees: new Map(),
  }
  return {
    async listing(revision) {
      const count: Count = { requests: 0, bytes: 0 }
      return listingOf(state, named(revision), count)
    },
    tree: async (revision) => once(state, named(revision)),
  }
}

function named(revision: string): string {
  if (OID.test(revision)) return revision
  throw new KintsugiError('KIN-4002', `${JSON.stringify(revision.slice(0, 100))} is not the id of a commit`)
}

/** Two that want the same tree wait for one. */
function once(state: State, revision: string): Promise<Tree> {
  const known = state.trees.get(revision)
  if (known !== undefined) {
    state.trees.delete(revision)
    state.trees.set(revision, known)
    return known.tree
  }
  const brought: Brought = { tree: bring(state, revision, (blobs) => hold(state, brought, blobs)), bytes: 0 }
  state.trees.set(revision, brought)
  brought.tree.catch(() => state.trees.delete(revision))
  return brought.tree
}

/** Trees in memory hold at most so many bytes together, the newest whatever it has. */
function hold(state: State, brought: Brought, blobs: ReadonlyMap<string, Uint8Array>): void {
  brought.blobs = blobs
  brought.bytes = [...blobs.values()].reduce((sum, { byteLength }) => sum + byteLength, 0)
  let total = [...state.trees.values()].reduce((sum, { bytes }) => sum + bytes, 0)
  for (const [revision, one] of state.trees) {
    if (state.trees.size <= MOST_TREES && total <= state.limits.treeBytes) return
    if (one === brought || one.blobs === undefined) continue
    state.trees.delete(revision)
    total -= one.bytes
  }
}

async function bring(
  state: State,
  revision: string,
  here: (blobs: ReadonlyMap<string, Uint8Array>) => void,
): Promise<Tree> {
  const count: Count = { requests: 0, bytes: 0 }
  const listing = await listingOf(state, revision, count)
  const { blobs, cold } = await blobsOf(state, revision, listing, count)
  here(blobs)
  if (count.requests > 0) state.report({ revision, how: cold ? 'cold' : 'warm', ...count })
  if (count.requests > 0) await state.disk.trim(state.limits.diskBytes)
  return mirroredTree(listing, blobs)
}

async function listingOf(state: State, revision: string, count: Count): Promise<ApiListing> {
  const known = state.listings.get(revision) ?? (await kept(state.disk, revision))
  const listing = known ?? (await compared(state, revision, count)) ?? (await listed(state, revision, count))
  state.listings.delete(revision)
  state.listings.set(revision, listing)
  const oldest = state.listings.keys().next().value
  if (state.listings.size > 2 * MOST_TREES && oldest !== undefined) state.listings.delete(oldest)
  return listing
}

async function listed(state: State, revision: string, count: Count): Promise<ApiListing> {
  count.requests += 1
  const listing = await completeListing(state.api, revision)
  await keep(state.disk, revision, listing)
  return listing
}

/** The listing of a commit from that of an earlier one and what changed between them, held against the id of its tree. Undefined where that does not say all. */
async function compared(state: State, revision: string, count: Count): Promise<ApiListing | undefined> {
  const [base, from] = [...state.listings].at(-1) ?? []
  if (base === undefined || from === undefined || from.entries.length < state.limits.compareFrom) return undefined
  count.requests += 2
  const [commit, comparison] = await Promise.all([state.api.commit(revision), state.api.compare(base, revision)])
  const entries = comparison === undefined ? undefined : applied(from, base, comparison)
  if (commit === undefined || entries === undefined || treeOid(entries) !== commit.tree) return undefined
  const listing = checkedListing({ tree: commit.tree, entries, complete: true }, revision, commit.tree)
  await keep(state.disk, revision, listing)
  return listing
}

/** A comparison names no modes: a file that was there keeps its own, a new one is taken as a plain one. The id of the tree tells whether that is so. */
function applied(from: ApiListing, base: string, comparison: ApiComparison): ApiListing['entries'] | undefined {
  if (!comparison.complete || comparison.mergeBase !== base) return undefined
  const entries = new Map(from.entries.map((entry) => [entry.path, entry]))
  for (const { path, oid, previousPath } of comparison.files) {
    const mode = entries.get(path)?.mode ?? entries.get(previousPath ?? '')?.mode ?? '100644'
    if (previousPath !== undefined) entries.delete(previousPath)
    if (oid === undefined) entries.delete(path)
    else entries.set(path, { path, mode, oid })
  }
  return [...entries.values()]
}

type Blobs = { readonly blobs: ReadonlyMap<string, Uint8Array>; readonly cold: boolean }

async function blobsOf(state: State, revision: string, listing: ApiListing, count: Count): Promise<Blobs> {
  const { disk, limits } = state
  const blobs = new Map<string, Uint8Array>()
  const missing = new Set<string>()
  let total = 0
  const take = (oid: string, bytes: Uint8Array): void => {
    if (blobs.has(oid) || bytes.byteLength > limits.fileBytes || total + bytes.byteLength > limits.treeBytes) return
    blobs.set(oid, bytes)
    total += bytes.byteLength
  }
  const wanted = listing.entries.filter((entry) => entry.mode !== '160000' && (entry.size ?? 0) <= limits.fileBytes)
  for (const oid of new Set(wanted.map((entry) => entry.oid))) {
    const bytes = held(state, oid) ?? (await disk.blob(oid))
    if (bytes === undefined) missing.add(oid)
    else take(oid, bytes)
  }
  const cold = missing.size > limits.single
  if (cold) await fromArchive(state, revision, listing, missing, take, count)
  await oneByOne(state, [...missing].slice(0, limits.most), take, count)
  return { blobs, cold }
}

function held(state: State, oid: string): Uint8Array | undefined {
  for (const { blobs } of state.trees.values()) {
    const bytes = blobs?.get(oid)
    if (bytes !== undefined) return bytes
  }
  return undefined
}

async function oneByOne(
  state: State,
  oids: readonly string[],
  take: (oid: string, bytes: Uint8Array) => void,
  count: Count,
): Promise<void> {
  for (let at = 0; at < oids.length; at += AT_ONCE)
    await Promise.all(
      oids.slice(at, at + AT_ONCE).map(async (oid) => {
        count.requests += 1
        const bytes = await verified(state.api, oid)
        if (bytes === undefined) return
        count.bytes += bytes.byteLength
        await state.disk.putBlob(oid, bytes)
        take(oid, bytes)
      }),
    )
}

/** Undefined where what GitHub sends is too large or not what was asked for: such a file is listed and not read. */
async function verified(api: MirrorApi, oid: string): Promise<Uint8Array | undefined> {
  try {
    const bytes = await api.blob(oid)
    return blobOid(bytes) === oid ? bytes : undefined
  } catch (error) {
    if (error instanceof KintsugiError && error.code === 'KIN-4008') return undefined
    throw error
  }
}

/** An archive leaves out and rewrites what attributes say (export-ignore, export-subst): what does not hash to its id is fetched by it. */
async function fromArchive(
  state: State,
  revision: string,
  listing: ApiListing,
  missing: Set<string>,
  take: (oid: string, bytes: Uint8Array) => void,
  count: Count,
): Promise<void> {
  count.requests += 1
  const oids = new Map(listing.entries.map(({ path, oid }) => [path, oid]))
  const { files, bytes } = await archived(await state.api.archive(revision), { treeBytes: state.limits.treeBytes })
  count.bytes += bytes
  for (const { path, oid, content } of files) {
    if (oids.get(path) !== oid || !missing.has(oid)) continue
    missing.delete(oid)
    await state.disk.putBlob(oid, content)
    take(oid, content)
  }
}

async function keep(disk: Disk, revision: string, listing: ApiListing): Promise<void> {
  await disk.putText('trees', revision, JSON.stringify(listing))
}

async function kept(disk: Disk, revision: string): Promise<ApiListing | undefined> {
  const text = await disk.text('trees', revision)
  if (text === undefined) return undefined
  try {
    // The cast: the file has the digest that `keep` gave it, and all of it is checked again.
    const listing = JSON.parse(text) as ApiListing
    return checkedListing(listing, revision, listing.tree)
  } catch {
    return undefined
  }
}
