import { type Failure, type Finding, laneOf } from '../domain/index.ts'

/** From this many workloads on, and this share of those watched, one symptom has one cause outside of them. */
export const COMMON_CAUSE_WORKLOADS = 5
export const COMMON_CAUSE_SHARE = 0.5

/**
 * Failures that struck so many of the watched workloads that no single one of them is the cause: a node, a registry, one commit.
 * @param watched how many workloads the tick had samples of
 */
export function commonCauses(findings: readonly Finding[], watched: number): ReadonlySet<Failure> {
  const lanes = new Map<Failure, Set<string>>()
  for (const finding of findings) {
    const struck = lanes.get(finding.failure) ?? new Set<string>()
    struck.add(laneOf(finding.subject))
    lanes.set(finding.failure, struck)
  }
  const common = new Set<Failure>()
  for (const [failure, struck] of lanes) {
    if (struck.size >= COMMON_CAUSE_WORKLOADS && struck.size >= COMMON_CAUSE_SHARE * watched) common.add(failure)
  }
  return common
}
