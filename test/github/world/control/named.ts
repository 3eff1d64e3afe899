import type { Account } from '../accounts.ts'
import { createAccount, findRepository } from '../establish.ts'
import type { Issue, Pull } from '../issues.ts'
import { findPull } from '../pulls.ts'
import type { Repository } from '../repositories.ts'
import type { World } from '../world.ts'

/** By `owner/name`. */
export function repositoryNamed(world: World, fullName: string): Repository {
  const [owner = '', name = ''] = fullName.split('/')
  const repo = findRepository(world, owner, name)
  if (!repo) throw new Error(`no repository ${fullName}`)
  return repo
}

/** A person, made where there is none yet; bots by `name[bot]`. */
export function accountNamed(world: World, login: string): Account {
  return world.accounts.get(login) ?? createAccount(world, 'User', login)
}

export function pullNumbered(repo: Repository, number: number): Pull {
  const pull = findPull(repo, number)
  if (!pull) throw new Error(`no pull request ${number}`)
  return pull
}

export function threadNumbered(repo: Repository, number: number): Issue | Pull {
  const thread = repo.threads.get(number)
  if (!thread) throw new Error(`no issue or pull request ${number}`)
  return thread
}
