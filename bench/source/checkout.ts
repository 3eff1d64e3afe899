import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { Application, Tree } from '../../src/domain/index.ts'
import { mayRead, reads } from './closure.ts'
import type { Tools } from './tools.ts'
import { type Rendered, renderUnit, type Unit } from './units.ts'

/** A scratch copy of a tree on disk, in which the real tools render what they are asked to. */
export type Checkout = {
  readonly root: string
  /** Renders of the tree as it is, made once each. */
  baseline(unit: Unit): Promise<Rendered>
  /** The unit, or another form of it, as the checkout is now. */
  render(unit: Unit): Promise<Rendered>
  readersOf(paths: readonly string[], units: readonly Unit[]): readonly Unit[]
  /** Puts files in, does the work, and puts the old ones back. */
  with<T>(files: readonly { readonly path: string; readonly content: Uint8Array }[], work: () => Promise<T>): Promise<T>
  remove(): void
}

/** With so few, all are rendered whatever they read. */
const FEW = 8

export function checkOut(tree: Tree, tools: Tools): Checkout {
  const root = mkdtempSync(join(tmpdir(), 'kintsugi-bench-'))
  for (const path of tree.paths()) {
    const content = tree.bytes(path)
    if (content === undefined) continue
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), content)
  }
  const baselines = new Map<string, Promise<Rendered>>()
  const closures = new Map<Application, ReadonlySet<string>>()
  const closure = (application: Application): ReadonlySet<string> => {
    const known = closures.get(application) ?? mayRead(root, application)
    closures.set(application, known)
    return known
  }
  const render = (unit: Unit): Promise<Rendered> => renderUnit(tools, root, unit)
  return {
    root,
    render,
    baseline: (unit) => {
      const known = baselines.get(unit.name) ?? render(unit)
      baselines.set(unit.name, known)
      return known
    },
    readersOf: (paths, units) =>
      units.length <= FEW
        ? units
        : units.filter(({ application }) => paths.some((path) => reads(closure(application), path))),
    with: async (files, work) => {
      const before = files.map(({ path }) => {
        const file = join(root, path)
        return { file, content: existsSync(file) ? readFileSync(file) : undefined }
      })
      try {
        for (const { path, content } of files) writeFileSync(join(root, path), content)
        return await work()
      } finally {
        for (const { file, content } of before) {
          if (content === undefined) rmSync(file, { force: true })
          else writeFileSync(file, content)
        }
      }
    },
    remove: () => rmSync(root, { recursive: true, force: true }),
  }
}
