import { TREE_OPTIONS } from './tree/options.ts'
import type { Verb } from './verb.ts'

export const map: Verb = {
  name: 'map',
  summary: 'every Application of a repository, and the line in Git that sets each field of its objects',
  examples: [
    { says: 'what can be changed here, and where? needs no cluster', command: 'kintsugi map --tree .' },
    { says: 'where is all of one workload set?', command: 'kintsugi map --tree . --workload Deployment/shop/cart' },
    {
      says: 'a check for CI: what cannot be traced, exit code 3 if anything',
      command: 'kintsugi map --tree . --unresolved',
    },
    { says: 'for a script', command: 'kintsugi map --tree . --json' },
  ],
  options: [
    ...TREE_OPTIONS,
    { name: 'application', value: 'NAME', repeatable: true, says: 'only Applications of that name, or namespace/name' },
    {
      name: 'workload',
      value: 'Kind/namespace/name',
      says: 'only that rendered object; Kind/name or a name alone will do',
    },
    { name: 'unresolved', says: 'only what has no place in Git; exit code 3 if there is any' },
    { name: 'no-roots', says: 'leave out what no Application of the tree deploys' },
  ],
  async run(context) {
    const { runMap } = await import('./map/run-map.ts')
    return runMap(context)
  },
}
