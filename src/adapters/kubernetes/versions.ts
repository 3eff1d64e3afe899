import { type ClusterVersions, isJsonObject } from '../../domain/index.ts'
import type { Reach } from './reach.ts'

const AT_ONCE = 8

/** What charts see as `.Capabilities`: the version of the cluster, its API versions, and `version/Kind` of each kind. */
export async function clusterVersions(reach: Reach): Promise<ClusterVersions> {
  const [version, core, groups] = await Promise.all([reach.get('/version'), reach.get('/api'), reach.get('/apis')])
  const versions = [
    ...textsIn(isJsonObject(core) ? core['versions'] : []),
    ...membersOf(groups, 'groups').flatMap((group) =>
      membersOf(group, 'versions').flatMap(({ groupVersion }) => textsIn([groupVersion])),
    ),
  ]
  const kinds: string[] = []
  for (let at = 0; at < versions.length; at += AT_ONCE) {
    const read = versions.slice(at, at + AT_ONCE).map((one) => kindsOf(reach, one))
    kinds.push(...(await Promise.all(read)).flat())
  }
  const kubeVersion = isJsonObject(version) ? textsIn([version['gitVersion']])[0] : undefined
  return { ...(kubeVersion !== undefined && { kubeVersion }), apiVersions: [...versions, ...new Set(kinds)].sort() }
}

/** None where the group is served by something that is down, as aggregated ones may be: helm leaves it out too. */
async function kindsOf(reach: Reach, version: string): Promise<readonly string[]> {
  const path = version.includes('/') ? `/apis/${version}` : `/api/${version}`
  const answer = await reach.get(path).catch(() => undefined)
  return membersOf(answer, 'resources').flatMap(({ kind, name }) =>
    typeof name === 'string' && !name.includes('/') ? textsIn([kind]).map((one) => `${version}/${one}`) : [],
  )
}

function membersOf(value: unknown, key: string): readonly { readonly [key: string]: unknown }[] {
  const list = isJsonObject(value) ? value[key] : undefined
  return Array.isArray(list) ? list.filter(isJsonObject) : []
}

function textsIn(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((one) => typeof one === 'string') : []
}
