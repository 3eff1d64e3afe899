import type { GitHubApi, Mirror } from '../../adapters/github/index.ts'
import type { ForgeConfig } from '../../domain/index.ts'

/** One App on one GitHub. */
export type GithubAccess = {
  repository(owner: string, name: string): Promise<{ readonly api: GitHubApi; readonly mirror: Mirror }>
  close(): Promise<void>
}

/** Opens a forge of kind github. Nothing is sent before a repository is asked for. */
export type GithubDoor = (forge: ForgeConfig) => GithubAccess
