import type { Application, ApplicationOrigin, ManifestOrigin } from '../../domain/index.ts'
import type { NotResolved } from '../../source/index.ts'

export type { NotResolved } from '../../source/index.ts'

/** Where an Application is written; `by` names what makes it, where something does: of a root its directory. */
export type Place = {
  readonly file: string
  readonly line?: number
  readonly by?: { readonly kind: 'ApplicationSet' | 'Application' | 'root'; readonly name: string }
}

export type Discovered = { readonly application: Application; readonly place: Place }

export type Discovery = {
  readonly found: readonly Discovered[]
  readonly unresolved: readonly NotResolved[]
}

function placeOf(origin: ManifestOrigin): Place {
  if (origin.from === 'file') return { file: origin.written.path, line: origin.written.line }
  const { parent } = origin
  if (parent.origin === undefined) return { file: rootName(parent), by: { kind: 'root', name: rootName(parent) } }
  return { ...fileOf(parent), by: { kind: 'Application', name: parent.name } }
}

/** A root stands in no file: its directory, and the value file that it is rendered with. */
function rootName({ sources: [source] }: Application): string {
  const dir = (source?.path ?? '') || '.'
  return [dir, ...(source?.helm?.valueFiles ?? [])].join('/')
}

/** What a rendered manifest comes from is the nearest file above it. */
function fileOf(application: Application): Place {
  if (application.origin === undefined) return { file: rootName(application) }
  const { file, line } = writtenAt(application.origin)
  return { file, ...(line !== undefined && { line }) }
}

export function writtenAt(origin: ApplicationOrigin | undefined): Place {
  if (origin === undefined) return { file: '' }
  if (origin.from !== 'application-set') return placeOf(origin)
  const { file, line } = placeOf(origin.set.origin)
  return { file, ...(line !== undefined && { line }), by: { kind: 'ApplicationSet', name: origin.set.name } }
}

/** `argocd/cart.yaml:3`, and by what it is made. */
export function placeText({ file, line, by }: Place): string {
  const at = line === undefined ? file : `${file}:${line}`
  if (by?.kind === 'root') return `by root ${by.name}`
  return by === undefined ? at : `${at}  by ${by.kind} ${by.name}`
}

/** With the place of each. */
export function placed(applications: readonly Application[], unresolved: readonly NotResolved[]): Discovery {
  return {
    found: applications.map((application) => ({ application, place: writtenAt(application.origin) })),
    unresolved,
  }
}
