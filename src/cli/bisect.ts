import { APPLICATION_OPTIONS } from './source-options.ts'
import type { Verb } from './verb.ts'

export const bisect: Verb = {
  name: 'bisect',
  summary: 'the commits that changed what is rendered of a live object, and the edit that takes just that back',
  examples: [
    {
      says: 'since when is cart another?',
      command: 'kintsugi bisect --tree . --target Deployment/shop/cart --good v1.2',
    },
    {
      says: 'a directory without an Application, between two commits',
      command: 'kintsugi bisect --path apps/cart --target Deployment/shop/cart --good HEAD~30 --bad HEAD',
    },
  ],
  options: [
    ...APPLICATION_OPTIONS,
    {
      name: 'namespace',
      value: 'NS',
      says: 'with --path: namespace of objects that name none; that of the target unless told',
    },
    {
      name: 'target',
      value: 'Kind/namespace/name',
      required: true,
      says: 'rendered object; Kind may carry its group: argoproj.io/Rollout/shop/cart',
    },
    { name: 'good', value: 'REV', required: true, says: 'commit at which the object was as it should be' },
    { name: 'bad', value: 'REV', says: 'commit at which it is not; HEAD unless told' },
  ],
  async run({ args, terminal, io }) {
    const [{ bisectIn }, { showBisect }, { showRefusal }] = await Promise.all([
      import('./bisect/bisect-in.ts'),
      import('./bisect/show-bisect.ts'),
      import('./show-edit.ts'),
    ])
    const answer = await terminal.during('rendering', () => bisectIn(args, io))
    if (!('causes' in answer)) return showRefusal(answer, { causes: [] }, terminal)
    showBisect(answer, terminal)
    return 0
  },
}
