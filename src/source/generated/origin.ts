import {
  type Application,
  type ApplicationOrigin,
  canonicalJson,
  type Manifest,
  type Tree,
  valueAt,
} from '../../domain/index.ts'
import { rawSources } from '../application.ts'
import { type ApplicationSet, generateApplications } from '../applicationset/generate.ts'
import { applicationsWritten } from '../discovery/written.ts'
import type { Sources } from '../resolve.ts'
import type { TreeAt } from '../world.ts'

/** The tree that answers for a repository, as generators ask for it. */
export function treeOf(sources: Sources): (repoURL: string, revision: string) => TreeAt | undefined {
  return (repoURL, revision) => {
    const tree = sources.tree(repoURL, revision)
    return tree === undefined ? undefined : { tree, repoURL, revision }
  }
}

type Named = Pick<Application, 'name' | 'namespace' | 'manifest'>

/** Whether two are one Application: same name and sources. What the cluster adds to the rest of a spec does not count. */
function isSame(a: Named, b: Named): boolean {
  return a.name === b.name && canonicalJson(rawSources(a.manifest)) === canonicalJson(rawSources(b.manifest))
}

/** The ApplicationSet that the cluster names as the owner. */
function ownerOf(manifest: Manifest): string | undefined {
  const owners = valueAt(manifest, ['metadata', 'ownerReferences'])
  const owner = Array.isArray(owners) ? owners.find((one) => valueAt(one, ['kind']) === 'ApplicationSet') : undefined
  const name = valueAt(owner, ['name'])
  return typeof name === 'string' ? name : undefined
}

function generatedBy(
  sets: readonly ApplicationSet[],
  application: Application,
  sources: Sources,
): ApplicationOrigin | undefined {
  const owner = ownerOf(application.manifest)
  for (const set of sets) {
    if (owner !== undefined && set.name !== owner) continue
    const found = generateApplications(set, treeOf(sources)).applications.find((one) => isSame(one, application))
    if (found?.origin !== undefined) return found.origin
  }
  return undefined
}

function treesOf(application: Application, sources: Sources): readonly TreeAt[] {
  const seen = new Set<Tree>()
  return application.sources.flatMap(({ repoURL, targetRevision: revision, chart }) => {
    const tree = chart === undefined ? sources.tree(repoURL, revision) : undefined
    if (tree === undefined || seen.has(tree)) return []
    seen.add(tree)
    return [{ tree, repoURL, revision }]
  })
}

/**
 * Where an Application is written: as it says itself, or else looked for, by name and sources, in the files and ApplicationSets of the
 * trees that it reads. Undefined where it is in none of them.
 */
export function originOf(application: Application, sources: Sources): ApplicationOrigin | undefined {
  if (application.origin !== undefined) return application.origin
  const trees = treesOf(application, sources)
  const written = trees.map((at) => applicationsWritten(at.tree, at))
  for (const { applications } of written) {
    const found = applications.find((one) => isSame(one, application))
    if (found?.origin !== undefined) return found.origin
  }
  for (const { sets } of written) {
    const origin = generatedBy(sets, application, sources)
    if (origin !== undefined) return origin
  }
  return undefined
}

/** The ApplicationSet of the trees that the cluster names as the owner of an Application which Git alone does not give. */
export function ownerSetOf(application: Application, sources: Sources): ApplicationSet | undefined {
  const owner = ownerOf(application.manifest)
  if (owner === undefined) return undefined
  const sets = treesOf(application, sources).flatMap((at) => applicationsWritten(at.tree, at).sets)
  return sets.find(({ name }) => name === owner)
}
