import type { Application, Tree } from '../domain/index.ts'
import { formatOf } from './formats/index.ts'
import { isRefused } from './refused.ts'
import { type ResolvedSource, resolveSources, type SourceFile, type Sources, treeAt } from './resolve.ts'
import type { Target } from './target.ts'
import { bytesIfReadable } from './tree.ts'

/** Letters that kustomize and Kubernetes make the hashes of names from: such a piece stands nowhere in a file. */
const HASH = /^[bcdfghjkmtvwxz2456789]{8,10}$/

/** The words that a name is put together from: what templates, prefixes and suffixes add is one or several of them. */
function wordsOf(name: string): readonly string[] {
  const words = name
    .toLowerCase()
    .split(/[-._]+/)
    .filter((word) => word !== '')
  return words.filter((word, at) => at < words.length - 1 || !HASH.test(word))
}

const LETTER = /[a-z0-9]/

/** Whether the text has the word by itself: `over` does not stand in `nameoverride`. */
function hasWord(text: string, word: string): boolean {
  for (let at = text.indexOf(word); at >= 0; at = text.indexOf(word, at + 1)) {
    if (!LETTER.test(text.charAt(at - 1)) && !LETTER.test(text.charAt(at + word.length))) return true
  }
  return false
}

const texts = new WeakMap<Tree, Map<string, string>>()

function lowerText(tree: Tree, path: string): string {
  const known = texts.get(tree) ?? new Map<string, string>()
  texts.set(tree, known)
  const text = known.get(path) ?? new TextDecoder().decode(bytesIfReadable(tree, path)).toLowerCase()
  known.set(path, text)
  return text
}

function readBy(source: ResolvedSource): readonly SourceFile[] {
  return [...formatOf(source).reads(source), ...source.overrides.map((path) => ({ ...treeAt(source), path }))]
}

/** What the Application itself says of the objects; the repository that it reads says nothing of them. */
function says({ name, destination, sources }: Application): string {
  const settings = sources.map(({ repoURL: _, targetRevision: __, ...rest }) => rest)
  return JSON.stringify([name, destination.namespace, settings]).toLowerCase()
}

/**
 * Whether an Application may render the object. HEURISTIC: every word of the object's name, cut at `-`, `.` and `_`, has to stand in the
 * Application or in a file that it reads; and where the namespaces differ, every word of the target's namespace too. Names that a template
 * makes by a digest, by cutting a word short or by joining two, would be missed. What cannot be resolved may render anything that its text names.
 */
export function mayRender(
  application: Application,
  sources: Sources,
  target: Pick<Target, 'name' | 'namespace'>,
): boolean {
  const { namespace } = application.destination
  const isElsewhere = target.namespace !== '' && namespace !== '' && target.namespace !== namespace
  const words = [...wordsOf(target.name), ...(isElsewhere ? wordsOf(target.namespace) : [])]
  const own = says(application)
  const missing = new Set(words.filter((word) => !hasWord(own, word)))
  if (missing.size === 0) return true
  const resolved = resolveSources(application, sources)
  if (isRefused(resolved)) return false
  for (const { tree, path } of resolved.flatMap(readBy)) {
    const text = lowerText(tree, path)
    for (const word of missing) if (hasWord(path.toLowerCase(), word) || hasWord(text, word)) missing.delete(word)
    if (missing.size === 0) return true
  }
  return false
}

/** How likely an Application is the one that renders the target: more is likelier. Only the order of asking depends on it. */
export function likelihood(application: Application, target: Pick<Target, 'name' | 'namespace'>): number {
  const { name, destination, sources } = application
  const named = name === target.name ? 4 : name.includes(target.name) || target.name.includes(name) ? 2 : 0
  const inPath = sources.some(({ path }) => path?.includes(target.name) === true) ? 1 : 0
  const there = target.namespace !== '' && destination.namespace === target.namespace ? 3 : 0
  return named + inPath + there
}
