import { createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { ENGINE_FILES } from './models.ts'

/** An import or re-export of a neighbour that is there at run time. */
const RELATIVE = /(?:^|\n)(?:import|export)(?! type\b)[^'"]*?from\s*'(\.[^']+)'|import\(\s*'(\.[^']+)'/g

/** Digest of every source file that decides a model's scores: its own, what those import, its engine, and the versions of the libraries. */
export function sourcesDigest(root: string, model: string): string {
  const seen = new Map<string, string>()
  const visit = (file: string): void => {
    if (seen.has(file) || !existsSync(file)) return
    const text = readFileSync(file, 'utf8')
    seen.set(file, text)
    for (const [, whole, lazy] of text.matchAll(RELATIVE)) visit(resolve(dirname(file), whole ?? lazy ?? ''))
  }
  visit(resolve(root, `src/detection/detectors/${model}.ts`))
  for (const file of ENGINE_FILES[model] ?? []) visit(resolve(root, file))
  const { dependencies } = JSON.parse(readFileSync(resolve(root, 'package.json'), 'utf8')) as { dependencies: object }
  const hash = createHash('sha256').update(JSON.stringify(dependencies))
  for (const [file, text] of [...seen].sort(([a], [b]) => (a < b ? -1 : 1)))
    hash.update(`${file.length} ${text.length}\n`).update(text)
  return hash.digest('hex')
}
