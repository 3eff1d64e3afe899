import { KintsugiError, type Proposal, type Reason } from '../../domain/index.ts'
import type { OpenResult } from '../../ports/index.ts'
import { type Refusal, refusalOf, refusalOn } from '../forge-limits/index.ts'
import { type ChangedBlob, dataFile, type LoadedPull, PULL_FILES, type PullData, textFile } from './pull-record.ts'
import {
  current,
  type Desk,
  headRef,
  highestNumber,
  loadPulls,
  lostRace,
  openRef,
  pullRef,
  type Refs,
  ROUNDS,
  settle,
  show,
  writeRecord,
} from './pulls.ts'
import type { Entry, FileWrite, Listing, RefChange } from './store.ts'

type Planned = { readonly commit: string; readonly blobs: PullData['blobs'] }

function refused(reason: Reason, message: string): OpenResult {
  return { result: 'refused', reason, message }
}

function isRefusal(value: Planned | Refusal): value is Refusal {
  return 'reason' in value
}

function modeOf(entry: Entry | undefined): FileWrite['mode'] {
  return entry?.mode === '100755' ? '100755' : '100644'
}

/** The commit of a proposal: the same proposal always gives the same one. Its tree is read again and held against the plan. */
async function plannedCommit(desk: Desk, proposal: Proposal): Promise<Planned | Refusal> {
  const { base, files, record } = proposal
  const before = await desk.store.listing(base.revision)
  const refusal = refusalOn(
    before.entries,
    files.map((file) => file.path),
  )
  if (refusal !== undefined) return refusal
  const writes = files.map(({ path, content }) => ({ path, content, mode: modeOf(before.entries.get(path)) }))
  const tree = await desk.store.writeTree(base.revision, writes)
  if (tree === before.tree) return { reason: 'no-effect', message: 'the files are on the base already' }
  const commit = await desk.store.writeCommit({
    tree,
    parents: [base.revision],
    author: desk.bot,
    atMs: record.decidedAtMs,
    message: proposal.commitMessage,
  })
  const after = await desk.store.listing(commit)
  return { commit, blobs: changedBlobs(before, after, proposal) }
}

/** What the commit really changes; throws KIN-9001 when that is not exactly what was planned. */
function changedBlobs(before: Listing, after: Listing, proposal: Proposal): PullData['blobs'] {
  const planned = new Set(proposal.files.map((file) => file.path))
  const changed: [string, ChangedBlob][] = []
  for (const path of new Set([...before.entries.keys(), ...after.entries.keys()])) {
    const [old, now] = [before.entries.get(path), after.entries.get(path)]
    if (old?.oid === now?.oid && old?.mode === now?.mode) continue
    if (now === undefined || !planned.has(path) || (now.mode !== '100644' && now.mode !== '100755'))
      throw new KintsugiError('KIN-9001', `the commit changes ${path}, which was not planned`)
    changed.push([path, { oid: now.oid, mode: now.mode, before: old?.oid }])
  }
  return Object.fromEntries(changed)
}

function pullData(number: number, proposal: Proposal, planned: Planned, createdAtMs: number): PullData {
  return {
    number,
    lane: proposal.record.lane,
    branch: proposal.branch,
    base: proposal.base,
    title: proposal.title,
    labels: proposal.labels,
    state: 'open',
    createdAtMs,
    headSha: planned.commit,
    commitMessage: proposal.commitMessage,
    blobs: planned.blobs,
    inputs: proposal.record.inputs,
    ...(proposal.record.reverts === undefined ? {} : { reverts: proposal.record.reverts }),
  }
}

/** Whether a branch that no open pull request holds shows one commit of ours on top of the base: left behind when we were cut. */
async function isLeftBehind(desk: Desk, tip: string, baseHead: string): Promise<boolean> {
  const commit = (await desk.store.read([tip], [])).get(tip)?.commit
  const parent = commit?.parents[0]
  if (commit === undefined || parent === undefined || commit.parents.length !== 1) return false
  if (commit.authorEmail !== desk.bot.email || commit.committerEmail !== desk.bot.email) return false
  return /^Kintsugi-Block: /m.test(commit.message) && desk.store.contains(baseHead, parent)
}

/** Why a proposal does not fit the base as it is now: its files must stand there as they did where it was computed. */
async function baseRefusal(desk: Desk, refs: Refs, proposal: Proposal): Promise<Refusal | undefined> {
  const { branch, revision } = proposal.base
  const head = refs.get(headRef(branch))
  if (head === undefined) return { reason: 'not-bound', message: `there is no branch ${branch}` }
  if (head === revision) return undefined
  if (!(await desk.store.contains(head, revision)))
    return { reason: 'base-moved', message: `${branch} does not hold the base of the proposal` }
  const [then, now] = [await desk.store.listing(revision), await desk.store.listing(head)]
  const moved = proposal.files.find(({ path }) => then.entries.get(path)?.oid !== now.entries.get(path)?.oid)
  return moved && { reason: 'base-moved', message: `${moved.path} was changed on ${branch} meanwhile` }
}

/** Holds the base where it was looked at, so that what was true of it then is true of it when a record is written. */
function baseStays(refs: Refs, proposal: Proposal): RefChange {
  const ref = headRef(proposal.base.branch)
  return { ref, from: refs.get(ref), to: refs.get(ref) }
}

/**
 * Opens a pull request: commit, branch, then the record, each only where nothing else has come to be in the meantime.
 * Cut anywhere, the next call finds the branch and goes on from there.
 */
export async function open(desk: Desk, proposal: Proposal): Promise<OpenResult> {
  const refusal = refusalOf(proposal, desk.bounds)
  if (refusal !== undefined) return refused(refusal.reason, refusal.message)
  for (let round = 0; round < ROUNDS; round += 1) {
    const result = await tryOpen(desk, proposal)
    if (result !== undefined) return result
  }
  throw lostRace(proposal.branch)
}

async function tryOpen(desk: Desk, proposal: Proposal): Promise<OpenResult | undefined> {
  const before = await desk.store.refs()
  await settle(desk, before, await loadPulls(desk, before))
  // Settling may have freed the branch. From here on one reading of the refs decides, or a writer in between would be overlooked.
  const refs = await desk.store.refs()
  const pulls = await loadPulls(desk, refs)
  const there = pulls.find(({ data }) => data.branch === proposal.branch && data.state === 'open')
  if (there !== undefined) return { result: 'exists', pull: show(desk, refs, there) }
  const wrong = await baseRefusal(desk, refs, proposal)
  if (wrong !== undefined) return refused(wrong.reason, wrong.message)
  // Git cannot hold a branch below the name of another one.
  if (refs.has(headRef(desk.bounds.prefix)))
    return refused('branch-taken', `a branch is called ${desk.bounds.prefix}, so there can be none below that name`)
  const tip = refs.get(headRef(proposal.branch))
  const baseHead = refs.get(headRef(proposal.base.branch)) ?? proposal.base.revision
  if (tip !== undefined && !(await isLeftBehind(desk, tip, baseHead)))
    return refused('branch-taken', `${proposal.branch} holds commits that are not ours`)
  const planned = await plannedCommit(desk, proposal)
  if (isRefusal(planned)) return refused(planned.reason, planned.message)
  if (tip !== planned.commit) {
    const held = refs.get(openRef(proposal.branch))
    const moved = await desk.store.update([
      { ref: headRef(proposal.branch), from: tip, to: planned.commit },
      { ref: openRef(proposal.branch), from: held, to: held },
    ])
    if (!moved) return undefined
  }
  return record(desk, refs, proposal, planned, tip !== undefined)
}

async function record(
  desk: Desk,
  refs: Refs,
  proposal: Proposal,
  planned: Planned,
  adopted: boolean,
): Promise<OpenResult | undefined> {
  const number = highestNumber(refs) + 1
  const data = pullData(number, proposal, planned, desk.clock.now())
  const files = [dataFile(data), textFile(PULL_FILES.body, proposal.body)]
  const written = await writeRecord(desk, undefined, files, data)
  const opened = await desk.store.update([
    baseStays(refs, proposal),
    { ref: headRef(proposal.branch), from: planned.commit, to: planned.commit },
    // A left-over of this ref without an open pull request is of a writer that was cut.
    { ref: openRef(proposal.branch), from: refs.get(openRef(proposal.branch)), to: written.oid },
    { ref: pullRef(number), from: undefined, to: written.oid },
  ])
  if (!opened) return undefined
  const now = new Map([...refs, [headRef(proposal.branch), planned.commit]])
  return { result: adopted ? 'adopted' : 'opened', pull: show(desk, now, written) }
}

/** Puts a recomputed proposal on the branch of an open pull request, while its head is ours. */
export async function refresh(desk: Desk, number: number, proposal: Proposal): Promise<OpenResult> {
  const refusal = refusalOf(proposal, desk.bounds)
  if (refusal !== undefined) return refused(refusal.reason, refusal.message)
  for (let round = 0; round < ROUNDS; round += 1) {
    const result = await tryRefresh(desk, number, proposal)
    if (result !== undefined) return result
  }
  throw lostRace(proposal.branch)
}

function notRefreshable(
  pull: LoadedPull | undefined,
  tip: string | undefined,
  proposal: Proposal,
): Refusal | undefined {
  if (pull === undefined) return { reason: 'conflict', message: 'there is no such pull request' }
  const { data, ours } = pull
  if (!ours) return { reason: 'tampered', message: 'its record was not written by the bot' }
  if (data.state !== 'open') return { reason: 'conflict', message: `it is ${data.state}` }
  if (tip !== data.headSha && tip !== data.previousHead)
    return { reason: 'head-not-ours', message: `someone pushed to ${data.branch}` }
  const same = data.branch === proposal.branch && data.base.branch === proposal.base.branch
  return same ? undefined : { reason: 'conflict', message: 'the proposal is for another branch' }
}

async function tryRefresh(desk: Desk, number: number, proposal: Proposal): Promise<OpenResult | undefined> {
  const { refs, pull } = await current(desk, number)
  const tip = refs.get(headRef(proposal.branch))
  const refusal = notRefreshable(pull, tip, proposal) ?? (await baseRefusal(desk, refs, proposal))
  if (refusal !== undefined) return refused(refusal.reason, refusal.message)
  if (pull === undefined || tip === undefined) return undefined
  const planned = await plannedCommit(desk, proposal)
  if (isRefusal(planned)) return refused(planned.reason, planned.message)
  if (planned.commit === tip && pull.data.headSha === tip && pull.body === proposal.body)
    return { result: 'exists', pull: show(desk, refs, pull) }
  const data: PullData = {
    ...pullData(number, proposal, planned, pull.data.createdAtMs),
    ...(tip === planned.commit ? {} : { previousHead: tip }),
  }
  const written = await writeRecord(desk, pull, [dataFile(data), textFile(PULL_FILES.body, proposal.body)], data)
  const done = await desk.store.update([
    baseStays(refs, proposal),
    { ref: pullRef(number), from: pull.oid, to: written.oid },
    { ref: headRef(proposal.branch), from: tip, to: planned.commit },
  ])
  if (!done) return undefined
  return {
    result: 'adopted',
    pull: show(desk, new Map([...refs, [headRef(proposal.branch), planned.commit]]), written),
  }
}

/** Opens the pull request that takes a merged one back. */
export async function revert(desk: Desk, number: number, proposal: Proposal): Promise<OpenResult> {
  const { pull } = await current(desk, number)
  if (pull === undefined || !pull.ours) return refused('tampered', `pull request ${number} is not one of ours`)
  if (pull.data.state !== 'merged')
    return refused('conflict', `pull request ${number} is ${pull.data.state}, not merged`)
  if (proposal.record.kind !== 'revert' || proposal.record.reverts !== number)
    return refused('conflict', `the proposal does not say that it takes back ${number}`)
  return open(desk, proposal)
}

/** Deletes branches of the bot that hold one commit of ours and no open pull request; gives their names. */
export async function sweep(desk: Desk): Promise<readonly string[]> {
  const refs = await desk.store.refs()
  const pulls = await settle(desk, refs, await loadPulls(desk, refs))
  const held = new Set(pulls.filter(({ data }) => data.state === 'open').map(({ data }) => data.branch))
  const base = refs.get(headRef(await desk.store.defaultBranch()))
  const swept: string[] = []
  for (const [ref, tip] of refs) {
    const branch = ref.slice(headRef('').length)
    if (!ref.startsWith(headRef(`${desk.bounds.prefix}/`)) || held.has(branch) || base === undefined) continue
    if (!(await isLeftBehind(desk, tip, base))) continue
    if (await desk.store.update([{ ref, from: tip, to: undefined }])) swept.push(branch)
  }
  return swept
}
