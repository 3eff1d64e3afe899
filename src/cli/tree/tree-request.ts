import { resolve } from 'node:path'
import { diskTree, type KeptDocuments } from '../../adapters/files/index.ts'
import { discover, type RenderDeps, type Sources } from '../../source/index.ts'
import type { Arguments } from '../arguments.ts'
import { chartedSources } from '../compose/charts.ts'
import { localRenderDeps } from '../compose/renderer.ts'
import type { Io } from '../io.ts'
import { type Checkout, type NamedCheckout, namedTrees } from './checkouts.ts'
import { type Discovery, placed } from './discovered.ts'
import { type Identity, identify, originOf, topOfWorkTree } from './identity.ts'
import { documentOf, keptOf, keptTreeOf, keyOf } from './kept-tree.ts'
import { repositoryKey } from './repository-key.ts'

/** Stands for the repository of the tree where nobody has named it. */
const THIS_TREE = 'this-tree'

/** A tree with all that is known of it before anything of it is mapped or edited. */
export type TreeRequest = {
  readonly home: Checkout
  /** The folders of --source. */
  readonly named: readonly NamedCheckout[]
  readonly identity: Identity
  /** The repository of the tree; a word of ours where it is not known. */
  readonly repoURL: string
  readonly sources: Sources
  readonly checkout: (repoURL: string) => Checkout | undefined
  readonly deps: RenderDeps
  readonly discovery: Discovery
  /** Keeps what was worked out of the tree for the next run; called when the answer is there. */
  readonly keep: () => Promise<void>
  /** Where answers about these trees are kept; `key` stands for their content. */
  readonly kept: { readonly key: string | undefined; readonly store: KeptDocuments | undefined }
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

/** Which repository the tree is; where no file of it says so, what its charts and kustomizations render may. */
async function identified(asked: Parameters<typeof identify>[0], deps: RenderDeps): Promise<Identity> {
  const identity = identify(asked)
  if (identity.from !== 'nothing') return identity
  const { tree } = asked
  const sources: Sources = { tree: (url) => (url === THIS_TREE ? tree : undefined) }
  const { applications } = await discover({ tree, repoURL: THIS_TREE, revision: 'HEAD', sources, deps })
  return applications.length === 0 ? identity : identify({ ...asked, made: applications })
}

/**
 * Reads the tree, finds its Applications, and tells which repository it is. What did not change since an earlier run is not worked out again.
 * `told` says which repository the tree stands for, where no --repo says otherwise.
 */
export async function readTreeRequest(
  args: Arguments,
  io: Io,
  told: (named: readonly NamedCheckout[]) => string | undefined = () => undefined,
): Promise<TreeRequest> {
  const dir = await treeFolder(args, io)
  const [tree, named, origin] = await Promise.all([
    diskTree(dir),
    namedTrees(args.list('source'), io.cwd),
    originOf(dir),
  ])
  const home = { dir, tree }
  const isKept = !args.has('no-cache')
  const deps = localRenderDeps(io.env, { kept: isKept })
  const asked = { told: args.text('repo') ?? told(named), origin, tree }
  const identity = await identified(asked, deps)
  const repoURL = identity.repoURL === '' ? THIS_TREE : identity.repoURL
  const checkout = checkoutOf(home, identity, named)
  const inGit: Sources = { tree: (url) => checkout(url)?.tree }
  const stamps = [tree, ...named.map((one) => one.tree)].map(({ stamp }) => stamp)
  const key = isKept ? keyOf(stamps, [repoURL, deps.tool, ...named.map((one) => one.key)]) : undefined
  const store = key === undefined ? undefined : keptOf('trees', io.env)
  const kept = key === undefined ? undefined : keptTreeOf(await store?.get(key))
  if (kept !== undefined) tree.trust(kept.blobs)
  const input = { tree, repoURL, revision: 'HEAD', sources: inGit, deps }
  const { applications, unresolved } = kept ?? (await discover(input))
  const sources = await chartedSources(args.text('charts'), io, applications, inGit)
  const keep = async (): Promise<void> => {
    if (key !== undefined && kept === undefined)
      await store?.put(key, documentOf({ applications, unresolved, blobs: tree.blobs() }))
  }
  return {
    home,
    named,
    identity,
    repoURL,
    sources,
    checkout,
    deps,
    discovery: placed(applications, unresolved),
    keep,
    // What charts of repositories hold is not in the key.
    kept: { key, store: key === undefined || args.has('charts') ? undefined : keptOf('answers', io.env) },
  }
}
