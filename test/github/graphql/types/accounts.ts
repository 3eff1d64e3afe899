import { text } from '../args.ts'
import type { Context } from '../context.ts'
import { type Fields, field, fieldWith } from '../fields.ts'
import { nodeId } from '../node-ids.ts'
import type { AccountSource, AppSource, TeamSource } from '../sources.ts'

const webOf = (context: Context, path: string): string => `${context.webRoot}/${path}`

const shared = {
  id: field<AccountSource>(({ account }) => nodeId(account.kind, account.login)),
  databaseId: field<AccountSource>(({ account }) => account.id),
  avatarUrl: fieldWith<AccountSource>(['size'], ({ account }, _, context) => webOf(context, `avatars/${account.id}`)),
  url: field<AccountSource>(({ account }, _, context) => webOf(context, account.login)),
  resourcePath: field<AccountSource>(({ account }) => `/${account.login}`),
}

export const user: Fields<AccountSource> = {
  ...shared,
  login: field(({ account }) => account.login),
  name: field(({ account }) => account.name),
  email: field(() => ''),
}

/** GraphQL leaves off the `[bot]` that REST says. */
export const bot: Fields<AccountSource> = {
  ...shared,
  login: field(({ account }) => account.login.replace(/\[bot\]$/, '')),
}

export const organization: Fields<AccountSource> = {
  ...shared,
  login: field(({ account }) => account.login),
  name: field(({ account }) => account.name),
  team: fieldWith(['slug'], ({ account }, args, context) => {
    const team = context.world.organisations.get(account.login)?.teams.get(text(args, 'slug'))
    return team ? ({ type: 'Team', team } satisfies TeamSource) : null
  }),
}

export const team: Fields<TeamSource> = {
  id: field(({ team }) => nodeId('Team', team.id)),
  databaseId: field(({ team }) => team.id),
  slug: field(({ team }) => team.slug),
  name: field(({ team }) => team.slug),
  combinedSlug: field(({ team }) => `${team.organisation}/${team.slug}`),
}

export const app: Fields<AppSource> = {
  id: field(({ app }) => nodeId('App', app.id)),
  databaseId: field(({ app }) => app.id),
  slug: field(({ app }) => app.slug),
  name: field(({ app }) => app.name),
  clientId: field(({ app }) => app.clientId),
}
