import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'

const SRC = resolve(import.meta.dirname, '../src')

/** Room -> what it may import: other rooms, and packages. DESIGN's rules of direction. */
const MAY: Readonly<Record<string, { readonly rooms: readonly string[]; readonly packages: readonly string[] }>> = {
  domain: { rooms: [], packages: [] },
  ports: { rooms: ['domain'], packages: [] },
  detection: { rooms: ['domain'], packages: ['simple-statistics'] },
  diagnosis: { rooms: ['domain'], packages: ['simple-statistics'] },
  policy: { rooms: ['domain'], packages: ['yaml', 'picomatch'] },
  remediation: { rooms: ['domain'], packages: ['simple-statistics'] },
  source: { rooms: ['domain'], packages: ['yaml'] },
  proposal: { rooms: ['domain'], packages: [] },
  controller: {
    rooms: ['domain', 'ports', 'detection', 'diagnosis', 'policy', 'remediation', 'source', 'proposal'],
    packages: [],
  },
  'adapters/prometheus': { rooms: ['domain', 'ports', 'adapters/outbound'], packages: ['undici', 'node:'] },
  'adapters/github': {
    rooms: ['domain', 'ports', 'adapters/archive', 'adapters/own-folder', 'adapters/forge-limits', 'adapters/outbound'],
    packages: ['node:', 'undici', '@octokit/rest'],
  },
  'adapters/local': { rooms: ['domain', 'ports', 'adapters/forge-limits'], packages: ['node:'] },
  // What no forge ever writes, whatever it is asked (PROTOCOL 8): every forge holds it.
  'adapters/forge-limits': { rooms: ['domain'], packages: [] },
  // Straight, or through the proxies of the environment: every client that leaves the cluster.
  'adapters/outbound': { rooms: ['domain'], packages: ['node:', 'undici'] },
  // Models that run elsewhere and have a vote.
  'adapters/kserve': { rooms: ['domain', 'ports', 'adapters/outbound'], packages: ['undici', 'node:'] },
  // What may stop the bot from outside: a command, an address.
  'adapters/stops': { rooms: ['domain', 'adapters/outbound'], packages: ['node:', 'undici'] },
  // Reading a .tar.gz, and nothing else: two adapters open packed charts.
  'adapters/archive': { rooms: [], packages: ['node:'] },
  // A folder of one user, written whole or not at all: every cache on disk.
  'adapters/own-folder': { rooms: [], packages: ['node:'] },
  'adapters/render': {
    rooms: ['domain', 'ports', 'adapters/archive', 'adapters/own-folder'],
    packages: ['node:', 'yaml', 'undici'],
  },
  'adapters/charts': {
    rooms: ['domain', 'ports', 'adapters/archive', 'adapters/own-folder'],
    packages: ['node:', 'yaml', 'undici'],
  },
  // Answers of a Prometheus in a folder, for looking at the past again.
  'adapters/recording': { rooms: ['domain', 'ports'], packages: ['node:'] },
  'adapters/simulation': { rooms: ['domain', 'ports'], packages: ['node:'] },
  'adapters/kubernetes': { rooms: ['domain', 'ports'], packages: ['node:', '@kubernetes/client-node'] },
  // onnxruntime-node is loaded by name when an operator has it: no import, no dependency.
  'adapters/onnx': { rooms: ['domain', 'ports'], packages: ['node:'] },
  // What later processes need not work out again.
  'adapters/shelf': { rooms: ['domain', 'ports', 'adapters/own-folder'], packages: ['node:'] },
  'adapters/workers': { rooms: ['domain', 'ports'], packages: ['node:'] },
  'adapters/files': { rooms: ['domain', 'ports', 'adapters/own-folder'], packages: ['node:', 'yaml'] },
  server: { rooms: ['domain', 'ports', 'controller'], packages: ['node:', 'probot'] },
}

/** Composition roots: they alone know adapters and controller at once. */
const ROOTS = ['cli', 'cli.ts', 'kubectl-kintsugi.ts', 'renderer.ts', 'main.ts', 'config', 'config.ts']
const PURE = ['domain', 'ports', 'detection', 'diagnosis', 'policy', 'remediation', 'source', 'proposal', 'controller']
/** The one exception of a pure room: createHash in domain/digest.ts. */
const NODE_IN_PURE = new Set(['domain/digest.ts:node:crypto'])
/** Each SDK has one home. */
const HOME: Readonly<Record<string, readonly string[]>> = {
  undici: [
    ...['adapters/prometheus', 'adapters/render', 'adapters/charts', 'adapters/github'],
    ...['adapters/outbound', 'adapters/stops', 'adapters/kserve'],
  ],
  probot: ['server'],
  // The admin's own rights, on the admin's own machine: the adapter of the service only reads.
  '@kubernetes/client-node': ['adapters/kubernetes', 'cli'],
  '@octokit/rest': ['adapters/github'],
  arima: ['cli'],
  'simple-statistics': ['detection', 'diagnosis', 'remediation'],
  '@bsull/augurs/prophet': ['cli'],
  '@bsull/augurs-prophet-wasmstan': ['cli'],
}

type Import = { readonly file: string; readonly specifier: string }

function files(): string[] {
  return readdirSync(SRC, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'))
}

function importsOf(file: string): Import[] {
  const source = readFileSync(join(SRC, file), 'utf8')
  const pattern =
    /(?:^|\n)\s*(?:import|export)\s[^'"\n]*?(?:\n[^'"]*?)?from\s*['"]([^'"]+)['"]|import\(\s*['"]([^'"]+)['"]\s*\)|(?:^|\n)import\s*['"]([^'"]+)['"]/g
  return [...source.matchAll(pattern)].map((match) => ({ file, specifier: match[1] ?? match[2] ?? match[3] ?? '' }))
}

function roomOf(path: string): string {
  const parts = path.split('/')
  return parts[0] === 'adapters' ? parts.slice(0, 2).join('/') : (parts[0] ?? '')
}

function target({ file, specifier }: Import): string | undefined {
  return specifier.startsWith('.') ? relative(SRC, resolve(SRC, dirname(file), specifier)) : undefined
}

const all = files()
const imports = all.flatMap(importsOf)

describe('architecture', () => {
  it('sees the files and imports that it judges', () => {
    expect(all.length).toBeGreaterThan(30)
    expect(imports.length).toBeGreaterThan(60)
  })

  it('knows every room', () => {
    const unknown = [...new Set(all.map(roomOf))].filter((room) => !(room in MAY) && !ROOTS.includes(room))
    expect(unknown).toEqual([])
  })

  it('lets each room import only the rooms and packages of its row', () => {
    const broken = imports.filter((one) => {
      const room = roomOf(one.file)
      const row = MAY[room]
      if (row === undefined) return false
      const to = target(one)
      if (to !== undefined) return roomOf(to) !== room && !row.rooms.includes(roomOf(to))
      if (NODE_IN_PURE.has(`${one.file}:${one.specifier}`)) return false
      return !row.packages.some((name) =>
        name === 'node:'
          ? one.specifier.startsWith('node:')
          : one.specifier === name || one.specifier.startsWith(`${name}/`),
      )
    })
    expect(broken).toEqual([])
  })

  it('enters another room by its index only', () => {
    const broken = imports.filter((one) => {
      const to = target(one)
      if (to === undefined || roomOf(to) === roomOf(one.file)) return false
      return !to.endsWith('/index.ts') && !ROOTS.includes(roomOf(to))
    })
    expect(broken).toEqual([])
  })

  it('keeps adapters from each other and from the rooms, and everything from the composition roots', () => {
    const broken = imports.filter((one) => {
      const to = target(one)
      return to !== undefined && ROOTS.includes(roomOf(to)) && !ROOTS.includes(roomOf(one.file))
    })
    expect(broken).toEqual([])
  })

  it('gives each SDK one home', () => {
    const broken = imports.filter((one) => {
      const homes = HOME[one.specifier]
      return homes !== undefined && !homes.includes(roomOf(one.file))
    })
    expect(broken).toEqual([])
  })

  it('keeps the clock and the dice out of the pure rooms', () => {
    const broken = all
      .filter((file) => PURE.includes(roomOf(file)))
      .filter((file) =>
        /\bDate\.now\(|\bnew Date\(\)|\bMath\.random\(|\bperformance\.now\(|\bprocess\.\w|\bsetTimeout\(/.test(
          readFileSync(join(SRC, file), 'utf8'),
        ),
      )
    expect(broken).toEqual([])
  })
})
