import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { csvCell } from '../../../src/cli/audit/csv.ts'
import { type AuditRecord, auditFile } from '../../../src/domain/index.ts'
import { STRINGS } from '../../hostile/forge/strings.ts'
import { kintsugi } from '../console.ts'

const AT = Date.UTC(2026, 10, 21, 7)
/** As another writer, or one that was broken into, could have written them. */
const RECORDS: readonly AuditRecord[] = STRINGS.map((text, index) => ({
  atMs: AT + index,
  lane: text,
  event: text,
  detail: { [text]: text, pull: index },
}))
const FORMULAS = ['=cmd()', '+1', '-1', '@SUM(A1)', '|a', '%0']
const BEFORE = [
  '',
  ' ',
  '\u200b',
  '\u0000',
  '\u0007',
  '\u202e',
  '\ufeff',
  '\r\n',
  '\u2060',
  '\u{e0041}',
  '\u00a0',
  '\u2028',
]

const ACTS = /(?!\n)[\p{Cc}\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]/u

let dir = ''

/** A journal on a branch of a bare repository, with what else stands there. */
function journalWith(files: ReadonlyMap<string, string>): string {
  const made = mkdtempSync(join(tmpdir(), 'kintsugi-audit-'))
  const git = (args: readonly string[], input = ''): string =>
    execFileSync('git', ['--git-dir', made, ...args], { input, encoding: 'utf8' })
  git(['init', '--bare', '--quiet', '--initial-branch=main'])
  const bytes = (text: string): string => `data ${Buffer.byteLength(text)}\n${text}\n`
  const who = 'Mallory @everyone <m@evil.example> 1700000000 +0000'
  const written = [...files].map(([path, text]) => `M 100644 inline ${JSON.stringify(path)}\n${bytes(text)}`)
  const message = bytes(STRINGS.slice(0, 50).join('\n').replaceAll('\0', ''))
  git(['fast-import', '--quiet'], `commit refs/heads/kintsugi/audit\ncommitter ${who}\n${message}${written.join('')}\n`)
  return made
}

beforeAll(() => {
  const { path, text } = auditFile('bot', '2026-11-21', undefined, RECORDS)
  dir = journalWith(new Map([[path, text]]))
})
afterAll(() => rmSync(dir, { recursive: true, force: true }))

describe('a journal in which every text is hostile', () => {
  it.each(['verify', 'show', 'export', 'verify --json', 'show --json', 'export --json'])(
    'does nothing where audit %s tells it',
    async (asked) => {
      const words = asked.split(' ')
      for (const terminal of [false, true]) {
        const { code, out, err } = await kintsugi(['audit', ...words, dir], { terminal, env: { NO_COLOR: '1' } })
        expect(code).toBe(0)
        expect(ACTS.exec(`${out}${err.replaceAll('\r', '')}`)?.[0]).toBeUndefined()
      }
    },
  )

  it('is a line for each record, and JSON that holds what was written', async () => {
    const { out } = await kintsugi(['audit', 'export', dir])
    expect(out.trimEnd().split('\n')).toHaveLength(RECORDS.length + 1)
    const json = JSON.parse((await kintsugi(['audit', 'export', '--json', dir])).out)
    expect(json.records.map(({ lane }: AuditRecord) => lane)).toEqual(RECORDS.map(({ lane }) => lane))
  })

  it('names files that are none of it without acting on their names', async () => {
    const names = ['@everyone\u202e.jsonl', 'two\\\\lines', '\u200f=1+1', '$(id)']
    const broken = journalWith(new Map(names.map((name) => [`audit/${name}`, '{}\n'])))
    const { code, out } = await kintsugi(['audit', 'verify', broken])
    rmSync(broken, { recursive: true, force: true })
    expect(code).toBe(3)
    expect(ACTS.exec(out)?.[0]).toBeUndefined()
    expect(out).toContain('is no file of the journal')
  })
})

it('no cell is calculated, whatever stands unseen before what a spreadsheet would calculate', () => {
  const cells = BEFORE.flatMap((before) => FORMULAS.map((formula) => csvCell(`${before}${formula}`)))
  expect(cells.filter((cell) => !/^"?'/.test(cell))).toEqual([])
})
