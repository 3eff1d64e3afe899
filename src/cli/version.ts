import type { Named } from './installed.ts'
import type { Verb } from './verb.ts'

export const version: Verb = {
  name: 'version',
  summary: 'what is installed: Kintsugi, Node, git and helm',
  examples: [
    { says: 'for a bug report', command: 'kintsugi version' },
    { says: 'for a script', command: 'kintsugi version --json' },
    { says: 'is the renderer there, and is it isolated?', command: 'kintsugi version --config kintsugi.yaml' },
  ],
  options: [{ name: 'config', value: 'FILE', says: 'operator configuration: its renderer is asked too' }],
  async run({ args, terminal, io }) {
    const { installed, namedRenderer } = await import('./installed.ts')
    const file = args.text('config')
    const found = await terminal.during('asking git and helm', () => installed(io.env))
    const named = file === undefined ? undefined : await namedRenderer(file, io.cwd)
    if (terminal.asJson) {
      terminal.json({ ...found, ...(named && { renderer: named }) })
      return 0
    }
    terminal.line(`kintsugi ${found.kintsugi}`)
    terminal.line(`node     ${found.node}`)
    terminal.line(`git      ${found.git ?? 'not found'}`)
    terminal.line(
      `helm     ${found.helm?.replace(/^helm /, '') ?? 'not found: charts cannot be rendered (kintsugi explain renderer-missing)'}`,
    )
    if (named !== undefined) terminal.line(`renderer ${named.url}: ${wordsOf(named)}`)
    return 0
  },
}

function wordsOf({ says }: Named): string {
  if (says === null) return 'no renderer answers (kintsugi explain renderer-unreachable)'
  const tool = says.tool ?? 'no helm: charts cannot be rendered'
  if (says.exposed.length === 0) return `${tool}, isolation ${says.isolation}`
  return `${tool}, isolation ${says.isolation}: it must not have ${says.exposed.join(', ')}`
}
