import type {
  Account,
  AuditHead,
  AuditRecord,
  BaseRules,
  Conclusion,
  Gate,
  Lane,
  MergeMethod,
  Onboarding,
  Proposal,
  Pull,
  Reason,
  Role,
  Self,
  Tree,
} from '../domain/index.ts'

/** Everything one reconcile needs of a repository, read at once (PROTOCOL 3, R). */
export type RepositoryView = {
  readonly repository: string
  readonly base: { readonly branch: string; readonly revision: string }
  /** Our open pull requests of the repository, of any lane. */
  readonly open: readonly Pull[]
  /**
   * Our merged pull requests of any lane that ended within the last 7 days, oldest first: what may still await its verdict after a restart.
   * Where there are comments, closed ones too: people may ask for another try there.
   */
  readonly recent: readonly Pull[]
  /** There: more ended within those days than can be read, and harm may be hidden among the rest. */
  readonly recentCut?: true
  /** Our pull requests of each asked lane, oldest first, at most the last 50, open ones too. */
  readonly history: ReadonlyMap<Lane, readonly Pull[]>
  /** Living notes of the asked lanes. */
  readonly notes: ReadonlyMap<Lane, Note>
  /** Living notes of any lane, those included. */
  readonly allNotes: readonly Note[]
  /** What the forge asks of a merge into the base branch. */
  readonly rules: BaseRules
  /** Whether anybody can read the repository: then texts hold no queries, charts or names of clusters. */
  readonly audience: 'private' | 'public'
  /** Who we are here; absent where nobody else writes checks, reviews or comments. */
  readonly self?: Self
  /** Whether living notes have a place: issues may be switched off. Left out where they always have. */
  readonly issues?: boolean
  /** What the audit branch shows; absent where there is none. */
  readonly audit?: string
  /** The one dashboard of the repository, where it is there. */
  readonly dashboard?: Note
  /** The newest pull request that offered our settings. */
  readonly onboarding?: Pick<Pull, 'number' | 'state' | 'endedBy' | 'createdAtMs' | 'endedAtMs'>
  /** How many pull requests of ours were opened since that many milliseconds ago. */
  openedSince(sinceMs: number): number
}

export type Note = {
  readonly text: string
  readonly updatedAtMs: number
  /** A person has closed it: nothing more is said there until it is opened again. */
  readonly closedByPerson?: boolean
  /** What they said of it in doing so, where the forge asks. */
  readonly closedAs?: 'completed' | 'not-planned'
}

export type OpenResult =
  | { readonly result: 'opened' | 'adopted' | 'exists'; readonly pull: Pull }
  | { readonly result: 'refused'; readonly reason: Reason; readonly message: string }

export type MergeResult =
  | { readonly result: 'merged'; readonly commit: string }
  | { readonly result: 'waiting'; readonly by: Reason }
  | { readonly result: 'recompute'; readonly reason: Reason }
  | { readonly result: 'stopped'; readonly reason: Reason }

/** How a pull request is merged. Without a title and a message the forge's own are taken. */
export type MergeHow = {
  readonly method: MergeMethod
  readonly title?: string
  readonly message?: string
  /** Asked last, with what was read right before the call. A reason stops it. A forge without rules and checks need not ask. */
  readonly last?: (now: { readonly pull: Pull; readonly rules: BaseRules }) => Promise<Reason | undefined>
}

/** `clean`: nothing is left to wait for, so the caller merges by itself. */
export type ArmResult =
  | { readonly result: 'armed' | 'clean' }
  | { readonly result: 'refused'; readonly reason: Reason; readonly message: string }

/** A pull request's living comment, a lane's living note, or the one dashboard of the repository. */
export type Place = { readonly pull: number } | { readonly lane: Lane } | { readonly dashboard: true }

/** The journal of one writer, held against what was known of it. */
export type AuditView = {
  /** What the audit branch shows; absent where there is none. */
  readonly commit?: string
  /** The newest file of this writer's chain. */
  readonly head?: AuditHead
  /** Whether the known commit and the newest known head of this writer are still in it. */
  readonly holds: boolean
}

export type AuditKnown = {
  readonly commit?: string
  /** The newest file at that commit. */
  readonly head?: AuditHead
  /** Of any writer; only those of this one are asked for. */
  readonly heads: readonly AuditHead[]
}

export type { AuditRecord } from '../domain/index.ts'

/** A repository that the bot may write to, in our words (PROTOCOL 11). Expected outcomes are values; only what the world does to us throws. */
export interface Forge {
  readonly repository: string
  /** What the pull requests of this forge need to be merged by the bot: who can approve, whether checks exist. */
  look(base: string, lanes: readonly Lane[]): Promise<RepositoryView>
  /** The files at exactly this revision. */
  tree(revision: string): Promise<Tree>
  /** Branch that HEAD names. */
  defaultBranch(): Promise<string>
  /** The newest commit of a branch, or undefined when there is no such branch. */
  head(branch: string): Promise<string | undefined>
  /** Opens, or finds the one that is there already. At most one open pull request per branch, held by the forge itself. */
  open(proposal: Proposal): Promise<OpenResult>
  /** Puts a recomputed proposal on the branch of an open pull request whose head is still ours. */
  refresh(pull: number, proposal: Proposal): Promise<OpenResult>
  /** Tries once, only if the head is still `sha`; puts it into the merge queue where the base has one. Squashes where not told how. */
  merge(pull: number, sha: string, how?: MergeHow): Promise<MergeResult>
  /** Lets the forge merge by itself once its own rules hold, only if the head is still `sha`. */
  arm(pull: number, sha: string, method: MergeMethod): Promise<ArmResult>
  /** Takes that back. Nothing happens where nothing is armed, or where a person armed it. */
  disarm(pull: number): Promise<void>
  /** Takes it out of the merge queue, where we put it in. False where it stays in there. */
  dequeue(pull: number): Promise<boolean>
  /**
   * Tells the merge queue whether the commit that it built with this pull request may go onto the base: every gate holds, or not. An entry of
   * ours is thrown out where one is shut; one that a person put in never is.
   */
  checkGroup(pull: number, group: string, gates: readonly Gate[]): Promise<void>
  /**
   * Lets pass what is not ours where the rules of a base ask for our check: pull requests of others, and what the merge queue built of them
   * alone. Absent where there are no checks.
   */
  standAside?(base: string): Promise<void>
  /** The living comment of a pull request or the living note of a lane, edited in place; no write when nothing changed. */
  say(place: Place, text: string): Promise<void>
  /** One check run with every gate and its value. */
  check(pull: number, gates: readonly Gate[]): Promise<void>
  /** Records the verdict in the machine block and says it in the living comment. */
  conclude(pull: number, conclusion: Conclusion, text: string): Promise<void>
  /** Gives an open pull request of ours labels and reviewers; what cannot be given never blocks. Absent where there are none. */
  give?(
    pull: number,
    what: { readonly labels: readonly string[]; readonly reviewers: readonly string[] },
  ): Promise<void>
  /** Opens a pull request that takes a merged one back. Same rules as `open`. */
  revert(pull: number, proposal: Proposal): Promise<OpenResult>
  close(pull: number, reason: Reason, text: string): Promise<void>
  /** Answers a command with a reply and a reaction; a command that has been answered is not answered again. */
  answer(pull: number, command: string, answer: { readonly accepted: boolean; readonly text: string }): Promise<void>
  /** What somebody may do here, asked at that moment. */
  roleOf(login: string): Promise<Role>
  /** Whether somebody is in `organisation/team`; `unknown` where that may not be asked. */
  inTeam(team: string, login: string): Promise<boolean | 'unknown'>
  /** Deletes branches of ours that no open pull request holds, at the commit last seen; gives their names. */
  sweep(): Promise<readonly string[]>
  /** Whether `revision` has `commit` among its ancestors or is it. */
  contains(revision: string, commit: string): Promise<boolean>
  /** Commits of `branch` after `since` that touched one of the paths, newest first. */
  commitsTouching(
    paths: readonly string[],
    from: string,
    limit: number,
  ): Promise<readonly { readonly revision: string; readonly atMs: number; readonly by?: Account }[]>
  /** Offers our settings to a repository that has none, or finds the offer that is there. Absent where nobody is asked. */
  onboard?(offer: Onboarding): Promise<OpenResult>
  /** Reads the journal of this writer. Heads of others are left out. */
  audit(known: AuditKnown): Promise<AuditView>
  appendAudit(records: readonly AuditRecord[]): Promise<void>
}
