import type { Onboarding, Proposal, Reason } from '../../domain/index.ts'

const MAX_FILES = 5
const MAX_FILE_BYTES = 1024 * 1024
const MAX_PATH = 500
/** 8.3 names of `.git`, `.github`, `.gitmodules`, `.kintsugi` and CODEOWNERS, in lower case. */
const SHORT_NAME = /^(?:git|github|gitmod|gitatt|gitign|kintsu|codeow)~\d/

/** Leaves of a tree by path, as far as the limits ask for them. */
export type Leaves = ReadonlyMap<string, { readonly mode: string }>

export type Refusal = { readonly reason: Reason; readonly message: string }

/** Where the bot may write at all, whatever it is asked. */
export type Bounds = {
  readonly prefix: string
  /** Base branches that are bound; every branch that is not the bot's own where undefined. */
  readonly bases: readonly string[] | undefined
  /** Whether a binding covers a path. */
  readonly covers: (path: string) => boolean
}

/** A branch name that needs no quoting anywhere: a strict part of what Git allows. */
export function isBranchName(name: string): boolean {
  return (
    name.length <= 200 &&
    /^[A-Za-z0-9][\w.-]*(?:\/[A-Za-z0-9][\w.-]*)*$/.test(name) &&
    !/\.\.|\.lock(?:\/|$)|\.(?:\/|$)/.test(name)
  )
}

/** A whole commit id, of SHA-1 or SHA-256. */
export function isRevision(text: string): boolean {
  return /^[0-9a-f]{40}(?:[0-9a-f]{24})?$/.test(text)
}

/** A path that means the same file everywhere: relative, no empty, `.` or `..` part, nothing that a file system would read differently. */
export function isPlainPath(path: string): boolean {
  if (path === '' || path.length > MAX_PATH || /[\p{Cc}\p{Cf}\p{Cs}\\:]/u.test(path)) return false
  return path.split('/').every((part) => part !== '' && part !== '.' && part !== '..' && !/[. ]$/.test(part))
}

/**
 * Workflows, Git's and the bot's own settings, and who owns what: never written. Nor is a name that a file system which folds letters (case, width,
 * compatibility forms) or has short names takes for one of them in a clone.
 */
export function isForbiddenPath(path: string): boolean {
  const parts = path.normalize('NFKC').toLowerCase().split('/')
  const own = parts[0] === '.kintsugi' || parts.some((part) => part.startsWith('.git') || SHORT_NAME.test(part))
  return own || parts.at(-1) === 'codeowners'
}

function pathRefusal(path: string, bounds: Bounds): Refusal | undefined {
  if (!isPlainPath(path))
    return { reason: 'unsafe-path', message: `${JSON.stringify(path.slice(0, 100))} is not a plain path` }
  if (isForbiddenPath(path)) return { reason: 'path-forbidden', message: `${path} is never written` }
  if (!bounds.covers(path)) return { reason: 'path-forbidden', message: `${path} is outside of the binding` }
  return undefined
}

/** What can be said of a proposal before the repository is looked at. */
export function refusalOf(proposal: Proposal, bounds: Bounds): Refusal | undefined {
  const { branch, base, files } = proposal
  const own = `${bounds.prefix}/`
  if (!branch.startsWith(own) || !/^[a-z0-9-]{1,80}-[0-9a-f]{8}$/.test(branch.slice(own.length)))
    return { reason: 'path-forbidden', message: 'the branch is not one of the bot' }
  if (!isBranchName(base.branch) || base.branch.startsWith(own) || !isRevision(base.revision))
    return { reason: 'not-bound', message: 'the base is not a branch that may be changed' }
  if (bounds.bases !== undefined && !bounds.bases.includes(base.branch))
    return { reason: 'not-bound', message: `${base.branch} is not a bound base branch` }
  if (proposal.record.base.branch !== base.branch || proposal.record.base.revision !== base.revision)
    return { reason: 'base-moved', message: 'the record names another base than the proposal' }
  if (!proposal.proof.rendered) return { reason: 'render-failed', message: 'the change was not proven by rendering' }
  if (files.length === 0) return { reason: 'no-effect', message: 'the proposal changes no file' }
  if (files.length > MAX_FILES) return { reason: 'too-many-files', message: `${files.length} files` }
  if (new Set(files.map((file) => file.path)).size !== files.length)
    return { reason: 'path-forbidden', message: 'one path stands there twice' }
  const large = files.find((file) => file.content.byteLength > MAX_FILE_BYTES)
  if (large) return { reason: 'input-too-large', message: `${large.path} would have ${large.content.byteLength} bytes` }
  return files.map((file) => pathRefusal(file.path, bounds)).find((refusal) => refusal !== undefined)
}

/** The same for the offer of our settings: the one thing that is written below `.kintsugi/`, and nothing else is. */
export function offerRefusalOf({ base, files }: Onboarding, bounds: Bounds): Refusal | undefined {
  if (!isBranchName(base.branch) || base.branch.startsWith(`${bounds.prefix}/`) || !isRevision(base.revision))
    return { reason: 'not-bound', message: 'the base is not a branch that may be changed' }
  if (bounds.bases !== undefined && !bounds.bases.includes(base.branch))
    return { reason: 'not-bound', message: `${base.branch} is not a bound base branch` }
  if (files.length === 0) return { reason: 'no-effect', message: 'the offer holds no file' }
  if (files.length > MAX_FILES) return { reason: 'too-many-files', message: `${files.length} files` }
  const wrong = files.find(
    ({ path }) =>
      !isPlainPath(path) || !path.startsWith('.kintsugi/') || isForbiddenPath(path.slice('.kintsugi/'.length)),
  )
  if (wrong)
    return { reason: 'path-forbidden', message: `${JSON.stringify(wrong.path.slice(0, 100))} is no settings file` }
  const large = files.find((file) => file.content.byteLength > MAX_FILE_BYTES)
  return large && { reason: 'input-too-large', message: `${large.path} would have ${large.content.byteLength} bytes` }
}

function standsInTheWay(path: string, entry: { readonly mode: string } | undefined, base: Leaves): string | undefined {
  if (entry?.mode === '120000') return `${path} is a symbolic link`
  if (entry?.mode === '160000') return `${path} is a submodule`
  const parts = path.split('/')
  for (let depth = 1; depth < parts.length; depth += 1) {
    const folder = parts.slice(0, depth).join('/')
    if (base.has(folder)) return `${folder} is not a folder`
  }
  if (entry !== undefined) return undefined
  for (const other of base.keys()) if (other.startsWith(`${path}/`)) return `${path} is a folder`
  return undefined
}

/** What can be said once the base is known: nothing is written through a link, and no file takes the place of a folder. */
export function refusalOn(base: Leaves, paths: readonly string[]): Refusal | undefined {
  for (const path of paths) {
    const why = standsInTheWay(path, base.get(path), base)
    if (why !== undefined) return { reason: 'unsafe-path', message: why }
  }
  return undefined
}
