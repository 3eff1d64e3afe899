import { KintsugiError, type Policy, type Tree } from '../domain/index.ts'
import { formatProblem, parsePolicies, parsePolicyManifest } from '../policy/index.ts'
import type { ControllerDeps, Repository } from './deps.ts'
import { type Memory, trim } from './memory.ts'
import { POLICY_FILE } from './onboarding.ts'
import type { Trees } from './owner.ts'

/** The operator's policies, those on the default branch of each repository, and the cluster's own resources. */
export async function readPolicies(
  deps: ControllerDeps,
  memory: Memory,
  trees: Trees,
  unreachable: ReadonlySet<string>,
): Promise<{ policies: readonly Policy[]; problems: readonly string[]; unread: ReadonlySet<string> }> {
  const policies: Policy[] = [...deps.policies]
  const problems: string[] = []
  const unread = new Set<string>()
  for (const repository of deps.repositories) {
    if (unreachable.has(repository.forge.repository)) {
      unread.add(repository.forge.repository)
      continue
    }
    const read = await policiesOf(repository, memory, trees, deps.repositories.length === 1)
    policies.push(...read.policies)
    problems.push(...read.problems)
    if (read.problems.length > 0) unread.add(repository.forge.repository)
  }
  for (const manifest of await deps.site.cluster.policies()) {
    const namespace = namespaceOf(manifest)
    const operators = deps.config.policyNamespaces.includes(namespace)
    const parsed = parsePolicyManifest(
      manifest,
      operators ? { from: 'operator', namespace } : { from: 'resource', namespace },
    )
    policies.push(...parsed.policies)
    problems.push(...parsed.problems.map(formatProblem))
    // A resource may speak of any workload of the cluster.
    if (parsed.problems.length > 0) for (const { forge } of deps.repositories) unread.add(forge.repository)
  }
  return { policies, problems, unread }
}

/** What one of several repositories cannot tell is said, and the others go on. Throws what the only one throws: without it there is nothing to do. */
async function policiesOf(
  { urls: [url], forge }: Repository,
  memory: Memory,
  trees: Trees,
  only: boolean,
): Promise<Read> {
  try {
    const head = url === undefined ? undefined : await trees.head(url, 'HEAD')
    if (head === undefined) return { policies: [], problems: [] }
    const read = memory.policies.get(head.tree.oid) ?? policiesIn(head.tree, forge.repository)
    memory.policies.set(head.tree.oid, read)
    trim(memory.policies)
    return read
  } catch (error) {
    if (only || !(error instanceof KintsugiError)) throw error
    return { policies: [], problems: [`${forge.repository}: ${error.message}`] }
  }
}

type Read = { readonly policies: readonly Policy[]; readonly problems: readonly string[] }

function namespaceOf(manifest: Readonly<Record<string, unknown>>): string {
  const metadata = manifest['metadata']
  const namespace =
    typeof metadata === 'object' && metadata !== null && 'namespace' in metadata ? metadata.namespace : undefined
  return typeof namespace === 'string' ? namespace : ''
}

function policiesIn(tree: Pick<Tree, 'paths' | 'bytes'>, repo: string): Read {
  const policies: Policy[] = []
  const problems: string[] = []
  for (const file of tree.paths().filter((path) => POLICY_FILE.test(path))) {
    const text = textOf(tree, file)
    if (text === undefined) {
      problems.push(`${file}:1:1: the file is too large to be read`)
      continue
    }
    const parsed = parsePolicies(text, file, { from: 'repository', repo, file })
    policies.push(...parsed.policies)
    problems.push(...parsed.problems.map(formatProblem))
  }
  return { policies, problems }
}

/** Undefined for a file that its tree lists and does not read. */
function textOf(tree: Pick<Tree, 'bytes'>, file: string): string | undefined {
  try {
    return new TextDecoder().decode(tree.bytes(file) ?? new Uint8Array())
  } catch (error) {
    if (error instanceof KintsugiError && error.code === 'KIN-1002') return undefined
    throw error
  }
}
