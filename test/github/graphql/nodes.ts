import { resolveRef } from '../world/git/refs.ts'
import { canSee } from '../world/permissions.ts'
import type { Repository } from '../world/repositories.ts'
import { findComment } from '../world/threads.ts'
import type { Context } from './context.ts'
import { type NodeType, parseNodeId } from './node-ids.ts'
import {
  type AccountSource,
  type CheckRunSource,
  commentSource,
  type LabelSource,
  objectSource,
  type RepositorySource,
  refSource,
  type TeamSource,
  threadSource,
} from './sources.ts'

/** The value that a global id names, where the actor may see it. */
export async function findNode(context: Context, id: string): Promise<unknown> {
  const parsed = parseNodeId(id)
  if (!parsed) return undefined
  const [first = '', second = ''] = parsed.parts
  if (parsed.type === 'User' || parsed.type === 'Bot' || parsed.type === 'Organization')
    return accountNode(context, first)
  if (parsed.type === 'Team') return teamNode(context, Number(first))
  const repo = context.world.repositories.get(Number(first))
  if (!repo || !canSee(context.world, context.actor, repo)) return undefined
  return inRepository(repo, parsed.type, second)
}

async function inRepository(repo: Repository, type: NodeType, key: string): Promise<unknown> {
  switch (type) {
    case 'Repository':
      return { type: 'Repository', repo } satisfies RepositorySource
    case 'Ref': {
      const oid = await resolveRef(repo.gitDir, key)
      return oid && refSource(repo, key, oid)
    }
    case 'Commit':
    case 'Tree':
    case 'Blob':
      return objectSource(repo, key)
    case 'PullRequest':
    case 'Issue': {
      const thread = repo.threads.get(Number(key))
      return thread && (thread.kind === 'pull') === (type === 'PullRequest') ? threadSource(repo, thread) : undefined
    }
    case 'IssueComment': {
      const comment = findComment(repo, Number(key))
      return comment && commentSource(repo, comment)
    }
    default:
      return smallNode(repo, type, key)
  }
}

function smallNode(repo: Repository, type: NodeType, key: string): unknown {
  if (type === 'CheckRun') {
    const run = repo.checkRuns.find((candidate) => candidate.id === Number(key))
    return run && ({ type, repo, run } satisfies CheckRunSource)
  }
  if (type === 'Label') {
    const label = [...repo.labels.values()].find((candidate) => candidate.id === Number(key))
    return label && ({ type, repo, label } satisfies LabelSource)
  }
  return undefined
}

function accountNode(context: Context, login: string): AccountSource | undefined {
  const account = context.world.accounts.get(login)
  return account && { type: account.kind, account }
}

function teamNode(context: Context, id: number): TeamSource | undefined {
  const teams = [...context.world.organisations.values()].flatMap((organisation) => [...organisation.teams.values()])
  const team = teams.find((candidate) => candidate.id === id)
  return team && { type: 'Team', team }
}
