import type { Terminal } from './terminal.ts'
import type { Verb } from './verb.ts'
import { exitOf, lookOnce, open, outsideProblems, sayFailed, WORLD_OPTIONS } from './world.ts'

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
    {
      says: 'what it would have done last Tuesday, with the repository of today',
      command: 'kintsugi plan --at 2026-03-03T14:00:00Z --prometheus http://127.0.0.1:9090 --repo shop.git',
    },
  ],
  options: WORLD_OPTIONS,
  async run(context) {
    const { terminal } = context
    const opened = await open(context, 'observe')
    try {
      const report = await lookOnce(context, opened)
      const { advise } = await import('./tick-advice.ts')
      const { printTick, tickDocument } = await import('./tick-report.ts')
      if (terminal.asJson) terminal.json(tickDocument(report))
      else printTick(report, terminal)
      for (const { prepared } of terminal.asJson ? [] : report.lanes) {
        if (prepared.ready === 'proposal') printBody(prepared.proposal.body, terminal)
      }
      sayFailed(report, terminal)
      for (const text of outsideProblems(opened.outside)) terminal.note(text)
      advise(report, opened, terminal)
      return exitOf(report)
    } finally {
      await opened.close()
    }
  },
}
