import { type Started, started } from './started.ts'
import { type ControlInput, type ControlName, type ControlOutput, control } from './world/control-routes.ts'
import type { World, WorldOptions } from './world/world.ts'

export type GraphqlError = { readonly type?: string; readonly path?: readonly unknown[]; readonly message: string }
export type GraphqlReply = { readonly data: never; readonly errors?: readonly GraphqlError[] }

/** A stand-in in this process with an organisation, a repository and our App on it. */
export type Scene = Started & {
  readonly world: World
  readonly token: string
  readonly appId: number
  readonly installationId: number
  readonly repo: string
  /** First commit of the default branch. */
  readonly first: string
  do<Name extends ControlName>(name: Name, input: ControlInput<Name>): Promise<ControlOutput<Name>>
  graphql(query: string, variables?: object, token?: string): Promise<GraphqlReply>
  settle(): Promise<void>
}

const PERMISSIONS = {
  contents: 'write',
  pull_requests: 'write',
  checks: 'write',
  issues: 'write',
  metadata: 'read',
  statuses: 'read',
  merge_queues: 'read',
} as const

const FILES = { 'values.yaml': 'memory: 32Mi\n', 'apps/cart/values.yaml': 'replicas: 1\n' }

export async function scene(
  repository: Partial<ControlInput<'createRepository'>> = {},
  options: WorldOptions = {},
): Promise<Scene> {
  const stand = await started({ mergeabilityDelayMs: 5, ...options })
  const { world } = stand.standIn
  const act: Scene['do'] = (name, input) => control(world, name, input) as never
  await act('createOrganisation', { login: 'acme', members: { olga: 'admin' } })
  const roles = { ann: 'write', bob: 'write', eve: 'read', tom: 'triage' } as const
  const made = await act('createRepository', {
    owner: 'acme',
    name: 'shop',
    files: FILES,
    roles,
    labels: ['kintsugi'],
    ...repository,
  })
  const app = await act('createApp', { name: 'Kintsugi', owner: 'acme', permissions: PERMISSIONS, events: [] })
  const repositories = ['acme/shop']
  const { installationId } = await act('install', { appId: app.appId, account: 'acme', repositories })
  const known = world.apps.get(app.appId)
  if (!known) throw new Error('the App is gone')
  const issued = await stand.ask('POST', `/app/installations/${installationId}/access_tokens`, stand.jwt(known))
  const { token } = issued.body as { token: string }
  return {
    ...stand,
    world,
    token,
    appId: app.appId,
    installationId,
    repo: 'acme/shop',
    first: made.oid,
    do: act,
    graphql: async (query, variables = {}, as = token) =>
      (await stand.ask('POST', '/graphql', as, { query, variables })).body as GraphqlReply,
    settle: () => world.jobs.settle(),
  }
}
