import type { Verb } from './verb.ts'

export const version: Verb = {
  name: 'version',
  summary: 'what is installed: Kintsugi, Node, git and helm',
  examples: [
    { says: 'for a bug report', command: 'kintsugi version' },
    { says: 'for a script', command: 'kintsugi version --json' },
  ],
  options: [],
  async run({ terminal, io }) {
    const { installed } = await import('./installed.ts')
    const found = await terminal.during('asking git and helm', () => installed(io.env))
    if (terminal.asJson) {
      terminal.json(found)
      return 0
    }
    terminal.line(`kintsugi ${found.kintsugi}`)
    terminal.line(`node     ${found.node}`)
    terminal.line(`git      ${found.git ?? 'not found'}`)
    terminal.line(
      `helm     ${found.helm?.replace(/^helm /, '') ?? 'not found: charts cannot be rendered (kintsugi explain renderer-missing)'}`,
    )
    return 0
  },
}
