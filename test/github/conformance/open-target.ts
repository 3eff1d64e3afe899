import { randomBytes } from 'node:crypto'
import { expect } from 'vitest'
import { seedCommit } from '../seed.ts'
import { started } from '../started.ts'
import { createAccount, createOrganisation, createRepository } from '../world/establish.ts'
import { at, graphql, rest, type Target } from './target.ts'

export type Opened = { readonly target: Target; close(): Promise<void> }

const REPOSITORY =
  'query ($owner: String!, $name: String!) { repository(owner: $owner, name: $name) { id ref(qualifiedName: "refs/heads/main") { target { oid } } } }'

/** A repository of a stand-in in this process. */
export async function standInTarget(): Promise<Opened> {
  const here = await started()
  const { world } = here.standIn
  createOrganisation(world, 'acme')
  createAccount(world, 'User', 'mona')
  const shop = await createRepository(world, { owner: 'acme', name: 'shop', roles: { mona: 'admin' } })
  await seedCommit(world, shop, 'mona', 'main', { 'values.yaml': 'memory: 32Mi\n' })
  world.userTokens.set('ghp_mona', { token: 'ghp_mona', login: 'mona' })
  const place = { name: 'the stand-in', api: here.url, graphqlUrl: `${here.url}/graphql`, token: 'ghp_mona' }
  const target = await located({ ...place, owner: 'acme', repository: 'shop' })
  return {
    target,
    async close() {
      const violations = here.standIn.violations.all()
      await here.close()
      expect(violations).toEqual([])
    },
  }
}

/** A new private repository of a real organisation, which is deleted at the end. The token needs `repo` and `delete_repo`. */
export async function realTarget(token: string, owner: string): Promise<Opened> {
  const api = process.env['KINTSUGI_GITHUB_API'] ?? 'https://api.github.com'
  const repository = `kintsugi-conformance-${randomBytes(4).toString('hex')}`
  const graphqlUrl = api.endsWith('/api/v3') ? api.replace('/api/v3', '/api/graphql') : `${api}/graphql`
  const place = { name: api, api, graphqlUrl, token, owner, repository }
  const blank = { ...place, base: '', repositoryId: '' }
  const made = await rest(blank, 'POST', `/orgs/${owner}/repos`, { name: repository, private: true, auto_init: true })
  if (made.status !== 201) throw new Error(`${owner}/${repository} was not made: ${JSON.stringify(made.body)}`)
  return {
    target: await located(place),
    close: async () => void (await rest(blank, 'DELETE', `/repos/${owner}/${repository}`)),
  }
}

async function located(place: Omit<Target, 'base' | 'repositoryId'>): Promise<Target> {
  const blank = { ...place, base: '', repositoryId: '' }
  const { data } = await graphql(blank, REPOSITORY, { owner: place.owner, name: place.repository })
  const found = at(data, 'repository')
  return { ...place, base: String(at(found, 'ref', 'target', 'oid')), repositoryId: String(at(found, 'id')) }
}
