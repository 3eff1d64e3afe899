import type { Application } from '../../domain/index.ts'
import type { Sources } from '../resolve.ts'
import { deployedDirs, type Root, rootsOf } from '../roots.ts'
import type { DiscoveryInput } from './discover.ts'
import { parentSources } from './parents.ts'

/** What people apply by hand to start with: kustomizations and charts that no Application deploys, and that may render some. */
export function bootstrapsOf(
  { tree, repoURL }: DiscoveryInput,
  applications: readonly Application[],
  sources: Sources,
): readonly Root[] {
  return rootsOf(tree, repoURL, applications, sources).filter(
    ({ kind, application }) => kind !== 'manifests' && parentSources(application, sources).length > 0,
  )
}

/** The Application that all others above this one come from; one without an origin stands for a root. */
function topOf(application: Application): Application {
  const { origin } = application
  if (origin === undefined) return application
  const manifest = origin.from === 'application-set' ? origin.set.origin : origin
  return manifest.from === 'render' ? topOf(manifest.parent) : application
}

/**
 * The bootstraps that are still none once their Applications are known: one that an Application of another deploys is a part of that.
 * One that deploys itself remains, and of two that deploy each other the last.
 */
export function stillBootstraps(
  bootstraps: readonly Root[],
  applications: readonly Application[],
  { tree }: DiscoveryInput,
  sources: Sources,
): readonly Root[] {
  const dirOf = new Map(bootstraps.map(({ application, dir }) => [application, dir]))
  const tops = applications.map((application) => ({ application, dir: dirOf.get(topOf(application)) }))
  const parts = new Set<string>()
  for (const dir of new Set(dirOf.values())) {
    const others = tops.filter((one) => one.dir === undefined || (one.dir !== dir && !parts.has(one.dir)))
    const isDeployed = deployedDirs(
      others.map(({ application }) => application),
      sources,
      tree,
    )
    if (isDeployed(dir)) parts.add(dir)
  }
  return bootstraps.filter(({ dir }) => !parts.has(dir))
}
