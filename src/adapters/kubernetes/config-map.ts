import { isJsonObject, KintsugiError } from '../../domain/index.ts'
import { type ApiKind, pathOf } from './list.ts'
import type { Reach } from './reach.ts'

const CONFIG_MAP: ApiKind = { apiVersion: 'v1', plural: 'configmaps', kind: 'ConfigMap' }

/** The texts of one ConfigMap; undefined where there is none. Throws KIN-6001 and KIN-6002. */
export async function configMapData(
  reach: Reach,
  namespace: string,
  name: string,
): Promise<Readonly<Record<string, string>> | undefined> {
  const found = await reach.get(pathOf(CONFIG_MAP, namespace, name))
  if (found === undefined) return undefined
  const data = isJsonObject(found) ? (found['data'] ?? {}) : undefined
  if (!isJsonObject(data)) throw new KintsugiError('KIN-6002', `the ConfigMap ${namespace}/${name} is none`)
  return Object.fromEntries(Object.entries(data).map(([key, value]) => [key, String(value)]))
}
