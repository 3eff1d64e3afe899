import { stringify } from 'yaml'
import type { Random } from './random.ts'

type Fields = Record<string, unknown>

/** A repository while features are added to it: files, and kustomizations that are written out at the end. */
export type Overlay = {
  readonly random: Random
  readonly files: Map<string, string | Uint8Array>
  readonly kustomizations: Map<string, Fields>
  /** Changes of the finished texts, such as other line ends. */
  readonly finish: ((path: string, text: string) => string)[]
}

export const TOP = 'overlay'
export const BASE = 'base'

export function emptyOverlay(random: Random): Overlay {
  const kustomizations = new Map<string, Fields>([
    [BASE, { resources: [] }],
    [TOP, { resources: ['../base'] }],
  ])
  return { random, files: new Map(), kustomizations, finish: [] }
}

export function fieldsOf(overlay: Overlay, dir: string): Fields {
  const known = overlay.kustomizations.get(dir)
  if (known !== undefined) return known
  const made: Fields = {}
  overlay.kustomizations.set(dir, made)
  return made
}

/** Adds items to a list of a kustomization. */
export function add(overlay: Overlay, dir: string, list: string, ...items: readonly unknown[]): void {
  const fields = fieldsOf(overlay, dir)
  const there = fields[list]
  fields[list] = [...(Array.isArray(there) ? there : []), ...items]
}

export function set(overlay: Overlay, dir: string, field: string, value: unknown): void {
  fieldsOf(overlay, dir)[field] = value
}

/** Adds a file that a kustomization names. */
export function file(overlay: Overlay, dir: string, list: string, name: string, text: string): void {
  overlay.files.set(`${dir}/${name}`, text)
  add(overlay, dir, list, name)
}

/** The overlay most of the time, else the base: a feature has to work in both. */
export function somewhere(overlay: Overlay): string {
  return overlay.random.chance(0.75) ? TOP : BASE
}

/** A name that no other file of the directory has. */
export function freshName(overlay: Overlay, dir: string, stem: string, ending = 'yaml'): string {
  for (let count = 0; ; count += 1) {
    const name = `${stem}${count === 0 ? '' : `-${count}`}.${ending}`
    if (!overlay.files.has(`${dir}/${name}`)) return name
  }
}

export function yaml(value: unknown): string {
  return stringify(value, { aliasDuplicateObjects: false, lineWidth: 0 })
}

/** Every file of the repository, by path. */
export function filesOf(overlay: Overlay): Readonly<Record<string, string | Uint8Array>> {
  const files = new Map(overlay.files)
  for (const [dir, fields] of overlay.kustomizations) files.set(`${dir}/kustomization.yaml`, yaml(fields))
  for (const [path, content] of files) {
    if (typeof content !== 'string') continue
    let text = content
    for (const change of overlay.finish) text = change(path, text)
    files.set(path, text)
  }
  return Object.fromEntries(files)
}
