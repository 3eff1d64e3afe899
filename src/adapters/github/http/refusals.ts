import type { Refusal } from '../api.ts'

type Kind = Refusal['kind']

type Row = {
  /** Only answers with this status; any where absent. GraphQL answers 200. */
  readonly status?: number
  readonly pattern: RegExp
  readonly kind: Kind
}

/**
 * What GitHub says when it will not, in the order in which it is looked for: the specific ones first. Sources: Kargo's and Renovate's tables
 * of merge texts, Tide's of 405 and 409, error texts quoted in public issues (peter-evans/enable-pull-request-automerge#343, #355, #822), the
 * descriptions of REST and GraphQL. What none of them knows is `invalid`.
 */
export const REFUSALS: readonly Row[] = [
  {
    pattern: /repository was archived|repository (?:has been|is) archived|archived so is read-only/i,
    kind: 'archived',
  },
  { pattern: /reference already exists|A ref named .{0,300} already exists/i, kind: 'exists' },
  { pattern: /a pull request already exists/i, kind: 'exists' },
  { pattern: /already queued|already in (?:the|a) (?:merge )?queue/i, kind: 'exists' },
  { pattern: /auto[- ]?merge is already enabled/i, kind: 'exists' },
  { pattern: /path was requested for deletion/i, kind: 'invalid' },
  { pattern: /no commits between/i, kind: 'no-commits' },
  { pattern: /pull request is in (?:clean|unstable|has_hooks) status/i, kind: 'clean' },
  {
    pattern: /no longer in the state|head branch was modified|head sha (?:didn't|did not) match|is not the head of/i,
    kind: 'stale',
  },
  {
    pattern: /expected branch to point to|expected head oid|reference update failed|\bis at [0-9a-f]{7,64}/i,
    kind: 'stale',
  },
  { pattern: /base branch was modified/i, kind: 'not-mergeable' },
  { pattern: /update is not a fast[- ]forward/i, kind: 'stale' },
  {
    pattern:
      /required status check|status checks? (?:is|are) expected|checks? .{0,100}(?:is|are) (?:expected|pending|failing)/i,
    kind: 'rules',
  },
  { pattern: /approving review|code owner review|changes must be made through a pull request/i, kind: 'rules' },
  { pattern: /approval from someone other than the last pusher|changes were requested/i, kind: 'rules' },
  { pattern: /conversation.{0,20} must be resolved|unresolved conversations?/i, kind: 'rules' },
  { pattern: /repository rule violations?|rule violations? found|protected branch|branch protection/i, kind: 'rules' },
  { pattern: /verified signature|must have (?:a )?valid signature|merge queue/i, kind: 'rules' },
  {
    pattern:
      /(?:squash|rebase) merges? (?:is|are) not allowed|merge commits are not allowed|merge method .{0,60}not allowed/i,
    kind: 'rules',
  },
  { pattern: /(?:can'?t|cannot) be rebased|not up to date with the base/i, kind: 'not-mergeable' },
  { pattern: /auto[- ]?merge is not (?:allowed|enabled)|protected branch rules not configured/i, kind: 'rules' },
  { pattern: /pull request is in (?:dirty|unknown|draft|behind|blocked) status/i, kind: 'not-mergeable' },
  {
    pattern: /not mergeable|merge conflict|merge already in progress|still a draft|is in draft|(?:is|are) closed/i,
    kind: 'not-mergeable',
  },
  {
    pattern:
      /resource not accessible|must have (?:push|admin|write)|not authorized|permission|does not have the correct/i,
    kind: 'forbidden',
  },
  { pattern: /could not resolve to|not found|does not exist|no longer exists/i, kind: 'not-found' },
  { status: 409, pattern: /repository is empty/i, kind: 'not-found' },
  { status: 409, pattern: /./, kind: 'stale' },
  { status: 405, pattern: /./, kind: 'not-mergeable' },
  { status: 404, pattern: /^/, kind: 'not-found' },
  { status: 410, pattern: /^/, kind: 'not-found' },
  { status: 403, pattern: /^/, kind: 'forbidden' },
  { status: 401, pattern: /^/, kind: 'forbidden' },
]

/** GraphQL's own word for some of them; the text decides first. */
const TYPES: ReadonlyMap<string, Kind> = new Map([
  ['STALE_DATA', 'stale'],
  ['NOT_FOUND', 'not-found'],
  ['FORBIDDEN', 'forbidden'],
  ['INSUFFICIENT_SCOPES', 'forbidden'],
])

const LONGEST = 2000

/** One line of hostile text becomes a kind. `type` is GraphQL's. */
export function refusalOf(status: number, text: string, type?: string): Refusal {
  const cut = text.slice(0, LONGEST)
  const own = type === undefined ? undefined : TYPES.get(type)
  if (own === 'stale') return { kind: 'stale', status, text: cut }
  const row = REFUSALS.find((one) => (one.status === undefined || one.status === status) && one.pattern.test(cut))
  return { kind: row?.kind ?? own ?? 'invalid', status, text: cut }
}
