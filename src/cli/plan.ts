import { exitOf, open, WORLD_OPTIONS } from './run.ts'
import type { Terminal } from './terminal.ts'
import type { Verb } from './verb.ts'

/** The text of the pull request as its reader sees it, without the block for machines. */
function printBody(body: string, terminal: Terminal): void {
  terminal.line('')
  for (const line of body
    .replace(/<!--[\s\S]*?-->/g, '')
    .trimEnd()
    .split('\n'))
    terminal.line(line)
}

export const plan: Verb = {
  name: 'plan',
  summary: 'say what would be done now, with the exact edits and the text of the pull request; never writes',
  examples: [
    {
      says: 'with a Prometheus and a clone of the GitOps repository',
      command: 'kintsugi plan --prometheus http://127.0.0.1:9090 --repo shop.git --policies policies/',
    },
    {
      says: 'the pull request as data',
      command: 'kintsugi plan --json --prometheus http://127.0.0.1:9090 --repo shop.git',
    },
  ],
  options: WORLD_OPTIONS,
  async run(context) {
    const { terminal } = context
    const opened = await open(context, 'observe')
    try {
      const { emptyMemory, reconcile } = await import('../controller/index.ts')
      const { printTick, tickDocument } = await import('./tick-report.ts')
      const { everyMs } = opened.deps.config.tick
      const report = await reconcile(opened.deps, emptyMemory(), Math.floor(opened.clock.now() / everyMs) * everyMs)
      if (terminal.asJson) {
        terminal.json(tickDocument(report))
        return exitOf(report)
      }
      printTick(report, terminal)
      for (const { prepared } of report.lanes) {
        if (prepared.ready === 'proposal') printBody(prepared.proposal.body, terminal)
      }
      terminal.hint('kintsugi run --once --write with the same flags opens these proposals')
      return exitOf(report)
    } finally {
      await opened.close()
    }
  },
}
