import { refusal } from '../../answers.ts'
import type { Answer, Route } from '../../exchange.ts'
import { flag, text } from '../../graphql/args.ts'
import { type Moved, moveBranches } from '../../world/branches.ts'
import { isAncestor } from '../../world/git/history.ts'
import { readObject } from '../../world/git/object-reader.ts'
import { isValidRef, listRefs, type RefChange, resolveRef } from '../../world/git/refs.ts'
import { TEXTS } from '../../world/texts.ts'
import {
  type Asked,
  created,
  mover,
  NO_CONTENT,
  notFound,
  ok,
  READ_CODE,
  Refusal,
  reads,
  unprocessable,
  WRITE_CODE,
  writes,
} from '../answering.ts'
import { refForm } from '../forms/git.ts'

/** `heads/main`, as the routes name refs. */
const refOf = ({ params }: Asked): string => `refs/${params['ref'] ?? ''}`

async function getRef(asked: Asked): Promise<Answer> {
  const oid = await resolveRef(asked.repo.gitDir, refOf(asked))
  if (oid === undefined) throw notFound()
  return ok(refForm(asked, refOf(asked), oid))
}

async function matchingRefs(asked: Asked): Promise<Answer> {
  const refs = await listRefs(asked.repo.gitDir, refOf(asked))
  return ok(refs.map(({ ref, oid }) => refForm(asked, ref, oid)))
}

async function move(asked: Asked, change: RefChange): Promise<void> {
  throwRefused(await moveBranches(asked.world, asked.repo, mover(asked), [change]))
}

function throwRefused(moved: Moved): void {
  if (moved.ok) return
  throw moved.why === 'workflows' ? new Refusal(refusal(403, moved.text)) : unprocessable(moved.text)
}

async function createRef(asked: Asked): Promise<Answer> {
  const { repo, body } = asked
  const ref = text(body, 'ref')
  const sha = text(body, 'sha')
  if (!/^refs\/[^/]+\/./.test(ref) || !(await isValidRef(repo.gitDir, ref)))
    throw unprocessable('Reference name is invalid')
  if ((await resolveRef(repo.gitDir, ref)) !== undefined) throw unprocessable(TEXTS.referenceExists)
  if ((await readObject(repo.gitDir, sha))?.type !== 'commit') throw unprocessable('Object does not exist')
  await move(asked, { ref, before: undefined, after: sha })
  return created(refForm(asked, ref, sha))
}

async function updateRef(asked: Asked): Promise<Answer> {
  const { repo, body } = asked
  const ref = refOf(asked)
  const before = await resolveRef(repo.gitDir, ref)
  if (before === undefined) throw unprocessable(TEXTS.referenceMissing)
  const after = text(body, 'sha')
  if ((await readObject(repo.gitDir, after))?.type !== 'commit') throw unprocessable('Object does not exist')
  if (!flag(body, 'force') && !(await isAncestor(repo.gitDir, before, after))) throw unprocessable(TEXTS.notFastForward)
  await move(asked, { ref, before, after })
  return ok(refForm(asked, ref, after))
}

async function deleteRef(asked: Asked): Promise<Answer> {
  const ref = refOf(asked)
  const before = await resolveRef(asked.repo.gitDir, ref)
  if (before === undefined) throw unprocessable(TEXTS.referenceMissing)
  await move(asked, { ref, before, after: undefined })
  return NO_CONTENT
}

export const refRoutes: readonly Route[] = [
  reads('/git/ref/{ref}', READ_CODE, getRef),
  reads('/git/matching-refs/{ref}', READ_CODE, matchingRefs),
  writes('POST', '/git/refs', WRITE_CODE, createRef),
  writes('PATCH', '/git/refs/{ref}', WRITE_CODE, updateRef),
  writes('DELETE', '/git/refs/{ref}', WRITE_CODE, deleteRef),
]
