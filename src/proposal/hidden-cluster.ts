import { type AttemptRecord, KintsugiError, type Lane, laneOf, sha256 } from '../domain/index.ts'

/** No cluster of a configuration is called so: names begin with a letter or a digit. */
const MARK = '~'

function hiddenName(lane: Lane): string {
  return `${MARK}${sha256(lane).slice(0, 16)}`
}

function afterCluster(lane: Lane, cluster: string): string {
  if (!lane.startsWith(`${cluster}/`)) throw new KintsugiError('KIN-9001', 'a lane does not begin with its cluster')
  return lane.slice(cluster.length)
}

/** A lane, or an incident of it, as a public repository may hold it: a digest of the lane stands for the cluster's name. It hides the name from readers, not from who guesses it. */
export function hideCluster(text: string, cluster: string, lane: Lane): string {
  return `${hiddenName(lane)}${afterCluster(text, cluster)}`
}

/** The cluster, of those that the bot serves, that a hidden name stands for; undefined when it is none of them, or not hidden at all. */
function clusterBehind(name: string, rest: string, clusters: readonly string[]): string | undefined {
  return name.startsWith(MARK) ? clusters.find((cluster) => hiddenName(`${cluster}${rest}`) === name) : undefined
}

/** The inverse of `hideCluster` for a lane. */
export function revealLane(lane: string, clusters: readonly string[]): string {
  const slash = lane.indexOf('/')
  const rest = lane.slice(slash)
  const cluster = slash < 0 ? undefined : clusterBehind(lane.slice(0, slash), rest, clusters)
  return cluster === undefined ? lane : `${cluster}${rest}`
}

/** The record without the name of its cluster, for public repositories. */
export function withoutCluster(record: AttemptRecord): AttemptRecord {
  const { cluster } = record.subject
  const hide = (text: string): string => hideCluster(text, cluster, record.lane)
  return {
    ...record,
    lane: hide(record.lane),
    incident: hide(record.incident),
    subject: { ...record.subject, cluster: hiddenName(record.lane) },
  }
}

/** The inverse of `withoutCluster`: the record as it was, where it is of one of these clusters. */
export function withCluster(record: AttemptRecord, clusters: readonly string[]): AttemptRecord {
  const hidden = record.subject.cluster
  const cluster = clusterBehind(hidden, laneOf(record.subject).slice(hidden.length), clusters)
  if (cluster === undefined) return record
  const show = (text: string): string => `${cluster}${afterCluster(text, hidden)}`
  if (!record.lane.startsWith(`${hidden}/`) || !record.incident.startsWith(`${hidden}/`)) return record
  return {
    ...record,
    lane: show(record.lane),
    incident: show(record.incident),
    subject: { ...record.subject, cluster },
  }
}
