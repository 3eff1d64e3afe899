import { type Application, digestOf } from '../domain/index.ts'
import type { Tick } from './lane.ts'

const known = new WeakMap<object, readonly Application[]>()

/**
 * Every Application that the cluster knows: whoever of them reads a touched file is rendered too; the one that is asked about is left
 * out where readers are looked up. One list for each sight, so that what is indexed by it is found again.
 */
export function knownApplications({ sight }: Pick<Tick, 'sight'>): readonly Application[] {
  const list = known.get(sight.applications) ?? sight.applications.map(({ application }) => application)
  known.set(sight.applications, list)
  return list
}

const digests = new WeakMap<object, string>()

/** Of what all of them ask for, made once for each sight. What the cluster writes beside it moves at every look. */
export function applicationsDigest(tick: Pick<Tick, 'sight'>): string {
  const list = knownApplications(tick)
  const digest =
    digests.get(list) ??
    digestOf(list.map(({ namespace, name, manifest }) => digestOf([namespace, name, manifest['spec']])).sort())
  digests.set(list, digest)
  return digest
}
