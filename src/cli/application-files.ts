import {
  type Application,
  isJsonObject,
  KintsugiError,
  type Manifest,
  type Reason,
  type Tree,
} from '../domain/index.ts'
import { parseApplication, readYaml } from '../source/index.ts'

export type Refusal = { readonly reason: Reason; readonly message: string }

/** The Applications of a file, and why others of it, or the whole file, cannot be used. */
export type NamedApplications = {
  readonly applications: readonly Application[]
  readonly refused: readonly Refusal[]
}

function isApplication(manifest: Manifest): boolean {
  return (
    /^argoproj\.io\//.test(String(manifest['apiVersion'])) && /^Application(?:Set)?$/.test(String(manifest['kind']))
  )
}

/** The Applications of the file that was named. */
export function namedApplications(bytes: Uint8Array, file: string): NamedApplications {
  const read = readYaml(bytes, file)
  if (!read.read) return { applications: [], refused: [read] }
  const manifests = read.documents.map((document) => document.value).filter(isJsonObject)
  const parsed = manifests.filter(isApplication).map((manifest) => parseApplication(manifest))
  const none: Refusal = { reason: 'application-unreadable', message: `${file} holds no Application of Argo CD` }
  return {
    applications: parsed.flatMap((one) => (one.parsed ? [one.application] : [])),
    refused: parsed.length === 0 ? [none] : parsed.flatMap((one) => (one.parsed ? [] : [one])),
  }
}

function mayHoldApplications(bytes: Uint8Array): boolean {
  const text = new TextDecoder().decode(bytes)
  return text.includes('argoproj.io/') && /\bkind["']?\s*:\s*["']?Application\b/.test(text)
}

/**
 * Every Application that stands in the YAML files of a tree, so that an edit can be held against all that read the same file.
 * Files that are templates, broken or too large are passed over: Argo CD cannot apply them as they are either.
 */
export function applicationsIn(tree: Tree): readonly Application[] {
  return applicationFilesIn(tree).flatMap(({ applications }) => applications)
}

/** The same, file by file. */
export function applicationFilesIn(tree: Tree): readonly (NamedApplications & { readonly file: string })[] {
  return tree.paths().flatMap((file) => {
    const bytes = /\.ya?ml$/.test(file) ? bytesOf(tree, file) : undefined
    return bytes !== undefined && mayHoldApplications(bytes) ? [{ file, ...namedApplications(bytes, file) }] : []
  })
}

/** Undefined for a file that is too large to be read: the YAML reader would refuse it as well. */
function bytesOf(tree: Tree, file: string): Uint8Array | undefined {
  try {
    return tree.bytes(file)
  } catch (thrown) {
    if (thrown instanceof KintsugiError && thrown.code === 'KIN-1002') return undefined
    throw thrown
  }
}

export function sameApplication(a: Application, b: Application): boolean {
  return a.name === b.name && a.namespace === b.namespace
}
