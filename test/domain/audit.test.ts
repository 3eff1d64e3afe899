import { describe, expect, it } from 'vitest'
import {
  type AuditHead,
  type AuditRecord,
  auditFile,
  formatAuditHead,
  parseAuditHead,
  verifyAudit,
} from '../../src/domain/index.ts'
import { size } from '../fakes/size.ts'

const AT = Date.UTC(2026, 10, 21, 7)
const EVENTS = ['opened', 'merged', 'synced', 'concluded']

function recordOf(index: number): AuditRecord {
  return {
    atMs: AT + index * 60_000,
    lane: `demo/shop/Deployment/cart-${index % 7}`,
    event: EVENTS[index % EVENTS.length] ?? 'opened',
    detail: { pull: index, because: 'killed "twice"\nünder 32Mi', held: index % 2 === 0 },
  }
}

/** A journal of so many records, a few to a file. */
function journalOf(records: number, perFile = 25, writer = 'bot'): Map<string, Uint8Array> {
  const files = new Map<string, Uint8Array>()
  let head: AuditHead | undefined
  for (let from = 0; from < records; from += perFile) {
    const batch = Array.from({ length: Math.min(perFile, records - from) }, (_, index) => recordOf(from + index))
    const day = new Date(AT + from * 60_000).toISOString().slice(0, 10)
    const file = auditFile(writer, day, head, batch)
    files.set(file.path, new TextEncoder().encode(file.text))
    head = file.head
  }
  return files
}

function without(files: ReadonlyMap<string, Uint8Array>, index: number): Map<string, Uint8Array> {
  return new Map([...files].filter((_, at) => at !== index))
}

describe('a journal', () => {
  const files = journalOf(100)

  it('gives back every record that was appended', () => {
    const { faults, entries, heads } = verifyAudit(new Map([...files, ...journalOf(30, 10, 'other')]))
    expect(faults).toEqual([])
    expect(entries.filter(({ writer }) => writer === 'bot').map(({ detail }) => detail['pull'])).toEqual(
      Array.from({ length: 100 }, (_, index) => index),
    )
    expect(heads.map(({ writer, sequence }) => [writer, sequence])).toEqual([
      ['bot', 4],
      ['other', 3],
    ])
  })

  it('shows where any byte was changed', { timeout: 600_000 }, () => {
    const whole = journalOf(size(30, 1000))
    let missed = 0
    let tried = 0
    for (const [path, bytes] of whole) {
      for (let at = 0; at < bytes.length; at += 1) {
        const changed = Uint8Array.from(bytes)
        // One bit, and never the same one twice in a row.
        changed[at] = (changed[at] ?? 0) ^ (1 << (at % 8))
        // Each file is judged by its own lines: what stands beside it need not be read again.
        const { faults } = verifyAudit(new Map([[path, changed]]))
        const inFile = faults.filter(({ file, line }) => file === path && line !== undefined)
        const line = bytes.subarray(0, at).reduce((lines, byte) => lines + (byte === 10 ? 1 : 0), 1)
        const found = inFile[0]?.line
        // A line break that is gone joins its line to the next.
        if (found === undefined || found < line || found > line + 1) missed += 1
        tried += 1
      }
    }
    expect(tried).toBeGreaterThan(5000)
    expect(missed).toBe(0)
  })

  it.each([0, 1, 2])('shows that file %i is missing', (index) => {
    const { faults } = verifyAudit(without(files, index))
    expect(faults).toContainEqual(expect.objectContaining({ says: 'follows a gap: 1 file before it missing' }))
  })

  it('shows that its newest file is missing only by an anchor', () => {
    const cut = without(files, 3)
    const head = verifyAudit(files).heads[0]
    if (head === undefined) throw new Error('no head')
    expect(verifyAudit(cut).faults).toEqual([])
    expect(verifyAudit(files, [{ head, at: 'commit 1234567' }]).faults).toEqual([])
    expect(verifyAudit(cut, [{ head, at: 'commit 1234567' }]).faults).toEqual([
      { file: 'audit/bot file 4', says: 'is anchored in commit 1234567, but is not here: the journal was cut' },
    ])
    expect(verifyAudit(new Map(), [{ head, at: 'commit 1234567' }]).faults).toHaveLength(1)
  })

  it('shows by an anchor that a whole chain was written anew', () => {
    const head = verifyAudit(files).heads[0]
    const anew = journalOf(101)
    expect(verifyAudit(anew).faults).toEqual([])
    const anchored = verifyAudit(files).heads.map((one) => ({
      head: { ...one, digest: '1'.repeat(16) },
      at: 'commit 1',
    }))
    expect(head && verifyAudit(files, anchored).faults).toEqual([
      expect.objectContaining({ says: 'is not the file that is anchored in commit 1' }),
    ])
  })

  it('shows two lines that changed places, and one that was taken out', () => {
    const [path = '', bytes = new Uint8Array()] = [...files][3] ?? []
    const lines = new TextDecoder().decode(bytes).split('\n')
    const swapped = [lines[1], lines[0], ...lines.slice(2)].join('\n')
    const shorter = [...lines.slice(0, 5), ...lines.slice(6)].join('\n')
    const faultOf = (text: string) =>
      verifyAudit(new Map([...files, [path, new TextEncoder().encode(text)]])).faults.map(({ line }) => line)
    expect(faultOf(swapped)).toEqual([1])
    expect(faultOf(shorter)).toEqual([6])
    expect(faultOf(lines.slice(0, 5).join('\n'))).toEqual([5])
    expect(faultOf('')).toEqual([1])
  })

  it('shows what does not belong into it, and a writer that counted twice', () => {
    const [path = '', bytes = new Uint8Array()] = [...files][2] ?? []
    const twin = path.replace(/-[0-9a-f]{16}\.jsonl$/, `-${'f'.repeat(16)}.jsonl`)
    const says = (extra: readonly [string, Uint8Array]) =>
      verifyAudit(new Map([...files, extra])).faults.map((fault) => fault.says)
    expect(says(['audit/notes.txt', bytes])).toEqual(['is no file of the journal'])
    expect(says(['audit/bot/2026-11-21/1-x.jsonl', bytes])).toEqual(['is no file of the journal'])
    expect(says([twin, bytes])).toContain('stands beside another file of number 3')
  })

  it('names a head in one word that reads back', () => {
    const head = { writer: 'bot-0', sequence: 12, digest: '0123456789abcdef' }
    expect(formatAuditHead(head)).toBe('bot-0/00000012-0123456789abcdef')
    expect(parseAuditHead(formatAuditHead(head))).toEqual(head)
    expect(parseAuditHead('bot/12-x')).toBeUndefined()
  })
})
