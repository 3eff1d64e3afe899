import { resolve } from 'node:path'
import { diskTree } from '../../adapters/files/index.ts'
import type { RenderDeps, Sources } from '../../source/index.ts'
import type { Arguments } from '../arguments.ts'
import { chartedSources } from '../compose/charts.ts'
import { localRenderDeps } from '../compose/renderer.ts'
import type { Io } from '../io.ts'
import { type Checkout, type NamedCheckout, namedTrees } from './checkouts.ts'
import { type Discovery, discoveredIn } from './discovered.ts'
import { type Identity, identify, originOf, topOfWorkTree } from './identity.ts'
import { repositoryKey } from './repository-key.ts'

/** Stands for the repository of the tree where nobody has named it. */
const THIS_TREE = 'this-tree'

/** A tree with all that is known of it before anything of it is mapped or edited. */
export type TreeRequest = {
  readonly home: Checkout
  readonly identity: Identity
  /** The repository of the tree; a word of ours where it is not known. */
  readonly repoURL: string
  readonly sources: Sources
  readonly checkout: (repoURL: string) => Checkout | undefined
  readonly deps: RenderDeps
  readonly discovery: Discovery
}

function checkoutOf(
  home: Checkout,
  identity: Identity,
  named: readonly NamedCheckout[],
): (repoURL: string) => Checkout | undefined {
  return (repoURL) => {
    if (repoURL === THIS_TREE) return home
    const key = repositoryKey(repoURL)
    return named.find((one) => one.key === key) ?? (identity.is(repoURL) ? home : undefined)
  }
}

/** The folder that --tree names; without it the checkout around the present one, or the present one itself. */
export async function treeFolder(args: Arguments, io: Io): Promise<string> {
  const told = args.text('tree')
  if (told !== undefined) return resolve(io.cwd, told)
  return (await topOfWorkTree(io.cwd)) ?? io.cwd
}

/** Reads the tree, finds its Applications, and tells which repository it is. */
export async function readTreeRequest(args: Arguments, io: Io): Promise<TreeRequest> {
  const dir = await treeFolder(args, io)
  const [tree, named, origin] = await Promise.all([
    diskTree(dir),
    namedTrees(args.list('source'), io.cwd),
    originOf(dir),
  ])
  const home = { dir, tree }
  const identity = identify({ told: args.text('repo'), origin, tree })
  const repoURL = identity.repoURL === '' ? THIS_TREE : identity.repoURL
  const checkout = checkoutOf(home, identity, named)
  const inGit: Sources = { tree: (url) => checkout(url)?.tree }
  const deps = localRenderDeps(io.env, { kept: !args.has('no-cache') })
  const discovery = await discoveredIn({ tree, repoURL, revision: 'HEAD', sources: inGit, deps })
  const found = discovery.found.map(({ application }) => application)
  const sources = await chartedSources(args.text('charts'), io, found, inGit)
  return { home, identity, repoURL, sources, checkout, deps, discovery }
}
