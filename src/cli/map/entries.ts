import type { Application } from '../../domain/index.ts'
import type { RenderDeps, Root, Sources } from '../../source/index.ts'
import type { Discovery, Place } from '../tree/discovered.ts'
import type { Identity } from '../tree/identity.ts'

/** Something that is mapped: an Application of the tree, or a root that none deploys. */
export type Entry = {
  readonly name: string
  readonly application: Application
  /** Where the Application stands; of a root its directory, and its value file. */
  readonly place: Place
  readonly root?: Root
}

/** Everything that `map` has read before the first render. */
export type MapRequest = {
  readonly entries: readonly Entry[]
  /** Of every Application of the tree, whether or not it was asked for. */
  readonly names: readonly string[]
  readonly unresolved: Discovery['unresolved']
  readonly identity: Identity
  readonly sources: Sources
  readonly deps: RenderDeps
  /** Every Application of the tree: who else reads a line. */
  readonly others: readonly Application[]
  readonly keep: () => Promise<void>
}

export function entriesOf(discovery: Discovery, roots: readonly Root[]): readonly Entry[] {
  const applications = discovery.found.map(({ application, place }) => ({ name: application.name, application, place }))
  const loose = roots.map((root): Entry => {
    const dir = root.dir === '' ? '.' : root.dir
    const file = root.values === undefined ? dir : `${dir}/${root.values}`
    return { name: file, application: root.application, place: { file }, root }
  })
  return [...applications, ...loose]
}
