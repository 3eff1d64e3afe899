import type { Benched } from './bench-one.ts'
import type { Result } from './outcomes.ts'

/** Aims of the bench, in percent and milliseconds. */
const AIM = { present: 3, absent: 8, coldMs: 1000, cachedMs: 150 }

function quantile(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0
}

function times(label: string, values: readonly number[]): string {
  const sorted = [...values].sort((a, b) => a - b)
  const ms = (share: number): string => quantile(sorted, share).toFixed(1).padStart(8)
  return `  ${label.padEnd(26)} median ${ms(0.5)} ms   p95 ${ms(0.95)} ms   (${sorted.length})`
}

export type Misses = { readonly of: number; readonly missed: number; readonly percent: number }

export function misses(results: readonly Result[], is: Result['is']): Misses {
  const all = results.filter((one) => one.is === is)
  const missed = all.filter((one) => one.status === 'miss').length
  return { of: all.length, missed, percent: all.length === 0 ? 0 : (100 * missed) / all.length }
}

function counted(results: readonly Result[], by: (one: Result) => string): readonly string[] {
  const counts = new Map<string, number>()
  for (const one of results) counts.set(by(one), (counts.get(by(one)) ?? 0) + 1)
  return [...counts].sort((a, b) => b[1] - a[1]).map(([key, count]) => `${count} ${key}`)
}

function share(label: string, { of, missed, percent }: Misses, aim: number): string {
  return `  ${label.padEnd(26)} ${missed} of ${of} = ${percent.toFixed(1)} %   (aim <= ${aim} %)`
}

/** One line for each tree. */
export function lineOf({ name, results, units, unbuildable }: Benched): string {
  const count = (status: Result['status']): number => results.filter((one) => one.status === status).length
  const [edited, refused, missed, wrong] = (['edited', 'refused-as-expected', 'miss', 'wrong'] as const).map(count)
  const built = `${units - unbuildable.length}/${units}`
  return `${name.padEnd(28)} units ${built.padStart(9)}  targets ${String(results.length).padStart(4)}  edited ${String(edited).padStart(4)}  refused ${String(refused).padStart(3)}  missed ${String(missed).padStart(3)}  wrong ${wrong}`
}

export function summary(all: readonly Benched[], header: readonly string[]): string {
  const results = all.flatMap((one) => one.results)
  const cold = all.flatMap((one) => one.times)
  const edited = results.filter((one) => one.status === 'edited')
  const refused = results.filter((one) => one.status === 'refused-as-expected')
  const missed = results.filter((one) => one.status === 'miss')
  const listed = edited.filter((one) => one.companions > 0).length
  const asked = results.filter((one) => one.ms.locate > 0)
  const renders = asked.reduce((sum, one) => sum + one.renders, 0) / Math.max(1, asked.length)
  return [
    ...header,
    '',
    ...all.map(lineOf),
    '',
    `targets ${results.length}, located ${results.filter((one) => one.located).length}, edited ${edited.length} (${listed} with companions listed), refused as expected ${refused.length}, missed ${missed.length}`,
    `wrong edits ${results.filter((one) => one.status === 'wrong').length}   (aim 0)`,
    share('misses of present fields', misses(results, 'present'), AIM.present),
    share('misses of absent fields', misses(results, 'absent'), AIM.absent),
    ...section(
      'refused as expected',
      counted(refused, (one) => one.why),
    ),
    ...section(
      'missed',
      counted(missed, (one) => one.why),
    ),
    '',
    `helm renders per target ${renders.toFixed(2)} (locate and edit with its proof)`,
    times(
      'locate',
      asked.map((one) => one.ms.locate),
    ),
    times(
      'edit with its proof',
      asked.map((one) => one.ms.edit),
    ),
    times(
      'prove given files',
      asked.flatMap((one) => one.ms.prove ?? []),
    ),
    `${times(
      'locate, nothing kept',
      cold.map((one) => one.cold),
    )}   (aim ${AIM.coldMs} for a large chart)`,
    `${times(
      'locate, same tree again',
      cold.map((one) => one.cached),
    )}   (aim ${AIM.cachedMs})`,
  ].join('\n')
}

function section(title: string, lines: readonly string[]): readonly string[] {
  return lines.length === 0 ? [] : [`  ${title}:`, ...lines.map((line) => `    ${line}`)]
}

/** Every miss and every wrong edit with its place and what was said. */
export function details(all: readonly Benched[]): string {
  const results = all.flatMap((one) => one.results)
  const told = (status: Result['status']): readonly string[] =>
    results
      .filter((one) => one.status === status)
      .map(
        (one) =>
          `${one.why} | ${one.is} | ${one.tree} | ${one.unit} | ${one.what} | ${one.at || 'not located'} | ${one.message}`,
      )
  const unbuildable = all.flatMap(({ name, unbuildable: list }) => list.map((one) => `${name} | ${one}`))
  const slow = all
    .flatMap(({ name, times: list }) => list.map((one) => ({ name, ...one })))
    .sort((a, b) => b.cold - a.cold)
    .slice(0, 10)
    .map(({ name, unit, cold, cached }) => `${name} | ${unit} | ${cold.toFixed(0)} ms, then ${cached.toFixed(0)} ms`)
  return [
    '# Wrong edits',
    ...told('wrong'),
    '',
    '# Misses',
    ...told('miss'),
    '',
    '# Refused as expected',
    ...told('refused-as-expected'),
    '',
    '# Slowest first looks, and the look after',
    ...slow,
    '',
    '# Units that the real tools do not render',
    ...unbuildable,
    '',
    '# Applications that are not resolved',
    ...all.flatMap(({ name, unresolved }) => unresolved.map((one) => `${name} | ${one}`)),
    '',
  ].join('\n')
}

export function failed(all: readonly Benched[]): boolean {
  const results = all.flatMap((one) => one.results)
  if (results.length === 0 || results.some((one) => one.status === 'wrong')) return true
  return misses(results, 'present').percent > AIM.present || misses(results, 'absent').percent > AIM.absent
}
