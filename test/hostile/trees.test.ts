import { execFile } from 'node:child_process'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { isErrorCode, isReason } from '../../src/domain/index.ts'
import { helms } from '../adapters/render/given.ts'
import { type Aims, applicationOf, BENIGN, type HostileTree, hostileTrees } from './hostile-trees.ts'

const CLI = resolve(import.meta.dirname, '../../dist/cli.js')
const OWN = mkdtempSync(join(tmpdir(), 'kintsugi-trees-'))
afterAll(() => rmSync(OWN, { recursive: true, force: true }))

const FULL = process.env['KINTSUGI_N'] === 'full'
/** Left out by `npm test` alone. */
const LARGE = process.env['KINTSUGI_N'] !== undefined
const CANARY = 'canary-c0ffee'
const VARIABLE = 'KINTSUGI_TEST_CANARY'
const GROWTH_KB = 50 * 1024
/** Two renders of a slow tree end at their limits of processor time, 20 s each; elsewhere most is far below. */
const BOUND_MS = 120_000
type Verb = 'locate' | 'edit' | 'map'
const VERBS: readonly Verb[] = FULL ? ['locate', 'edit', 'map'] : ['locate']

const home = join(OWN, 'home')
const token = join(OWN, 'var/run/secrets/token')
let server: Server
let hits = 0
let trees: readonly HostileTree[]

beforeAll(async () => {
  for (const [path, text] of [
    [token, `${CANARY}-token`],
    [join(home, '.aws/credentials'), `${CANARY}-aws`],
    [join(home, '.kube/config'), `${CANARY}-kube`],
    [join(home, 'Chart.yaml'), `name: ${CANARY}-home`],
  ] as const) {
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, text)
  }
  server = createServer((_, response) => {
    hits += 1
    response.end(`x: ${CANARY}-net\n`)
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  const listener = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const aims: Aims = { token, home, listener, variable: VARIABLE }
  trees = hostileTrees(aims)
})
afterAll(() => new Promise((done) => server.close(done)))

function layOut(tree: HostileTree): string {
  const dir = mkdtempSync(join(OWN, 'tree-'))
  for (const [path, content] of Object.entries({ ...tree.files, 'app.yaml': applicationOf(tree) })) {
    mkdirSync(dirname(join(dir, path)), { recursive: true })
    writeFileSync(join(dir, path), content)
  }
  for (const [path, to] of Object.entries(tree.links ?? {})) symlinkSync(to, join(dir, path))
  return dir
}

type Ran = {
  readonly code: number | null
  readonly text: string
  readonly said: unknown
  readonly peakKb: number
  readonly ms: number
}

/** Tells the peak of its memory when it ends: of this process, not of what it started. */
const TELL = `import { readFileSync, writeFileSync } from 'node:fs'
process.on('exit', () => {
  try {
    const kb = /VmHWM:\\s+(\\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))?.[1]
    writeFileSync(process.env.KINTSUGI_TEST_PEAK, kb ?? '0')
  } catch {}
})`

function run(verb: Verb, dir: string, helm: string): Promise<Ran> {
  const target = ['--application', 'app.yaml', '--target', 'Deployment/shop/cart', '--field', 'replicas']
  const flags = verb === 'map' ? [] : [...target, ...(verb === 'edit' ? ['--value', '3'] : [])]
  const scratch = mkdtempSync(join(OWN, 'run-'))
  const peak = join(scratch, 'peak')
  const env = {
    ...{
      PATH: '/usr/bin:/bin',
      HOME: home,
      TMPDIR: scratch,
      XDG_CACHE_HOME: join(scratch, 'cache'),
      KINTSUGI_HELM: helm,
    },
    ...{ [VARIABLE]: `${CANARY}-variable`, AWS_SECRET_ACCESS_KEY: `${CANARY}-key`, KINTSUGI_TEST_PEAK: peak },
  }
  const started = performance.now()
  const args = [
    '--import',
    `data:text/javascript,${encodeURIComponent(TELL)}`,
    CLI,
    verb,
    '--json',
    '--tree',
    dir,
    ...flags,
  ]
  return new Promise((done) => {
    const child = execFile(
      process.execPath,
      args,
      { cwd: dir, env, maxBuffer: 1e9, timeout: BOUND_MS * 2 },
      (_, out, err) => {
        const ms = performance.now() - started
        const left = readdirSync(scratch).filter((name) => name.startsWith('kintsugi-render-'))
        const peakKb = existsSync(peak) ? Number(readFileSync(peak, 'utf8')) : 0
        done({ code: left.length > 0 ? -1 : child.exitCode, text: out + err, said: parsed(out), peakKb, ms })
      },
    )
    child.stdin?.end()
  })
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** What was done, or why not, in one word. */
function wordOf({ code, said }: Ran): string {
  const { outcome, reason, error } = (said ?? {}) as { outcome?: string; reason?: string; error?: { code: string } }
  return error?.code ?? (outcome === 'refused' ? (reason ?? '?') : (outcome ?? `exit ${code}`))
}

function isNamed(word: string): boolean {
  return ['located', 'edited', 'unchanged', 'exit 0', 'exit 3'].includes(word) || isReason(word) || isErrorCode(word)
}

const [first] = helms
describe.skipIf(first === undefined)('a process that holds secrets, given', () => {
  const helm = first?.[1] ?? ''
  const benign = new Map<Verb, number>()
  const seen: string[] = []

  beforeAll(async () => {
    const dir = layOut(BENIGN)
    for (const verb of VERBS) {
      const runs = [await run(verb, dir, helm), await run(verb, dir, helm)]
      expect(runs.map(({ code }) => code)).toEqual([0, 0])
      expect(parsed(runs[0]?.text ?? '')).toBeDefined()
      benign.set(verb, Math.max(...runs.map(({ peakKb }) => peakKb)))
    }
    const { code, said } = await run('locate', dir, helm)
    expect({ code, said }).toMatchObject({ code: 0, said: { outcome: 'located', file: 'chart/values.yaml' } })
  }, 120_000)

  afterAll(() => {
    console.log(
      `peaks of a chart: ${[...benign].map(([verb, kb]) => `${verb} ${Math.round(kb / 1024)} MB`).join(', ')}`,
    )
    for (const line of seen) console.log(line)
  })

  const cases = hostileTrees({ token, home, listener: 'http://127.0.0.1:1', variable: VARIABLE })
    .map(({ name, slow, large }, at) => ({ name, slow, large, at }))
    .filter(({ slow, large }) => (FULL || slow !== true) && (LARGE || large !== true))
    .map(({ name, at }) => [name, at] as const)

  it.each(cases)('%s: tells nothing, asks nothing, ends by name', { timeout: BOUND_MS * 4 }, async (_, at) => {
    const tree = trees[at]
    if (tree === undefined) throw new Error('no such tree')
    const dir = layOut(tree)
    const words: string[] = []
    for (const verb of VERBS) {
      const ran = await run(verb, dir, helm)
      const word = wordOf(ran)
      const growthKb = ran.peakKb - (benign.get(verb) ?? 0)
      words.push(
        `${verb} ${word} ${Math.round(ran.ms / 100) / 10} s ${growthKb > 0 ? '+' : ''}${Math.round(growthKb / 1024)} MB`,
      )
      const { text, code, ms } = ran
      if (process.env['KINTSUGI_TEST_SHOW'] !== undefined) console.log(tree.name, verb, text.slice(0, 1500))
      expect.soft(text, verb).not.toContain(CANARY)
      expect.soft(hits, verb).toBe(0)
      expect.soft([0, 1, 2, 3, 5, 6], verb).toContain(code)
      expect.soft(ran.said, verb).toBeDefined()
      expect.soft(isNamed(word), `${verb} ${word}`).toBe(true)
      expect.soft(text, verb).not.toMatch(/KIN-9001|heap out of memory|Maximum call stack/)
      expect.soft(text, verb).not.toContain('\u001b[31mred')
      expect.soft(ms, verb).toBeLessThan(BOUND_MS)
      expect.soft(growthKb, verb).toBeLessThan(GROWTH_KB)
      if (verb === 'locate') expect.soft(word).toBe(tree.locate)
    }
    seen.push(`${tree.name}: ${words.join('; ')}`)
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined()
  })
})
