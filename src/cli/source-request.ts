import { open, stat } from 'node:fs/promises'
import { resolve } from 'node:path'
import { diskTree } from '../adapters/files/index.ts'
import {
  type Application,
  FIELD_NAMES,
  type Field,
  isContainerField,
  KintsugiError,
  parseField,
} from '../domain/index.ts'
import type { RenderDeps, Sources, Target } from '../source/index.ts'
import {
  applicationsIn,
  type NamedApplications,
  namedApplications,
  type Refusal,
  sameApplication,
} from './application-files.ts'
import type { Arguments } from './arguments.ts'
import { localRenderDeps } from './compose/renderer.ts'
import { suggestion } from './did-you-mean.ts'
import type { Io } from './io.ts'
import { type Checkout, type NamedCheckout, namedTrees } from './tree/checkouts.ts'
import { repositoryKey } from './tree/repository-key.ts'

export type { Checkout } from './tree/checkouts.ts'

function usage(message: string): KintsugiError {
  return new KintsugiError('KIN-1001', message)
}

/** `Kind/namespace/name`, or `group/Kind/namespace/name`. The namespace of an object of the whole cluster is empty. */
export function readTarget(text: string, container: string | undefined): Target {
  const parts = text.split('/')
  const [name, namespace, kind, group, ...more] = parts.reverse()
  if (name === undefined || name === '' || namespace === undefined || !kind || group === '' || more.length > 0)
    throw usage(`--target is Kind/namespace/name, such as Deployment/shop/cart, and not "${text}".`)
  return { kind, namespace, name, ...(group !== undefined && { group }), ...(container !== undefined && { container }) }
}

export function readField(text: string, container: string | undefined): Field {
  const field = parseField(text)
  if (field === undefined)
    throw usage(`"${text}" is no field: ${FIELD_NAMES.join(', ')}.${suggestion(text, FIELD_NAMES)}`)
  if (container !== undefined && !isContainerField(field) && field !== 'storage')
    throw usage(`${text} is not a field of a container.`)
  return field
}

/**
 * Which folder answers for which repository of an Application: those named by --source, and --tree for the one that is left.
 * When several are left, which of them --tree is would be a guess, so none is.
 */
export function checkoutsFor(
  application: Application,
  home: Checkout,
  named: readonly NamedCheckout[],
): (repoURL: string) => Checkout | undefined {
  const keys = application.sources
    .filter((source) => source.chart === undefined)
    .map((source) => repositoryKey(source.repoURL))
    .filter((key) => !named.some((one) => one.key === key))
  const [left, ...others] = new Set(keys)
  return (repoURL) => {
    const key = repositoryKey(repoURL)
    return named.find((one) => one.key === key) ?? (others.length === 0 && key === left ? home : undefined)
  }
}

async function readable(path: string): Promise<boolean> {
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
async function applicationsOf(file: string, dir: string, cwd: string): Promise<NamedApplications> {
  const places = [resolve(cwd, file), resolve(dir, file)]
  for (const place of places) if (await readable(place)) return namedApplications(await beginningOf(place), file)
  throw new KintsugiError('KIN-1002', `${file} is no file, neither here nor in the tree.`)
}

/** Everything that `locate` and `edit` read from the command line and the disk. */
export type SourceRequest = {
  readonly home: Checkout
  /** One for each Application of the named file, in its order. */
  readonly candidates: readonly {
    readonly application: Application
    readonly sources: Sources
    readonly checkout: (repoURL: string) => Checkout | undefined
    readonly others: readonly Application[]
  }[]
  readonly refused: NamedApplications['refused']
  readonly deps: RenderDeps
  readonly target: Target
  readonly field: Field
}

export async function readRequest(args: Arguments, io: Io): Promise<SourceRequest> {
  const container = args.text('container')
  const target = readTarget(args.text('target') ?? '', container)
  const field = readField(args.text('field') ?? '', container)
  const dir = resolve(io.cwd, args.text('tree') ?? '')
  const tree = await diskTree(dir)
  const [named, { applications, refused }] = await Promise.all([
    namedTrees(args.list('source'), io.cwd),
    applicationsOf(args.text('application') ?? '', dir, io.cwd),
  ])
  const deps = localRenderDeps(io.env)
  const inTree = applicationsIn(tree)
  const candidates = applications.map((application) => {
    const checkout = checkoutsFor(application, { dir, tree }, named)
    const sources: Sources = { tree: (repoURL) => checkout(repoURL)?.tree }
    return { application, checkout, sources, others: inTree.filter((other) => !sameApplication(other, application)) }
  })
  return { home: { dir, tree }, candidates, refused, deps, target, field }
}

type Tried<Done> = { readonly name: string; readonly result: Done | Refusal }

function isRefusal<Done extends object>(result: Done | Refusal): result is Refusal {
  return 'reason' in result
}

/**
 * Asks each Application of the file; the one that renders the target answers. Two that render it are `target-ambiguous`;
 * when none does, the first says why.
 */
export async function askEach<Done extends object>(
  request: SourceRequest,
  ask: (candidate: SourceRequest['candidates'][number]) => Promise<Done | Refusal>,
): Promise<Done | Refusal> {
  const tried: Tried<Done>[] = []
  for (const candidate of request.candidates)
    tried.push({ name: candidate.application.name, result: await ask(candidate) })
  const [first] = tried
  if (first === undefined)
    return request.refused[0] ?? { reason: 'application-unreadable', message: 'there is no Application' }
  const rendering = tried.filter(({ result }) => !isRefusal(result) || result.reason !== 'target-not-found')
  if (rendering.length > 1) {
    const names = rendering.map(({ name }) => name).join(', ')
    return { reason: 'target-ambiguous', message: `several Applications of the file render it: ${names}` }
  }
  return (rendering[0] ?? first).result
}
