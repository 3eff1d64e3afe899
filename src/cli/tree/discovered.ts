import type { Application, Reason, Tree } from '../../domain/index.ts'
import { applicationFilesIn } from '../application-files.ts'

/** An Application that a tree holds, and the file in which it stands. */
export type Discovered = { readonly application: Application; readonly file: string }

export type NotResolved = {
  readonly name: string
  readonly file: string
  readonly reason: Reason
  readonly message: string
}

export type Discovery = {
  readonly found: readonly Discovered[]
  readonly unresolved: readonly NotResolved[]
}

/** Every Application of a tree, and those that are named there and cannot be read. */
export function discoveredIn(tree: Tree): Discovery {
  const files = applicationFilesIn(tree)
  return {
    found: files.flatMap(({ file, applications }) => applications.map((application) => ({ application, file }))),
    unresolved: files.flatMap(({ file, refused }) =>
      refused.map(({ reason, message }) => ({ name: file, file, reason, message })),
    ),
  }
}
