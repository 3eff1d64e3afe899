import { readFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import { resolve } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { unpackChart } from '../../adapters/charts/index.ts'
import { workerCompute } from '../../adapters/workers/index.ts'
import { parseConfig } from '../../config.ts'
import { type AuditPlace, auditOf, type ControllerDeps, type Repository, type Site } from '../../controller/index.ts'
import {
  type ClusterVersions,
  type Config,
  type Isolation,
  isJsonObject,
  KintsugiError,
  type Policy,
  type RenderHelm,
} from '../../domain/index.ts'
import { type Problem, parsePolicies } from '../../policy/index.ts'
import type { Compute, OutsideModel } from '../../ports/index.ts'
import { loadTemplates, type Templates } from '../../proposal/index.ts'
import { edit } from '../../source/index.ts'
import { policyFiles } from '../policy-files.ts'
import { configuredRenderer } from './renderer.ts'
import type { Stops } from './stops.ts'

/** What renders charts behind the Renderer port, or nothing where there is no helm. `isolation` is what it is now: a renderer of its own may lose it. */
export type Charts = {
  readonly helm: RenderHelm | undefined
  readonly isolation: Isolation
  readonly version: string | undefined
}

/** `told` is `renderer` of the configuration. A renderer of its own that does not answer yet may do so later, so it is kept. */
export async function chartsOf(
  env: Readonly<Record<string, string | undefined>>,
  told?: { readonly url: string },
): Promise<Charts> {
  const renderer = configuredRenderer(env, told)
  const version = await renderer.version()
  return {
    helm: version === undefined && told === undefined ? undefined : (input) => renderer.render(input),
    get isolation() {
      return renderer.isolation
    },
    version,
  }
}

export type Parts = {
  readonly config: Config
  readonly site: Site
  readonly repositories: readonly Repository[]
  readonly policies: readonly Policy[]
  readonly charts: Charts
  readonly writes: ControllerDeps['writes']
  readonly stops: Pick<Stops, 'paused' | 'frozen'>
  /** What the cluster said of itself; what the configuration says where it was not asked. */
  readonly versions?: ClusterVersions
  /** Models outside that have a vote. */
  readonly outside?: readonly OutsideModel[]
  /** Where the journal is kept; none is kept where this is left out. */
  readonly audit?: AuditPlace
  readonly fits?: 'beside'
}

/** The controller's world, wired. */
export function controllerDeps(parts: Parts): ControllerDeps {
  const { config, charts } = parts
  const compute = fitsInWorkers(config.detection.budget.workers ?? Math.max(1, availableParallelism() - 1))
  return {
    config,
    site: parts.site,
    repositories: parts.repositories,
    policies: parts.policies,
    templates: templates(),
    ...(charts.helm === undefined ? {} : { helm: charts.helm }),
    get isolation() {
      return charts.isolation
    },
    unpack: unpackChart,
    versions: parts.versions ?? versionsOf(config),
    ...(compute && { compute }),
    ...(parts.fits && { fits: parts.fits }),
    breathe: setImmediate,
    ...(parts.outside && { outside: parts.outside }),
    ...(parts.audit && { audit: auditOf(parts.audit) }),
    paused: parts.stops.paused,
    frozen: parts.stops.frozen,
    writes: parts.writes,
    edit,
    version: ownVersion(),
  }
}

/** The site is the first cluster of the configuration. */
function versionsOf({ clusters: [cluster] }: Config): ClusterVersions {
  const { kubeVersion, apiVersions } = cluster?.kubernetes ?? {}
  return { ...(kubeVersion && { kubeVersion }), ...(apiVersions && { apiVersions }) }
}

/** Threads of their own for the models, started when the first one is fitted. It needs the built module; run from its sources, the bot fits in line. */
function fitsInWorkers(workers: number): Compute | undefined {
  return import.meta.url.endsWith('.js')
    ? workerCompute({ entry: new URL('../fit-worker.js', import.meta.url), workers })
    : undefined
}

function ownVersion(): string {
  const manifest: unknown = JSON.parse(readFileSync(new URL('../../../package.json', import.meta.url), 'utf8'))
  return isJsonObject(manifest) && typeof manifest['version'] === 'string' ? manifest['version'] : 'unknown'
}

function templates(): Templates {
  return loadTemplates((file) =>
    readFileSync(fileURLToPath(new URL(`../../../templates/${file}`, import.meta.url)), 'utf8'),
  )
}

/** Reads the operator's configuration. Throws KIN-2001 with the first place that is wrong. */
export async function readConfig(path: string, cwd: string): Promise<Config> {
  let text: string
  try {
    text = await readFile(resolve(cwd, path), 'utf8')
  } catch (cause) {
    throw new KintsugiError('KIN-1002', `${path} cannot be read`, { cause })
  }
  const parsed = parseConfig(text, path)
  if ('config' in parsed) return parsed.config
  throw problemError('KIN-2001', parsed.problems)
}

/** The operator's policies from files and folders. Throws KIN-2002 with the first place that is wrong. */
export async function readPolicies(
  paths: readonly string[],
  cwd: string,
  namespace: string,
): Promise<readonly Policy[]> {
  const policies: Policy[] = []
  for (const { file, text } of await policyFiles(paths, cwd)) {
    const parsed = parsePolicies(text, file, { from: 'operator', namespace })
    if (parsed.problems.length > 0) throw problemError('KIN-2002', parsed.problems)
    policies.push(...parsed.policies)
  }
  return policies
}

function problemError(code: 'KIN-2001' | 'KIN-2002', problems: readonly Problem[]): KintsugiError {
  const [first, ...rest] = problems
  if (first === undefined) return new KintsugiError(code, 'the file holds nothing')
  const more = rest.length === 0 ? '' : ` (and ${rest.length} more)`
  const hint = first.didYouMean === undefined ? '' : `; did you mean ${first.didYouMean}?`
  return new KintsugiError(code, `${first.message}${hint}${more}`, {
    at: { file: first.file, line: first.line, column: first.column },
  })
}
