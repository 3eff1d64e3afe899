import type { KustomizeOverrides } from '../../domain/index.ts'
import type { Files } from './files.ts'
import { generate } from './generators.ts'
import { type Kustomization, readKustomization } from './kustomization.ts'
import { setAnnotations, setLabels } from './labels.ts'
import { addPrefix, addSuffix, setNamespace } from './naming.ts'
import { objectsOf } from './objects.ts'
import { applyOldJsonPatches, applyOldStrategicPatches, applyPatches } from './patches.ts'
import { broken } from './refusal.ts'
import { applyReplacements } from './replacements.ts'
import { newResource, type Resource } from './resource.ts'
import { appender } from './resource-list.ts'
import { setImages, setReplicas } from './simple-transforms.ts'
import { applyTransformers } from './transformers.ts'

/** The build of one kustomization: the files it reads, and the directories that lead here. */
type Build = { readonly files: Files; readonly chain: readonly string[] }

/** Bounds chains of bases; people write fewer than ten. */
const MAX_CHAIN = 50

/** Everything that the kustomization of `dir` gives, before hashes and references. Throws a Refusal. */
export function accumulate(
  files: Files,
  dir: string,
  overrides?: KustomizeOverrides,
): { readonly root: Kustomization; readonly list: Resource[] } {
  const root = readKustomization(files, dir, { at: dir === '' ? '.' : dir, from: dir, component: false }, overrides)
  const list: Resource[] = []
  build(list, root, { files, chain: [dir] })
  return { root, list }
}

/** Adds resources, generated objects and components to `list`, then changes everything in it. The order is kustomize's. */
function build(list: Resource[], kustomization: Kustomization, work: Build): void {
  const { fields, dir } = kustomization
  const { files } = work
  const append = appender(list)
  for (const { text, at } of [...fields.get('resources').texts(), ...fields.get('bases').texts()]) {
    append(resourcesAt(text, at, dir, work), at)
  }
  generate(list, kustomization, files)
  for (const { text, at } of fields.get('components').texts()) addComponent(list, text, at, dir, work)
  applyOldStrategicPatches(list, kustomization, files)
  applyPatches(list, kustomization, files)
  setNamespace(list, fields.get('namespace').text(), fields.get('namespace').at)
  addPrefix(list, fields.get('namePrefix').text())
  addSuffix(list, fields.get('nameSuffix').text())
  setLabels(list, fields)
  setAnnotations(list, fields)
  applyOldJsonPatches(list, kustomization, files)
  for (const entry of fields.get('replicas').items()) setReplicas(list, entry)
  for (const entry of [...fields.get('images').items(), ...fields.get('imageTags').items()]) setImages(list, entry)
  applyReplacements(list, kustomization, files)
  applyTransformers(list, kustomization, files)
}

function resourcesAt(text: string, at: string, dir: string, work: Build): readonly Resource[] {
  const { files } = work
  const path = files.resolve(dir, text, at)
  if (files.isFile(path)) {
    const { file } = files.parsed(dir, text, 'resource', at)
    return objectsOf(file, path).map(newResource)
  }
  const base = readKustomization(files, enter(path, text, at, work), { at, from: dir, component: false })
  if (base.isComponent) throw broken(`${at}: ${path} is a Component; name it under components`)
  const list: Resource[] = []
  build(list, base, { files, chain: [...work.chain, path] })
  return list
}

function addComponent(list: Resource[], text: string, at: string, dir: string, work: Build): void {
  const { files } = work
  const path = files.resolve(dir, text, at)
  const component = readKustomization(files, enter(path, text, at, work), { at, from: dir, component: true })
  if (!component.isComponent) throw broken(`${at}: ${path} is not a Component`)
  build(list, component, { files, chain: [...work.chain, path] })
}

/** A base may not be, or stand above, a directory that leads to it. */
function enter(path: string, text: string, at: string, { files, chain }: Build): string {
  if (!files.isDirectory(path)) throw broken(`${at}: there is no file or directory ${text}`)
  const around = chain.find((one) => one === path || path === '' || one.startsWith(`${path}/`))
  if (around !== undefined) throw broken(`${at}: ${text} leads back to ${around === '' ? 'the root' : around}, a cycle`)
  if (chain.length >= MAX_CHAIN) throw broken(`${at}: more than ${MAX_CHAIN} bases within each other`)
  return path
}
