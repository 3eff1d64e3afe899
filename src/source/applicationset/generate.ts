import {
  type Application,
  groupOf,
  isJsonObject,
  type JsonObject,
  type JsonPath,
  type JsonValue,
  type Manifest,
  type ManifestOrigin,
  type Reason,
  valueAt,
} from '../../domain/index.ts'
import { parseApplication } from '../application.ts'
import { isRefused, type Refused, refuse } from '../refused.ts'
import type { TreeAt } from '../world.ts'
import { readYaml } from '../yaml/index.ts'
import { generate, ownTemplate } from './generators.ts'
import { fillInAll, type Generation, type ParameterSet, type Written } from './parameters.ts'
import { filledTemplate, patched } from './patch.ts'
import { fillIn, isGoMap } from './template/index.ts'
import { attempt, stop } from './unresolved.ts'

/** An ApplicationSet as written or rendered. */
export type ApplicationSet = {
  readonly name: string
  readonly namespace: string
  readonly manifest: Manifest
  readonly origin: ManifestOrigin
}

export type Generated = {
  readonly applications: readonly Application[]
  /** Why some of its Applications, or all, are not known. */
  readonly problems: readonly { readonly reason: Reason; readonly message: string }[]
}

/** The ApplicationSet, or undefined for any other object. Without a name it is none. */
export function applicationSetOf(manifest: JsonValue | undefined, origin: ManifestOrigin): ApplicationSet | undefined {
  if (!isJsonObject(manifest) || manifest['kind'] !== 'ApplicationSet') return undefined
  if (groupOf(String(manifest['apiVersion'] ?? '')) !== 'argoproj.io') return undefined
  const name = valueAt(manifest, ['metadata', 'name'])
  const namespace = valueAt(manifest, ['metadata', 'namespace'])
  if (typeof name !== 'string' || name === '') return undefined
  return { name, namespace: typeof namespace === 'string' ? namespace : 'argocd', manifest, origin }
}

type Plan = {
  readonly set: ApplicationSet
  readonly generation: Generation
  readonly template: JsonObject
  readonly templates: readonly JsonPath[]
}

function application(plan: Plan, parameters: ParameterSet): Application {
  const { set, generation } = plan
  const filled = filledIn(plan.template, parameters, generation)
  const metadata = isJsonObject(filled['metadata']) ? filled['metadata'] : {}
  const spec = isJsonObject(filled['spec']) ? filled['spec'] : {}
  const made: JsonObject = {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Application',
    metadata: { ...metadata, namespace: set.namespace },
    spec,
  }
  const manifest = withPatch(plan, made, parameters)
  const parsed = parseApplication(manifest)
  if (!parsed.parsed) return stop(parsed.reason, parsed.message)
  const { name } = parsed.application
  if (name.includes('{{'))
    return stop(
      'application-unreadable',
      `no parameter gives what ${name} names, which is to be the Application's name`,
    )
  const origin = { from: 'application-set', set, templates: plan.templates, parameters: parameters.sources } as const
  return { ...parsed.application, origin }
}

function filledIn(template: JsonObject, { values }: ParameterSet, generation: Generation): JsonObject {
  if (Object.keys(values).length === 0) return template
  // Texts are filled in and nothing else changes: what was JSON stays JSON.
  return fillInAll(template, values, generation) as JsonObject
}

function withPatch({ set, generation }: Plan, made: JsonObject, { values }: ParameterSet): JsonObject {
  const text = valueAt(set.manifest, ['spec', 'templatePatch'])
  if (typeof text !== 'string') return made
  const filled = fillIn(text, values, generation)
  const read = readYaml(new TextEncoder().encode(filled), 'templatePatch', 'settings')
  if (!read.read) return stop(read.reason, read.message)
  const patch = read.documents[0]?.value ?? null
  if (patch === null) return made
  if (!isJsonObject(patch)) return stop('application-unreadable', 'templatePatch is no map')
  const result = patched(made, patch)
  const [metadata, spec] = [result['metadata'], result['spec']]
  // Argo CD lets a patch move neither the namespace nor the project.
  const { namespace } = set
  const project = valueAt(made, ['spec', 'project']) ?? 'default'
  return {
    ...result,
    metadata: { ...(isJsonObject(metadata) ? metadata : {}), namespace },
    spec: { ...(isJsonObject(spec) ? spec : {}), project },
  }
}

function generatorPlan(set: ApplicationSet, generator: Written, generation: Generation): Plan {
  const own = ownTemplate(generator)
  const base = valueAt(set.manifest, ['spec', 'template'])
  if (!isJsonObject(base)) return stop('application-unreadable', 'spec.template is missing')
  const template = own === undefined ? base : filledTemplate(own.template as JsonObject, base) // as read, so it has no ints
  return { set, generation, template, templates: [...(own === undefined ? [] : [own.path]), ['spec', 'template']] }
}

function generationOf(set: ApplicationSet, treeOf: Generation['treeOf']): Generation {
  const options = valueAt(set.manifest, ['spec', 'goTemplateOptions'])
  return {
    goTemplate: valueAt(set.manifest, ['spec', 'goTemplate']) === true,
    missingIsError: Array.isArray(options) && options.includes('missingkey=error'),
    written: set.origin.from === 'file' ? set.origin.written : undefined,
    treeOf,
  }
}

function fromGenerator(set: ApplicationSet, generator: Written, generation: Generation): readonly Application[] {
  const plan = generatorPlan(set, generator, generation)
  return generate(generator, generation).map((parameters) => application(plan, parameters))
}

/**
 * The Applications of an ApplicationSet as far as Git decides them: list, git, matrix and merge generators. A generator that asks
 * something else is a problem of its own and the others still count; any other problem leaves none, because Argo CD makes none either.
 */
export function generateApplications(
  set: ApplicationSet,
  treeOf: (repoURL: string, revision: string) => TreeAt | undefined,
): Generated {
  const generation = generationOf(set, treeOf)
  const raws = valueAt(set.manifest, ['spec', 'generators'])
  if (!Array.isArray(raws) || raws.length === 0) {
    return { applications: [], problems: [refuse('application-unreadable', 'spec.generators is missing')] }
  }
  const applications: Application[] = []
  const problems: Refused[] = []
  for (const [index, raw] of raws.entries()) {
    if (!isGoMap(raw)) continue
    const path = ['spec', 'generators', index]
    const made = attempt(() => fromGenerator(set, { raw, path }, generation))
    if (!isRefused(made)) applications.push(...made)
    else if (made.reason === 'generated-elsewhere') problems.push(made)
    else return { applications: [], problems: [made] }
  }
  return { applications: unique(applications, problems), problems }
}

/** Argo CD makes none of two Applications that a set calls by one name. */
function unique(applications: readonly Application[], problems: Refused[]): readonly Application[] {
  const times = new Map<string, number>()
  for (const { name } of applications) times.set(name, (times.get(name) ?? 0) + 1)
  const twice = [...times].filter(([, count]) => count > 1).map(([name]) => name)
  for (const name of twice)
    problems.push(refuse('application-unreadable', `it makes several Applications called ${name}`))
  return applications.filter(({ name }) => !twice.includes(name))
}
