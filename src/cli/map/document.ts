import type { ApplicationMap, MappedField, MappedObject } from '../../source/index.ts'
import type { NotResolved, Place } from '../tree/discovered.ts'
import type { Entry } from './entries.ts'

type Document = Readonly<Record<string, unknown>>

/** A value that is absent is null in the document: absence has no other word in JSON. */
function fieldDocument(field: MappedField): Document {
  const { field: name, container, rendered } = field
  const head = { field: name, ...(container !== undefined && { container }), rendered: rendered ?? null }
  if (!field.located) return { ...head, located: false, reason: field.reason, message: field.message }
  const { file, line, column, text, by, alsoReadBy, repoURL } = field.location
  return { ...head, located: true, file, line, column, text, by, alsoReadBy, ...(repoURL !== undefined && { repoURL }) }
}

function objectDocument({ key, fields }: MappedObject): Document {
  return { ...key, fields: fields.map(fieldDocument) }
}

function placeDocument({ file, line, by }: Place): Document {
  return { file, line: line ?? null, by: by ?? null }
}

/** One Application or root of `kintsugi map --json`. */
export function entryDocument(entry: Entry, map: ApplicationMap): Document {
  const { name, application, place, root } = entry
  const head = {
    kind: root === undefined ? 'application' : `root-${root.kind}`,
    name,
    namespace: root === undefined ? application.namespace : null,
    ...placeDocument(place),
    destination: application.destination.namespace,
  }
  if (!map.mapped)
    return { ...head, mapped: false, reason: map.reason, message: map.message, sources: map.sources, objects: [] }
  return { ...head, mapped: true, tools: map.tools, sources: map.sources, objects: map.objects.map(objectDocument) }
}

/** An Application that is written in the tree and could not be read. */
export function unresolvedDocument({ name, file, line, reason, message }: NotResolved): Document {
  const head = {
    kind: 'application',
    name,
    namespace: null,
    ...placeDocument({ file, ...(line !== undefined && { line }) }),
    destination: null,
  }
  return { ...head, mapped: false, reason, message, sources: [], objects: [] }
}
