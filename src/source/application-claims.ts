import { type Application, isJsonObject, valueAt, type WrittenAt } from '../domain/index.ts'
import { rawSources } from './application.ts'
import { valueFileName } from './build-variables.ts'
import { globMatcher } from './glob.ts'
import { joinPath, staticDirectory } from './tree.ts'

/** What an Application may read of a repository, as far as its own text says; `.argocd-source` files may say more. */
export type Claim = { readonly repoURL: string; readonly revision: string } & (
  | { readonly is: 'directory' | 'file' | 'root'; readonly path: string }
  | { readonly is: 'glob'; readonly below: string; readonly matches: (path: string) => boolean }
)

type Source = Application['sources'][number]

const GLOB = /[*?[{]/

function valueFileClaim(application: Application, source: Source, written: string): Claim | undefined {
  const name = valueFileName(written, application, source)
  const slash = name.indexOf('/')
  const lent = name.startsWith('$') ? application.sources.find(({ ref }) => ref === name.slice(1, slash)) : source
  if (lent === undefined) return undefined
  const { repoURL, targetRevision: revision } = lent
  const own = name.startsWith('$') || name.startsWith('/') ? '' : (source.path ?? '')
  const path = joinPath(own, name.startsWith('$') ? name.slice(slash + 1) : name.replace(/^\/+/, ''))
  if (path === undefined) return undefined
  if (!GLOB.test(path)) return { repoURL, revision, is: 'file', path }
  const matches = globMatcher(path, { crossing: false })
  // A file may be called as a glob is written: then that file is meant.
  return { repoURL, revision, is: 'glob', below: staticDirectory(path), matches: (at) => at === path || matches(at) }
}

/** Kustomizations and patches that the Application itself adds to its kustomization, as paths of the tree. */
export function inlinePaths(source: Source): readonly string[] {
  const patches = (source.kustomize?.patches ?? []).filter(isJsonObject).map((patch) => patch['path'])
  const written = [...(source.kustomize?.components ?? []), ...patches].filter((one) => typeof one === 'string')
  return written.flatMap((one) => joinPath(source.path ?? '', one) ?? [])
}

/** Files whose text becomes a value: not traced, but read. */
function fileParameters(application: Application, index: number): readonly string[] {
  const list = valueAt(rawSources(application.manifest)[index]?.raw, ['helm', 'fileParameters'])
  const paths = Array.isArray(list) ? list.map((one) => valueAt(one, ['path'])) : []
  return paths.filter((path) => typeof path === 'string')
}

function claimsOfSource(application: Application, source: Source, index: number): readonly Claim[] {
  if (source.path === undefined && source.chart === undefined) return []
  const at = { repoURL: source.repoURL, revision: source.targetRevision }
  return [
    { ...at, is: 'directory', path: source.path ?? '' },
    ...inlinePaths(source).map((path): Claim => ({ ...at, is: 'root', path })),
    ...[...(source.helm?.valueFiles ?? []), ...fileParameters(application, index)].flatMap(
      (name) => valueFileClaim(application, source, name) ?? [],
    ),
  ]
}

/** The files that a generated Application is made of: where its ApplicationSet stands, and its parameters. */
export function madeOf({ origin }: Application): readonly WrittenAt[] {
  if (origin?.from !== 'application-set') return []
  const parameters = origin.parameters.map(({ written }) => written)
  return origin.set.origin.from === 'file' ? [origin.set.origin.written, ...parameters] : parameters
}

const claims = new WeakMap<Application, readonly Claim[]>()

/** Everything that the Application's own text says it may read. */
export function claimsOf(application: Application): readonly Claim[] {
  const known = claims.get(application)
  if (known !== undefined) return known
  const made = [
    ...application.sources.flatMap((source, index) => claimsOfSource(application, source, index)),
    ...madeOf(application).map(({ repoURL, revision, path }): Claim => ({ repoURL, revision, is: 'file', path })),
  ]
  claims.set(application, made)
  return made
}
