import { availableParallelism } from 'node:os'
import { isAbsolute, relative, resolve, sep } from 'node:path'
import {
  type Application,
  FIELD_NAMES,
  type Field,
  isContainerField,
  KintsugiError,
  parseField,
  type Reason,
} from '../domain/index.ts'
import { directoryApplication, joinPath, releaseNameOf, type Target } from '../source/index.ts'
import type { Refusal } from './application-files.ts'
import type { Arguments } from './arguments.ts'
import { suggestion } from './did-you-mean.ts'
import { fromFile, readable } from './file-request.ts'
import { inOrder } from './in-order.ts'
import type { Io } from './io.ts'
import { type Candidate, candidatesIn, candidatesOf, type SourceRequest } from './tree/candidates.ts'
import type { Checkout } from './tree/checkouts.ts'
import { placeText, writtenAt } from './tree/discovered.ts'
import { readTreeRequest, type TreeRequest, treeFolder } from './tree/tree-request.ts'

export type { SourceRequest } from './tree/candidates.ts'
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

/** The object and the field of `--target`, `--container` and `--field`. */
export function readQuestion(args: Arguments): { readonly target: Target; readonly field: Field } {
  const container = args.text('container')
  return {
    target: readTarget(args.text('target') ?? '', container),
    field: readField(args.text('field') ?? '', container),
  }
}

async function nothing(): Promise<void> {}

async function isFile(args: Arguments, io: Io, name: string): Promise<boolean> {
  if (await readable(resolve(io.cwd, name))) return true
  return readable(resolve(await treeFolder(args, io), name))
}

/** A path on the command line as one of the tree: from here where that is in it, else from its root. */
function inTree(text: string, dir: string, io: Io): string {
  const fromHere = relative(dir, resolve(io.cwd, text))
  const outside = fromHere.startsWith('..') || isAbsolute(fromHere)
  const path = outside ? joinPath('', text) : fromHere.split(sep).join('/')
  if (path === undefined) throw usage(`${text} is not in the tree ${dir}.`)
  return path
}

/** A value file as Argo CD spells it: from here, or else beside the chart, as an Application would name it. */
function valueFile(file: string, chart: string, { dir, tree }: Checkout, io: Io): string {
  const fromHere = inTree(file, dir, io)
  const beside = joinPath(chart, file)
  const named = tree.blob(fromHere) === undefined && beside !== undefined && tree.blob(beside) !== undefined
  return `/${named ? beside : fromHere}`
}

/** The directory of --path, as Argo CD would deploy it. */
function fromPath(request: TreeRequest, args: Arguments, io: Io, path: string, namespace: string): Candidate {
  const { home, repoURL, sources, checkout, discovery } = request
  const dir = inTree(path, home.dir, io)
  const release = args.text('release')
  const application = directoryApplication({
    name: release ?? releaseNameOf(dir.slice(dir.lastIndexOf('/') + 1)),
    path: dir,
    repoURL,
    // Who asks for shop/cart in a folder that names no namespace deploys it to shop.
    namespace: args.text('namespace') ?? namespace,
    valueFiles: args.list('values').map((file) => valueFile(file, dir, home, io)),
    ...(release !== undefined && { release }),
  })
  return { application, sources, checkout, others: discovery.found.map((one) => one.application) }
}

function onlyNamed(candidates: readonly Candidate[], name: string): readonly Candidate[] {
  return candidates.filter(
    ({ application: { name: own, namespace } }) => name === own || name === `${namespace}/${own}`,
  )
}

/**
 * Which Applications are asked: those of the file that --application names, the one that it calls by name, the directory of --path, or all
 * that the tree has.
 */
export async function readRequest(args: Arguments, io: Io, target: Target): Promise<SourceRequest> {
  const [named, path] = [args.text('application'), args.text('path')]
  if (named !== undefined && path !== undefined) throw usage('--application and --path exclude each other.')
  for (const flag of ['values', 'release'])
    if (path === undefined && args.has(flag)) throw usage(`--${flag} goes with --path.`)
  if (named !== undefined && (looksLikeFile(named) || (await isFile(args, io, named)))) return fromFile(args, io, named)
  const request = await readTreeRequest(args, io)
  const { home, deps, identity } = request
  const known = {
    home,
    deps,
    keep: request.keep,
    remember: nothing,
    refused: [],
    ...(identity.note !== undefined && { note: identity.note }),
  }
  if (path !== undefined) return { ...known, likely: [fromPath(request, args, io, path, target.namespace)], rest: [] }
  if (named === undefined) return { ...known, ...(await candidatesIn(request, target)), refused: noneFound(request) }
  const only = onlyNamed(candidatesOf(request), named)
  if (only.length > 0) return { ...known, likely: only, rest: [] }
  const names = request.discovery.found.map(({ application }) => application.name)
  const message = `no Application of the tree is called ${named}, and it is no file.${suggestion(named, names)}`
  return { ...known, likely: [], rest: [], refused: [{ reason: 'application-not-found', message }] }
}

function noneFound({ discovery }: TreeRequest): readonly Refusal[] {
  const message =
    'the tree has no Application of Argo CD: --application FILE names one that stands elsewhere, --path DIR a directory that is to be treated as one'
  return discovery.found.length === 0 ? [{ reason: 'application-not-found', message }] : []
}

/** A name of an Application has no slash but that of its namespace, and no ending. */
function looksLikeFile(text: string): boolean {
  return /\.(?:ya?ml|json)$/.test(text)
}

type Tried<Done> = { readonly candidate: Candidate; readonly result: Done | Refusal }

function isRefusal<Done extends object>(result: Done | Refusal): result is Refusal {
  return 'reason' in result
}

/** Reasons for which an Application was not rendered: whether it would render the target is not known then. */
const NOT_RENDERED: ReadonlySet<Reason> = new Set([
  ...(['source-missing', 'path-missing', 'value-file-missing', 'broken-base', 'unsupported-kustomize'] as const),
  ...(['unsupported-source', 'remote-base', 'renderer-missing', 'renderer-unreachable', 'render-failed'] as const),
  ...(['render-limit', 'application-unreadable', 'input-too-large', 'yaml-invalid', 'unsafe-path'] as const),
])

async function ask<Done extends object>(
  candidates: readonly Candidate[],
  question: (candidate: Candidate) => Promise<Done | Refusal>,
): Promise<readonly Tried<Done>[]> {
  const tried: Tried<Done>[] = []
  const work = async (candidate: Candidate): Promise<Tried<Done>> => ({
    candidate,
    result: await question(candidate),
  })
  for await (const one of inOrder(candidates, availableParallelism(), work)) tried.push(one)
  return tried
}

/**
 * Asks each Application that may render the target; the one that renders it answers. Two that render it are `target-ambiguous`. When none
 * does, those are asked that by their text do not, and then the first says why.
 */
export async function askEach<Done extends object>(
  request: SourceRequest,
  question: (candidate: Candidate) => Promise<Done | Refusal>,
): Promise<Done | Refusal> {
  const answer = await askAll(request, question)
  await request.keep()
  return answer
}

async function askAll<Done extends object>(
  request: SourceRequest,
  question: (candidate: Candidate) => Promise<Done | Refusal>,
): Promise<Done | Refusal> {
  const isRendering = ({ result }: Tried<Done>): boolean => !isRefusal(result) || result.reason !== 'target-not-found'
  const isSure = ({ result }: Tried<Done>): boolean => !isRefusal(result) || !NOT_RENDERED.has(result.reason)
  const likely = await ask(request.likely, question)
  const tried = likely.some((one) => isRendering(one) && isSure(one))
    ? likely
    : [...likely, ...(await ask(request.rest, question))]
  const [first] = tried
  if (first === undefined)
    return request.refused[0] ?? { reason: 'application-unreadable', message: 'there is no Application' }
  const rendering = tried.filter(isRendering)
  const sure = rendering.filter(isSure)
  // What was not rendered this time may be the next time.
  if (rendering.length === sure.length) await request.remember(sure.map(({ candidate }) => candidate))
  if (sure.length > 1) {
    return ambiguous(sure.map(({ candidate }) => candidate.application))
  }
  const [unknown] = rendering
  if (sure[0] !== undefined || unknown === undefined) return (sure[0] ?? first).result
  return likely.includes(unknown) || tried.length === 1 ? unknown.result : notSeen(rendering, tried.length)
}

/** Whose text does not have the name is hardly the one that renders it: what is the matter with it is not the answer. */
function notSeen<Done extends object>(unknown: readonly Tried<Done>[], asked: number): Refusal {
  const shown = unknown.slice(0, 3).map(({ candidate, result }) => {
    const why = isRefusal(result) ? result.reason : 'not rendered'
    return `${candidate.application.name} (${why})`
  })
  const more = unknown.length > shown.length ? ` and ${unknown.length - shown.length} more` : ''
  const message = `none of ${asked} Applications is seen to render it; ${unknown.length} cannot be rendered here: ${shown.join(', ')}${more}`
  return { reason: 'target-not-found', message }
}

/** Where it is written, or what it deploys where it is written nowhere. */
function standsAt({ origin, sources }: Application): string {
  const written = placeText(writtenAt(origin))
  return written === '' ? `deploys ${sources.map(({ path, chart }) => path ?? chart ?? '').join(', ')}` : written
}

/** Names alone where each is another's; else where they stand, since a name would not tell them apart. */
function ambiguous(applications: readonly Application[]): Refusal {
  const names = applications.map(({ name }) => name)
  const isPlain = new Set(names).size === names.length
  const shown = applications.map((one) => (isPlain ? one.name : `${one.name} (${standsAt(one)})`))
  const next = isPlain
    ? 'Name one with --application'
    : 'Name the file of one with --application, or what it deploys with --path'
  return { reason: 'target-ambiguous', message: `several Applications render it: ${shown.join(', ')}. ${next}` }
}
