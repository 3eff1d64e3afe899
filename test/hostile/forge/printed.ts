import type { Io } from '../../../src/cli/io.ts'
import { terminalOf } from '../../../src/cli/terminal.ts'
import { printTick, tickDocument } from '../../../src/cli/tick-report.ts'
import { sayAudit, sayFailed } from '../../../src/cli/world.ts'
import type { TickReport } from '../../../src/controller/index.ts'

/** What `kintsugi run` prints of these ticks, on both streams: for people, and with --json. */
export function printedOf(reports: readonly TickReport[]): { readonly lines: string; readonly documents: string } {
  return { lines: printed(reports, false), documents: printed(reports, true) }
}

function printed(reports: readonly TickReport[], asJson: boolean): string {
  let text = ''
  const stream: Io['out'] = {
    isTerminal: false,
    columns: 80,
    write: (part) => {
      text += part
    },
  }
  const terminal = terminalOf({ out: stream, err: stream, env: {}, cwd: '/' }, asJson)
  for (const report of reports) {
    if (asJson) terminal.event(tickDocument(report))
    else {
      printTick(report, terminal)
      sayFailed(report, terminal)
      sayAudit(report, undefined, terminal)
    }
  }
  return text
}
