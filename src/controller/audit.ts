import { type AuditHead, type AuditRecord, formatAuditHead, KintsugiError, parseAuditHead } from '../domain/index.ts'
import type { AuditView, Forge } from '../ports/index.ts'
import type { Remembered } from './history.ts'
import { journal } from './journal.ts'
import type { TickReport } from './tick-report.ts'
import { type LastSeen, transitionsOf } from './transitions.ts'

/** `off`: none is kept. `broken`: it has lost something, or cannot be read or written; nothing is merged. */
export type AuditState = 'ok' | 'off' | 'broken'

/** Where the journal is kept. Without `forge` none is, and `says` tells why. */
export type AuditPlace = Kept | { readonly says: string }

type Kept = {
  readonly forge: Forge
  /** Not among the repositories that are mended. */
  readonly operators: boolean
}

/** The journal of this process (PROTOCOL 9). Of all that is decided only the gate `audit` asks it, and only for less. */
export type Audit = {
  /** Holds the branch against what this process and the anchors of our pull requests know of it. No request where it shows what it showed. */
  look(remembered: readonly Remembered[]): Promise<void>
  state(): AuditState
  /** What is wrong, or why there is no journal. */
  says(): string | undefined
  /** The newest file of it, as proposals anchor it; undefined where there is none or it is broken. */
  head(): string | undefined
  /** Takes the transitions of a tick, and writes where it is time. `mayWrite`: whether the bot may write at all now. */
  record(report: TickReport, mayWrite: boolean): Promise<void>
  /** Writes what waits: before a merge, and at the end. False where it could not be written. */
  flush(nowMs: number): Promise<boolean>
}

type Known = {
  commit?: string | undefined
  head?: AuditHead | undefined
  looked: boolean
  /** Anchors that have been asked for. */
  readonly asked: Set<string>
  lost: boolean
  /** What the world said of the last look, or the last write. */
  unread?: string | undefined
  unwritten?: string | undefined
  public: boolean
}

const PUBLIC =
  'no journal is kept in a public repository; name a private one as audit.repository, or set audit.enabled to false'

/** The journal at a place, with nothing known of it yet. */
export function auditOf(place: AuditPlace): Audit {
  if (!('forge' in place)) return noAudit(place.says)
  const { forge } = place
  const known: Known = { looked: false, asked: new Set(), lost: false, public: false }
  const last: LastSeen = new Map()
  let beganMs: number | undefined
  let wasBroken = false
  const book = journal(
    async (records) => {
      await forge.appendAudit(records)
      known.unwritten = undefined
      await holdAgainst(forge, known, known.lost ? [...known.asked] : [])
    },
    (error) => {
      known.unwritten = messageOf(error)
    },
  )
  const state = (): AuditState => {
    if (known.public) return 'off'
    return known.lost || known.unread !== undefined || known.unwritten !== undefined ? 'broken' : 'ok'
  }
  return {
    state,
    look: (remembered) => lookAt(place, known, remembered),
    says: () => (known.public ? PUBLIC : saysOf(forge, known)),
    head: () => (known.head === undefined || state() !== 'ok' ? undefined : formatAuditHead(known.head)),
    async record(report, mayWrite) {
      beganMs ??= report.atMs
      const broken = state() === 'broken'
      const turned: readonly AuditRecord[] =
        broken && !wasBroken ? [{ atMs: report.atMs, lane: '', event: 'audit-broken', detail: lostOf(known) }] : []
      wasBroken = broken
      const records = [...turned, ...transitionsOf(report, last, beganMs)]
      if (known.public) return
      if (mayWrite) await book.add(records, report.atMs)
      else book.keep(records)
    },
    flush: (nowMs) => (known.public ? Promise.resolve(true) : book.flush(nowMs)),
  }
}

function noAudit(says: string): Audit {
  return {
    look: async () => {},
    state: () => 'off',
    says: () => says,
    head: () => undefined,
    record: async () => {},
    flush: async () => true,
  }
}

async function lookAt(place: Kept, known: Known, remembered: readonly Remembered[]) {
  const { forge, operators } = place
  const home = operators ? undefined : remembered.find(({ repository }) => repository.forge === forge)
  // Another repository than that of the journal, or one that did not answer: nothing new is known.
  if (!operators && home === undefined) return
  if (home !== undefined) known.public = home.view.audience === 'public'
  if (known.public) return
  const fresh = anchorsIn(remembered).filter((anchor) => !known.asked.has(anchor))
  const moved = home === undefined || home.view.audit !== known.commit
  if (known.looked && !moved && !known.lost && known.unread === undefined && fresh.length === 0) return
  const anchors = known.lost ? [...known.asked, ...fresh] : fresh
  if (await holdAgainst(forge, known, anchors)) for (const anchor of fresh) known.asked.add(anchor)
}

/** Heads that our own proposals recorded: what they name was in the journal when they were written. */
function anchorsIn(remembered: readonly Remembered[]): readonly string[] {
  return remembered.flatMap(({ attempts }) => attempts.flatMap(({ record }) => record.audit ?? []))
}

/** Whether the forge answered. What is known moves on only with a journal that holds, so that what was lost is lost until it is put back. */
async function holdAgainst(forge: Forge, known: Known, anchors: readonly string[]): Promise<boolean> {
  const heads = anchors.flatMap((anchor) => parseAuditHead(anchor) ?? [])
  let view: AuditView
  try {
    const { commit, head } = known
    view = await forge.audit({ heads, ...(commit !== undefined && { commit }), ...(head !== undefined && { head }) })
  } catch (error) {
    if (!(error instanceof KintsugiError)) throw error
    known.unread = error.message
    return false
  }
  known.unread = undefined
  known.looked = true
  known.lost = !view.holds
  if (view.holds) {
    known.commit = view.commit
    known.head = view.head
  }
  return true
}

function saysOf(forge: Forge, known: Known): string | undefined {
  if (known.lost) {
    const at = known.commit === undefined ? '' : ` as of commit ${known.commit.slice(0, 12)}`
    return `audit-broken: the journal of ${forge.repository} does not hold what it held${at}; put its branch back, or keep it elsewhere (audit.repository)`
  }
  const failed = known.unread ?? known.unwritten
  return failed === undefined ? undefined : `audit-broken: the journal of ${forge.repository}: ${failed}`
}

function lostOf(known: Known): AuditRecord['detail'] {
  return { lost: known.lost, ...(known.commit === undefined ? {} : { known: known.commit }) }
}

function messageOf(error: unknown): string {
  if (error instanceof KintsugiError) return error.message
  throw error
}
