export type { GitHubApi, Mirror } from './api.ts'
export type { CheckText, GitHubForgeOptions } from './desk.ts'
export { githubForge } from './forge.ts'
