import { parseAllDocuments } from 'yaml'
import {
  createWorld,
  type RenderApplication,
  type RepositoryFiles,
  type Scenario,
  type Sync,
  type World,
} from '../../../src/adapters/simulation/index.ts'
import { isJsonObject, type Manifest, type SignalId, type Subject, valueAt } from '../../../src/domain/index.ts'
import { memoryTree, parseApplication, renderApplication } from '../../../src/source/index.ts'

export const MINUTE = 60_000
export const HOUR = 60 * MINUTE

export function objectsIn(text: string): readonly Manifest[] {
  return parseAllDocuments(text)
    .map((document): unknown => document.toJS())
    .filter(isJsonObject)
}

/** Renders as the service does, without helm. */
export const render: RenderApplication = async (tree, manifest) => {
  const application = parseApplication(manifest)
  if (!application.parsed) return { rendered: false, reason: application.reason, message: application.message }
  const sources = { tree: () => tree }
  const answer = await renderApplication(application.application, sources, { helm: undefined, isolation: 'none' })
  return answer.rendered ? { rendered: true, objects: answer.objects.map(({ manifest: one }) => one) } : answer
}

/** Renders every Application of a scenario from these files, as a sync of each at one moment. */
export async function syncAll(
  scenario: Scenario,
  files: RepositoryFiles,
  atMs: number,
  revision = 'a'.repeat(40),
): Promise<Sync[]> {
  const tree = memoryTree(files)
  return Promise.all(
    scenario.applications.map(async (application) => {
      const answer = await render(tree, application)
      if (!answer.rendered) throw new Error(`${answer.reason}: ${answer.message}`)
      const namespace = valueAt(application, ['spec', 'destination', 'namespace'])
      const objects = answer.objects.map((object) => withNamespace(object, String(namespace)))
      return { application: String(valueAt(application, ['metadata', 'name'])), revision, atMs, objects }
    }),
  )
}

function withNamespace(object: Manifest, namespace: string): Manifest {
  const metadata = object['metadata']
  return isJsonObject(metadata) && metadata['namespace'] === undefined
    ? { ...object, metadata: { ...metadata, namespace } }
    : object
}

export function subjectOf(namespace: string, name: string, kind = 'Deployment'): Subject {
  return { cluster: 'demo', namespace, kind, name }
}

/** Values of one workload's signal from one moment to another, minute by minute. */
export function minutes(world: World, signal: SignalId, of: Subject, fromMs: number, toMs: number): number[] {
  const range = { startMs: fromMs, endMs: toMs, stepMs: MINUTE }
  const [series] = world.read(signal, range, of)
  return series === undefined ? [] : [...series.values]
}

export function valueAtMoment(world: World, signal: SignalId, of: Subject, atMs: number): number {
  return minutes(world, signal, of, atMs, atMs)[0] ?? Number.NaN
}

export function worldOf(scenario: Scenario, syncs: readonly Sync[], seed = 1): World {
  return createWorld({ scenario: { ...scenario, scrapeGapsPerDay: 0 }, seed, syncs })
}
