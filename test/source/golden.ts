import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'vitest'
import type { Application, EditOutcome, FieldChange, Manifest, RenderHelm, Tree } from '../../src/domain/index.ts'
import { edit, memoryTree, parseApplication, type Target } from '../../src/source/index.ts'
import { tinyHelm } from '../fakes/tiny-helm.ts'

export const GOLDEN = join(import.meta.dirname, '../golden')

/** `case.json`: the input of `edit`, and what is expected of it. Files are in `before/`; `after/` has those that change. */
export type GoldenCase = {
  readonly says: string
  readonly application: Manifest
  readonly target: Target
  readonly changes: readonly FieldChange[]
  readonly others?: readonly Manifest[]
  /** `true` is a helm of ours, enough for charts of a page; `real` is helm itself, 3 and 4. */
  readonly helm?: boolean | 'real'
  readonly companions?: 'refuse' | 'list'
  readonly expect: { readonly edited: true } | { readonly already: true } | { readonly refused: string }
}

export function applicationOf(manifest: Manifest): Application {
  const result = parseApplication(manifest)
  if (!result.parsed) throw new Error(`${result.reason}: ${result.message}`)
  return result.application
}

export function readFiles(directory: string): Record<string, Uint8Array> {
  if (!existsSync(directory)) return {}
  const files = readdirSync(directory, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
  return Object.fromEntries(
    files.map((entry) => {
      const path = join(entry.parentPath, entry.name)
      return [path.slice(directory.length + 1), new Uint8Array(readFileSync(path))]
    }),
  )
}

export function readCase(name: string): GoldenCase {
  return JSON.parse(readFileSync(join(GOLDEN, name, 'case.json'), 'utf8'))
}

/** Other rooms keep golden folders of their own beside ours: those without `before/`. */
export function goldenNames(): readonly string[] {
  return readdirSync(GOLDEN)
    .filter((name) => existsSync(join(GOLDEN, name, 'before')))
    .sort()
}

export function runCase(golden: GoldenCase, tree: Tree, helm: RenderHelm = tinyHelm): Promise<EditOutcome> {
  return edit({
    application: applicationOf(golden.application),
    sources: { tree: () => tree },
    deps: { helm: golden.helm === undefined ? undefined : helm, isolation: 'process' },
    target: golden.target,
    changes: golden.changes,
    ...(golden.companions && { companions: golden.companions }),
    others: (golden.others ?? []).map(applicationOf),
  })
}

export function beforeTree(name: string): Tree {
  return memoryTree(readFiles(join(GOLDEN, name, 'before')))
}

/** Holds an outcome to what the case expects of it: the files to the byte, a refusal to its reason. */
export function expectOutcome(name: string, outcome: EditOutcome): void {
  const { expect: expected } = readCase(name)
  if ('refused' in expected) {
    expect(outcome).toMatchObject({ outcome: 'refused', reason: expected.refused })
  } else if ('already' in expected) {
    expect(outcome).toMatchObject({ outcome: 'already-set' })
  } else {
    const files = outcome.outcome === 'edited' ? outcome.files : outcome
    const after = Object.entries(readFiles(join(GOLDEN, name, 'after'))).map(([path, content]) => ({ path, content }))
    expect(files).toEqual(after)
  }
}
