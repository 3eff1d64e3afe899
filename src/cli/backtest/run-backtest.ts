import { emptyMemory, reconcile } from '../../controller/index.ts'
import { formatError, KintsugiError } from '../../domain/index.ts'
import { styled } from '../style.ts'
import type { Context, ExitCode } from '../verb.ts'
import { eventDocument, type Summary, summaryDocument } from './documents.ts'
import { Ledger } from './ledger.ts'
import { openPast, type Past } from './open.ts'
import { Diary, printSummary } from './show.ts'

/** Walks through the past and prints what was found, what would have been proposed, and what was held. */
export async function runBacktest(context: Context): Promise<ExitCode> {
  const { terminal } = context
  const past = await openPast(context)
  try {
    let atMs = past.fromMs
    const label = () => `${new Date(atMs).toISOString().slice(0, 10)}, until ${new Date(past.untilMs).toISOString()}`
    const summary = await terminal.during(label, () =>
      walk(context, past, (ms) => {
        atMs = ms
      }),
    )
    await past.finish()
    if (terminal.asJson) terminal.event(summaryDocument(summary))
    else printSummary(summary, terminal)
    return 0
  } finally {
    await past.close()
  }
}

/** How often the spinner gets its turn. */
const YIELD_EVERY = 50

async function walk({ terminal }: Context, past: Past, moved: (atMs: number) => void): Promise<Summary> {
  const ledger = new Ledger()
  const diary = new Diary(terminal, past.source)
  const memory = emptyMemory()
  const problems = new Set<string>()
  let ticks = 0
  for (let nowMs = past.fromMs; nowMs <= past.untilMs; nowMs += past.everyMs) {
    moved(nowMs)
    await past.moveTo(nowMs)
    const report = await reconcile(past.deps, memory, nowMs)
    ticks += 1
    for (const event of ledger.take(report)) {
      if (terminal.asJson) terminal.event(eventDocument(event, past.source))
      else diary.print(event)
    }
    for (const problem of report.problems) problems.add(problem)
    for (const { lane, error } of report.failed) problems.add(`${formatError(error)} (${lane})`)
    if (ticks % YIELD_EVERY === 0) await new Promise((done) => setImmediate(done))
  }
  for (const problem of problems) terminal.note(styled('yellow', problem))
  if (!ledger.watched)
    throw new KintsugiError(
      'KIN-3006',
      `no workload has a sample from ${new Date(past.fromMs).toISOString()} to ${new Date(past.untilMs).toISOString()}: are the jobs called as --cadvisor-job and --kube-state-metrics-job say?`,
    )
  return { past, ticks, policies: ledger.policies(), days: ledger.days(), unknown: ledger.unknown() }
}
