import type { Account } from './accounts.ts'
import type { Commit } from './git/commits.ts'
import type { Pull } from './issues.ts'
import type { Repository } from './repositories.ts'
import type { World } from './world.ts'

export type Message = { readonly title: string; readonly body: string }

const subject = (message: string): string => message.split('\n')[0] ?? ''
const rest = (message: string): string => message.split('\n').slice(1).join('\n').trim()

/** As the repository's settings word a squash. Commits oldest first. */
export function squashMessage(world: World, repo: Repository, pull: Pull, commits: readonly Commit[]): Message {
  const single = commits.length === 1 ? commits[0] : undefined
  const bySetting = repo.settings.squash_merge_commit_title === 'COMMIT_OR_PR_TITLE' && single
  const title = `${bySetting ? subject(single.message) : pull.title} (#${pull.number})`
  return { title, body: squashBody(world, repo, pull, commits) }
}

function squashBody(world: World, repo: Repository, pull: Pull, commits: readonly Commit[]): string {
  const credit = coAuthors(world.accounts.get(pull.author), commits)
  switch (repo.settings.squash_merge_commit_message) {
    case 'PR_BODY':
      return joined([pull.body, credit])
    case 'BLANK':
      return credit
    case 'COMMIT_MESSAGES': {
      const only = commits.length === 1 ? commits[0] : undefined
      if (only) return joined([rest(only.message), credit])
      const list = commits.map((commit) => `* ${commit.message.trimEnd()}`).join('\n\n')
      return credit === '' ? list : joined([list, '---------', credit])
    }
  }
}

const joined = (parts: readonly string[]): string => parts.filter((part) => part !== '').join('\n\n')

/** People who wrote commits of the pull request, but for its author, who becomes the author of the squash. */
export function coAuthors(author: Account | undefined, commits: readonly Commit[]): string {
  const others = commits
    .map((commit) => commit.author)
    .filter((stamp) => stamp.email !== author?.email)
    .map((stamp) => `Co-authored-by: ${stamp.name} <${stamp.email}>`)
  return [...new Set(others)].join('\n')
}

export function mergeMessage(repo: Repository, pull: Pull): Message {
  const { merge_commit_title, merge_commit_message } = repo.settings
  const title =
    merge_commit_title === 'PR_TITLE'
      ? `${pull.title} (#${pull.number})`
      : `Merge pull request #${pull.number} from ${repo.owner}/${pull.headRef}`
  const body = { PR_BODY: pull.body, PR_TITLE: pull.title, BLANK: '' }[merge_commit_message]
  return { title, body }
}

export function textOf(message: Message): string {
  return message.body === '' ? message.title : `${message.title}\n\n${message.body}`
}
