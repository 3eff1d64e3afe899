import type { Application } from '../domain/index.ts'
import { baseOf } from './application.ts'
import { type Refused, refuse } from './refused.ts'
import type { Passage } from './world.ts'

/**
 * Refuses an edit of a file that is read at a tag, a commit or a range of versions: no commit on a branch would reach it. Where the pin is
 * written in Git is said.
 */
export function pinned({ file }: Pick<Passage, 'file'>, application?: Application): Refused | undefined {
  const base = baseOf({ repoURL: file.repoURL, targetRevision: file.revision })
  if (!('pinned' in base)) return undefined
  const origin = application?.origin
  const pin = origin?.from === 'file' ? `; ${origin.written.path}:${origin.written.line} pins it` : ''
  return refuse('pinned-revision', `${file.path} is read at ${base.pinned}, which no commit on a branch changes${pin}`)
}
