import { expect } from 'vitest'
import { githubApiContract } from '../../../contracts/github-api.ts'
import { clientOn } from './scene-api.ts'

githubApiContract('the client, over HTTP to the stand-in,', async () => {
  const { at, api, close } = await clientOn()
  return {
    api,
    first: at.first,
    push: async (branch, files) => (await at.do('push', { repo: at.repo, branch, by: 'ann', files })).oid,
    settle: () => at.settle(),
    async close() {
      const violations = at.standIn.violations.all()
      await close()
      expect(violations).toEqual([])
    },
  }
})
