import { appForm, iso } from '../../auth/forms.ts'
import { nodeId } from '../../graphql/node-ids.ts'
import type { CheckRun, CommitStatus } from '../../world/checks.ts'
import { openPulls } from '../../world/pulls.ts'
import type { Place } from './git.ts'
import { apiOf, webOf } from './repository.ts'
import { personForm } from './threads.ts'

export function checkRunForm({ world, repo, root }: Place, run: CheckRun) {
  const url = `${apiOf(repo, root)}/check-runs/${run.id}`
  const app = world.apps.get(run.appId)
  const repository = { id: repo.id, url: apiOf(repo, root), name: repo.name }
  return {
    id: run.id,
    node_id: nodeId('CheckRun', repo.id, run.id),
    name: run.name,
    head_sha: run.headSha,
    url,
    html_url: `${webOf(repo, root)}/runs/${run.id}`,
    details_url: run.detailsUrl ?? null,
    external_id: run.externalId,
    status: run.status,
    conclusion: run.conclusion ?? null,
    started_at: iso(run.startedAt),
    completed_at: run.completedAt === undefined ? null : iso(run.completedAt),
    output: {
      title: run.output.title ?? null,
      summary: run.output.summary ?? null,
      text: run.output.text ?? null,
      annotations_count: run.output.annotations.length,
      annotations_url: `${url}/annotations`,
    },
    check_suite: { id: run.suiteId },
    app: app ? appForm(world, app, root) : null,
    pull_requests: openPulls(repo)
      .filter((pull) => pull.headOid === run.headSha)
      .map((pull) => ({
        id: pull.id,
        number: pull.number,
        url: `${apiOf(repo, root)}/pulls/${pull.number}`,
        head: { ref: pull.headRef, sha: pull.headOid, repo: repository },
        base: { ref: pull.baseRef, sha: pull.baseOid, repo: repository },
      })),
  }
}

export function statusForm(place: Place, status: CommitStatus) {
  const { repo, root } = place
  const creator = personForm(place, status.creator)
  return {
    id: status.id,
    node_id: nodeId('StatusContext', repo.id, status.id),
    url: `${apiOf(repo, root)}/statuses/${status.sha}`,
    avatar_url: creator?.['avatar_url'] ?? null,
    state: status.state,
    description: status.description ?? null,
    target_url: status.targetUrl ?? null,
    context: status.context,
    created_at: iso(status.createdAt),
    updated_at: iso(status.createdAt),
    creator,
  }
}
