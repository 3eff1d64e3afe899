/** Global ids: opaque to clients, `<prefix>_<base64 of what finds it>` to the stand-in. */
export const PREFIXES = {
  Repository: 'R',
  Ref: 'REF',
  Commit: 'C',
  Tree: 'T',
  Blob: 'B',
  PullRequest: 'PR',
  Issue: 'I',
  IssueComment: 'IC',
  PullRequestReview: 'PRR',
  PullRequestReviewThread: 'PRRT',
  CheckRun: 'CR',
  CheckSuite: 'CS',
  StatusContext: 'SC',
  StatusCheckRollup: 'SCR',
  Label: 'LA',
  User: 'U',
  Bot: 'BOT',
  Organization: 'O',
  Team: 'TE',
  App: 'A',
  RepositoryRule: 'RRU',
  RepositoryRuleset: 'RRS',
  MergeQueue: 'MQ',
  MergeQueueEntry: 'MQE',
  Comparison: 'CMP',
  Event: 'EV',
  Reaction: 'REA',
} as const

export type NodeType = keyof typeof PREFIXES

export function nodeId(type: NodeType, ...parts: readonly (string | number)[]): string {
  return `${PREFIXES[type]}_${Buffer.from(parts.join(' ')).toString('base64url')}`
}

export function parseNodeId(id: string): { readonly type: NodeType; readonly parts: readonly string[] } | undefined {
  const split = id.indexOf('_')
  const prefix = id.slice(0, split)
  const type = (Object.keys(PREFIXES) as NodeType[]).find((candidate) => PREFIXES[candidate] === prefix)
  if (type === undefined) return undefined
  return {
    type,
    parts: Buffer.from(id.slice(split + 1), 'base64url')
      .toString()
      .split(' '),
  }
}
