import {
  type Application,
  type ApplicationStatus,
  digestOf,
  isJsonObject,
  type Manifest,
  type Reason,
  type Subject,
  type Tree,
  valueAt,
  type WorkloadFacts,
  workloadKey,
} from '../domain/index.ts'
import {
  baseOf,
  containersOf,
  findObject,
  type RenderDeps,
  type RenderedApplication,
  type RenderedObject,
  type RenderRefusal,
  renderApplication,
  type Sources,
} from '../source/index.ts'
import type { ControllerDeps, KnownApplication, Repository } from './deps.ts'
import { type Memory, trim } from './memory.ts'

/** The Application that renders a workload, with the repository and the revision that it is rendered from. */
export type Owner = {
  readonly application: Application
  readonly status: ApplicationStatus
  readonly repository: Repository
  readonly base: { readonly branch: string; readonly revision: string }
  readonly tree: Tree
  readonly sources: Sources
  readonly rendered: RenderedApplication
  /** The workload as Git renders it at `base.revision`. */
  readonly object: RenderedObject
}

export type OwnerAnswer =
  | { readonly found: true; readonly owner: Owner }
  | {
      readonly found: false
      readonly reason: Reason
      readonly message: string
      /** Where the Application reads that could not be rendered: the policies there have a say on what it may render. */
      readonly repository?: Repository
    }

/** Trees of the tick: each repository and branch is read once, so that every lane judges the same revision. */
export class Trees {
  readonly #deps: ControllerDeps
  readonly #heads = new Map<
    string,
    Promise<{ readonly revision: string; readonly branch: string; readonly tree: Tree } | undefined>
  >()

  constructor(deps: ControllerDeps) {
    this.#deps = deps
  }

  repositoryOf(url: string): Repository | undefined {
    return this.#deps.repositories.find((repository) => repository.urls.some((known) => sameRepository(known, url)))
  }

  /** Head of a branch, `HEAD` for the default one; undefined where there is no such repository or branch. */
  head(
    url: string,
    branch: string,
  ): Promise<{ readonly revision: string; readonly branch: string; readonly tree: Tree } | undefined> {
    const repository = this.repositoryOf(url)
    if (repository === undefined) return Promise.resolve(undefined)
    const key = `${repository.forge.repository}\n${branch}`
    const known = this.#heads.get(key)
    if (known !== undefined) return known
    const reading = readHead(repository, branch)
    this.#heads.set(key, reading)
    return reading
  }
}

async function readHead(
  { forge }: Repository,
  asked: string,
): Promise<{ revision: string; branch: string; tree: Tree } | undefined> {
  const branch = asked === 'HEAD' || asked === '' ? await forge.defaultBranch() : asked
  const revision = await forge.head(branch)
  return revision === undefined ? undefined : { revision, branch, tree: await forge.tree(revision) }
}

/** `https://host/a/b.git` and `https://host/a/b` are one repository. */
export function sameRepository(a: string, b: string): boolean {
  const plain = (url: string) => url.replace(/\/+$/, '').replace(/\.git$/, '')
  return plain(a) === plain(b)
}

/** Reads the trees of all sources of an Application; `tree` then answers synchronously, as the source room asks. */
export async function sourcesOf(application: Application, trees: Trees): Promise<Sources> {
  const known = new Map<string, Tree>()
  for (const source of application.sources) {
    const base = baseOf(source)
    if (!('branch' in base)) continue
    const head = await trees.head(source.repoURL, base.branch)
    if (head !== undefined) known.set(`${source.repoURL}\n${source.targetRevision}`, head.tree)
  }
  return { tree: (repoURL, targetRevision) => known.get(`${repoURL}\n${targetRevision}`) }
}

/** What may be another thing in the next tick, with nothing changed. */
export const PASSING: ReadonlySet<Reason> = new Set(['render-limit', 'renderer-missing', 'renderer-unreachable'])

/** Renders an Application at the heads of the tick, once per content. */
export function rendered(
  deps: ControllerDeps,
  memory: Memory,
  application: Application,
  sources: Sources,
): Promise<RenderedApplication | RenderRefusal> {
  const oids = application.sources.map((source) => sources.tree(source.repoURL, source.targetRevision)?.oid ?? '-')
  const key = `${digestOf(application.manifest)} ${oids.join(' ')}`
  const known = memory.rendered.get(key)
  if (known !== undefined) return known
  const rendering = renderApplication(application, sources, renderDeps(deps))
  memory.rendered.set(key, rendering)
  trim(memory.rendered)
  const forget = (): unknown => memory.rendered.delete(key)
  rendering.then((found) => !found.rendered && PASSING.has(found.reason) && forget(), forget)
  return rendering
}

export function renderDeps(deps: ControllerDeps): RenderDeps {
  const { helm, isolation, unpack, versions } = deps
  return { helm, isolation, ...(unpack && { unpack }), ...(versions && { cluster: versions }) }
}

/**
 * Finds the Application of a workload: by the tracking id on the live object where there is one, else the only Application
 * that renders it. The tracking id is believed only if that Application does render the workload.
 */
export async function ownerOf(
  deps: ControllerDeps,
  memory: Memory,
  trees: Trees,
  applications: readonly KnownApplication[],
  subject: Subject,
  facts: WorkloadFacts,
): Promise<OwnerAnswer> {
  const tracked = trackedBy(facts.live)
  const candidates =
    tracked === undefined
      ? applications
      : applications.filter(
          ({ application }) =>
            tracked === application.name || tracked === `${application.namespace}_${application.name}`,
        )
  const owners: Owner[] = []
  const unread: string[] = []
  let refusal: OwnerAnswer | undefined
  for (const known of candidates) {
    const answer = await ownerIn(deps, memory, trees, known, subject)
    if (answer.found) owners.push(answer.owner)
    else if (answer.reason !== 'target-not-found') {
      if (mayHold(known.application, subject)) refusal ??= answer
      else unread.push(known.application.name)
    }
  }
  const [owner, second] = owners
  if (owner === undefined) {
    return refusal ?? { found: false, reason: 'application-not-found', message: sayNotFound(unread) }
  }
  if (second !== undefined) {
    return {
      found: false,
      reason: 'target-ambiguous',
      message: `rendered by ${owner.application.name} and by ${second.application.name}`,
    }
  }
  return { found: true, owner }
}

/** Whether an Application that cannot be rendered is the likely owner: then its refusal is the answer. */
function mayHold({ destination }: Application, subject: Subject): boolean {
  return destination.namespace === '' || destination.namespace === subject.namespace
}

const MOST_NAMED = 5

function sayNotFound(unread: readonly string[]): string {
  const said = 'no known Application renders this workload'
  if (unread.length === 0) return said
  const more = unread.length > MOST_NAMED ? ` and ${unread.length - MOST_NAMED} more` : ''
  return `${said}; could not be rendered: ${unread.slice(0, MOST_NAMED).join(', ')}${more}`
}

async function ownerIn(
  deps: ControllerDeps,
  memory: Memory,
  trees: Trees,
  known: KnownApplication,
  subject: Subject,
): Promise<OwnerAnswer> {
  const { application, status } = known
  const main = application.sources.find((source) => source.path !== undefined)
  if (main === undefined)
    return { found: false, reason: 'unsupported-source', message: `${application.name} has no source with a path` }
  const base = baseOf(main)
  if (!('branch' in base))
    return {
      found: false,
      reason: 'pinned-revision',
      message: `${application.name} is pinned to ${main.targetRevision}`,
    }
  const repository = trees.repositoryOf(main.repoURL)
  const head = await trees.head(main.repoURL, base.branch)
  if (repository === undefined || head === undefined) {
    return {
      found: false,
      reason: 'source-missing',
      message: `${application.name} reads a repository or branch that is not served here`,
    }
  }
  const sources = await sourcesOf(application, trees)
  const result = await rendered(deps, memory, application, sources)
  if (!result.rendered)
    return { found: false, reason: result.reason, message: `${application.name}: ${result.message}`, repository }
  const object = findObject(result.objects, workloadKey(subject))
  if (object === undefined)
    return { found: false, reason: 'target-not-found', message: `${application.name} does not render it` }
  return {
    found: true,
    owner: {
      application,
      status,
      repository,
      base: { branch: head.branch, revision: head.revision },
      tree: head.tree,
      sources,
      rendered: result,
      object,
    },
  }
}

/** Name of the Application that an object's tracking annotation gives: `<app>:<group>/<kind>:<namespace>/<name>`. A copied annotation names another object and is ignored. */
function trackedBy(live: Manifest | undefined): string | undefined {
  if (live === undefined) return undefined
  const id = valueAt(live, ['metadata', 'annotations', 'argocd.argoproj.io/tracking-id'])
  if (typeof id !== 'string') return undefined
  const [application, , place] = id.split(':', 3)
  const metadata = live['metadata']
  if (!isJsonObject(metadata) || place !== `${String(metadata['namespace'])}/${String(metadata['name'])}`)
    return undefined
  return application
}

/** Facts as the bot judges by: what Git renders for the containers, with what the cluster tells of the rest. */
export function factsWith(facts: WorkloadFacts, owner: Owner): WorkloadFacts {
  const labels = valueAt(owner.object.manifest, ['metadata', 'labels'])
  const own = isJsonObject(labels)
    ? Object.fromEntries(Object.entries(labels).map(([key, value]) => [key, String(value)]))
    : {}
  return { ...facts, labels: { ...own, ...facts.labels }, containers: containersOf(owner.object.manifest) }
}
