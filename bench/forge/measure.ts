import type { Call } from '../../test/github/world/world.ts'
import { MUTATION_MS, type Scene } from './scene.ts'

export type Run = {
  readonly ms: number
  readonly requests: number
  readonly mutations: number
  readonly git: number
  readonly operations: readonly string[]
}

export type Summary = {
  readonly what: string
  readonly runs: number
  readonly least: number
  /** The most of any run. */
  readonly requests: number
  readonly mutations: number
  readonly git: number
  readonly p50: number
  readonly p95: number
  /** Without the latency that was added to each mutation. */
  readonly own50: number
  readonly own95: number
  /** Of the run with the most requests. */
  readonly operations: readonly string[]
}

const isToken = ({ path }: Call): boolean => path.includes('access_tokens')

function isMutation({ kind, operation }: Call): boolean {
  return kind === 'graphql' ? operation.startsWith('mutation') : kind === 'rest' && !/^(GET|HEAD) /.test(operation)
}

/** Runs a job once, with what the stand-in served meanwhile. Asking for a token is counted, but it is no mutation. */
export async function measure(scene: Scene, job: () => Promise<void>): Promise<Run> {
  const before = (await scene.standIn.calls()).length
  const started = performance.now()
  await job()
  const ms = performance.now() - started
  const calls = (await scene.standIn.calls()).slice(before)
  return {
    ms,
    requests: calls.length,
    mutations: calls.filter((call) => isMutation(call) && !isToken(call)).length,
    git: calls.filter(({ kind }) => kind === 'git').length,
    operations: calls.map(({ operation }) => operation),
  }
}

function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)] ?? 0
}

export function summary(what: string, runs: readonly Run[]): Summary {
  const [most] = [...runs].sort((a, b) => b.requests - a.requests)
  const totals = runs.map(({ ms }) => ms)
  const own = runs.map(({ ms, mutations }) => ms - mutations * MUTATION_MS)
  return {
    what,
    runs: runs.length,
    least: Math.min(...runs.map(({ requests }) => requests)),
    requests: Math.max(...runs.map(({ requests }) => requests)),
    mutations: Math.max(...runs.map(({ mutations }) => mutations)),
    git: Math.max(...runs.map(({ git }) => git)),
    p50: percentile(totals, 0.5),
    p95: percentile(totals, 0.95),
    own50: percentile(own, 0.5),
    own95: percentile(own, 0.95),
    operations: most?.operations ?? [],
  }
}

export function table(rows: readonly Summary[]): string {
  const head = ['', 'runs', 'requests', 'mutations', 'git', 'total p50', 'total p95', 'own p50', 'own p95']
  const ms = (value: number): string => `${Math.round(value)} ms`
  const lines = rows.map((row) => [
    row.what,
    String(row.runs),
    row.least === row.requests ? String(row.requests) : `${row.least} to ${row.requests}`,
    String(row.mutations),
    String(row.git),
    ms(row.p50),
    ms(row.p95),
    ms(row.own50),
    ms(row.own95),
  ])
  const all = [head, ...lines]
  const widths = head.map((_, column) => Math.max(...all.map((line) => line[column]?.length ?? 0)))
  return all
    .map((line) =>
      line
        .map((cell, column) => (column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0)))
        .join('  '),
    )
    .join('\n')
}
