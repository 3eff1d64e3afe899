import type { Comparison } from '../../test/source/kustomize/against-kubectl.ts'

/** What came of many comparisons. */
export type Tally = {
  readonly counts: Record<Comparison['result'], number>
  /** What is said of each that is not equal, by its result. */
  readonly said: { readonly result: Comparison['result']; readonly name: string; readonly why: string }[]
  /** Of those that both build. */
  readonly ours: number[]
  readonly theirs: number[]
}

export function emptyTally(): Tally {
  const counts = { equal: 0, different: 0, 'both-refuse': 0, refused: 0, 'only-we-build': 0 }
  return { counts, said: [], ours: [], theirs: [] }
}

export function note(tally: Tally, name: string, outcome: Comparison): void {
  const { result, ms } = outcome
  tally.counts[result] += 1
  if ('why' in outcome) tally.said.push({ result, name, why: outcome.why })
  if (result !== 'equal' && result !== 'different') return
  tally.ours.push(ms.ours)
  tally.theirs.push(ms.theirs)
}

/** A difference is the one thing that must not be; a refusal is said by name, and what we alone build is a refusal missed. */
export function fails({ counts }: Tally): boolean {
  return counts.different > 0
}

function at(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0
}

function times(values: readonly number[]): string {
  return `median ${at(values, 0.5).toFixed(1)} ms, p95 ${at(values, 0.95).toFixed(1)} ms`
}

/** `unsupported-kustomize: a/b.yaml:3: vars is not built here` without the place, to be counted. */
function refusalName(why: string): string {
  const [reason = '', ...rest] = why.split(': ')
  return `${reason}: ${rest.length > 1 ? rest.slice(1).join(': ') : rest.join('')}`.slice(0, 120)
}

function counted(names: readonly string[]): readonly string[] {
  const counts = new Map<string, number>()
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1)
  return [...counts].sort((a, b) => b[1] - a[1]).map(([name, count]) => `    ${count} x ${name}`)
}

export function report(title: string, tally: Tally, verbose: boolean): string {
  const { counts, said, ours, theirs } = tally
  const total = Object.values(counts).reduce((sum, count) => sum + count, 0)
  const built = counts.equal + counts.different + counts.refused
  const of = (result: Comparison['result']): Tally['said'] => said.filter((one) => one.result === result)
  const lines = (result: Comparison['result'], most: number): readonly string[] =>
    of(result)
      .slice(0, verbose ? undefined : most)
      .map(({ name, why }) => `    ${name}: ${why.replaceAll('\n', ' ')}`)
  return [
    `${title}: ${total}`,
    `  equal ${counts.equal} of ${built} that kubectl builds (${((100 * counts.equal) / Math.max(1, built)).toFixed(1)} %)`,
    `  different ${counts.different}`,
    ...lines('different', 40),
    `  both refuse ${counts['both-refuse']}`,
    `  only ours refuses ${counts.refused}`,
    ...(verbose ? lines('refused', 0) : counted(of('refused').map(({ why }) => refusalName(why)))),
    `  only kubectl refuses ${counts['only-we-build']}`,
    ...lines('only-we-build', 40),
    `  ours ${times(ours)}; kubectl ${times(theirs)} (a process each); ratio of medians ${(at(theirs, 0.5) / Math.max(0.01, at(ours, 0.5))).toFixed(0)}`,
  ].join('\n')
}
