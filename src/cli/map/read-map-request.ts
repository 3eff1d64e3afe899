import { resolve } from 'node:path'
import { diskTree } from '../../adapters/files/index.ts'
import type { Application, ObjectKey } from '../../domain/index.ts'
import { type Root, rootsOf, type Sources } from '../../source/index.ts'
import type { Arguments } from '../arguments.ts'
import { localRenderDeps } from '../compose/renderer.ts'
import type { Io } from '../io.ts'
import { type NamedCheckout, namedTrees } from '../tree/checkouts.ts'
import { discoveredIn } from '../tree/discovered.ts'
import { type Identity, identify, originOf } from '../tree/identity.ts'
import { repositoryKey } from '../tree/repository-key.ts'
import { entriesOf, type MapRequest } from './entries.ts'

/** Stands for the repository of the tree where nobody has named it. */
const THIS_TREE = 'this-tree'

function sourcesOf(home: NamedCheckout['tree'], identity: Identity, named: readonly NamedCheckout[]): Sources {
  return {
    tree: (repoURL) => {
      if (repoURL === THIS_TREE) return home
      const key = repositoryKey(repoURL)
      return named.find((one) => one.key === key)?.tree ?? (identity.is(repoURL) ? home : undefined)
    },
  }
}

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

/** Reads the tree and everything that is written of it on the command line. Nothing is rendered yet. */
export async function readMapRequest(args: Arguments, io: Io): Promise<MapRequest> {
  const dir = resolve(io.cwd, args.text('tree') ?? '')
  const [tree, named, origin] = await Promise.all([
    diskTree(dir),
    namedTrees(args.list('source'), io.cwd),
    originOf(dir),
  ])
  const discovery = discoveredIn(tree)
  const applications = discovery.found.map(({ application }) => application)
  const identity = identify({ told: args.text('repo'), origin, applications, tree })
  const sources = sourcesOf(tree, identity, named)
  const repoURL = identity.repoURL === '' ? THIS_TREE : identity.repoURL
  const names = args.list('application')
  const roots: readonly Root[] =
    names.length > 0 || args.has('no-roots') ? [] : rootsOf(tree, repoURL, applications, sources)
  const entries = entriesOf(discovery, roots).filter(({ application }) => isNamed(application, names))
  const unresolved = names.length > 0 ? [] : discovery.unresolved
  return {
    entries,
    names: applications.map(({ name }) => name),
    unresolved,
    identity,
    sources,
    deps: localRenderDeps(io.env),
    others: applications,
  }
}
