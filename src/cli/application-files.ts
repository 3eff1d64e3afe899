import { type Application, isJsonObject, type Manifest, type Reason } from '../domain/index.ts'
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

export function sameApplication(a: Application, b: Application): boolean {
  return a.name === b.name && a.namespace === b.namespace
}
