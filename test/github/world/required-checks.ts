import { type AppliedRule, ruleOf } from './branch-rules.ts'
import { latestRuns, latestStatuses } from './check-runs.ts'
import type { Repository } from './repositories.ts'
import type { RequiredCheck } from './rules.ts'
import type { World } from './world.ts'

export type CheckState = 'success' | 'pending' | 'failure' | 'expected'

// GitHub counts neutral and skipped as passed.
const PASSED = new Set(['success', 'neutral', 'skipped'])

/** What a required check says on a commit. One with an integration believes only that App. */
export function stateOfCheck(world: World, repo: Repository, sha: string, check: RequiredCheck): CheckState {
  const believed = (appId: number | undefined) => check.integration_id === undefined || check.integration_id === appId
  const runs = latestRuns(repo, sha)
    .filter((run) => run.name === check.context && believed(run.appId))
    .map((run): CheckState => {
      if (run.status !== 'completed') return 'pending'
      return PASSED.has(run.conclusion ?? '') ? 'success' : 'failure'
    })
  const statuses = latestStatuses(repo, sha)
    .filter((status) => status.context === check.context && believed(world.accounts.get(status.creator)?.appId))
    .map((status): CheckState => (status.state === 'error' ? 'failure' : status.state))
  const states = [...runs, ...statuses]
  if (states.includes('failure')) return 'failure'
  if (states.includes('pending')) return 'pending'
  return states.length > 0 ? 'success' : 'expected'
}

export type RequiredState = { readonly check: RequiredCheck; readonly state: CheckState; readonly classic: boolean }

export function requiredStates(
  world: World,
  repo: Repository,
  rules: readonly AppliedRule[],
  sha: string,
): RequiredState[] {
  return ruleOf(rules, 'required_status_checks').flatMap(({ rule, set }) =>
    rule.parameters.required_status_checks.map((check) => ({
      check,
      state: stateOfCheck(world, repo, sha, check),
      classic: set.classic,
    })),
  )
}

export function isRequired(rules: readonly AppliedRule[], name: string, appId: number | undefined): boolean {
  return ruleOf(rules, 'required_status_checks').some(({ rule }) =>
    rule.parameters.required_status_checks.some(
      (check) => check.context === name && (check.integration_id === undefined || check.integration_id === appId),
    ),
  )
}

/** Sum of everything reported on a commit, required or not; undefined where nothing is. */
export function rollup(repo: Repository, sha: string): 'SUCCESS' | 'PENDING' | 'FAILURE' | undefined {
  const states = [
    ...latestRuns(repo, sha).map((run) =>
      run.status !== 'completed' ? 'pending' : PASSED.has(run.conclusion ?? '') ? 'success' : 'failure',
    ),
    ...latestStatuses(repo, sha).map((status) => (status.state === 'error' ? 'failure' : status.state)),
  ]
  if (states.length === 0) return undefined
  if (states.includes('failure')) return 'FAILURE'
  return states.includes('pending') ? 'PENDING' : 'SUCCESS'
}
