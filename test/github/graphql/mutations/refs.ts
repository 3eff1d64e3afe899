import { branchRef, type Moved, moveBranches } from '../../world/branches.ts'
import { findRepository } from '../../world/establish.ts'
import { isAncestor } from '../../world/git/history.ts'
import { readObject } from '../../world/git/object-reader.ts'
import { isValidRef, type RefChange, resolveRef, ZERO_OID } from '../../world/git/refs.ts'
import { canSee, moverOf } from '../../world/permissions.ts'
import type { Repository } from '../../world/repositories.ts'
import { TEXTS } from '../../world/texts.ts'
import { commitOnBranch } from '../../world/web-commits.ts'
import { type Args, flag, maybeText, object, objects, text } from '../args.ts'
import type { Context } from '../context.ts'
import { GitHubError, needToWrite, notFound, unprocessable } from '../errors.ts'
import type { Fields } from '../fields.ts'
import { parseNodeId } from '../node-ids.ts'
import { commitSource, refSource } from '../sources.ts'
import { mutation, repositoryOf } from './mutation.ts'

const CONTENTS = { contents: 'write' } as const

async function createRef(input: Args, context: Context) {
  const repo = repositoryOf(context, input)
  needToWrite(context, repo, CONTENTS)
  const ref = text(input, 'name')
  const oid = text(input, 'oid')
  if (!/^refs\/(heads|tags)\/./.test(ref) || !(await isValidRef(repo.gitDir, ref))) {
    throw unprocessable(`${ref} is not a valid ref name.`)
  }
  if ((await resolveRef(repo.gitDir, ref)) !== undefined) {
    throw unprocessable(`A ref named "${ref}" already exists in the repository.`)
  }
  if ((await readObject(repo.gitDir, oid))?.type !== 'commit') throw unprocessable('Object does not exist')
  await move(context, repo, [{ ref, before: undefined, after: oid }])
  return { ref: refSource(repo, ref, oid) }
}

async function move(context: Context, repo: Repository, changes: readonly RefChange[]): Promise<void> {
  throwRefused(await moveBranches(context.world, repo, moverOf(context.world, context.actor), changes))
}

function throwRefused(moved: Moved): void {
  if (moved.ok) return
  throw moved.why === 'workflows' ? new GitHubError('FORBIDDEN', moved.text) : unprocessable(moved.text)
}

function refOf(context: Context, input: Args): { repo: Repository; ref: string } {
  const id = text(input, 'refId')
  const parsed = parseNodeId(id)
  const repo = context.world.repositories.get(Number(parsed?.parts[0]))
  const ref = parsed?.parts[1]
  if (parsed?.type !== 'Ref' || !repo || ref === undefined || !canSee(context.world, context.actor, repo)) {
    throw notFound(`Could not resolve to a node with the global id of '${id}'`)
  }
  return { repo, ref }
}

async function updateRef(input: Args, context: Context) {
  const { repo, ref } = refOf(context, input)
  needToWrite(context, repo, CONTENTS)
  const before = await resolveRef(repo.gitDir, ref)
  const after = text(input, 'oid')
  if (before === undefined) throw notFound(TEXTS.referenceMissing)
  if (!flag(input, 'force') && !(await isAncestor(repo.gitDir, before, after)))
    throw unprocessable(TEXTS.notFastForward)
  await move(context, repo, [{ ref, before, after }])
  return { ref: refSource(repo, ref, after) }
}

async function deleteRef(input: Args, context: Context) {
  const { repo, ref } = refOf(context, input)
  needToWrite(context, repo, CONTENTS)
  const before = await resolveRef(repo.gitDir, ref)
  if (before === undefined) throw notFound(TEXTS.referenceMissing)
  await move(context, repo, [{ ref, before, after: undefined }])
  return {}
}

async function updateRefs(input: Args, context: Context) {
  const repo = repositoryOf(context, input)
  needToWrite(context, repo, CONTENTS)
  const changes = await Promise.all(objects(input, 'refUpdates').map((update) => refChange(repo, update)))
  await move(context, repo, changes)
  return {}
}

/** Forty zeros stand for "not there" on either side; without `beforeOid` whatever is there is moved. */
async function refChange(repo: Repository, update: Args): Promise<RefChange> {
  const ref = text(update, 'name')
  const here = await resolveRef(repo.gitDir, ref)
  const expected = maybeText(update, 'beforeOid')
  const before = expected === undefined ? here : expected === ZERO_OID ? undefined : expected
  const wanted = text(update, 'afterOid')
  const after = wanted === ZERO_OID ? undefined : wanted
  // Our wording.
  if (here !== before) throw unprocessable(`${ref} is at ${here ?? ZERO_OID} but expected ${before ?? ZERO_OID}`)
  if (before === undefined && after === undefined) throw unprocessable(TEXTS.referenceMissing)
  if (after !== undefined && (await readObject(repo.gitDir, after))?.type !== 'commit')
    throw unprocessable('Object does not exist')
  const forward = before === undefined || after === undefined || (await isAncestor(repo.gitDir, before, after))
  if (!forward && !flag(update, 'force')) throw unprocessable(TEXTS.notFastForward)
  return { ref, before, after }
}

const COMMIT_ERRORS = {
  stale: 'STALE_DATA',
  missing: 'NOT_FOUND',
  workflows: 'FORBIDDEN',
  refused: 'UNPROCESSABLE',
} as const

async function createCommitOnBranch(input: Args, context: Context) {
  const { repo, branch } = await committable(context, object(input, 'branch'))
  needToWrite(context, repo, CONTENTS)
  const message = object(input, 'message')
  const body = maybeText(message, 'body') ?? ''
  const headline = text(message, 'headline')
  const changes = object(input, 'fileChanges')
  const result = await commitOnBranch(context.world, repo, moverOf(context.world, context.actor), {
    branch,
    expectedHead: text(input, 'expectedHeadOid'),
    message: body === '' ? headline : `${headline}\n\n${body}`,
    additions: objects(changes, 'additions').map((addition) => ({
      path: text(addition, 'path'),
      content: Buffer.from(text(addition, 'contents'), 'base64'),
    })),
    deletions: objects(changes, 'deletions').map((deletion) => text(deletion, 'path')),
  })
  if (!result.ok) throw new GitHubError(COMMIT_ERRORS[result.why], result.text)
  return { commit: await commitSource(repo, result.oid), ref: refSource(repo, branchRef(branch), result.oid) }
}

async function committable(context: Context, input: Args): Promise<{ repo: Repository; branch: string }> {
  const id = maybeText(input, 'id')
  if (id !== undefined) {
    const { repo, ref } = refOf(context, { refId: id })
    return { repo, branch: ref.replace('refs/heads/', '') }
  }
  const [owner = '', name = ''] = text(input, 'repositoryNameWithOwner').split('/')
  const repo = findRepository(context.world, owner, name)
  if (!repo || !canSee(context.world, context.actor, repo)) {
    throw notFound(`Could not resolve to a Repository with the name '${owner}/${name}'.`)
  }
  return { repo, branch: text(input, 'branchName').replace(/^refs\/heads\//, '') }
}

export const refMutations: Fields<unknown> = {
  createRef: mutation(['repositoryId', 'name', 'oid'], createRef),
  updateRef: mutation(['refId', 'oid', 'force'], updateRef),
  deleteRef: mutation(['refId'], deleteRef),
  updateRefs: mutation(['repositoryId', 'refUpdates'], updateRefs),
  createCommitOnBranch: mutation(['branch', 'expectedHeadOid', 'fileChanges', 'message'], createCommitOnBranch),
}
