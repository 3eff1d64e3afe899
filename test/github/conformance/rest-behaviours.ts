import { expect } from 'vitest'
import type { Behaviour } from './behaviours.ts'
import { commit, createRef, opened, settledMergeability } from './deeds.ts'
import { at, inRepository, rest } from './target.ts'

const message = (body: unknown): unknown => at(body, 'message')

/** The same through REST. */
export const REST_BEHAVIOURS: readonly Behaviour[] = [
  {
    says: 'REST: a ref that exists is 422 Reference already exists; one that is not there can not be deleted',
    source: 'OpenAPI git/create-ref, git/delete-ref: 422; the words as clients quote them',
    async run(target, branch) {
      await createRef(target, branch)
      const body = { ref: `refs/heads/${branch}`, sha: target.base }
      const again = await rest(target, 'POST', inRepository(target, '/git/refs'), body)
      expect([again.status, message(again.body)]).toEqual([422, 'Reference already exists'])
      const path = (name: string) => inRepository(target, `/git/refs/heads/${name}`)
      expect((await rest(target, 'DELETE', path(branch))).status).toBe(204)
      const gone = await rest(target, 'DELETE', path(branch))
      expect([gone.status, message(gone.body)]).toEqual([422, 'Reference does not exist'])
    },
  },
  {
    says: 'REST: a second pull request of one head is 422 with its reason among the errors',
    source: 'vsoch/pull-request-action#86; OpenAPI pulls/create',
    async run(target, branch) {
      await opened(target, branch)
      const body = { title: branch, head: branch, base: 'main' }
      const again = await rest(target, 'POST', inRepository(target, '/pulls'), body)
      expect([again.status, message(again.body)]).toEqual([422, 'Validation Failed'])
      expect(at(again.body, 'errors', 0, 'message')).toBe(
        `A pull request already exists for ${target.owner}:${branch}.`,
      )
    },
  },
  {
    says: 'REST: a merge with another sha is 409, one of what is merged is 405, and neither merges',
    source: 'OpenAPI pulls/merge; prow tide: Head branch was modified. Review and try the merge again.',
    async run(target, branch) {
      const pull = await opened(target, branch)
      await settledMergeability(target, pull.id)
      const path = inRepository(target, `/pulls/${pull.number}/merge`)
      const stale = await rest(target, 'PUT', path, { sha: target.base })
      expect([stale.status, message(stale.body)]).toEqual([
        409,
        'Head branch was modified. Review and try the merge again.',
      ])
      expect((await rest(target, 'PUT', path, { sha: pull.head, merge_method: 'squash' })).status).toBe(200)
      const twice = await rest(target, 'PUT', path, { sha: pull.head })
      expect([twice.status, message(twice.body)]).toEqual([405, 'Pull Request is not mergeable'])
    },
  },
  {
    says: 'REST: what is not there, or not seen, is 404 Not Found',
    source: 'docs.github.com "Troubleshooting the REST API"',
    async run(target) {
      for (const path of [`/repos/${target.owner}/kintsugi-not-there`, inRepository(target, '/pulls/999999')]) {
        const missing = await rest(target, 'GET', path)
        expect([missing.status, message(missing.body)]).toEqual([404, 'Not Found'])
      }
    },
  },
  {
    says: 'REST: an answer that did not change is 304 for its ETag, and another once it did',
    source: 'docs.github.com "Best practices for using the REST API", conditional requests',
    async run(target, branch) {
      await createRef(target, branch)
      const path = inRepository(target, `/git/ref/heads/${branch}`)
      const etag = (await rest(target, 'GET', path)).headers.get('etag') ?? ''
      expect(etag).not.toBe('')
      expect((await rest(target, 'GET', path, undefined, { 'if-none-match': etag })).status).toBe(304)
      await commit(target, branch, target.base, 'one')
      expect((await rest(target, 'GET', path, undefined, { 'if-none-match': etag })).status).toBe(200)
    },
  },
  {
    says: 'REST: check runs are made by Apps alone',
    source: 'OpenAPI checks/create: a GitHub App must have checks:write',
    async run(target) {
      const body = { name: 'kintsugi', head_sha: target.base }
      expect((await rest(target, 'POST', inRepository(target, '/check-runs'), body)).status).toBe(403)
    },
  },
  {
    says: 'REST: a person who merged is named, and the merge commit is on the base',
    source: 'OpenAPI pulls/get',
    async run(target, branch) {
      const pull = await opened(target, branch)
      await settledMergeability(target, pull.id)
      const path = inRepository(target, `/pulls/${pull.number}`)
      const merged = await rest(target, 'PUT', `${path}/merge`, { sha: pull.head, merge_method: 'squash' })
      expect(merged.body).toMatchObject({ merged: true, message: 'Pull Request successfully merged' })
      const after = await rest(target, 'GET', path)
      expect(after.body).toMatchObject({ state: 'closed', merged: true, merge_commit_sha: at(merged.body, 'sha') })
      const tip = await rest(target, 'GET', inRepository(target, '/git/ref/heads/main'))
      expect(at(tip.body, 'object', 'sha')).toBe(at(merged.body, 'sha'))
    },
  },
]
