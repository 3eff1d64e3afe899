import type { Application, Sibling } from '../domain/index.ts'
import { formatOf } from './formats/index.ts'
import { type LocateInput, locate } from './locate.ts'
import { mayRender } from './may-render.ts'
import { isRefused } from './refused.ts'
import { resolveSources, type Sources } from './resolve.ts'

/** So many environments are looked at; each costs about as much as locating the field once. */
const MOST = 6

/** `repository path` of everything that an Application reads; empty where it cannot be resolved. */
function filesOf(application: Application, sources: Sources): ReadonlySet<string> {
  const resolved = resolveSources(application, sources)
  if (isRefused(resolved)) return new Set()
  return new Set(
    resolved.flatMap((source) =>
      formatOf(source)
        .reads(source)
        .map(({ repoURL, path }) => `${repoURL} ${path}`),
    ),
  )
}

async function siblingIn(input: LocateInput, application: Application): Promise<Sibling | undefined> {
  const namespaces = new Set([application.destination.namespace, input.target.namespace])
  for (const namespace of namespaces) {
    const { live: _, ...rest } = input
    const found = await locate({ ...rest, application, others: [], target: { ...input.target, namespace } })
    if (!found.located) continue
    const { file, line, text, rendered } = found.location
    const value = text === '' ? rendered : text
    if (typeof value === 'object' || value === undefined) return undefined
    return { application: application.name, file, line, value: String(value) }
  }
  return undefined
}

/**
 * Where other Applications that share files with this one (a chart, a base) set the same field of the workload of the same name: the
 * other environments of it, at most six. An Application that renders no such workload, or reads nothing in common, is none.
 */
export async function siblingsOf(input: LocateInput): Promise<readonly Sibling[]> {
  const own = filesOf(input.application, input.sources)
  const near = (input.others ?? []).filter((other) => {
    if (other.name === input.application.name && other.namespace === input.application.namespace) return false
    const target = { name: input.target.name, namespace: other.destination.namespace }
    return mayRender(other, input.sources, target) && [...filesOf(other, input.sources)].some((file) => own.has(file))
  })
  const found: Sibling[] = []
  for (const application of near.slice(0, MOST)) {
    const sibling = await siblingIn(input, application)
    if (sibling !== undefined) found.push(sibling)
  }
  return found
}
