import {
  type ApplicationStatus,
  isJsonObject,
  type LiveApplication,
  type Manifest,
  valueAt,
} from '../../domain/index.ts'

const SYNCS: ReadonlySet<string> = new Set<ApplicationStatus['sync']>(['Synced', 'OutOfSync'])
const HEALTHS: ReadonlySet<string> = new Set<ApplicationStatus['health']>([
  'Healthy',
  'Progressing',
  'Degraded',
  'Suspended',
  'Missing',
])

/** An Application with what Argo CD says of it. What it does not say is `Unknown`, never guessed. */
export function liveApplication(object: Manifest): LiveApplication {
  const { status: _, ...manifest } = object
  return { manifest, status: statusOf(object) }
}

/**
 * `revision` is what is in the cluster: while synced, the one that was compared last, which may be newer than the last that changed
 * anything; otherwise the last that was put there. `status.sync.revision` alone also names what is only wanted.
 */
export function statusOf(object: Manifest): ApplicationStatus {
  const sync = wordOf(valueAt(object, ['status', 'sync', 'status']), SYNCS) as ApplicationStatus['sync']
  const health = wordOf(valueAt(object, ['status', 'health', 'status']), HEALTHS) as ApplicationStatus['health']
  const history = historyOf(object)
  const last = history.at(-1)
  const compared = revisionIn(valueAt(object, ['status', 'sync']))
  const revision = sync === 'Synced' ? (compared ?? last?.revision) : last?.revision
  return {
    sync,
    health,
    ...(revision !== undefined && { revision }),
    ...(revision !== undefined && last !== undefined && { syncedAtMs: last.deployedAtMs }),
    history,
  }
}

/** A word of the list, or `Unknown`: the casts above are what this function holds. */
function wordOf(value: unknown, words: ReadonlySet<string>): string {
  return typeof value === 'string' && words.has(value) ? value : 'Unknown'
}

function historyOf(object: Manifest): ApplicationStatus['history'] {
  const entries = valueAt(object, ['status', 'history'])
  if (!Array.isArray(entries)) return []
  return entries
    .flatMap((entry) => {
      const revision = revisionIn(entry)
      const deployedAt = isJsonObject(entry) ? entry['deployedAt'] : undefined
      const deployedAtMs = typeof deployedAt === 'string' ? Date.parse(deployedAt) : Number.NaN
      return revision === undefined || Number.isNaN(deployedAtMs) ? [] : [{ revision, deployedAtMs }]
    })
    .sort((a, b) => a.deployedAtMs - b.deployedAtMs)
}

/** That of the first source, where there are several. */
function revisionIn(value: unknown): string | undefined {
  if (!isJsonObject(value)) return undefined
  const { revision, revisions } = value
  const first = Array.isArray(revisions) ? revisions[0] : undefined
  if (typeof first === 'string' && first !== '') return first
  return typeof revision === 'string' && revision !== '' ? revision : undefined
}
