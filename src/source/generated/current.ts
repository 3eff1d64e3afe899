import {
  type Application,
  type ApplicationOrigin,
  isJsonObject,
  type JsonValue,
  type Manifest,
  type ManifestOrigin,
  sameObject,
  valueAt,
  type WrittenAt,
} from '../../domain/index.ts'
import { parseApplication } from '../application.ts'
import { applicationSetOf, generateApplications } from '../applicationset/generate.ts'
import { isRefused, type Refused, refuse } from '../refused.ts'
import { renderState } from '../render.ts'
import type { RenderDeps, Sources } from '../resolve.ts'
import { readYamlFile } from '../yaml-file.ts'
import { originOf, treeOf } from './origin.ts'

function writtenNow(written: WrittenAt, sources: Sources): JsonValue | undefined | Refused {
  const { repoURL, revision, path, document, at } = written
  const tree = sources.tree(repoURL, revision)
  if (tree?.blob(path) === undefined) return refuse('source-missing', `${path} of ${repoURL} is not at hand`)
  const read = readYamlFile(tree, path)
  return read.read ? valueAt(read.documents[document]?.value, at) : refuse(read.reason, read.message)
}

/** The manifest as these trees have it, from its file or from the Application that renders it. */
async function manifestNow(origin: ManifestOrigin, sources: Sources, deps: RenderDeps): Promise<Manifest | Refused> {
  if (origin.from === 'file') {
    const value = writtenNow(origin.written, sources)
    if (isRefused(value)) return value
    return isJsonObject(value) ? value : refuse('application-unreadable', `${origin.written.path} has lost it`)
  }
  const parent = await applicationNow(origin.parent, sources, deps)
  if (isRefused(parent)) return parent
  const state = await renderState(parent, sources, deps)
  if (isRefused(state)) return state
  const found = state.objects.find(({ key }) => sameObject(key, origin.key))
  return (
    found?.manifest ?? refuse('application-unreadable', `${parent.name} does not render ${origin.key.name} any more`)
  )
}

type Generator = Extract<ApplicationOrigin, { from: 'application-set' }>

async function generatedNow(
  application: Application,
  origin: Generator,
  sources: Sources,
  deps: RenderDeps,
): Promise<Application | Refused> {
  const manifest = await manifestNow(origin.set.origin, sources, deps)
  if (isRefused(manifest)) return manifest
  const set = applicationSetOf(manifest, origin.set.origin)
  if (set === undefined) return refuse('application-unreadable', `${origin.set.name} is no ApplicationSet any more`)
  const { applications, problems } = generateApplications(set, treeOf(sources))
  const found = applications.find(
    ({ name, namespace }) => name === application.name && namespace === application.namespace,
  )
  if (found !== undefined) return found
  const [problem] = problems
  return problem === undefined
    ? refuse('other-changes', `${set.name} does not generate ${application.name} any more`)
    : refuse(problem.reason, `${set.name}: ${problem.message}`)
}

/**
 * The Application as these trees have it: read again from its file, generated again, or rendered again by its parent. One that is written
 * nowhere in them stays as it is.
 */
export async function applicationNow(
  application: Application,
  sources: Sources,
  deps: RenderDeps,
): Promise<Application | Refused> {
  const origin = application.origin ?? originOf(application, sources)
  if (origin === undefined) return application
  if (origin.from === 'application-set') return generatedNow(application, origin, sources, deps)
  const manifest = await manifestNow(origin, sources, deps)
  if (isRefused(manifest)) return manifest
  const spec = manifest['spec']
  if (spec === undefined) return refuse('application-unreadable', `${application.name} has lost its spec`)
  const parsed = parseApplication({ ...application.manifest, spec })
  return parsed.parsed ? { ...parsed.application, origin } : refuse(parsed.reason, parsed.message)
}
