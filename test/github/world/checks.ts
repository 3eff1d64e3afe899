export const CONCLUSIONS = [
  'success',
  'failure',
  'neutral',
  'cancelled',
  'skipped',
  'timed_out',
  'action_required',
  'stale',
] as const
export type Conclusion = (typeof CONCLUSIONS)[number]
export type CheckStatus = 'queued' | 'in_progress' | 'completed'

export type Annotation = Readonly<Record<string, unknown>>

export type CheckOutput = {
  readonly title: string | undefined
  readonly summary: string | undefined
  readonly text: string | undefined
  readonly annotations: readonly Annotation[]
}

export type CheckAction = { readonly label: string; readonly description: string; readonly identifier: string }

export type CheckRun = {
  readonly id: number
  readonly repositoryId: number
  readonly suiteId: number
  readonly appId: number
  name: string
  readonly headSha: string
  status: CheckStatus
  conclusion: Conclusion | undefined
  startedAt: number
  completedAt: number | undefined
  externalId: string
  detailsUrl: string | undefined
  output: CheckOutput
  actions: readonly CheckAction[]
}

/** One for each App and commit. */
export type CheckSuite = {
  readonly id: number
  readonly repositoryId: number
  readonly appId: number
  readonly headSha: string
  readonly headBranch: string | undefined
  readonly createdAt: number
  updatedAt: number
}

export type CommitStatus = {
  readonly id: number
  readonly sha: string
  readonly context: string
  readonly state: 'error' | 'failure' | 'pending' | 'success'
  readonly description: string | undefined
  readonly targetUrl: string | undefined
  readonly creator: string
  readonly createdAt: number
}
