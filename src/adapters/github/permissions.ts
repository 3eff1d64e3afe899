export type Access = 'read' | 'write'

/** One permission of the App, by its name in the manifest, and the calls that would fail without it. */
export type Permission = { readonly name: string; readonly access: Access; readonly for: string }

/** What the calls of this adapter need, and nothing more. `app.yml` asks for exactly these. */
export const PERMISSIONS: readonly Permission[] = [
  { name: 'contents', access: 'write', for: 'read files, write the branches of proposals and merge them' },
  { name: 'pull_requests', access: 'write', for: 'open, label and comment pull requests, and ask for reviews' },
  { name: 'checks', access: 'write', for: 'one check run with every gate, and to read the checks of others' },
  { name: 'issues', access: 'write', for: 'notes on workloads that have no source in Git, and the dashboard' },
  { name: 'metadata', access: 'read', for: 'rules of branches and who may do what in a repository' },
  { name: 'statuses', access: 'read', for: 'commit statuses that rules require' },
  { name: 'merge_queues', access: 'read', for: 'whether a proposal is queued, and the event merge_group' },
]

/** Works without them; what they add. */
export const OPTIONAL_PERMISSIONS: readonly Permission[] = [
  { name: 'members', access: 'read', for: 'reviews by teams; without it they are left to CODEOWNERS' },
]

/** Never asked for: they would let a proposal change what judges it. */
export const REFUSED_PERMISSIONS = ['workflows', 'administration'] as const

/** Events that the App subscribes to. Each only says "look again". */
export const EVENTS = [
  'check_run',
  'check_suite',
  'issue_comment',
  'merge_group',
  'pull_request',
  'pull_request_review',
  'push',
  'status',
] as const

/** Sent to every App; a manifest that names them is refused. */
export const UNASKED_EVENTS = ['installation', 'installation_repositories'] as const

/** Steps of the bot's work. Each has a token of its own, so that what reads cannot write and what opens cannot merge by mistake. */
export const STEPS = ['read', 'write', 'merge', 'members'] as const
export type Step = (typeof STEPS)[number]

/**
 * What the token of each step is narrowed to; together they are `PERMISSIONS`. GitHub has one permission for pushing a branch and for merging
 * (contents), so the token of `write` is kept from merging by the adapter alone.
 */
export const STEP_PERMISSIONS: Readonly<Record<Step, Readonly<Record<string, Access>>>> = {
  read: {
    contents: 'read',
    pull_requests: 'read',
    checks: 'read',
    issues: 'read',
    metadata: 'read',
    statuses: 'read',
    merge_queues: 'read',
  },
  write: { contents: 'write', pull_requests: 'write', checks: 'write', issues: 'write', metadata: 'read' },
  merge: { contents: 'write', pull_requests: 'write', merge_queues: 'read', metadata: 'read' },
  members: { members: 'read', metadata: 'read' },
}
