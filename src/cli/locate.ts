import { EXAMPLE, SOURCE_OPTIONS } from './source-options.ts'
import type { Verb } from './verb.ts'

export const locate: Verb = {
  name: 'locate',
  summary: 'the line in Git that sets a field of a live object',
  examples: [
    { says: 'where does the memory limit of cart come from?', command: `kintsugi locate ${EXAMPLE}` },
    {
      says: 'in a chart, without Argo CD',
      command:
        'kintsugi locate --path charts/cart --values values-prod.yaml --namespace shop --target Deployment/shop/cart --field replicas',
    },
    {
      says: 'for a script',
      command:
        'kintsugi locate --json --tree . --application db --target StatefulSet/shop/db --container db --field image',
    },
  ],
  options: SOURCE_OPTIONS,
  async run({ args, terminal, io }) {
    const [{ locateIn }, { showLocation }, { showRefusal }, { readQuestion }] = await Promise.all([
      import('./locate-in.ts'),
      import('./show-location.ts'),
      import('./show-edit.ts'),
      import('./source-request.ts'),
    ])
    const { target, field } = readQuestion(args)
    const found = await terminal.during('rendering', () => locateIn(args, io, target, field))
    if (!('location' in found)) return showRefusal(found, {}, terminal)
    showLocation(found.location, terminal)
    terminal.hint('kintsugi edit with the same flags and --value changes it and proves what the change does')
    return 0
  },
}
