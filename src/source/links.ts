import type { Tree } from '../domain/index.ts'
import { isBelow, joinPath, parentPath } from './tree.ts'

type Link = { readonly at: string; readonly to: string }

const links = new WeakMap<Tree, readonly Link[]>()

/** Symbolic links of the tree that lead to something in it. */
function linksOf(tree: Tree): readonly Link[] {
  const known = links.get(tree)
  if (known !== undefined) return known
  const found = (tree.specials?.() ?? []).flatMap((at): Link[] => {
    const target = tree.link?.(at)
    const to = target === undefined ? undefined : joinPath(parentPath(at), target)
    return to === undefined ? [] : [{ at, to }]
  })
  links.set(tree, found)
  return found
}

/** Links that lead through each other in circles give no end of names. */
const MOST = 200

/** The other names that a file or directory goes by, through symbolic links to it or to what it stands in: Argo CD and its tools follow them. */
export function aliasesOf(tree: Tree, path: string): readonly string[] {
  const all = linksOf(tree)
  if (all.length === 0) return []
  const names = new Set([path])
  // A set gives what is added while it is walked, too.
  for (const name of names) {
    for (const { at, to } of all) {
      if (name !== to && !isBelow(name, to)) continue
      if (name === at || isBelow(name, at) || names.size > MOST) continue
      names.add(to === '' ? `${at}/${name}` : at + name.slice(to.length))
    }
  }
  names.delete(path)
  return [...names].sort()
}
