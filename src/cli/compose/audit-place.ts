import type { AuditPlace, Repository } from '../../controller/index.ts'
import { type Config, digestOf } from '../../domain/index.ts'
import type { Forge } from '../../ports/index.ts'
import { repositoryName } from './repository-urls.ts'

/** Names the chain of this deployment in a journal that others write too; another where the journal is moved, so that anchors of the old one do not bind it. */
export function auditWriter({ clusters }: Config, repository: string): string {
  const names = clusters.map(({ name }) => name)
  return `kintsugi-${digestOf([repositoryName(repository), names]).slice(0, 8)}`
}

/**
 * Where the journal is kept (PROTOCOL 9): in the operator's own repository, or in the only one there is. With several there is no telling
 * which of them may know of the others, so without one that the configuration names none is kept. Whether the only one is public is seen
 * when it is looked at.
 */
export async function auditPlace(
  config: Config,
  repositories: readonly Repository[],
  operators: (repository: string) => Promise<Forge>,
): Promise<AuditPlace | undefined> {
  const { enabled, repository } = config.audit
  if (!enabled) return undefined
  if (repository !== undefined) return { forge: await operators(repository), operators: true }
  const [only, ...others] = repositories
  if (only === undefined) return undefined
  if (others.length === 0) return { forge: only.forge, operators: false }
  return {
    says: 'no journal is kept: with several repositories it needs one of its own; name it as audit.repository, or set audit.enabled to false',
  }
}
