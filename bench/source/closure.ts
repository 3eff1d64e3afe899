import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join, normalize, relative } from 'node:path'
import type { Application } from '../../src/domain/index.ts'
import { isKustomized } from './units.ts'

const KUSTOMIZATION = /^kustomization\.ya?ml$|^Kustomization$/

/** Every word of a kustomization that might be a path; a comment counts too, which only makes the closure larger. */
const WORD = /[\w./$@+-]+/g

function filesIn(dir: string): readonly string[] {
  return readdirSync(dir, { recursive: true, encoding: 'utf8' })
    .map((name) => join(dir, name))
    .filter((path) => statSync(path, { throwIfNoEntry: false })?.isFile() === true)
}

/**
 * Files that a render may read, found from words alone: anything in a kustomization that names a file or folder which is there. It may
 * hold more than is read, and never less, so that nobody's render is left out of the judging.
 */
function kustomizedFiles(dir: string, seen: Set<string>): void {
  if (seen.has(dir)) return
  seen.add(dir)
  for (const name of readdirSync(dir).filter((one) => KUSTOMIZATION.test(one))) {
    const file = join(dir, name)
    seen.add(file)
    for (const word of new Set(readFileSync(file, 'utf8').match(WORD) ?? [])) {
      const path = normalize(join(dir, word.replace(/^.*=/, '')))
      const stat = existsSync(path) ? statSync(path) : undefined
      if (stat?.isDirectory() && isKustomized(path)) kustomizedFiles(path, seen)
      else if (stat?.isFile()) seen.add(path)
    }
  }
}

/** Paths, from the root of the checkout, that rendering an Application may read. */
export function mayRead(root: string, application: Application): ReadonlySet<string> {
  const seen = new Set<string>()
  for (const source of application.sources) {
    const dir = join(root, source.path ?? '')
    if (source.path !== undefined && existsSync(dir)) {
      if (isKustomized(dir)) kustomizedFiles(dir, seen)
      else for (const file of filesIn(dir)) seen.add(file)
    }
    // A value file may be anywhere: what has one counts as reading all YAML that its name could mean.
    for (const written of source.helm?.valueFiles ?? []) {
      const tail = written.slice(written.lastIndexOf('/') + 1)
      seen.add(`*${tail}`)
    }
    for (const component of source.kustomize?.components ?? []) {
      const path = normalize(join(dir, component))
      if (existsSync(path)) kustomizedFiles(path, seen)
    }
  }
  return new Set([...seen].map((path) => (path.startsWith('*') ? path : relative(root, path))))
}

/** Whether a file is among those; names of value files are compared by their last part, globs by anything. */
export function reads(files: ReadonlySet<string>, path: string): boolean {
  const tail = path.slice(path.lastIndexOf('/') + 1)
  if (files.has(path) || files.has(`*${tail}`)) return true
  return [...files].some((one) => one.startsWith('*') && /[*?[{$]/.test(one.slice(1)))
}
