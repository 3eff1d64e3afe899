import { isJsonObject, KintsugiError, type Manifest } from '../../domain/index.ts'
import { Expired, type Reach } from './reach.ts'

const PAGE = 250
const MOST_OBJECTS = 50_000
const MOST_STARTS = 3

/** A kind in the API: `{ apiVersion: 'apps/v1', plural: 'deployments', kind: 'Deployment' }`. */
export type ApiKind = { readonly apiVersion: string; readonly plural: string; readonly kind: string }

export function pathOf({ apiVersion, plural }: ApiKind, namespace?: string, name?: string): string {
  const root = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`
  const place = namespace === undefined ? '' : `/namespaces/${encodeURIComponent(namespace)}`
  return `${root}${place}/${plural}${name === undefined ? '' : `/${encodeURIComponent(name)}`}`
}

/**
 * All objects of a kind, in one namespace or everywhere; undefined where the cluster does not know the kind. Plain lists, page by page, and
 * begun anew where a page has expired: a tick needs one consistent look and holds nothing in between, so a watch would only add states.
 */
export async function listAll(
  reach: Reach,
  kind: ApiKind,
  namespace?: string,
): Promise<readonly Manifest[] | undefined> {
  for (let start = 1; ; start += 1) {
    try {
      return await pages(reach, kind, namespace)
    } catch (error) {
      if (!(error instanceof Expired)) throw error
      if (start >= MOST_STARTS)
        throw new KintsugiError(
          'KIN-6001',
          `a list of ${kind.plural} expired ${MOST_STARTS} times before it was read`,
          {
            retryable: true,
          },
        )
    }
  }
}

async function pages(
  reach: Reach,
  kind: ApiKind,
  namespace: string | undefined,
): Promise<readonly Manifest[] | undefined> {
  const found: Manifest[] = []
  let next = ''
  do {
    const query = { limit: String(PAGE), ...(next !== '' && { continue: next }) }
    const answer = await reach.get(pathOf(kind, namespace), query)
    if (answer === undefined) return undefined
    if (!isJsonObject(answer) || !Array.isArray(answer['items']))
      throw new KintsugiError('KIN-6002', `the list of ${kind.plural} is none`)
    found.push(...answer['items'].filter(isJsonObject).map((object) => whole(object, kind)))
    if (found.length > MOST_OBJECTS)
      throw new KintsugiError('KIN-6002', `there are more than ${MOST_OBJECTS} ${kind.plural}`)
    const { metadata } = answer
    next = isJsonObject(metadata) && typeof metadata['continue'] === 'string' ? metadata['continue'] : ''
  } while (next !== '')
  return found
}

/** Members of a list say neither their kind nor their version; who last wrote which field is the larger half of an object and tells us nothing. */
export function whole(object: Manifest, { apiVersion, kind }: ApiKind): Manifest {
  const { metadata } = object
  if (!isJsonObject(metadata)) return { ...object, apiVersion, kind }
  const { managedFields: _, ...rest } = metadata
  return { ...object, apiVersion, kind, metadata: rest }
}
