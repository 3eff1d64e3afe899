import type { Account } from '../../../domain/index.ts'
import type { Node } from './json.ts'

const APP_ADDRESS = /^(?:\d{1,12}\+)?([A-Za-z0-9-]{1,100})\[bot\]@users\.noreply\.[A-Za-z0-9.-]{1,100}$/

/** Whom GitHub shows for an account that is gone. Not a person: a ghost commands nothing. */
const GHOST: Account = { login: 'ghost', kind: 'app' }

/** GraphQL's Actor: only a User is a person. An app's login has no `[bot]` here and has one in REST; ours has none. */
export function actor(node: Node | undefined): Account | undefined {
  const login = node?.textOr('login')
  if (node === undefined || login === undefined) return undefined
  return account(login, node.textOr('__typename') === 'User')
}

export function actorOr(node: Node | undefined): Account {
  return actor(node) ?? GHOST
}

/** Who wrote last over a text. GitHub shows nobody for an account that is gone: that it was edited is then told by the time alone. */
export function editorOf(node: Node): Account | undefined {
  return actor(node.nodeOr('editor')) ?? (node.textOr('lastEditedAt') === undefined ? undefined : GHOST)
}

/** REST's simple user. */
export function restUser(node: Node | undefined): Account {
  const login = node?.textOr('login')
  return login === undefined ? GHOST : account(login, node?.textOr('type') === 'User')
}

function account(login: string, person: boolean): Account {
  const bare = login.endsWith('[bot]') ? login.slice(0, -5) : login
  return { login: bare, kind: person && bare === login ? 'user' : 'app' }
}

/** Author or committer of a commit. GitHub names no user for an app's; then its address does, and only a commit that GitHub itself signed is believed. */
export function gitActor(node: Node | undefined, signedByGitHub: boolean): Account | undefined {
  const user = actor(node?.nodeOr('user'))
  if (user !== undefined || !signedByGitHub) return user
  const login = APP_ADDRESS.exec(node?.textOr('email') ?? '')?.[1]
  return login === undefined ? undefined : { login, kind: 'app' }
}
