import type { LaneReport, TickReport } from '../controller/index.ts'
import { formatDuration, type Reason } from '../domain/index.ts'
import { styled } from './style.ts'
import type { Terminal } from './terminal.ts'
import { blindness, type Opened, type Surroundings } from './world.ts'

/** Says on stderr what keeps a first look from showing anything, and what to do next. */
export function advise(report: TickReport, { deps, around, stops }: Opened, terminal: Terminal): void {
  const { warmUpMs, lookBackMs } = deps.config.tick
  for (const text of [...obstacles(report, around, warmUpMs, lookBackMs), ...stops.says()])
    terminal.note(styled('yellow', text))
  const next = nextCommand(report, around)
  if (next !== undefined) terminal.hint(next)
}

function obstacles(
  report: TickReport,
  around: Surroundings | undefined,
  warmUpMs: number,
  lookBackMs: number,
): readonly string[] {
  const said: string[] = []
  const reasons = new Set(report.lanes.flatMap((lane) => reasonOf(lane) ?? []))
  if (around !== undefined && blindness(report) === 'empty') said.push(noWorkloads(around, lookBackMs))
  if (around !== undefined && around.applications.length === 0) said.push(noApplications(around))
  else if (around !== undefined && reasons.has('application-not-found'))
    said.push(`Applications at hand: ${around.applications.join(', ')}. Name further ones with --application FILE.`)
  if (reasons.has('no-policy'))
    said.push(
      'no-policy: a workload is acted on once a SelfHealingPolicy names its namespace. Name yours with --policies PATH.',
    )
  if (reasons.has('warm-up')) {
    said.push(
      `warm-up: a workload is acted on once Prometheus knows ${formatDuration(warmUpMs)} of it. Look again then, or set tick.warmUp in a --config.`,
    )
  }
  return said
}

function noWorkloads({ jobs }: Surroundings, lookBackMs: number): string {
  const asked = `${jobs.cadvisor.join(', ')} (cAdvisor) and ${jobs.kubeStateMetrics.join(', ')} (kube-state-metrics)`
  return `Prometheus has no samples of any workload from the last ${formatDuration(lookBackMs)}. Asked were the jobs ${asked}; where yours are called otherwise, say --cadvisor-job and --kube-state-metrics-job.`
}

function noApplications({ repo }: Surroundings): string {
  return `No Argo CD Application is at hand, so no finding can be traced to Git: ${repo} holds none. Name its manifest with --application FILE.`
}

function reasonOf({ done, step }: LaneReport): Reason | undefined {
  if (step.do === 'notify') return step.reason
  return done.done === 'held' || done.done === 'noted' ? done.reason : undefined
}

function nextCommand({ lanes }: TickReport, around: Surroundings | undefined): string | undefined {
  const opened = lanes.find(({ done }) => done.done === 'opened' || done.done === 'refreshed')
  if (around !== undefined && opened?.prepared.ready === 'proposal') {
    const { base, branch } = opened.prepared.proposal
    return `git --git-dir ${around.repo} diff ${base.branch}...${branch}`
  }
  const would = lanes.some(({ done, prepared }) => done.done === 'would' && prepared.ready === 'proposal')
  return would ? 'kintsugi run --once --write with the same flags opens what is proposed here' : undefined
}
