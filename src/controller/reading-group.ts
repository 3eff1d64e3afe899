import type { Subject } from '../domain/index.ts'

/** Of each namespace the name of the workload of each of its series. */
export type SeriesNames = ReadonlyMap<string, readonly string[]>

/** What is read together: all workloads of one of these names in one of these namespaces, wanted or not. */
export type ReadingGroup<One> = {
  readonly members: readonly One[]
  readonly namespaces: readonly string[]
  readonly workloads: readonly string[]
  /** How many series the answer has of one signal, about. */
  readonly series: number
}

/** An answer may hold so many series for each that is wanted. */
const MOST_FOR_ONE = 2
/** After so many in a row that do not fit, the rest is left for later groups. */
const MOST_REFUSED = 64

/** At most so many of those that wait, in their order, that can be read together without much that nobody wants: the first always. */
export function readingGroup<One extends { readonly subject: Subject }>(
  waiting: readonly One[],
  names: SeriesNames,
  most: number,
): ReadingGroup<One> {
  const members: One[] = []
  const namespaces = new Set<string>()
  const workloads = new Set<string>()
  let series = 0
  let refused = 0
  for (const one of waiting) {
    if (members.length >= most || refused >= MOST_REFUSED) break
    const { namespace, name } = one.subject
    const more = series + added(namespace, name, { namespaces, workloads, names })
    // Within one namespace nothing comes along but what is named alike.
    const alone = namespaces.size === 0 || (namespaces.size === 1 && namespaces.has(namespace))
    if (!alone && more > MOST_FOR_ONE * (members.length + 1)) {
      refused += 1
      continue
    }
    refused = 0
    members.push(one)
    namespaces.add(namespace)
    workloads.add(name)
    series = more
  }
  const named = [...workloads].sort()
  return { members, namespaces: [...namespaces].sort(), workloads: named, series: Math.max(series, members.length) }
}

type Chosen = {
  readonly namespaces: ReadonlySet<string>
  readonly workloads: ReadonlySet<string>
  readonly names: SeriesNames
}

/** How many series an answer has more of with this workload in it, at most. */
function added(namespace: string, name: string, { namespaces, workloads, names }: Chosen): number {
  let series = 0
  if (!namespaces.has(namespace))
    for (const workload of workloads) if (workload !== name) series += matching(names, namespace, workload)
  if (!workloads.has(name))
    for (const other of namespaces) if (other !== namespace) series += matching(names, other, name)
  return namespaces.has(namespace) && workloads.has(name) ? series : series + matching(names, namespace, name)
}

/** Those too whose names begin as this one's do: pods are told by that (`MetricsScope`). */
function matching(names: SeriesNames, namespace: string, workload: string): number {
  let series = 0
  for (const name of names.get(namespace) ?? []) if (name === workload || name.startsWith(`${workload}-`)) series += 1
  return series
}
