import type { Application, ObjectKey } from '../../domain/index.ts'
import { type Root, rootsOf } from '../../source/index.ts'
import type { Arguments } from '../arguments.ts'
import type { Io } from '../io.ts'
import { readTreeRequest } from '../tree/tree-request.ts'
import { entriesOf, type MapRequest } from './entries.ts'

/** `cart` and `argocd/cart` name an Application; without names every one is meant. */
export function isNamed(application: Application, names: readonly string[]): boolean {
  const { name, namespace } = application
  return names.length === 0 || names.includes(name) || names.includes(`${namespace}/${name}`)
}

/** `cart`, `Deployment/cart`, `Deployment/shop/cart` or `apps/Deployment/shop/cart`; kinds without regard to case. */
export function workloadFilter(text: string): (key: ObjectKey) => boolean {
  const parts = text.split('/')
  const name = parts.at(-1)
  const kind = (parts.length >= 3 ? parts.at(-3) : parts.length === 2 ? parts[0] : undefined)?.toLowerCase()
  const namespace = parts.length >= 3 ? parts.at(-2) : undefined
  const group = parts.length >= 4 ? parts.slice(0, -3).join('/') : undefined
  return (key) =>
    key.name === name &&
    (kind === undefined || key.kind.toLowerCase() === kind) &&
    (namespace === undefined || key.namespace === namespace) &&
    (group === undefined || key.group === group)
}

/** Reads the tree and everything that is written of it on the command line. Nothing is mapped yet. */
export async function readMapRequest(args: Arguments, io: Io): Promise<MapRequest> {
  const request = await readTreeRequest(args, io)
  const { home, identity, repoURL, sources, deps, discovery } = request
  const others = discovery.found.map(({ application }) => application)
  const names = args.list('application')
  const withRoots = names.length === 0 && !args.has('no-roots')
  const roots: readonly Root[] = withRoots ? rootsOf(home.tree, repoURL, others, sources) : []
  const entries = entriesOf(discovery, roots).filter(({ application }) => isNamed(application, names))
  const unresolved = names.length > 0 ? [] : discovery.unresolved
  return {
    entries,
    names: others.map(({ name }) => name),
    unresolved,
    identity,
    sources,
    deps,
    others,
    keep: request.keep,
  }
}
