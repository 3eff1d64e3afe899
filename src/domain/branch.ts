import { sha256 } from './digest.ts'
import type { Lane } from './subject.ts'

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

/**
 * `kintsugi/shop-deployment-cart-1a2b3c4d`: the one branch of a lane, for every attempt and for reverts. Names of branches are read by
 * whoever can read the repository, so the cluster is told apart by the digest alone.
 */
export function branchOf(lane: Lane, prefix: string): string {
  const workload = lane.slice(lane.indexOf('/') + 1)
  return `${prefix}/${slugOf(workload)}-${sha256(lane).slice(0, 8)}`
}
