import type { Binding, Config, ForgeConfig, Subject } from '../domain/index.ts'
import type { ControllerDeps, Repository } from './deps.ts'
import { type Owner, sameRepository } from './owner.ts'

/** The operator's binding that lets this workload be mended where its Application reads; undefined = no write. */
export function bindingOf(config: Config, owner: Owner, subject: Subject): Binding | undefined {
  return config.bindings.find(
    (binding) =>
      binding.cluster === subject.cluster &&
      (binding.project === undefined || binding.project === owner.application.project) &&
      (binding.namespace === undefined || binding.namespace === subject.namespace) &&
      binding.baseBranches.includes(owner.base.branch) &&
      binding.repositories.some((bound) => owner.repository.urls.some((url) => sameRepository(bound, url))),
  )
}

/**
 * A binding that lets this workload be mended somewhere. Asked while its Application is not known: why that is so is then
 * the answer, rather than that nothing is bound. It never suffices for a write.
 */
export function boundSomewhere(config: Config, subject: Subject): Binding | undefined {
  return config.bindings.find(
    ({ cluster, namespace }) =>
      cluster === subject.cluster && (namespace === undefined || namespace === subject.namespace),
  )
}

/** The operator's entry for a repository's forge. */
export function forgeOf(deps: ControllerDeps, repository: Repository): ForgeConfig | undefined {
  return deps.config.forges.find((forge) => repository.urls.some((url) => isOf(forge, url)))
}

/** A local forge is one repository; a GitHub has all of its host. */
function isOf(forge: ForgeConfig, url: string): boolean {
  return forge.kind === 'github' ? hostIn(forge.url) === hostIn(url) : sameRepository(forge.url, url)
}

/** `github.com` in `https://github.com/a/b`, `git@github.com:a/b` and `github.com/a/b`. */
function hostIn(url: string): string {
  const [, host = ''] = /^(?:[a-z+]+:\/\/)?(?:[^@/]*@)?([^/:]+)/i.exec(url) ?? []
  return host.toLowerCase()
}

/** First part of the names of our branches there, without the slash. */
export function prefixOf(deps: ControllerDeps, repository: Repository): string {
  return forgeOf(deps, repository)?.branchPrefix ?? 'kintsugi'
}
