import { describe, expect, it } from 'vitest'
import { isJsonObject, type JsonPath, type JsonValue, valueAt } from '../../src/domain/index.ts'
import { insertAt } from '../../src/source/insert.ts'
import { leafOf, leafProblem, type SourceText, walk } from '../../src/source/nodes.ts'
import { leafSplice, newToken } from '../../src/source/place.ts'
import { isRefused } from '../../src/source/refused.ts'
import { removeAt } from '../../src/source/remove.ts'
import { applySplices, type Splice } from '../../src/source/splice.ts'
import { size } from '../fakes/size.ts'
import { dataThere, dataTree, repositories } from './gitops-data.ts'
import { pathsOf, readings, sourceOf, withAt } from './yaml-readers.ts'

const there = dataThere()
const PLACES = size(50, 1_000_000)
const SLOW_MS = size(60_000, 1_800_000)

type File = { readonly path: string; readonly source: SourceText }

let known: readonly File[] | undefined

function files(): readonly File[] {
  known ??= repositories().flatMap((repository) => {
    const tree = dataTree(repository)
    const paths = tree.paths().filter((path) => /\.ya?ml$/.test(path))
    return paths.flatMap((path) => {
      const source = sourceOf(new TextDecoder('utf-8', { ignoreBOM: true }).decode(tree.bytes(path)))
      return source === undefined ? [] : [{ path: `${repository}/${path}`, source }]
    })
  })
  return known
}

const FIELD_KEYS =
  /^(?:memory|cpu|ephemeral-storage|storage|size|image|tag|replicas|replicaCount|minReplicas|maxReplicas)$/

/** Whether a scalar there may feed a field that we know. */
function feeds(path: JsonPath): boolean {
  const [last, above] = [path.at(-1), path.at(-2)]
  return FIELD_KEYS.test(String(last)) || above === 'annotations' || (last === 'value' && typeof above === 'number')
}

type Tried = { readonly file: File; readonly document: number; readonly path: JsonPath }

/** Places in all files, or a share of them that is spread evenly. */
function places(of: (value: JsonValue) => readonly JsonPath[]): readonly Tried[] {
  const all = files().flatMap((file) =>
    file.source.documents.flatMap(({ value }, document) => of(value).map((path) => ({ file, document, path }))),
  )
  const every = Math.max(1, Math.ceil(all.length / PLACES))
  return all.filter((_, index) => index % every === 0)
}

let last: { readonly file: File; readonly trees: readonly (readonly JsonValue[])[] } | undefined

/** The places of one file follow each other. */
function readingsOf(file: File): readonly (readonly JsonValue[])[] {
  if (last?.file !== file) last = { file, trees: readings(file.source.text) ?? [] }
  return last.trees
}

/** Tries every place; the trees of all three readers must be what was meant. */
function tryAll(
  name: string,
  tried: readonly Tried[],
  splicesOf: (one: Tried) => readonly Splice[] | string,
  change: (tree: JsonValue, one: Tried) => JsonValue,
): number {
  const refused = new Map<string, number>()
  let done = 0
  for (const one of tried) {
    const splices = splicesOf(one)
    if (typeof splices === 'string') {
      refused.set(splices, (refused.get(splices) ?? 0) + 1)
      continue
    }
    const after = readings(applySplices(one.file.source.text, splices))
    const meant = readingsOf(one.file).map((documents) =>
      documents.map((tree, index) => (index === one.document ? change(tree, one) : tree)),
    )
    expect(after, `${one.file.path} ${one.path.join('.')}`).toEqual(meant)
    done += 1
  }
  console.log(`${name} of real files: ${done} done, refused ${JSON.stringify(Object.fromEntries(refused))}`)
  return done
}

function isLeaf(value: JsonValue | undefined): boolean {
  return value !== undefined && (typeof value !== 'object' || value === null)
}

describe.skipIf(!there)('YAML of public repositories', { timeout: SLOW_MS }, () => {
  it('takes another value in every scalar that feeds a field', () => {
    const tried = places((value) => pathsOf(value).filter((path) => feeds(path) && isLeaf(valueAt(value, path))))
    const done = tryAll(
      'splices',
      tried,
      ({ file: { source }, document, path }) => {
        const found = walk(source, document, path)
        if (isRefused(found)) return found.reason
        const problem = found.rest.length > 0 ? undefined : leafProblem(source, found.node, 'x')
        const leaf = problem === undefined ? leafOf(found.node, found.inFlow) : undefined
        if (leaf === undefined) return problem?.reason ?? 'no leaf'
        return leaf.start === leaf.end ? 'empty' : [leafSplice(source, leaf, '0x7', 'text')]
      },
      (tree, { path }) => withAt(tree, path, '0x7'),
    )
    expect(done).toBeGreaterThan(20)
  })

  it('takes limits in every map of resources, and in containers without', () => {
    const tried = places((value) =>
      pathsOf(value).flatMap((path) => {
        const here = valueAt(value, path)
        const container = isJsonObject(here) && typeof here['image'] === 'string'
        const parent = path.at(-1) === 'resources' && (isJsonObject(here) || here === null)
        const at = parent
          ? [...path, 'limits', 'example.com/ours']
          : container
            ? [...path, 'resources', 'limits', 'example.com/ours']
            : undefined
        const above =
          at === undefined ? undefined : at.slice(0, -1).map((_, index) => valueAt(value, at.slice(0, index + 1)))
        const free = above?.every((one) => one === undefined || one === null || isJsonObject(one))
        return at === undefined || free !== true ? [] : [at]
      }),
    )
    const done = tryAll(
      'insertions',
      tried,
      ({ file: { source }, document, path }) => {
        const splices = insertAt(source, document, path, newToken('128Mi', 'quantity'))
        return isRefused(splices) ? splices.reason : splices
      },
      (tree, { path }) => withAt(tree, path, '128Mi'),
    )
    expect(done).toBeGreaterThan(20)
  })

  it('gives up any entry that feeds a field, and any map of resources', () => {
    const tried = places((value) => pathsOf(value).filter((path) => feeds(path) || path.at(-1) === 'resources'))
    const done = tryAll(
      'removals',
      tried,
      ({ file: { source }, document, path }) => {
        const splices = removeAt(source, document, path)
        return isRefused(splices) ? splices.reason : splices
      },
      (tree, { path }) => withAt(tree, path, undefined),
    )
    expect(done).toBeGreaterThan(20)
  })
})
