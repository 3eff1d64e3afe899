import type { Application, ApplicationOrigin, ManifestOrigin } from '../../domain/index.ts'
import type { NotResolved } from '../../source/index.ts'

export type { NotResolved } from '../../source/index.ts'

/** Where an Application is written; `by` names the ApplicationSet or the Application that makes it, where one does. */
export type Place = {
  readonly file: string
  readonly line?: number
  readonly by?: { readonly kind: 'ApplicationSet' | 'Application'; readonly name: string }
}

export type Discovered = { readonly application: Application; readonly place: Place }

export type Discovery = {
  readonly found: readonly Discovered[]
  readonly unresolved: readonly NotResolved[]
}

function placeOf(origin: ManifestOrigin): Place {
  if (origin.from === 'file') return { file: origin.written.path, line: origin.written.line }
  return { ...fileOf(origin.parent), by: { kind: 'Application', name: origin.parent.name } }
}

/** What a rendered manifest comes from is the nearest file above it. */
function fileOf(application: Application): Place {
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
  return by === undefined ? at : `${at}  by ${by.kind} ${by.name}`
}

/** With the place of each. */
export function placed(applications: readonly Application[], unresolved: readonly NotResolved[]): Discovery {
  return {
    found: applications.map((application) => ({ application, place: writtenAt(application.origin) })),
    unresolved,
  }
}
