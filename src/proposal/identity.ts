import { type Failure, type Lane, sha256 } from '../domain/index.ts'

const MAX_SLUG = 60

function slugOf(text: string): string {
  const slug = text
    .slice(0, 1000)
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, MAX_SLUG + 1)
    .replace(/^-+/, '')
    .slice(0, MAX_SLUG)
    .replace(/-+$/, '')
  return slug === '' ? 'lane' : slug
}

/** `kintsugi/demo-shop-deployment-cart-1a2b3c4d`: the one branch of a lane, for every attempt and for reverts. */
export function branchOf(lane: Lane, prefix: string): string {
  return `${prefix}/${slugOf(lane)}-${sha256(lane).slice(0, 8)}`
}

/** lane/failure/start of the episode to the minute, UTC. */
export function incidentId(lane: Lane, failure: Failure, startMs: number): string {
  return `${lane}/${failure}/${new Date(startMs).toISOString().slice(0, 16)}Z`
}

/** `rem-20261121-003`: day of the decision, UTC, and the place (from 1) in the repository's order of that day. */
export function publicId(decidedAtMs: number, place: number): string {
  const day = new Date(decidedAtMs).toISOString().slice(0, 10).replaceAll('-', '')
  return `rem-${day}-${String(place).padStart(3, '0')}`
}
