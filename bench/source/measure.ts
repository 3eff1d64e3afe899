import { performance } from 'node:perf_hooks'
import { unpackChart } from '../../src/adapters/charts/index.ts'
import { cachingRenderer, helmRenderer } from '../../src/adapters/render/index.ts'
import { type Application, type EditOutcome, parseField, type Tree } from '../../src/domain/index.ts'
import {
  type EditInput,
  edit,
  type LocateResult,
  locate,
  memoryTree,
  proveFiles,
  type RenderDeps,
} from '../../src/source/index.ts'
import { type BenchTree, sourcesOf } from './bench-tree.ts'
import type { BenchTarget } from './meant.ts'

export type Counted = { readonly deps: RenderDeps; renders(): number }

/** The project's own renderer with its cache, new, and how often helm was started. */
export function newDeps(helmPath: string): Counted {
  const renderer = helmRenderer({ path: helmPath })
  let renders = 0
  const counting = {
    ...renderer,
    render: (input: Parameters<typeof renderer.render>[0]) => {
      renders += 1
      return renderer.render(input)
    },
  }
  const caching = cachingRenderer(counting, { memoryBytes: 128 * 1024 * 1024 })
  return {
    deps: { helm: (input) => caching.render(input), isolation: renderer.isolation, unpack: unpackChart },
    renders: () => renders,
  }
}

/** The same files in a tree that nothing was kept for. */
export function freshTree(tree: Tree): Tree {
  return memoryTree(Object.fromEntries(tree.paths().flatMap((path) => [[path, tree.bytes(path) ?? new Uint8Array()]])))
}

export type Measured = {
  readonly located: LocateResult
  readonly outcome: EditOutcome
  /** Of `locate`, `edit` with its proof, and of proving the edited files alone. */
  readonly ms: { readonly locate: number; readonly edit: number; readonly prove: number | undefined }
  readonly renders: number
}

export type Asked = {
  readonly bench: BenchTree
  readonly application: Application
  readonly others: readonly Application[]
  readonly target: BenchTarget
  readonly value: string
  readonly companions: 'refuse' | 'list'
  readonly counted: Counted
}

async function timed<T>(work: () => Promise<T>): Promise<{ readonly result: T; readonly ms: number }> {
  const start = performance.now()
  const result = await work()
  return { result, ms: performance.now() - start }
}

function inputOf({ bench, application, others, target, counted }: Asked): Omit<EditInput, 'changes'> {
  const { field: _field, container, ...rest } = target
  return {
    application,
    sources: sourcesOf(bench),
    deps: counted.deps,
    others,
    target: { ...rest, ...(container === undefined ? {} : { container }) },
  }
}

/** Locates and edits one field, with the time of each. A name that is no field of the project is refused as one. */
export async function measure(asked: Asked): Promise<Measured> {
  const field = parseField(asked.target.field)
  if (field === undefined) {
    const refused = { reason: 'field-unsupported', message: `${asked.target.field} is no field` } as const
    return {
      located: { located: false, ...refused },
      outcome: { outcome: 'refused', ...refused },
      ms: { locate: 0, edit: 0, prove: undefined },
      renders: 0,
    }
  }
  const input = inputOf(asked)
  const before = asked.counted.renders()
  const found = await timed(() => locate({ ...input, field }))
  const changes = [{ field, value: asked.value }]
  const done = await timed(() => edit({ ...input, changes, companions: asked.companions }))
  const renders = asked.counted.renders() - before
  const outcome = done.result
  const proven =
    outcome.outcome === 'edited'
      ? await timed(() => proveFiles({ ...input, fields: [{ field }], files: outcome.files }))
      : undefined
  return { located: found.result, outcome, ms: { locate: found.ms, edit: done.ms, prove: proven?.ms }, renders }
}

/** Milliseconds of `locate` with nothing kept, and again at once. */
export async function coldAndCached(
  asked: Asked,
  helmPath: string,
): Promise<{ readonly cold: number; readonly cached: number }> {
  const field = parseField(asked.target.field)
  if (field === undefined) return { cold: 0, cached: 0 }
  const bench = { ...asked.bench, tree: freshTree(asked.bench.tree) }
  const fresh = inputOf({ ...asked, bench, counted: newDeps(helmPath) })
  const cold = await timed(() => locate({ ...fresh, field }))
  const cached = await timed(() => locate({ ...fresh, field }))
  return { cold: cold.ms, cached: cached.ms }
}
