import { appForm, iso } from '../auth/forms.ts'
import type { Place } from '../rest/forms/git.ts'
import { apiOf } from '../rest/forms/repository.ts'
import type { CheckSuite } from '../world/checks.ts'
import { openPulls } from '../world/pulls.ts'

/** A check suite as events show it, but for its commit. */
export function suiteForm({ world, repo, root }: Place, suite: CheckSuite) {
  const app = world.apps.get(suite.appId)
  const runs = repo.checkRuns.filter((one) => one.suiteId === suite.id)
  const done = runs.length > 0 && runs.every((one) => one.status === 'completed')
  const url = `${apiOf(repo, root)}/check-suites/${suite.id}`
  const short = { id: repo.id, url: apiOf(repo, root), name: repo.name }
  return {
    id: suite.id,
    node_id: `CS_${suite.id}`,
    head_branch: suite.headBranch ?? null,
    head_sha: suite.headSha,
    status: done ? 'completed' : 'queued',
    conclusion: done ? (runs.find((one) => one.conclusion !== 'success')?.conclusion ?? 'success') : null,
    url,
    before: null,
    after: suite.headSha,
    latest_check_runs_count: runs.length,
    check_runs_url: `${url}/check-runs`,
    app: app ? appForm(world, app, root) : null,
    // GitHub names open pull requests of the commit, and no others.
    pull_requests: openPulls(repo)
      .filter((pull) => pull.headOid === suite.headSha)
      .map((pull) => ({
        id: pull.id,
        number: pull.number,
        url: `${apiOf(repo, root)}/pulls/${pull.number}`,
        head: { ref: pull.headRef, sha: pull.headOid, repo: short },
        base: { ref: pull.baseRef, sha: pull.baseOid, repo: short },
      })),
    created_at: iso(suite.createdAt),
    updated_at: iso(suite.updatedAt),
  }
}
