import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Application, EditOutcome, FieldChange, Manifest, Tree } from '../../src/domain/index.ts'
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
  readonly helm?: boolean
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

export function runCase(golden: GoldenCase, tree: Tree): Promise<EditOutcome> {
  return edit({
    application: applicationOf(golden.application),
    sources: { tree: () => tree },
    deps: { helm: golden.helm === true ? tinyHelm : undefined, isolation: 'process' },
    target: golden.target,
    changes: golden.changes,
    others: (golden.others ?? []).map(applicationOf),
  })
}

export function beforeTree(name: string): Tree {
  return memoryTree(readFiles(join(GOLDEN, name, 'before')))
}
