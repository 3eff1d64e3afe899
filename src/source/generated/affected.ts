import { type Application, canonicalJson } from '../../domain/index.ts'
import type { Reader } from '../readers.ts'
import { isRefused } from '../refused.ts'
import type { RenderDeps, Sources } from '../resolve.ts'
import { applicationNow } from './current.ts'

/** Whether an Application is made as before; undecided counts as no. */
async function isSame(application: Application, from: Sources, to: Sources, deps: RenderDeps): Promise<boolean> {
  const before = await applicationNow(application, from, deps)
  const after = await applicationNow(application, to, deps)
  if (isRefused(before) || isRefused(after)) return false
  return canonicalJson(before.manifest['spec'] ?? null) === canonicalJson(after.manifest['spec'] ?? null)
}

/** Readers that an edit may change: of Applications that are made of the touched file, those of which it makes another. */
export async function affected(
  readers: readonly Reader[],
  from: Sources,
  to: Sources,
  deps: RenderDeps,
): Promise<readonly Reader[]> {
  const found: Reader[] = []
  for (const reader of readers) {
    const made = 'application' in reader && reader.madeOfIt === true ? reader.application : undefined
    if (made === undefined || !(await isSame(made, from, to, deps))) found.push(reader)
  }
  return found
}

/** Names of the Application and of what generates it: who deploys their manifests may see them change. */
export function itselfOf({ name, origin }: Application): readonly string[] {
  return origin?.from === 'application-set' ? [name, origin.set.name] : [name]
}
