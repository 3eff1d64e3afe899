import type { GitHubApi } from './api.ts'

type Method = {
  [Name in keyof GitHubApi]: GitHubApi[Name] extends (...args: never[]) => unknown ? Name : never
}[keyof GitHubApi]

/** What each call does to GitHub. A new one does not compile before it is said here, so a dry run can let none through. */
const CALLS: Readonly<Record<Method, 'read' | 'write'>> = {
  repository: 'read',
  pull: 'read',
  pullsOf: 'read',
  branch: 'read',
  commit: 'read',
  compare: 'read',
  listing: 'read',
  blob: 'read',
  archive: 'read',
  commitsTouching: 'read',
  issues: 'read',
  role: 'read',
  inTeam: 'read',
  checkOf: 'read',
  awaiting: 'read',
  write: 'write',
  adorn: 'write',
  moveBranches: 'write',
  updatePull: 'write',
  createComment: 'write',
  updateComment: 'write',
  react: 'write',
  checkRun: 'write',
  merge: 'write',
  enqueue: 'write',
  dequeue: 'write',
  arm: 'write',
  disarm: 'write',
  createIssue: 'write',
  updateIssue: 'write',
  createOrphan: 'write',
}

/** Whether a method of GitHubApi changes anything there. */
export function writes(method: string): boolean {
  return Object.hasOwn(CALLS, method) && CALLS[method as Method] === 'write' // the cast: an own key of the table
}
