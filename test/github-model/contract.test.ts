import { githubApiContract } from '../contracts/github-api.ts'
import { ModelRepository, modelApi, peopleOf } from './index.ts'

githubApiContract('the model', async () => {
  const repository = new ModelRepository({
    files: { 'values.yaml': 'memory: 32Mi\n', 'apps/cart/values.yaml': 'replicas: 1\n' },
    labels: ['kintsugi'],
    roles: { ann: 'write' },
    now: () => Date.now(),
  })
  const people = peopleOf(repository)
  return {
    api: modelApi(repository, { actor: { login: 'kintsugi', kind: 'app', appId: 7 } }),
    first: repository.state.branches.get('main') ?? '',
    push: async (branch, files) => people.push({ login: 'ann', kind: 'user' }, branch, files),
    settle: async () => {},
    close: async () => {},
  }
})
