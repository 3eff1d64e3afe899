import {
  canonicalJson,
  type Gate,
  isJsonObject,
  isReason,
  type JsonObject,
  type JsonValue,
  type Lane,
  type Pull,
  type Reason,
} from '../../domain/index.ts'
import type { FileMode, FileWrite, Stored } from './store.ts'

/** What a file is in our commit, and which blob stood there before. */
export type ChangedBlob = { readonly oid: string; readonly mode: FileMode; readonly before: string | undefined }

/** `pull.json`: all that the local forge knows of a pull request beside its texts. */
export type PullData = {
  readonly number: number
  readonly lane: Lane
  readonly branch: string
  readonly base: { readonly branch: string; readonly revision: string }
  readonly title: string
  readonly labels: readonly string[]
  readonly state: Pull['state']
  readonly endedBy?: 'bot' | 'person'
  readonly endedFor?: Reason
  readonly endedAtMs?: number
  readonly mergeCommit?: string
  readonly createdAtMs: number
  /** The commit that we made. */
  readonly headSha: string
  /** The one before a refresh, which the branch may still show if we were cut in between. */
  readonly previousHead?: string
  /** Somebody else's commit that the branch showed when it ended. */
  readonly foreignHead?: string
  readonly commitMessage: string
  readonly blobs: Readonly<Record<string, ChangedBlob>>
  readonly inputs: Readonly<Record<string, string>>
  /** For a revert: the pull request that it takes back. */
  readonly reverts?: number
}

/** Names of the files of a pull request's record. */
export const PULL_FILES = {
  data: 'pull.json',
  body: 'body.md',
  comment: 'comment.md',
  check: 'check.json',
  conclusion: 'conclusion.json',
} as const

/** A pull request as it stands in its ref. */
export type LoadedPull = {
  readonly data: PullData
  readonly body: string
  readonly comment: string | undefined
  readonly check: string | undefined
  readonly conclusion: string | undefined
  /** The commit that the ref shows. */
  readonly oid: string
  /** Whether that commit is the bot's own: nothing in another one is believed. */
  readonly ours: boolean
}

const ENCODER = new TextEncoder()

export function textFile(path: string, text: string): FileWrite {
  return { path, content: ENCODER.encode(text), mode: '100644' }
}

export function dataFile(data: PullData): FileWrite {
  return textFile(PULL_FILES.data, `${canonicalJson(data)}\n`)
}

export function gatesText(gates: readonly Gate[]): string {
  return `${canonicalJson(gates)}\n`
}

export function parseGates(text: string | undefined): readonly Gate[] {
  const value = text === undefined ? undefined : parseJson(text)
  if (!Array.isArray(value)) return []
  return value.flatMap((gate: unknown): Gate[] => {
    if (!isJsonObject(gate)) return []
    const { name, pass, value: shown, reason } = gate
    if (typeof name !== 'string' || typeof pass !== 'boolean' || typeof shown !== 'string') return []
    return [{ name, pass, value: shown, ...(typeof reason === 'string' && isReason(reason) ? { reason } : {}) }]
  })
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** Reads what a ref shows. Undefined when it is no record of a pull request: then it cannot be told whose it is. */
export function loadPull(number: number, stored: Stored, botEmail: string): LoadedPull | undefined {
  const { commit, files } = stored
  const text = files.get(PULL_FILES.data)
  const data = text === undefined || text.length > 2_000_000 ? undefined : parseJson(text)
  if (!isPullData(data) || data.number !== number) return undefined
  return {
    data,
    body: files.get(PULL_FILES.body) ?? '',
    comment: files.get(PULL_FILES.comment),
    check: files.get(PULL_FILES.check),
    conclusion: files.get(PULL_FILES.conclusion),
    oid: commit.oid,
    ours: commit.authorEmail === botEmail && commit.committerEmail === botEmail,
  }
}

type Check = (value: JsonValue | undefined) => boolean

const isText: Check = (value) => typeof value === 'string'
const isInstant: Check = (value) => typeof value === 'number' && Number.isFinite(value)
const optional =
  (check: Check): Check =>
  (value) =>
    value === undefined || check(value)
const mapOf =
  (check: Check): Check =>
  (value) =>
    isJsonObject(value) && Object.values(value).every(check)

const isBlob: Check = (value) =>
  isJsonObject(value) &&
  isText(value['oid']) &&
  (value['mode'] === '100644' || value['mode'] === '100755') &&
  optional(isText)(value['before'])

const SHAPE: Readonly<Record<keyof PullData, Check>> = {
  number: (value) => Number.isSafeInteger(value),
  lane: isText,
  branch: isText,
  base: (value) => isJsonObject(value) && isText(value['branch']) && isText(value['revision']),
  title: isText,
  labels: (value) => Array.isArray(value) && value.every(isText),
  state: (value) => value === 'open' || value === 'merged' || value === 'closed',
  endedBy: (value) => value === undefined || value === 'bot' || value === 'person',
  endedFor: (value) => value === undefined || (typeof value === 'string' && isReason(value)),
  endedAtMs: optional(isInstant),
  mergeCommit: optional(isText),
  createdAtMs: isInstant,
  headSha: isText,
  previousHead: optional(isText),
  foreignHead: optional(isText),
  commitMessage: isText,
  blobs: mapOf(isBlob),
  inputs: mapOf(isText),
  reverts: optional(isInstant),
}

function own(from: JsonObject, key: string): JsonValue | undefined {
  return Object.hasOwn(from, key) ? from[key] : undefined
}

function isPullData(value: unknown): value is PullData {
  return isJsonObject(value) && Object.entries(SHAPE).every(([key, check]) => check(own(value, key)))
}

/** The pull request as the port shows it. What is not ours has no text that could be believed. */
export function shownPull(loaded: LoadedPull, tip: string | undefined, url: string): Pull {
  const { data, ours } = loaded
  const head = data.foreignHead ?? tip ?? data.headSha
  const headIsOurs = ours && (head === data.headSha || head === data.previousHead)
  return {
    number: data.number,
    url,
    state: data.state,
    ...(data.endedBy === undefined ? {} : { endedBy: data.endedBy }),
    branch: data.branch,
    base: data.base.branch,
    headSha: headIsOurs ? data.headSha : head,
    headIsOurs,
    ...(data.mergeCommit === undefined ? {} : { mergeCommit: data.mergeCommit }),
    title: data.title,
    body: ours ? loaded.body : '',
    createdAtMs: data.createdAtMs,
    ...(data.endedAtMs === undefined ? {} : { endedAtMs: data.endedAtMs }),
    files: Object.keys(data.blobs).sort(),
    commitMessage: ours ? data.commitMessage : '',
    ...(ours && loaded.comment !== undefined ? { comment: loaded.comment } : {}),
  }
}
