import { isJsonObject, type JsonObject, type JsonValue, type KustomizeOverrides } from '../../domain/index.ts'
import { Refusal } from './refusal.ts'

/**
 * A kustomization with the settings of an Argo CD Application, as Argo CD puts them there with `kustomize edit` before it builds:
 * name parts and namespace replace, images and replicas replace the entry of their name, the others are added.
 */
export function withOverrides(fields: JsonObject, overrides: KustomizeOverrides): JsonObject {
  return {
    ...fields,
    ...replaced('namePrefix', overrides.namePrefix),
    ...replaced('nameSuffix', overrides.nameSuffix),
    ...replaced('namespace', overrides.namespace),
    ...labels(fields, overrides),
    ...mapped('commonAnnotations', fields, overrides.commonAnnotations, overrides.forceCommonAnnotations === true),
    ...appended('components', fields, overrides.components),
    ...appended('patches', fields, overrides.patches),
    ...byName('images', fields, overrides.images?.map(imageEntry)),
    ...byName(
      'replicas',
      fields,
      overrides.replicas?.map(({ name, count }) => ({ name, count: Number(count) })),
    ),
  }
}

function replaced(name: string, value: string | undefined): JsonObject {
  return value === undefined || value === '' ? {} : { [name]: value }
}

/** As `kustomize edit add label` does it: with the selectors in `commonLabels`, without them as an entry of `labels`. */
function labels(fields: JsonObject, overrides: KustomizeOverrides): JsonObject {
  const { commonLabels: pairs, forceCommonLabels: force } = overrides
  if (overrides.labelWithoutSelector !== true) return mapped('commonLabels', fields, pairs, force === true)
  if (pairs === undefined) return {}
  const entry = overrides.labelIncludeTemplates === true ? { pairs, includeTemplates: true } : { pairs }
  return appended('labels', fields, [entry])
}

/** Entries of a map are added; one that is there already is an error to `kustomize edit`, unless it is forced. */
function mapped(
  name: string,
  fields: JsonObject,
  more: Readonly<Record<string, string>> | undefined,
  force: boolean,
): JsonObject {
  if (more === undefined) return {}
  const value = fields[name]
  const there = isJsonObject(value) ? value : {}
  const twice = force ? undefined : Object.keys(more).find((key) => Object.hasOwn(there, key))
  if (twice !== undefined)
    throw new Refusal('broken-base', `the Application adds ${twice} to ${name}, where the kustomization has it already`)
  return { [name]: { ...there, ...more } }
}

function appended(name: string, fields: JsonObject, more: readonly JsonValue[] | undefined): JsonObject {
  if (more === undefined || more.length === 0) return {}
  const there = fields[name]
  return { [name]: [...(Array.isArray(there) ? there : []), ...more] }
}

function entryName(entry: JsonValue): string {
  const name = isJsonObject(entry) ? entry['name'] : undefined
  return typeof name === 'string' ? name : ''
}

/** `kustomize edit set` keeps one entry per name, sorted. */
function byName(name: string, fields: JsonObject, more: readonly JsonObject[] | undefined): JsonObject {
  if (more === undefined || more.length === 0) return {}
  const there = fields[name]
  const entries = new Map<string, JsonValue>()
  for (const entry of [...(Array.isArray(there) ? there : []), ...more]) entries.set(entryName(entry), entry)
  return { [name]: [...entries.values()].sort((a, b) => (entryName(a) < entryName(b) ? -1 : 1)) }
}

/** `name=new:tag`, `name=new@digest`, `name:tag`, `name@digest` or `name=new`, as `kustomize edit set image` takes them. */
function imageEntry(text: string): JsonObject {
  const equals = text.indexOf('=')
  const { name, tag, digest } = splitImage(equals < 0 ? text : text.slice(equals + 1))
  return {
    name: equals < 0 ? name : text.slice(0, equals),
    ...(equals < 0 ? {} : { newName: name }),
    ...(tag === '' ? {} : { newTag: tag }),
    ...(digest === '' ? {} : { digest }),
  }
}

/** Name, tag and digest of an image reference; a colon before the last slash is a port. */
export function splitImage(image: string): { readonly name: string; readonly tag: string; readonly digest: string } {
  const slash = Math.max(image.indexOf('/'), 0)
  const at = image.indexOf('@', slash)
  const colon = image.indexOf(':', slash)
  const nameEnd = Math.min(at < 0 ? image.length : at, colon < 0 ? image.length : colon)
  const tagged = colon >= 0 && (at < 0 || colon < at)
  return {
    name: image.slice(0, nameEnd),
    tag: tagged ? image.slice(colon + 1, at < 0 ? image.length : at) : '',
    digest: at < 0 ? '' : image.slice(at + 1),
  }
}
