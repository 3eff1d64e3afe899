import { join } from 'node:path'
import { gitRange, gitTree, type NamedCommit } from '../../adapters/local/index.ts'
import type { Application, Tree } from '../../domain/index.ts'
import { type BisectInput, bisect, type Cause, type Unrendered } from '../../source/index.ts'
import { namedApplications, type Refusal, sameApplication } from '../application-files.ts'
import type { Arguments } from '../arguments.ts'
import type { Io } from '../io.ts'
import { askEach, type Checkout, readRequest, readTarget, type SourceRequest } from '../source-request.ts'

type Candidate = SourceRequest['likely'][number]

/** A cause with the commit as people know it. */
export type NamedCause = Cause & { readonly commit: NamedCommit | undefined }

export type BisectAnswer = {
  readonly causes: readonly NamedCause[]
  readonly good: NamedCommit
  readonly bad: NamedCommit
  readonly commits: number
  readonly exact: boolean
  readonly renders: number
  readonly unrendered: readonly Unrendered[]
  readonly note?: string
}

/** The Application as a tree has it where it stands in a file of the tree; as it is today where it does not. */
function applicationAt({ application }: Candidate, home: Checkout): BisectInput['applicationAt'] {
  const { origin } = application
  const path = origin?.from === 'file' ? origin.written.path : undefined
  if (path === undefined || home.tree.blob(path) === undefined) return () => application
  return (tree: Tree): Application | undefined => {
    const bytes = tree.bytes(path)
    if (bytes === undefined) return undefined
    return namedApplications(bytes, path).applications.find((one) => sameApplication(one, application))
  }
}

/** The tree of a commit in the place of the folder; other repositories as they are at hand. */
function sourcesAt({ checkout, sources }: Candidate, home: Checkout): BisectInput['sourcesAt'] {
  return (tree) => ({
    tree: (repoURL, revision) => (checkout(repoURL)?.dir === home.dir ? tree : sources.tree(repoURL, revision)),
  })
}

/** Looks for the commits in the repository of --tree. The folder itself is read for its Applications alone. */
export async function bisectIn(args: Arguments, io: Io): Promise<BisectAnswer | Refusal> {
  const target = readTarget(args.text('target') ?? '', undefined)
  const request = await readRequest(args, io, target)
  const { home, deps, note } = request
  const gitDir = join(home.dir, '.git')
  const commits = await gitRange(gitDir, args.text('good') ?? '', args.text('bad') ?? 'HEAD')
  const [good, bad] = [commits[0], commits.at(-1)]
  if (good === undefined || bad === undefined) return { reason: 'conflict', message: 'there is no commit to look at' }
  const history = commits.map(({ revision }) => ({ revision, tree: () => gitTree(gitDir, revision) }))
  const found = await askEach(request, async (candidate) => {
    const { others } = candidate
    const at = { applicationAt: applicationAt(candidate, home), sourcesAt: sourcesAt(candidate, home) }
    const outcome = await bisect({ history, ...at, target, deps, others })
    return outcome.outcome === 'found' ? outcome : { reason: outcome.reason, message: outcome.message }
  })
  if (!('causes' in found)) return found
  const byRevision = new Map(commits.map((commit) => [commit.revision, commit]))
  return {
    ...found,
    causes: found.causes.map((cause) => ({ ...cause, commit: byRevision.get(cause.revision) })),
    ...{ good, bad, commits: commits.length - 1 },
    ...(note !== undefined && { note }),
  }
}
