import {
  type Application,
  formatObjectKey,
  isJsonObject,
  type Manifest,
  type ObjectKey,
  objectKey,
  type Reason,
  sameObject,
  valueAt,
} from '../domain/index.ts'
import { isNamespaced } from './scope.ts'

export type TrackingInput = {
  /** The object as the cluster has it. */
  readonly manifest: Manifest
  readonly applications: readonly Application[]
  /** What an Application renders, in `keyed` form; undefined where it can't be rendered. */
  readonly objectsOf: (application: Application) => Promise<readonly ObjectKey[] | undefined>
  /** `application.instanceLabelKey` of Argo CD, `app.kubernetes.io/instance` unless told. */
  readonly labelKey?: string
}

export type Tracked =
  | { readonly tracked: true; readonly application: Application; readonly by: 'tracking-id' | 'label' }
  | { readonly tracked: false; readonly reason: Reason; readonly message: string }

const TRACKING_ID = 'argocd.argoproj.io/tracking-id'
const INSTANCE = 'app.kubernetes.io/instance'
/** Kubernetes takes no longer label: Argo CD cuts a longer name. */
const LABEL_LENGTH = 63

type Mark = { readonly name: string; readonly namespace?: string; readonly key: ObjectKey }

function untracked(reason: Reason, message: string): Tracked {
  return { tracked: false, reason, message }
}

/** `app:group/kind:namespace/name`; an Application of another namespace than Argo CD's is `namespace_app`. Undefined for anything else. */
function markOf(text: string): Mark | undefined {
  const match = /^([^:]+):([^/:]*)\/([^/:]+):([^/]*)\/([^/]+)$/.exec(text)
  const [, whole = '', group = '', kind = '', namespace = '', name = ''] = match ?? []
  if (match === null) return undefined
  const cut = whole.indexOf('_')
  const key = { group, kind, namespace, name }
  return cut < 0 ? { name: whole, key } : { name: whole.slice(cut + 1), namespace: whole.slice(0, cut), key }
}

/** A mark of an object of the whole cluster names the namespace of the Application's destination. */
function isAbout(mark: ObjectKey, live: ObjectKey): boolean {
  const { namespace, ...rest } = mark
  return sameObject({ ...rest, namespace: isNamespaced(mark.group, mark.kind) ? namespace : live.namespace }, live)
}

function ownerOf(manifest: Manifest): string {
  const owners = valueAt(manifest, ['metadata', 'ownerReferences'])
  const owner = Array.isArray(owners) ? owners.find(isJsonObject) : undefined
  return owner === undefined ? '' : `, and ${String(owner['kind'])} ${String(owner['name'])} made it: ask for that`
}

/** The Applications that render the object; undefined in place of those of which it is not known. */
async function rendering(
  candidates: readonly Application[],
  live: ObjectKey,
  objectsOf: TrackingInput['objectsOf'],
): Promise<{ readonly sure: readonly Application[]; readonly unknown: readonly Application[] }> {
  const [sure, unknown]: [Application[], Application[]] = [[], []]
  for (const application of candidates) {
    const keys = await objectsOf(application)
    if (keys === undefined) unknown.push(application)
    else if (keys.some((key) => sameObject(key, live))) sure.push(application)
  }
  return { sure, unknown }
}

type Claim = {
  readonly by: 'tracking-id' | 'label'
  readonly name: string
  readonly candidates: readonly Application[]
}

function claimOf(
  { manifest, applications, labelKey = INSTANCE }: TrackingInput,
  mark: Mark | undefined,
): Claim | undefined {
  if (mark !== undefined) {
    const { name, namespace } = mark
    const candidates = applications.filter(
      (one) => one.name === name && (namespace === undefined || one.namespace === namespace),
    )
    return { by: 'tracking-id', name, candidates }
  }
  const label = valueAt(manifest, ['metadata', 'labels', labelKey])
  if (typeof label !== 'string' || label === '') return undefined
  const isNamed = ({ name }: Application): boolean =>
    name === label || (name.length > LABEL_LENGTH && cut(name) === label)
  return { by: 'label', name: label, candidates: applications.filter(isNamed) }
}

function cut(name: string): string {
  return name.slice(0, LABEL_LENGTH).replace(/[^A-Za-z0-9]+$/, '')
}

/**
 * The Application that a live object belongs to: by Argo CD's tracking id, else by its instance label. Both are copied along with objects
 * (a ReplicaSet and its pods carry those of their Deployment; people copy manifests), and charts set the label themselves, so the mark
 * has to name this very object and the Application has to render it. `tracking-mismatch` where they disagree, `application-not-found`
 * without a mark or without such an Application, `target-ambiguous` where several render it.
 */
export async function applicationOf(input: TrackingInput): Promise<Tracked> {
  const live = objectKey(input.manifest)
  if (live === undefined) return untracked('target-not-found', 'the object has no apiVersion, kind or name')
  const what = formatObjectKey(live)
  const id = valueAt(input.manifest, ['metadata', 'annotations', TRACKING_ID])
  const mark = typeof id === 'string' ? markOf(id) : undefined
  if (mark !== undefined && !isAbout(mark.key, live))
    return untracked(
      'tracking-mismatch',
      `${what} carries the tracking id of ${formatObjectKey(mark.key)}${ownerOf(input.manifest)}`,
    )
  const claim = claimOf(input, mark)
  if (claim === undefined) return untracked('application-not-found', `${what} names no Application`)
  const { by, name, candidates } = claim
  if (candidates.length === 0)
    return untracked('application-not-found', `${what} names the Application ${name}, which is not known`)
  const { sure, unknown } = await rendering(candidates, live, input.objectsOf)
  const [first, second] = sure
  if (second !== undefined) return untracked('target-ambiguous', `several Applications called ${name} render ${what}`)
  if (first !== undefined) return { tracked: true, application: first, by }
  // The id alone says enough where nothing speaks against it; a label does not.
  const [only, another] = unknown
  if (by === 'tracking-id' && only !== undefined && another === undefined)
    return { tracked: true, application: only, by }
  return untracked('tracking-mismatch', `${what} names the Application ${name}, which does not render it`)
}
