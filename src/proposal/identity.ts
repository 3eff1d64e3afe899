import type { Failure, Lane } from '../domain/index.ts'

/** lane/failure/start of the episode to the minute, UTC. */
export function incidentId(lane: Lane, failure: Failure, startMs: number): string {
  return `${lane}/${failure}/${new Date(startMs).toISOString().slice(0, 16)}Z`
}

/** `rem-20261121-003`: day of the decision, UTC, and the place (from 1) in the repository's order of that day. */
export function publicId(decidedAtMs: number, place: number): string {
  const day = new Date(decidedAtMs).toISOString().slice(0, 10).replaceAll('-', '')
  return `rem-${day}-${String(place).padStart(3, '0')}`
}
