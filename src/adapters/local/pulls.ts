import { KintsugiError, type Pull, sha256 } from '../../domain/index.ts'
import type { Clock } from '../../ports/index.ts'
import type { Bounds } from '../forge-limits/index.ts'
import { dataFile, type LoadedPull, loadPull, PULL_FILES, type PullData, shownPull } from './pull-record.ts'
import type { FileWrite, Identity, Listing, RefChange, Store } from './store.ts'

const PULLS = 'refs/kintsugi/pulls/'
const MOST_PARENTS = 1000
const MOST_CACHED = 5000
/** Rounds of compare-and-swap before another writer is blamed. */
export const ROUNDS = 5

/** Everything that the verbs of the local forge work on. */
export type Desk = {
  readonly store: Store
  readonly clock: Clock
  readonly bot: Identity
  readonly reviewer: Identity
  readonly bounds: Bounds
  readonly url: string
  /** Nothing is written; looking does not record what people did either. */
  readonly readOnly: boolean
  /** Records by commit: immutable, so never stale. */
  readonly loaded: Map<string, LoadedPull>
}

export type Refs = ReadonlyMap<string, string>

export function headRef(branch: string): string {
  return `refs/heads/${branch}`
}

export function pullRef(number: number): string {
  return `${PULLS}${number}`
}

/** Held while a pull request of the branch is open: created once, so that two writers cannot open two. */
export function openRef(branch: string): string {
  return `refs/kintsugi/open/${sha256(branch).slice(0, 16)}`
}

function numberOf(ref: string): number | undefined {
  const digits = ref.startsWith(PULLS) ? ref.slice(PULLS.length) : ''
  return /^[1-9]\d{0,8}$/.test(digits) ? Number(digits) : undefined
}

export function highestNumber(refs: Refs): number {
  let highest = 0
  for (const ref of refs.keys()) highest = Math.max(highest, numberOf(ref) ?? 0)
  return highest
}

/** Every pull request, by number, as its ref shows it; new records are read in one go. */
export async function loadPulls(desk: Desk, refs: Refs): Promise<readonly LoadedPull[]> {
  const wanted: { number: number; oid: string }[] = []
  for (const [ref, oid] of refs) {
    const number = numberOf(ref)
    if (number !== undefined) wanted.push({ number, oid })
  }
  const fresh = wanted.filter(({ oid }) => !desk.loaded.has(oid))
  if (desk.loaded.size + fresh.length > MOST_CACHED) desk.loaded.clear()
  const missing = wanted.filter(({ oid }) => !desk.loaded.has(oid))
  const { data, body, comment, check, conclusion } = PULL_FILES
  const read = await desk.store.read(
    missing.map(({ oid }) => oid),
    [data, body, comment, check, conclusion],
  )
  for (const { number, oid } of missing) {
    const stored = read.get(oid)
    const pull = stored && loadPull(number, stored, desk.bot.email)
    if (pull) desk.loaded.set(oid, pull)
  }
  const pulls = wanted.flatMap(({ number, oid }) => {
    const pull = desk.loaded.get(oid)
    return pull?.data.number === number ? [pull] : []
  })
  return pulls.sort((a, b) => a.data.number - b.data.number)
}

/** What people did to an open pull request with plain Git: undefined while it is still open. */
type Ending = Pick<PullData, 'state' | 'endedBy' | 'endedAtMs' | 'mergeCommit' | 'foreignHead'>

function blobsHold(data: PullData, listing: Listing): boolean {
  return Object.entries(data.blobs).every(([path, blob]) => listing.entries.get(path)?.oid === blob.oid)
}

async function baseListings(desk: Desk, refs: Refs, pulls: readonly LoadedPull[]): Promise<Map<string, Listing>> {
  const listings = new Map<string, Listing>()
  for (const { data } of pulls) {
    const head = refs.get(headRef(data.base.branch))
    if (head !== undefined && !listings.has(head)) listings.set(head, await desk.store.listing(head))
  }
  return listings
}

/** The pull requests with everything that plain Git did to the open ones taken in. Recorded, unless the desk is read-only. */
export async function settle(desk: Desk, refs: Refs, pulls: readonly LoadedPull[]): Promise<readonly LoadedPull[]> {
  const open = pulls.filter(({ data, ours }) => ours && data.state === 'open')
  if (open.length === 0) return pulls
  const listings = await baseListings(desk, refs, open)
  const unmerged = await unmergedHeads(desk, refs, open)
  const settled = new Map<number, LoadedPull>()
  for (const pull of open) {
    const base = refs.get(headRef(pull.data.base.branch))
    const listing = base === undefined ? undefined : listings.get(base)
    const landed = listing !== undefined && (blobsHold(pull.data, listing) || !unmerged.has(pull.data.headSha))
    const gone = !refs.has(headRef(pull.data.branch))
    if (!landed && !gone) continue
    const ending = landed && base !== undefined ? await landing(desk, refs, pull.data, base) : closing(desk)
    settled.set(pull.data.number, await recordEnding(desk, refs, pull, ending))
  }
  return pulls.map((pull) => settled.get(pull.data.number) ?? pull)
}

async function unmergedHeads(desk: Desk, refs: Refs, open: readonly LoadedPull[]): Promise<ReadonlySet<string>> {
  const outside = new Set<string>()
  for (const branch of new Set(open.map(({ data }) => data.base.branch))) {
    const heads = open.filter(({ data }) => data.base.branch === branch).map(({ data }) => data.headSha)
    const base = refs.get(headRef(branch))
    for (const head of base === undefined ? heads : await desk.store.outside(base, heads)) outside.add(head)
  }
  return outside
}

function closing(desk: Desk): Ending {
  return { state: 'closed', endedBy: 'person', endedAtMs: desk.clock.now() }
}

async function landing(desk: Desk, refs: Refs, data: PullData, base: string): Promise<Ending> {
  const commit = (await firstWith(desk, data, base)) ?? base
  const stored = (await desk.store.read([commit], [])).get(commit)
  const own =
    stored?.commit.committerEmail === desk.bot.email &&
    stored.commit.message === data.commitMessage &&
    commit !== data.headSha
  const tip = refs.get(headRef(data.branch))
  const foreign = tip !== undefined && tip !== data.headSha && tip !== data.previousHead
  return {
    state: 'merged',
    endedBy: own ? 'bot' : 'person',
    mergeCommit: commit,
    endedAtMs: within(data.createdAtMs, stored?.commit.atMs, desk.clock.now()),
    ...(foreign ? { foreignHead: tip } : {}),
  }
}

/** A commit's date is what its author's clock said: it is believed as far as it lies between the opening and now. */
function within(fromMs: number, atMs: number | undefined, nowMs: number): number {
  return Math.min(nowMs, Math.max(fromMs, atMs ?? nowMs))
}

/** The first commit of the base branch, by first parents, that has the change. */
async function firstWith(desk: Desk, data: PullData, base: string): Promise<string | undefined> {
  const chain = await desk.store.firstParents(base, MOST_PARENTS)
  if (chain.includes(data.headSha)) return data.headSha
  const merged = await desk.store.contains(base, data.headSha)
  const has = async (commit: string): Promise<boolean> =>
    merged ? desk.store.contains(commit, data.headSha) : blobsHold(data, await desk.store.listing(commit))
  const candidates = merged ? chain : await touching(desk, data, base, chain)
  // Newest first: what a merge brought stays reachable; what a squash brought is looked for from the newest back while it holds.
  let found: string | undefined
  if (merged) return oldestHolding(candidates, has)
  for (const commit of candidates) {
    if (!(await has(commit))) break
    found = commit
  }
  return found
}

async function touching(
  desk: Desk,
  data: PullData,
  base: string,
  chain: readonly string[],
): Promise<readonly string[]> {
  const log = await desk.store.log(base, Object.keys(data.blobs), 50)
  const onChain = new Set(chain)
  return log.map(({ revision }) => revision).filter((revision) => onChain.has(revision))
}

/** Binary search over a chain, newest first, in which `has` is true down to one commit and false below it. */
async function oldestHolding(
  chain: readonly string[],
  has: (commit: string) => Promise<boolean>,
): Promise<string | undefined> {
  let [low, high] = [0, chain.length - 1]
  let found: string | undefined
  while (low <= high) {
    const middle = (low + high) >> 1
    const commit = chain[middle]
    if (commit !== undefined && (await has(commit))) {
      found = commit
      low = middle + 1
    } else high = middle - 1
  }
  return found
}

/** Writes the ending down where that is allowed. If another writer was first, the next look sees what it wrote. */
async function recordEnding(desk: Desk, refs: Refs, pull: LoadedPull, ending: Ending): Promise<LoadedPull> {
  const data: PullData = { ...pull.data, ...ending }
  if (desk.readOnly) return { ...pull, data }
  const written = await writeRecord(desk, pull, [dataFile(data)], data)
  await desk.store.update([
    { ref: pullRef(data.number), from: pull.oid, to: written.oid },
    ...dropOpen(refs, data.branch),
    ...dropBranch(refs, data),
  ])
  return { ...written, data }
}

/** Frees the branch for the lane's next pull request. */
export function dropOpen(refs: Refs, branch: string): readonly RefChange[] {
  const ref = openRef(branch)
  const held = refs.get(ref)
  return held === undefined ? [] : [{ ref, from: held, to: undefined }]
}

/** Deletes the branch at the oid last seen, if that is a commit of ours. */
export function dropBranch(refs: Refs, data: PullData): readonly RefChange[] {
  const tip = refs.get(headRef(data.branch))
  const ours = tip !== undefined && (tip === data.headSha || tip === data.previousHead)
  return ours ? [{ ref: headRef(data.branch), from: tip, to: undefined }] : []
}

/**
 * The next commit of a pull request's record. Its parents are the record before and the head of the branch, so that neither is lost
 * when the branch is deleted. Moving the ref there is the caller's part.
 */
export async function writeRecord(
  desk: Desk,
  before: LoadedPull | undefined,
  files: readonly FileWrite[],
  data: PullData,
): Promise<LoadedPull> {
  const tree = await desk.store.writeTree(before?.oid, files)
  const parents = before === undefined ? [data.headSha] : [...new Set([before.oid, data.headSha])]
  const message = `pull ${data.number}: ${data.state}\n`
  const oid = await desk.store.writeCommit({ tree, parents, author: desk.bot, atMs: desk.clock.now(), message })
  const stored = (await desk.store.read([oid], Object.values(PULL_FILES))).get(oid)
  const loaded = stored && loadPull(data.number, stored, desk.bot.email)
  if (!loaded) throw new KintsugiError('KIN-4002', `the record of pull request ${data.number} cannot be read back`)
  desk.loaded.set(oid, loaded)
  return loaded
}

export function urlOf(desk: Desk, number: number): string {
  return `${desk.url}/pulls/${number}`
}

export function show(desk: Desk, refs: Refs, pull: LoadedPull): Pull {
  return shownPull(
    pull,
    pull.data.state === 'open' ? refs.get(headRef(pull.data.branch)) : undefined,
    urlOf(desk, pull.data.number),
  )
}

/** One pull request as it is now, with the refs that it was read from. Undefined when there is none of that number. */
export async function current(
  desk: Desk,
  number: number,
): Promise<{ readonly refs: Refs; readonly pull: LoadedPull | undefined }> {
  const refs = await desk.store.refs()
  const oid = refs.get(pullRef(number))
  const one = new Map(oid === undefined ? [] : [[pullRef(number), oid]])
  const settled = await settle(desk, refs, await loadPulls(desk, one))
  return { refs, pull: settled[0] }
}

export function lostRace(what: string): KintsugiError {
  return new KintsugiError('KIN-4004', `${what} was changed by another writer ${ROUNDS} times`, { retryable: true })
}
