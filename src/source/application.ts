import {
  type Application,
  type ApplicationSource,
  type DirectorySettings,
  groupOf,
  type HelmSettings,
  isJsonObject,
  type JsonObject,
  type JsonValue,
  type KustomizeOverrides,
  type Manifest,
  type Reason,
} from '../domain/index.ts'
import { isRefused, type Refused, refuse } from './refused.ts'
import { joinPath } from './tree.ts'

export type ParsedApplication =
  | { readonly parsed: true; readonly application: Application }
  | { readonly parsed: false; readonly reason: Reason; readonly message: string }

const EMPTY: JsonObject = {}

function unreadable(message: string): Refused {
  return refuse('application-unreadable', message)
}

function has(object: JsonObject, key: string): boolean {
  return Object.hasOwn(object, key) && object[key] !== undefined && object[key] !== null
}

function member(object: JsonObject, key: string): JsonValue | undefined {
  return has(object, key) ? object[key] : undefined
}

function objectAt(object: JsonObject, key: string): JsonObject | undefined {
  const value = member(object, key)
  return isJsonObject(value) ? value : undefined
}

function textAt(object: JsonObject, key: string): string | undefined {
  const value = member(object, key)
  return typeof value === 'string' ? value : undefined
}

function listAt(object: JsonObject, key: string): readonly JsonValue[] {
  const value = member(object, key)
  return Array.isArray(value) ? value : []
}

function textsAt(object: JsonObject, key: string): readonly string[] {
  return listAt(object, key).filter((item) => typeof item === 'string')
}

/** The part of `{ [key]: value }` that exists, for optional fields under exactOptionalPropertyTypes. */
function optional<Key extends string, Value>(key: Key, value: Value | undefined): { [K in Key]?: Value } {
  return value === undefined ? {} : ({ [key]: value } as { [K in Key]?: Value }) // a computed key widens to string
}

function stringMap(object: JsonObject | undefined): Readonly<Record<string, string>> | undefined {
  if (object === undefined) return undefined
  return Object.fromEntries(Object.entries(object).map(([key, value]) => [key, String(value)]))
}

/** Texts that count as not there where they are empty. */
function setTexts<Key extends string>(raw: JsonObject, keys: readonly Key[]): { [K in Key]?: string } {
  const texts = keys.map((key): [Key, string | undefined] => [key, textAt(raw, key)])
  return Object.fromEntries(texts.filter(([, value]) => value !== undefined && value !== '')) as { [K in Key]?: string } // the keys that were asked for
}

/** Switches that are on. */
function flags<Key extends string>(raw: JsonObject, keys: readonly Key[]): { [K in Key]?: true } {
  const on = keys.filter((key) => member(raw, key) === true).map((key): [Key, true] => [key, true])
  return Object.fromEntries(on) as { [K in Key]?: true } // the keys that were asked for
}

function helmOf(raw: JsonObject): HelmSettings {
  const valuesObject = member(raw, 'valuesObject')
  return {
    valueFiles: textsAt(raw, 'valueFiles'),
    ignoreMissingValueFiles: member(raw, 'ignoreMissingValueFiles') === true,
    parameters: listAt(raw, 'parameters')
      .filter(isJsonObject)
      .filter((one) => has(one, 'name'))
      .map((one) => ({
        name: String(one['name']),
        value: has(one, 'value') ? String(one['value']) : '',
        forceString: member(one, 'forceString') === true,
      })),
    skipCrds: member(raw, 'skipCrds') === true,
    ...flags(raw, ['skipTests', 'skipSchemaValidation']),
    ...setTexts(raw, ['releaseName', 'kubeVersion', 'namespace']),
    ...optional('values', textAt(raw, 'values')),
    ...optional('valuesObject', valuesObject),
    ...(has(raw, 'apiVersions') ? { apiVersions: textsAt(raw, 'apiVersions') } : {}),
  }
}

function replicasOf(raw: JsonObject): readonly { readonly name: string; readonly count: number | string }[] {
  return listAt(raw, 'replicas')
    .filter(isJsonObject)
    .flatMap((one) => {
      const count = member(one, 'count')
      return typeof count === 'number' || typeof count === 'string' ? [{ name: String(one['name']), count }] : []
    })
}

function kustomizeOf(raw: JsonObject): KustomizeOverrides {
  return {
    ...setTexts(raw, ['namePrefix', 'nameSuffix', 'namespace', 'kubeVersion', 'version']),
    ...flags(raw, [
      'ignoreMissingComponents',
      'labelWithoutSelector',
      'labelIncludeTemplates',
      'forceCommonLabels',
      'forceCommonAnnotations',
      'commonAnnotationsEnvsubst',
    ]),
    ...optional('commonLabels', stringMap(objectAt(raw, 'commonLabels'))),
    ...optional('commonAnnotations', stringMap(objectAt(raw, 'commonAnnotations'))),
    ...(has(raw, 'images') ? { images: textsAt(raw, 'images') } : {}),
    ...(has(raw, 'replicas') ? { replicas: replicasOf(raw) } : {}),
    ...(has(raw, 'components') ? { components: textsAt(raw, 'components') } : {}),
    ...(has(raw, 'patches') ? { patches: listAt(raw, 'patches') } : {}),
    ...(has(raw, 'apiVersions') ? { apiVersions: textsAt(raw, 'apiVersions') } : {}),
  }
}

function directoryOf(raw: JsonObject): DirectorySettings {
  return {
    recurse: member(raw, 'recurse') === true,
    ...setTexts(raw, ['include', 'exclude']),
    ...flags(raw, ['disableExtensionFilter']),
  }
}

const TYPES = ['helm', 'kustomize', 'directory', 'plugin'] as const

/** Argo CD refuses a source that is told to be of two types at once. */
function contradiction(raw: JsonObject, where: string): string | undefined {
  const types = TYPES.filter((type) => has(raw, type))
  if (types.length > 1) return `${where} sets ${types.join(' and ')}, and a source has one type`
  if (has(raw, 'chart') && textAt(raw, 'path')) return `${where} sets both chart and path`
  if (has(raw, 'chart') && has(raw, 'ref')) return `${where} sets both chart and ref`
  if (!has(raw, 'chart') && !has(raw, 'path') && !has(raw, 'ref')) return `${where} has neither path nor chart nor ref`
  for (const type of TYPES) {
    if (has(raw, type) && !isJsonObject(raw[type])) return `${where}.${type} is not a map`
  }
  const helm = objectAt(raw, 'helm') ?? EMPTY
  for (const key of ['valueFiles', 'parameters']) {
    if (has(helm, key) && !Array.isArray(helm[key])) return `${where}.helm.${key} is not a list`
  }
  return undefined
}

/**
 * Reads one source as Argo CD's API spells it. `where` names it in messages. A path is made plain: `./apps/` is `apps`, `.` is ''.
 * Refused: contradictions (`application-unreadable`), a path that leaves the repository (`unsafe-path`).
 */
export function parseSource(raw: JsonValue | undefined, where: string): ApplicationSource | Refused {
  if (!isJsonObject(raw)) return unreadable(`${where} is not a map`)
  const repoURL = textAt(raw, 'repoURL')
  if (repoURL === undefined || repoURL === '') return unreadable(`${where}.repoURL is missing`)
  const wrong = contradiction(raw, where)
  if (wrong !== undefined) return unreadable(wrong)
  const path = textAt(raw, 'path')
  const plain = path === undefined ? undefined : path === '' ? '' : joinPath('', path)
  if (path !== undefined && plain === undefined) {
    return refuse('unsafe-path', `${where}.path ${JSON.stringify(path)} leaves the repository`)
  }
  const [helm, kustomize, directory] = [objectAt(raw, 'helm'), objectAt(raw, 'kustomize'), objectAt(raw, 'directory')]
  return {
    repoURL,
    targetRevision: textAt(raw, 'targetRevision') || 'HEAD',
    ...optional('path', plain),
    ...optional('chart', textAt(raw, 'chart')),
    ...optional('ref', textAt(raw, 'ref')),
    ...(helm === undefined ? {} : { helm: helmOf(helm) }),
    ...(kustomize === undefined ? {} : { kustomize: kustomizeOf(kustomize) }),
    ...(directory === undefined ? {} : { directory: directoryOf(directory) }),
    ...(has(raw, 'plugin') ? { plugin: true } : {}),
  }
}

/**
 * The sources as written, each with the place that names it: a hydrator's dry source, where people write, wins over `sources`, and that
 * over `source`. What a hydrator writes (`syncSource`) is no place for an edit.
 */
export function rawSources(
  manifest: Manifest,
): readonly { readonly raw: JsonValue | undefined; readonly where: string }[] {
  const spec = objectAt(manifest, 'spec') ?? EMPTY
  const dry = objectAt(objectAt(spec, 'sourceHydrator') ?? EMPTY, 'drySource')
  if (dry !== undefined) return [{ raw: dry, where: 'spec.sourceHydrator.drySource' }]
  const sources = listAt(spec, 'sources')
  if (sources.length > 0) return sources.map((raw, index) => ({ raw, where: `spec.sources[${index}]` }))
  return has(spec, 'source') ? [{ raw: spec['source'], where: 'spec.source' }] : []
}

function ignoreDifferencesOf(spec: JsonObject): Application['ignoreDifferences'] {
  return listAt(spec, 'ignoreDifferences')
    .filter(isJsonObject)
    .map((one) => ({
      group: textAt(one, 'group') ?? '',
      kind: textAt(one, 'kind') ?? '',
      jsonPointers: textsAt(one, 'jsonPointers'),
      ...optional('name', textAt(one, 'name')),
    }))
}

function parse(manifest: Manifest): Application | Refused {
  const metadata = objectAt(manifest, 'metadata') ?? EMPTY
  const spec = objectAt(manifest, 'spec')
  const name = textAt(metadata, 'name')
  if (textAt(manifest, 'kind') !== 'Application' || groupOf(textAt(manifest, 'apiVersion') ?? '') !== 'argoproj.io') {
    return unreadable('the manifest is not an Application of argoproj.io')
  }
  if (name === undefined || name === '') return unreadable('metadata.name is missing')
  if (spec === undefined) return unreadable('spec is missing')
  const raws = rawSources(manifest)
  if (raws.length === 0) return unreadable('spec has neither source nor sources')
  const sources: ApplicationSource[] = []
  for (const { raw, where } of raws) {
    const source = parseSource(raw, where)
    if (isRefused(source)) return source
    sources.push(source)
  }
  const destination = objectAt(spec, 'destination') ?? EMPTY
  return {
    name,
    namespace: textAt(metadata, 'namespace') ?? 'argocd',
    project: textAt(spec, 'project') ?? 'default',
    sources,
    destination: {
      namespace: textAt(destination, 'namespace') ?? '',
      ...optional('server', textAt(destination, 'server')),
      ...optional('name', textAt(destination, 'name')),
    },
    ignoreDifferences: ignoreDifferencesOf(spec),
    manifest,
  }
}

/** Reads an Argo CD Application. Loose about what it does not need; a contradiction is `application-unreadable` and names the field. */
export function parseApplication(manifest: Manifest): ParsedApplication {
  const application = parse(manifest)
  if (isRefused(application)) return { parsed: false, reason: application.reason, message: application.message }
  return { parsed: true, application }
}

// Argo CD takes 7 digits and more for a commit. HEURISTIC: of letters alone it is more likely a word, and so a branch.
const COMMIT = /^(?=.*\d)[0-9a-f]{7,40}$|^[0-9a-f]{40}$/
// Argo CD resolves versions and ranges to tags (Masterminds/semver): `1.2`, `v1.2.3`, `1.x`, `^1.2`, `>=1 <2`, `*`.
const VERSION_OR_RANGE = /^(?:[\^~<>=!]|\*$)|^v?\d+(?:\.(?:\d+|[xX*]))+(?:[-+][\w.+-]*)?$|^v?\d+\.[xX*]$/

/** Whether a revision names one state, or one of several tags, rather than a branch. */
export function isPinned(revision: string): boolean {
  return COMMIT.test(revision) || revision.startsWith('refs/tags/') || VERSION_OR_RANGE.test(revision)
}

/**
 * The branch that an edit has to reach: `HEAD` stands for the default branch. A commit, `refs/tags/...`, a version or a range of versions is pinned:
 * an edit of a branch would change nothing. Any other name counts as a branch, because a name alone does not tell.
 */
export function baseOf(source: ApplicationSource): { readonly branch: string } | { readonly pinned: string } {
  const revision = source.targetRevision
  if (isPinned(revision)) return { pinned: revision }
  return { branch: revision.startsWith('refs/heads/') ? revision.slice('refs/heads/'.length) : revision }
}
