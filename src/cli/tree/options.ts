import type { Option } from '../verb.ts'

/** Flags of every verb that reads a tree. */
export const TREE_OPTIONS: readonly Option[] = [
  { name: 'tree', value: 'DIR', says: 'checkout of the GitOps repository; the one around this folder unless told' },
  { name: 'repo', value: 'URL', says: 'repoURL that the tree answers for; its remote origin unless told' },
  {
    name: 'source',
    value: 'URL=DIR',
    repeatable: true,
    says: 'folder that stands for another repository of the Applications',
  },
  {
    name: 'charts',
    value: 'fetch|DIR',
    says: 'bring charts of repositories: from public ones over https, or out of a folder of charts; without it nothing is fetched',
  },
  { name: 'no-cache', says: 'keep nothing from one run to the next, and use nothing that was kept' },
]
