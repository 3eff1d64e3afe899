import type { ObjectKey } from '../../domain/index.ts'
import { type ApplicationMap, mapApplication, type Target } from '../../source/index.ts'
import type { Refusal } from '../application-files.ts'
import type { Arguments } from '../arguments.ts'
import type { Io } from '../io.ts'
import { entryDocument } from '../map/document.ts'
import type { Entry } from '../map/entries.ts'
import { askEach, readRequest } from '../source-request.ts'
import { writtenAt } from '../tree/discovered.ts'

export type MappedOne = {
  readonly entry: Entry
  readonly map: ApplicationMap
  readonly document: Readonly<Record<string, unknown>>
}

function isAsked(key: ObjectKey, target: Target): boolean {
  return (
    key.kind === target.kind &&
    key.name === target.name &&
    (target.group === undefined || key.group === target.group) &&
    (target.namespace === '' || key.namespace === target.namespace)
  )
}

/** Every field of one object, from the Application that renders it. */
export async function mapOne(args: Arguments, io: Io, target: Target): Promise<MappedOne | Refusal> {
  const request = await readRequest(args, io, target)
  return askEach(request, async ({ application, sources, others }) => {
    const wanted = (key: ObjectKey): boolean => isAsked(key, target)
    const map = await mapApplication({ application, sources, others, deps: request.deps, wanted })
    if (!map.mapped) return { reason: map.reason, message: map.message }
    if (map.objects.length === 0)
      return { reason: 'target-not-found', message: `no ${target.kind} ${target.name} is rendered` } as const
    const entry = { name: application.name, application, place: writtenAt(application.origin) }
    return { entry, map, document: entryDocument(entry, map) }
  })
}
