import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { csvCell } from '../../../src/cli/audit/csv.ts'
import { type AuditHead, type AuditRecord, auditFile, formatAuditHead } from '../../../src/domain/index.ts'
import { kintsugi } from '../console.ts'

const AT = Date.UTC(2026, 10, 21, 7)
const CART = 'demo/shop/Deployment/cart'

const RECORDS: readonly AuditRecord[] = [
  { atMs: AT, lane: CART, event: 'opened', detail: { pull: 7, title: '=HYPERLINK("https://evil.example","x")' } },
  { atMs: AT + 60_000, lane: CART, event: 'merged', detail: { pull: 7 } },
  { atMs: AT + 120_000, lane: 'demo/shop/Deployment/cartel', event: 'opened', detail: { pull: 8 } },
  { atMs: AT + 86_400_000, lane: '+1|cmd', event: 'noted', detail: { because: 'a, "b"\nc' } },
]

function git(dir: string, words: readonly string[], input = ''): string {
  const who = ['-c', 'user.name=bot', '-c', 'user.email=bot@localhost', '-c', 'init.defaultBranch=main']
  return execFileSync('git', ['-C', dir, ...who, ...words], {
    input,
    encoding: 'utf8',
    stdio: ['pipe', 'pipe', 'ignore'],
  })
}

function commitOn(dir: string, branch: string, files: Readonly<Record<string, string>>, message: string): void {
  const tip = git(dir, ['for-each-ref', '--format=%(objectname)', `refs/heads/${branch}`]).trim()
  const list = new Map<string, string>()
  if (tip !== '')
    for (const line of git(dir, ['ls-tree', '-r', tip])
      .split('\n')
      .filter((one) => one !== ''))
      list.set(line.slice(line.indexOf('\t') + 1), line.slice(0, line.indexOf('\t')))
  for (const [path, text] of Object.entries(files))
    list.set(path, `100644 blob ${git(dir, ['hash-object', '-w', '--stdin'], text).trim()}`)
  const index = join(dir, `index-${Math.abs(message.length)}`)
  const env = { ...process.env, GIT_INDEX_FILE: index }
  const staged = [...list].map(([path, entry]) => `${entry.replace(' blob ', ' ')} 0\t${path}`).join('\n')
  execFileSync('git', ['-C', dir, 'update-index', '--add', '--index-info'], { input: `${staged}\n`, env })
  const tree = execFileSync('git', ['-C', dir, 'write-tree'], { env, encoding: 'utf8' }).trim()
  rmSync(index, { force: true })
  const parents = tip === '' ? [] : ['-p', tip]
  const commit = git(dir, ['commit-tree', tree, ...parents, '-F', '-'], message).trim()
  git(dir, ['update-ref', `refs/heads/${branch}`, commit])
}

/** A bare repository whose bot wrote two files of a journal, and anchored `anchored` in a commit of main. */
function repositoryWith(anchored?: AuditHead): { readonly dir: string; readonly heads: readonly AuditHead[] } {
  const dir = mkdtempSync(join(tmpdir(), 'kintsugi-audit-'))
  git(dir, ['init', '--bare', '-q'])
  const first = auditFile('bot', '2026-11-21', undefined, RECORDS.slice(0, 2))
  const second = auditFile('bot', '2026-11-22', first.head, RECORDS.slice(2))
  commitOn(dir, 'kintsugi/audit', { [first.path]: first.text }, 'audit: 2 records\n')
  commitOn(dir, 'kintsugi/audit', { [second.path]: second.text }, 'audit: 2 records.\n')
  const head = anchored ?? second.head
  commitOn(dir, 'main', { 'a.yaml': 'a: 1\n' }, `fix(cart): x\n\nwhy\n\nKintsugi-Audit: ${formatAuditHead(head)}\n`)
  return { dir, heads: [first.head, second.head] }
}

describe('the audit journal of a clone', () => {
  const { dir, heads } = repositoryWith()
  const made: string[] = [dir]
  let clone = ''
  beforeAll(() => {
    clone = mkdtempSync(join(tmpdir(), 'kintsugi-clone-'))
    made.push(clone)
    git(clone, ['clone', '-q', dir, 'normal'])
  })
  afterAll(() => {
    for (const one of made) rmSync(one, { recursive: true, force: true })
  })

  it('is whole in a bare clone, in a normal one, and from a folder inside', async () => {
    for (const [words, cwd] of [
      [['audit', 'verify', dir], undefined],
      [['audit', 'verify'], join(clone, 'normal')],
      [['audit', 'verify', 'normal'], clone],
    ] as const) {
      const { code, out } = await kintsugi(words, cwd === undefined ? {} : { cwd })
      expect({ code, out }).toMatchObject({ code: 0, out: expect.stringContaining('whole: 4 records of 1 writers') })
      expect(out).toContain(formatAuditHead(heads[1] ?? { writer: '', sequence: 0, digest: '' }))
    }
  })

  it('is broken where a line was changed: file, line, commit, and an exit code that is not 0', async () => {
    const { dir: broken } = repositoryWith()
    made.push(broken)
    const path = git(broken, ['ls-tree', '-r', '--name-only', 'kintsugi/audit']).split('\n')[0] ?? ''
    const text = git(broken, ['show', `kintsugi/audit:${path}`]).replace('"merged"', '"closed"')
    commitOn(broken, 'kintsugi/audit', { [path]: text }, 'a quiet correction\n')
    const { code, out } = await kintsugi(['audit', 'verify', broken])
    expect(code).toBe(3)
    expect(out).toContain(`${path}:2 was changed, or the line before it was`)
    expect(out).toMatch(/was changed or removed by commit [0-9a-f]{12}/)
    const json = JSON.parse((await kintsugi(['audit', 'verify', broken, '--json'])).out)
    expect(json).toMatchObject({ whole: false, faults: expect.arrayContaining([expect.objectContaining({ line: 2 })]) })
  })

  it('is broken where its end was cut off and a commit knew it', async () => {
    const { dir: cut } = repositoryWith({ writer: 'bot', sequence: 3, digest: '0123456789abcdef' })
    made.push(cut)
    const { code, out } = await kintsugi(['audit', 'verify', cut])
    expect(code).toBe(3)
    expect(out).toMatch(/audit\/bot file 3 is anchored in commit [0-9a-f]{12}, but is not here: the journal was cut/)
  })

  it('is not where there is no such branch or no repository', async () => {
    expect((await kintsugi(['audit', 'verify', dir, '--branch', 'other/audit'])).code).not.toBe(0)
    expect((await kintsugi(['audit', 'verify', tmpdir()])).err).toContain('KIN-4002')
    expect((await kintsugi(['audit', 'verify', dir, '--branch', '--all'])).code).not.toBe(0)
  })

  it.each<readonly [readonly string[], number]>([
    [[], 4],
    [['--lane', CART], 2],
    [['--lane', 'demo/shop'], 3],
    [['--event', 'opened', '--event', 'noted'], 3],
    [['--since', '2026-11-21T07:01:00Z', '--until', '2026-11-22'], 2],
    [['--lane', CART, '--event', 'merged'], 1],
  ])('shows what %j asks for', async (words, count) => {
    const { code, out } = await kintsugi(['audit', 'show', dir, ...words])
    expect(code).toBe(0)
    expect(out.split('\n').filter((line) => /^2026-/.test(line))).toHaveLength(count)
    expect(JSON.parse((await kintsugi(['audit', 'show', dir, '--json', ...words])).out)['records']).toHaveLength(count)
  })

  it('asks for moments that there are', async () => {
    expect((await kintsugi(['audit', 'show', dir, '--since', 'yesterday'])).err).toContain('KIN-1001')
  })

  it('is exported as JSON, and as CSV in which no cell is calculated', async () => {
    const { out } = await kintsugi(['audit', 'export', dir])
    const lines = out.trimEnd().split('\n')
    expect(lines).toHaveLength(5)
    expect(lines[0]).toBe('time,writer,lane,event,detail,file,line')
    expect(lines[4]).toContain(`,bot,'+1|cmd,noted,"{""because"":""a, \\""b\\""\\nc""}",`)
    const json = JSON.parse((await kintsugi(['audit', 'export', dir, '--json'])).out)
    expect(json.records.map(({ event }: AuditRecord) => event)).toEqual(RECORDS.map(({ event }) => event))
  })
})

describe('a cell of a spreadsheet', () => {
  it.each([
    ['=1+1', "'=1+1"],
    ['+1', "'+1"],
    ['-1', "'-1"],
    ['@SUM(A1)', "'@SUM(A1)"],
    [' =1', "' =1"],
    ['\t=1', "' =1"],
    ['\r=1', "' =1"],
    ['\uff1d1', "'\uff1d1"],
    ['a"b', '"a""b"'],
    ['a,b', '"a,b"'],
    ['a;=1', '"a;=1"'],
    ['a\nb', 'a b'],
    ['cart', 'cart'],
  ])('of %j is %j', (text, cell) => {
    expect(csvCell(text)).toBe(cell)
  })
})
