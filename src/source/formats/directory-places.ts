import { objectKey } from '../../domain/index.ts'
import { type Place, type Question, readSource, setAt } from '../place.ts'
import { isRefused, type Refused, refuse } from '../refused.ts'
import { writtenObjects } from './directory-files.ts'
import { sourceFile } from './format.ts'

/** Where a plain manifest writes the field: the object itself stands there, so nothing has to be traced. */
export function directoryPlaces(question: Question): readonly (Place | Refused)[] | Refused {
  const { source, object, place, value, kind } = question
  const objects = writtenObjects(source)
  if (isRefused(objects)) return objects
  const written = objects.filter(({ manifest }) => {
    const key = objectKey(manifest)
    if (key === undefined || key.kind !== object.key.kind || key.name !== object.key.name) return false
    return key.group === object.key.group && (key.namespace === '' || key.namespace === object.key.namespace)
  })
  // Of equal objects the last one is applied last.
  const last = written.at(-1)
  if (last === undefined)
    return refuse('not-in-git', `${object.key.kind} ${object.key.name} is not written in ${source.dir}`)
  const text = readSource(source.tree, last.file)
  if (isRefused(text)) return text
  const path = [...last.path, ...place.path]
  const file = sourceFile(source, last.file)
  return [setAt({ file, source: text, document: last.document, path, value, kind, by: 'manifest' })]
}
