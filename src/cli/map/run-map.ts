import { availableParallelism } from 'node:os'
import { type ApplicationMap, mapApplication } from '../../source/index.ts'
import { suggestion } from '../did-you-mean.ts'
import { inOrder } from '../in-order.ts'
import { showRefusal } from '../show-edit.ts'
import { styled } from '../style.ts'
import type { Terminal } from '../terminal.ts'
import type { Context, ExitCode } from '../verb.ts'
import { entryDocument, unresolvedDocument } from './document.ts'
import type { Entry, MapRequest } from './entries.ts'
import { paragraphsOn } from './paragraphs.ts'
import { readMapRequest, workloadFilter } from './read-map-request.ts'
import { showEntry } from './show-entry.ts'
import { showTotals } from './show-totals.ts'
import { showUnresolved } from './show-unresolved.ts'
import { countEntry, countUnresolved, isElsewhere, noTotals, type Totals, totalsDocument } from './totals.ts'

/** Where the entries go, one by one. */
type Sink = {
  entry(entry: Entry, map: ApplicationMap): void
  unresolved(one: MapRequest['unresolved'][number]): void
  end(totals: Totals): void
}

function documentSink(request: MapRequest, terminal: Terminal): Sink {
  const { from, repoURL } = request.identity
  const stream = terminal.stream('applications', { tree: { repoURL: repoURL === '' ? null : repoURL, from } })
  return {
    entry: (entry, map) => stream.add(entryDocument(entry, map)),
    unresolved: (one) => stream.add(unresolvedDocument(one)),
    end: (totals) => stream.end({ totals: totalsDocument(totals) }),
  }
}

function peopleSink(terminal: Terminal, unresolved: boolean): Sink {
  const paragraphs = paragraphsOn(terminal)
  const left: MapRequest['unresolved'][number][] = []
  return {
    entry: (entry, map) => showEntry(entry, map, paragraphs, unresolved),
    unresolved: (one) => left.push(one),
    end: (totals) => {
      showUnresolved(left, paragraphs)
      paragraphs.gap()
      showTotals(totals, paragraphs)
    },
  }
}

/** With --unresolved an entry is told only where something of it has no place. */
function onlyUnresolved(map: ApplicationMap): ApplicationMap | undefined {
  if (!map.mapped) return map
  const objects = map.objects
    .map((object) => ({ ...object, fields: object.fields.filter((field) => !field.located && !isElsewhere(field)) }))
    .filter(({ fields }) => fields.length > 0)
  return objects.length === 0 ? undefined : { ...map, objects }
}

type Progress = { done: number; current: string; withoutCharts: number }

/** Whether a chart of a repository is what an Application or a chart in Git lacks. */
function lacksChart({ application }: Entry, map: ApplicationMap, { sources }: MapRequest): boolean {
  if (map.mapped || map.reason !== 'source-missing') return false
  return application.sources.every(
    ({ repoURL, targetRevision, chart }) => chart !== undefined || sources.tree(repoURL, targetRevision) !== undefined,
  )
}

async function mapEntries(request: MapRequest, context: Context, progress: Progress, sink: Sink): Promise<Totals> {
  const { args } = context
  const workload = args.text('workload')
  const wanted = workload === undefined ? undefined : workloadFilter(workload)
  const unresolved = args.has('unresolved')
  const totals = noTotals()
  const work = async (entry: Entry): Promise<{ readonly entry: Entry; readonly map: ApplicationMap }> => {
    const { application } = entry
    const { sources, deps, others } = request
    progress.current = entry.name
    const map = await mapApplication({
      application,
      sources,
      deps,
      others,
      ...(wanted !== undefined && { wanted }),
    })
    return { entry, map }
  }
  for await (const { entry, map } of inOrder(request.entries, availableParallelism(), work)) {
    progress.done += 1
    if (lacksChart(entry, map, request)) progress.withoutCharts += 1
    if (wanted !== undefined && (!map.mapped || map.objects.length === 0)) continue
    countEntry(totals, entry.root !== undefined, map)
    const shown = unresolved ? onlyUnresolved(map) : map
    if (shown !== undefined) sink.entry(entry, shown)
  }
  if (wanted !== undefined) return totals
  for (const one of request.unresolved) {
    countUnresolved(totals, one.reason)
    sink.unresolved(one)
  }
  return totals
}

function sum(counts: ReadonlyMap<string, number>): number {
  return [...counts.values()].reduce((all, count) => all + count, 0)
}

/** Placeholders that something else fills in are no repositories. */
const REPOSITORY = /^(?:https?|ssh|git|file):\/\/|^[\w.-]+@[\w.-]+:/i

/** What would make more of it resolvable. `withoutCharts` counts what a chart is missing for. */
function advise(request: MapRequest, withoutCharts: number, terminal: Terminal): void {
  const missing = new Set<string>()
  for (const { application } of request.entries)
    for (const { repoURL, targetRevision, chart } of application.sources)
      if (
        chart === undefined &&
        REPOSITORY.test(repoURL) &&
        request.sources.tree(repoURL, targetRevision) === undefined
      )
        missing.add(repoURL)
  if (request.identity.note !== undefined) terminal.note(styled('dim', 'note: '), request.identity.note)
  for (const url of [...missing].slice(0, 5)) terminal.hint(`--source ${url}=DIR names a checkout of that repository`)
  if (missing.size > 5) terminal.hint(`${missing.size - 5} other repositories are read, too`)
  if (withoutCharts > 0)
    terminal.hint(`--charts fetch brings the charts that ${withoutCharts} of these lack, --charts DIR out of a folder`)
}

/** Names that were asked for and that no Application has. */
function unknownName(request: MapRequest, names: readonly string[], terminal: Terminal): ExitCode | undefined {
  const [missing] = names.filter(
    (name) =>
      !request.entries.some(
        ({ application: { name: one, namespace } }) => name === one || name === `${namespace}/${one}`,
      ),
  )
  if (missing === undefined) return undefined
  const known = request.names
  const message = `no Application of the tree is called ${missing}.${suggestion(missing, known)}`
  return showRefusal({ reason: 'application-not-found', message }, {}, terminal)
}

export async function runMap(context: Context): Promise<ExitCode> {
  const { args, terminal, io } = context
  const progress: Progress = { done: 0, current: '', withoutCharts: 0 }
  let request: MapRequest | undefined
  const label = (): string =>
    request === undefined ? 'reading the tree' : `${progress.done}/${request.entries.length} ${progress.current}`
  return terminal.during(label, async () => {
    const read = await readMapRequest(args, io)
    request = read
    const unknown = unknownName(read, args.list('application'), terminal)
    if (unknown !== undefined) return unknown
    const sink = terminal.asJson ? documentSink(read, terminal) : peopleSink(terminal, args.has('unresolved'))
    const totals = await mapEntries(read, context, progress, sink)
    sink.end(totals)
    await read.keep()
    if (!terminal.asJson) advise(read, args.has('charts') ? 0 : progress.withoutCharts, terminal)
    const found = totals.applications + totals.roots > 0
    if (args.has('workload') && !found) return 3
    return args.has('unresolved') && sum(totals.refused) + sum(totals.unresolved) > 0 ? 3 : 0
  })
}
