import { canonicalJson, sha256 } from './digest.ts'
import { isJsonObject, type JsonObject } from './json.ts'
import type { Lane } from './subject.ts'

/** One transition of a lane (PROTOCOL 9). No decision reads it. */
export type AuditRecord = {
  readonly atMs: number
  readonly lane: Lane
  readonly event: string
  readonly detail: Readonly<Record<string, string | number | boolean>>
}

/** The newest file of a writer's chain: what the next file names, and what commits of the bot anchor. */
export type AuditHead = {
  readonly writer: string
  /** From 1. */
  readonly sequence: number
  /** First 16 hex digits of the SHA-256 of the file's bytes. */
  readonly digest: string
}

export type AuditFile = { readonly path: string; readonly text: string; readonly head: AuditHead }

/** What a file's path says. */
export type AuditPath = {
  readonly writer: string
  /** UTC, `2026-11-21`. */
  readonly day: string
  readonly sequence: number
  readonly previous: string
}

const DIGITS = 16
const FIRST = '0'.repeat(DIGITS)
const PATH = /^audit\/([a-z0-9-]{1,63})\/(\d{4}-\d{2}-\d{2})\/(\d{8})-([0-9a-f]{16})\.jsonl$/
const HEAD = /^([a-z0-9-]{1,63})\/(\d{8})-([0-9a-f]{16})$/

function shortDigest(content: string | Uint8Array): string {
  return sha256(content).slice(0, DIGITS)
}

function chained(before: string, record: unknown): string {
  return shortDigest(`${before}\n${canonicalJson(record)}`)
}

function numbered(sequence: number): string {
  return String(sequence).padStart(8, '0')
}

/** The reader of a path in the journal; undefined for what is none. */
export function parseAuditPath(path: string): AuditPath | undefined {
  const [, writer, day, sequence, previous] = PATH.exec(path) ?? []
  if (writer === undefined || day === undefined || previous === undefined) return undefined
  return { writer, day, sequence: Number(sequence), previous }
}

/** The head that a file is, by its path and bytes. */
export function auditHeadOf({ writer, sequence }: AuditPath, bytes: string | Uint8Array): AuditHead {
  return { writer, sequence, digest: shortDigest(bytes) }
}

/** `writer/00000012-0123456789abcdef`, as commits of the bot anchor a head. */
export function formatAuditHead({ writer, sequence, digest }: AuditHead): string {
  return `${writer}/${numbered(sequence)}-${digest}`
}

/** The newest of a writer's heads. */
export function newestHead(heads: readonly AuditHead[], writer: string): AuditHead | undefined {
  return heads.filter((head) => head.writer === writer).sort((a, b) => b.sequence - a.sequence)[0]
}

export function parseAuditHead(text: string): AuditHead | undefined {
  const [, writer, sequence, digest] = HEAD.exec(text) ?? []
  return writer === undefined || digest === undefined ? undefined : { writer, sequence: Number(sequence), digest }
}

/** Canonical JSON in which nothing hides: a journal is read by people too, on the page of its forge. */
function lineOf(value: unknown): string {
  const spelled = (unit: string): string => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`
  return canonicalJson(value).replace(/[\p{Cc}\p{Cf}\p{Co}\u2028\u2029]/gu, (sign) =>
    sign.split('').map(spelled).join(''),
  )
}

/**
 * The next file of a writer's chain: `audit/<writer>/<day>/<sequence>-<digest of the file before>.jsonl`, one record a line. Every line
 * ends its record with a digest over itself and the line before, the first over the file before, so that a change shows where it is.
 */
export function auditFile(
  writer: string,
  day: string,
  previous: AuditHead | undefined,
  records: readonly AuditRecord[],
): AuditFile {
  const sequence = (previous?.sequence ?? 0) + 1
  const before = previous?.digest ?? FIRST
  let chain = before
  const lines = records.map((record) => {
    chain = chained(chain, record)
    return `${lineOf({ ...record, chain })}\n`
  })
  const text = lines.join('')
  const path = `audit/${writer}/${day}/${numbered(sequence)}-${before}.jsonl`
  return { path, text, head: { writer, sequence, digest: shortDigest(text) } }
}

/** Where a journal is not what its writer wrote. `line` counts from 1. */
export type AuditFault = { readonly file: string; readonly line?: number; readonly says: string }

export type AuditEntry = AuditRecord & { readonly writer: string; readonly file: string; readonly line: number }

function recordIn(line: string): { readonly record: AuditRecord; readonly chain: string } | undefined {
  let value: unknown
  try {
    value = JSON.parse(line)
  } catch {
    return undefined
  }
  if (!isJsonObject(value) || (lineOf(value) !== line && canonicalJson(value) !== line)) return undefined
  const { chain, atMs, lane, event, detail, ...others } = value
  if (typeof chain !== 'string' || Object.keys(others).length > 0) return undefined
  if (typeof atMs !== 'number' || typeof lane !== 'string' || typeof event !== 'string') return undefined
  return isJsonObject(detail) && isFlat(detail) ? { record: { atMs, lane, event, detail }, chain } : undefined
}

function isFlat(detail: JsonObject): detail is AuditRecord['detail'] {
  return Object.values(detail).every((one) => ['string', 'number', 'boolean'].includes(typeof one))
}

type ReadFile = { readonly entries: readonly AuditEntry[]; readonly fault?: AuditFault }

function readLines(file: string, { writer, previous }: AuditPath, bytes: Uint8Array): ReadFile {
  const text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes)
  const lines = text.split('\n')
  const entries: AuditEntry[] = []
  let chain = previous
  for (const [index, line] of lines.slice(0, -1).entries()) {
    const found = recordIn(line)
    const at = { file, line: index + 1 }
    if (found === undefined) return { entries, fault: { ...at, says: 'is no record as a writer writes it' } }
    if (chained(chain, found.record) !== found.chain)
      return { entries, fault: { ...at, says: 'was changed, or the line before it was' } }
    chain = found.chain
    entries.push({ ...found.record, writer, ...at })
  }
  if (lines.at(-1) !== '' || lines.length === 1)
    return { entries, fault: { file, line: lines.length, says: 'was cut in the middle of a line' } }
  return { entries }
}

type Chained = { readonly path: string; readonly said: AuditPath; readonly bytes: Uint8Array }

/** What stands between two neighbours of a chain; `before` is undefined for the first file. */
function linkFault(before: Chained | undefined, file: Chained): AuditFault | undefined {
  const { sequence, previous, day } = file.said
  const due = (before?.said.sequence ?? 0) + 1
  if (sequence < due) return { file: file.path, says: `stands beside another file of number ${sequence}` }
  if (sequence > due)
    return {
      file: file.path,
      says: `follows a gap: ${sequence - due} file${sequence - due === 1 ? '' : 's'} before it missing`,
    }
  const digest = before === undefined ? FIRST : shortDigest(before.bytes)
  if (previous !== digest) return { file: before?.path ?? file.path, says: `is not the file that ${file.path} follows` }
  if (before !== undefined && day < before.said.day)
    return { file: file.path, says: 'has an earlier day than the file before' }
  return undefined
}

export type AuditReport = {
  readonly faults: readonly AuditFault[]
  /** Every record that could be read, in the order of time. */
  readonly entries: readonly AuditEntry[]
  /** The newest file of each writer. */
  readonly heads: readonly AuditHead[]
}

/** An anchor that somebody found: which head, and where it was written. */
export type AuditAnchor = { readonly head: AuditHead; readonly at: string }

function anchorFault({ head, at }: AuditAnchor, chain: readonly Chained[]): AuditFault | undefined {
  const file = chain.find(({ said }) => said.sequence === head.sequence)
  const named = `audit/${head.writer} file ${head.sequence}`
  if (file === undefined) return { file: named, says: `is anchored in ${at}, but is not here: the journal was cut` }
  return shortDigest(file.bytes) === head.digest
    ? undefined
    : { file: file.path, says: `is not the file that is anchored in ${at}` }
}

/**
 * Reads the files below `audit/` and tells everywhere they are not one unbroken chain per writer, and where they are not what the anchors
 * hold. Tamper-evident, not tamper-proof: whoever rewrites a whole chain leaves only the anchors against it.
 */
export function verifyAudit(files: ReadonlyMap<string, Uint8Array>, anchors: readonly AuditAnchor[] = []): AuditReport {
  const faults: AuditFault[] = []
  const chains = new Map<string, Chained[]>()
  for (const [path, bytes] of files) {
    const said = parseAuditPath(path)
    if (said === undefined) faults.push({ file: path, says: 'is no file of the journal' })
    else {
      const chain = chains.get(said.writer) ?? []
      chain.push({ path, said, bytes })
      chains.set(said.writer, chain)
    }
  }
  const entries: AuditEntry[] = []
  const heads: AuditHead[] = []
  for (const chain of chains.values()) {
    chain.sort((a, b) => a.said.sequence - b.said.sequence || (a.path < b.path ? -1 : 1))
    for (const [index, file] of chain.entries()) {
      const read = readLines(file.path, file.said, file.bytes)
      const link = linkFault(chain[index - 1], file)
      faults.push(...[read.fault, link].filter((one) => one !== undefined))
      entries.push(...read.entries)
    }
    const last = chain.at(-1)
    if (last !== undefined) heads.push(auditHeadOf(last.said, last.bytes))
  }
  const broken = anchors.map((anchor) => anchorFault(anchor, chains.get(anchor.head.writer) ?? []))
  faults.push(...broken.filter((one) => one !== undefined))
  entries.sort((a, b) => a.atMs - b.atMs || (a.file < b.file ? -1 : a.file > b.file ? 1 : a.line - b.line))
  return { faults, entries, heads }
}
