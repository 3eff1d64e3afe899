import { open, stat } from 'node:fs/promises'
import { relative, resolve, sep } from 'node:path'
import { type Application, canonicalJson, KintsugiError } from '../domain/index.ts'
import type { Sources } from '../source/index.ts'
import { type NamedApplications, namedApplications } from './application-files.ts'
import type { Arguments } from './arguments.ts'
import { chartedSources } from './compose/charts.ts'
import type { Io } from './io.ts'
import type { Candidate, SourceRequest } from './tree/candidates.ts'
import type { Checkout, NamedCheckout } from './tree/checkouts.ts'
import { repositoryKey } from './tree/repository-key.ts'
import { readTreeRequest, type TreeRequest, treeFolder } from './tree/tree-request.ts'

/** The repository of an Application that no --source names; undefined when there are several: which of them --tree is would be a guess. */
function leftOver(application: Application, named: readonly NamedCheckout[]): string | undefined {
  const left = application.sources
    .filter(({ chart, repoURL }) => chart === undefined && !named.some((one) => one.key === repositoryKey(repoURL)))
    .map(({ repoURL }) => repoURL)
  return new Set(left.map(repositoryKey)).size > 1 ? undefined : left[0]
}

/** Which folder answers for which repository of an Application: those named by --source, and --tree for the one that is left. */
export function checkoutsFor(
  application: Application,
  home: Checkout,
  named: readonly NamedCheckout[],
): (repoURL: string) => Checkout | undefined {
  const left = leftOver(application, named)
  return (repoURL) => {
    const key = repositoryKey(repoURL)
    const isHome = left !== undefined && repositoryKey(left) === key
    return named.find((one) => one.key === key) ?? (isHome ? home : undefined)
  }
}

export async function readable(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isFile(),
    () => false,
  )
}

/** More than the YAML reader takes, which then says so: the rest of a larger file is never in memory. */
const MOST_BYTES = 2 * 1024 * 1024

async function beginningOf(path: string): Promise<Uint8Array> {
  const file = await open(path)
  try {
    const { buffer, bytesRead } = await file.read(new Uint8Array(MOST_BYTES), 0, MOST_BYTES, 0)
    return buffer.subarray(0, bytesRead)
  } finally {
    await file.close()
  }
}

/** The file as a path from here; where there is none, as one in the tree. */
async function applicationsOf(
  file: string,
  dir: string,
  cwd: string,
): Promise<NamedApplications & { readonly place: string }> {
  const places = [resolve(cwd, file), resolve(dir, file)]
  for (const place of places)
    if (await readable(place)) return { place, ...namedApplications(await beginningOf(place), file) }
  throw new KintsugiError('KIN-1002', `${file} is no file, neither here nor in the tree.`)
}

/** The Application as it was found in the tree, with its place there, where the file that was named is one of the tree. */
function foundAs(
  application: Application,
  path: string | undefined,
  { discovery }: TreeRequest,
): Application | undefined {
  const { name, namespace, manifest } = application
  const spec = canonicalJson(manifest['spec'] ?? null)
  const found = discovery.found.map((one) => one.application)
  return found.find(
    ({ origin, ...other }) =>
      origin?.from === 'file' &&
      origin.written.path === path &&
      other.name === name &&
      other.namespace === namespace &&
      canonicalJson(other.manifest['spec'] ?? null) === spec,
  )
}

/**
 * An Application whose manifest is a file: --tree stands for the one repository that --source does not name. Every other Application of the
 * tree may read what it reads, whatever makes it.
 */
export async function fromFile(args: Arguments, io: Io, file: string): Promise<SourceRequest> {
  const dir = await treeFolder(args, io)
  const { place, applications, refused } = await applicationsOf(file, dir, io.cwd)
  const [first] = applications
  const request = await readTreeRequest(args, io, (named) => (first === undefined ? undefined : leftOver(first, named)))
  const { home, named, deps, keep, discovery } = request
  const others = discovery.found.map((one) => one.application)
  const path = relative(dir, place).split(sep).join('/')
  const candidateOf = async (application: Application): Promise<Candidate> => {
    const checkout = checkoutsFor(application, home, named)
    const isHere = application.sources.every(
      ({ chart, repoURL }) => chart !== undefined || checkout(repoURL)?.dir === request.checkout(repoURL)?.dir,
    )
    const found = isHere ? foundAs(application, path, request) : undefined
    if (found !== undefined) return { application: found, checkout: request.checkout, sources: request.sources, others }
    const inGit: Sources = {
      tree: (repoURL) => checkout(repoURL)?.tree,
    }
    const sources = await chartedSources(args.text('charts'), io, [application], inGit)
    return { application, checkout, sources, others }
  }
  const likely = await Promise.all(applications.map(candidateOf))
  return { home, likely, rest: [], refused, deps, keep, remember: async () => {} }
}
