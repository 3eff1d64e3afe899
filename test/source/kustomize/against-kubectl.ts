import { execFile } from 'node:child_process'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join, relative, resolve, sep } from 'node:path'
import { performance } from 'node:perf_hooks'
import { promisify } from 'node:util'
import { canonicalJson, type JsonValue, type Tree } from '../../../src/domain/index.ts'
import { buildKustomization } from '../../../src/source/kustomize/index.ts'
import { memoryTree } from '../../../src/source/tree.ts'
import { readYaml } from '../../../src/source/yaml/index.ts'

const run = promisify(execFile)

/** The one that `npm run tools` puts there goes first. */
const PATH = `${resolve('.tools')}:${process.env['PATH'] ?? ''}`
const ENV = { PATH, HOME: '/nonexistent', GIT_TERMINAL_PROMPT: '0' }

/** What `kubectl version` says, undefined where there is none. */
export async function kubectlVersion(): Promise<string | undefined> {
  return run('kubectl', ['version', '--client'], { env: ENV }).then(
    ({ stdout }) => stdout.trim().replaceAll('\n', ', '),
    () => undefined,
  )
}

export async function hasKubectl(): Promise<boolean> {
  return (await kubectlVersion()) !== undefined
}

/** The regular files below a directory of this machine, as a tree. */
export function treeOfDirectory(directory: string): Tree {
  const files: Record<string, Uint8Array> = {}
  const special: Record<string, 'symlink'> = {}
  for (const entry of readdirSync(directory, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name)
    const key = relative(directory, path).split(sep).join('/')
    if (entry.isSymbolicLink()) special[key] = 'symlink'
    else if (entry.isFile() && statSync(path).size < 4 * 1024 * 1024) files[key] = readFileSync(path)
  }
  return memoryTree(files, special)
}

/** `ms` are wall time of our build and of the whole process of kubectl. */
export type Comparison = { readonly ms: { readonly ours: number; readonly theirs: number } } & (
  | { readonly result: 'equal' | 'both-refuse' }
  | { readonly result: 'different' | 'only-we-build' | 'refused'; readonly why: string }
)

async function kubectlObjects(directory: string): Promise<readonly JsonValue[] | { readonly error: string }> {
  try {
    const { stdout } = await run('kubectl', ['kustomize', directory], {
      maxBuffer: 64 * 1024 * 1024,
      timeout: 60_000,
      env: ENV,
    })
    return objectsIn(stdout)
  } catch (error) {
    return { error: error instanceof Error ? error.message : String(error) }
  }
}

/** kubectl's own output may pass our caps, so it is split at its separators before it is read. */
function objectsIn(text: string): readonly JsonValue[] {
  return text.split(/^---\n/m).flatMap((part) => {
    const read = readYaml(new TextEncoder().encode(part), 'kubectl')
    if (!read.read) throw new Error(read.message)
    return read.documents.filter((one) => !one.empty).map((one) => one.value)
  })
}

export async function compare(tree: Tree, base: string, dir: string): Promise<Comparison> {
  const start = performance.now()
  const ours = buildKustomization({ tree, dir })
  const built = performance.now()
  const theirs = await kubectlObjects(join(base, dir))
  const ms = { ours: built - start, theirs: performance.now() - built }
  if (!ours.built) {
    const why = `${ours.reason}: ${ours.message}`
    return 'error' in theirs ? { ms, result: 'both-refuse' } : { ms, result: 'refused', why }
  }
  if ('error' in theirs) return { ms, result: 'only-we-build', why: theirs.error.slice(0, 400) }
  const difference = firstDifference(ours.objects, theirs, '')
  return difference === undefined ? { ms, result: 'equal' } : { ms, result: 'different', why: difference }
}

function firstDifference(a: JsonValue | undefined, b: JsonValue | undefined, path: string): string | undefined {
  if (canonicalJson(a) === canonicalJson(b)) return undefined
  if (
    typeof a !== 'object' ||
    typeof b !== 'object' ||
    a === null ||
    b === null ||
    Array.isArray(a) !== Array.isArray(b)
  ) {
    return `${path}: ours ${canonicalJson(a).slice(0, 300)}, theirs ${canonicalJson(b).slice(0, 300)}`
  }
  const [x, y] = [Object.entries(a), Object.entries(b)]
  for (const key of new Set([...x, ...y].map(([name]) => name))) {
    const [left, right] = [x, y].map((entries) => entries.find(([name]) => name === key)?.[1])
    const found = firstDifference(left, right, `${path}/${key}`)
    if (found !== undefined) return found
  }
  return `${path}: equal but for order`
}
