import { EXAMPLE, SOURCE_OPTIONS } from './source-options.ts'
import { styled } from './style.ts'
import type { Verb } from './verb.ts'

export const locate: Verb = {
  name: 'locate',
  summary: 'the line in Git that sets a field of a live object',
  examples: [
    { says: 'where does the memory limit of cart come from?', command: `kintsugi locate ${EXAMPLE}` },
    {
      says: 'for a script',
      command:
        'kintsugi locate --json --tree . --application apps/cart.yaml --target StatefulSet/shop/db --container db --field image',
    },
  ],
  options: SOURCE_OPTIONS,
  async run({ args, terminal, io }) {
    const [{ askEach, readRequest }, room, { showRefusal }] = await Promise.all([
      import('./source-request.ts'),
      import('../source/index.ts'),
      import('./show-edit.ts'),
    ])
    const result = await terminal.during('rendering', async () => {
      const request = await readRequest(args, io)
      const { deps, target, field } = request
      return askEach(request, async (candidate) => {
        const found = await room.locate({ ...candidate, deps, target, field })
        return found.located ? found : { reason: found.reason, message: found.message }
      })
    })
    if (!('location' in result)) return showRefusal(result, {}, terminal)
    const { file, line, column, text, rendered, by, alsoReadBy } = result.location
    if (terminal.asJson) {
      terminal.json({ outcome: 'located', file, line, column, text, rendered: rendered ?? null, by, alsoReadBy })
      return 0
    }
    const shown = text === '' ? styled('dim', '(absent: it would be inserted here)') : styled('green', text)
    terminal.line(styled('bold', `${file}:${line}:${column}`), '  ', shown, styled('dim', `  ${by}`))
    for (const other of alsoReadBy) terminal.line(styled('dim', '  also read by '), other)
    terminal.hint('kintsugi edit with the same flags and --value changes it and proves what the change does')
    return 0
  },
}
