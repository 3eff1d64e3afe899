import { describe, expect, it } from 'vitest'
import {
  type Application,
  type EditOutcome,
  type FieldChange,
  isJsonObject,
  type JsonPath,
  type JsonValue,
  type Tree,
  valueAt,
} from '../../src/domain/index.ts'
import { diffLeaves } from '../../src/source/diff.ts'
import { containersOf, edit, type RenderedObject, renderApplication } from '../../src/source/index.ts'
import { insertAt } from '../../src/source/insert.ts'
import { kustomizationRoots } from '../../src/source/kustomize/index.ts'
import type { SourceText } from '../../src/source/nodes.ts'
import { newToken, readSource } from '../../src/source/place.ts'
import { applySplices, encode } from '../../src/source/splice.ts'
import { readYaml } from '../../src/source/yaml/index.ts'
import { applicationAt, dataThere, dataTree, repositories } from './gitops-data.ts'
import { applicationOf } from './golden.ts'

const there = dataThere()
const KUSTOMIZED = there ? repositories().filter((name) => name !== 'values-files') : []
const CHANGES: readonly FieldChange[] = [
  { field: 'resources.limits.memory', value: '777Mi' },
  { field: 'resources.requests.cpu', value: '77m' },
]

type Tried = { readonly outcome: EditOutcome; readonly where: string }

async function objectsOf(application: Application, tree: Tree): Promise<readonly RenderedObject[]> {
  const rendered = await renderApplication(application, { tree: () => tree }, { helm: undefined, isolation: 'none' })
  return rendered.rendered ? rendered.objects : []
}

async function editAll(tree: Tree): Promise<readonly Tried[]> {
  const tried: Tried[] = []
  for (const dir of kustomizationRoots(tree)) {
    const application = applicationOf(applicationAt(dir))
    for (const { key, manifest } of await objectsOf(application, tree)) {
      const container = containersOf(manifest)[0]?.name
      if (container === undefined) continue
      for (const change of CHANGES) {
        const outcome = await edit({
          application,
          sources: { tree: () => tree },
          deps: { helm: undefined, isolation: 'none' },
          target: { ...key, container },
          changes: [change],
        })
        tried.push({ outcome, where: `${dir} ${key.kind} ${key.name} ${change.field}` })
      }
    }
  }
  return tried
}

function lines(bytes: Uint8Array | undefined): readonly string[] {
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes).split('\n')
}

/** Lines that are only in the one, by count. */
function missing(from: readonly string[], of: readonly string[]): readonly string[] {
  const counts = new Map<string, number>()
  for (const line of from) counts.set(line, (counts.get(line) ?? 0) + 1)
  return of.filter((line) => {
    const left = counts.get(line) ?? 0
    counts.set(line, left - 1)
    return left <= 0
  })
}

const SLOW_MS = 120_000

const byRepository = new Map<string, Promise<readonly Tried[]>>()

/** All edits of a repository, made once for all tests. */
function editsOf(repository: string): Promise<readonly Tried[]> {
  const tried = byRepository.get(repository) ?? editAll(dataTree(repository))
  byRepository.set(repository, tried)
  return tried
}

const PER_FILE = 6

/** Paths of up to `PER_FILE` maps called `resources`, and the root. */
function insertionPaths(source: SourceText): readonly JsonPath[] {
  const found: JsonPath[] = []
  const visit = (value: JsonValue, path: JsonPath): void => {
    if (!isJsonObject(value)) return
    if (path.at(-1) === 'resources') found.push([...path, 'limits', 'memory'])
    for (const [key, child] of Object.entries(value)) visit(child, [...path, key])
  }
  visit(source.documents[0]?.value ?? null, [])
  return [['kintsugi', 'limits', 'memory'], ...found.slice(0, PER_FILE)]
}

/** What reads differently after an insertion, or why there is none. */
function insertion(source: SourceText, path: JsonPath): unknown {
  const splices = insertAt(source, 0, path, newToken('128Mi', 'quantity'))
  if ('refused' in splices) return splices.reason
  const after = readYaml(encode(applySplices(source.text, splices)), source.file)
  return after.read
    ? diffLeaves(source.documents[0]?.value, after.documents[0]?.value).filter((change) => change.after !== undefined)
    : after.message
}

describe.skipIf(!there)('edits of public repositories', { timeout: SLOW_MS }, () => {
  it.each(KUSTOMIZED)('%s: every workload of a root of its own gets the value', async (repository) => {
    const refused = (await editsOf(repository)).flatMap(({ outcome, where }) => {
      if (outcome.outcome === 'edited') return []
      return outcome.outcome === 'refused' && outcome.reason === 'shared-writer' ? [] : [{ outcome, where }]
    })
    expect(refused).toEqual([])
  })

  it.each(KUSTOMIZED)('%s: at most the line of the value goes', async (repository) => {
    const tree = dataTree(repository)
    const lost = (await editsOf(repository)).flatMap(({ outcome, where }) => {
      if (outcome.outcome !== 'edited') return []
      return outcome.files.flatMap(({ path, content }) => {
        const count = missing(lines(content), lines(tree.bytes(path))).length
        return count > 1 ? [{ where, count }] : []
      })
    })
    expect(lost).toEqual([])
  })

  it('are many', async () => {
    const tried = (await Promise.all(KUSTOMIZED.map(editsOf))).flat()
    const edited = tried.filter(({ outcome }) => outcome.outcome === 'edited').length
    console.log(`${edited} of ${tried.length} edits of workloads in public repositories`)
    expect(edited).toBeGreaterThan(80)
  })

  it('insert limits into values files of large charts, and nothing else reads differently', () => {
    const tree = dataTree('values-files')
    let inserted = 0
    for (const file of tree.paths().filter((path) => path.endsWith('.yaml'))) {
      const source = readSource(tree, file)
      if ('refused' in source) continue
      for (const path of insertionPaths(source)) {
        if (valueAt(source.documents[0]?.value, path) !== undefined) continue
        expect([file, insertion(source, path)]).toEqual([file, [{ path, before: undefined, after: '128Mi' }]])
        inserted += 1
      }
    }
    expect(inserted).toBeGreaterThan(15)
  })
})
