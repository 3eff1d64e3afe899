import type {
  Attempt,
  BaseRules,
  Binding,
  Config,
  Diagnosis,
  FieldChange,
  Gate,
  MergeMethod,
  Mode,
  Policy,
  Proof,
  Pull,
  PullFacts,
  Reason,
  Self,
} from '../../domain/index.ts'
import type { CodeOwner } from '../codeowners.ts'

/** Who owns the files of the pull request. `members` answers for each team that is named, by login in small letters. */
export type OwnersView =
  | { readonly read: 'none' }
  | { readonly read: 'failed' }
  | {
      readonly read: 'done'
      readonly files: readonly { readonly path: string; readonly owners: readonly CodeOwner[] }[]
      readonly members: ReadonlyMap<string, ReadonlyMap<string, boolean | 'unknown'>>
    }

/** Everything that a merge is judged on, re-read right before it. */
export type GateInput = {
  readonly diagnosis: Diagnosis
  readonly policy: Policy
  /** The effective mode when it was decided. The ceiling and the policy of now can only make it stricter. */
  readonly mode: Mode
  readonly config: Config
  readonly binding: Binding | undefined
  /** Attempts of this policy on any lane. */
  readonly attempts: readonly Attempt[]
  /** Whether these are all: a repository that does not answer, or a record that was changed, may hide harm. */
  readonly historyKnown: boolean
  readonly changes: readonly FieldChange[]
  readonly proof: Proof
  /** Whether the baseline render equals what the cluster was told to run. `unknown` is never merged by the bot. */
  readonly renderMatch: 'same' | 'differs' | 'unknown'
  readonly baseBranch: string
  /** Blobs at the head of the base branch now, for the paths that the proof read; undefined where there is none. */
  readonly baseInputs: Readonly<Record<string, string | undefined>>
  /** A local forge has no checks, reviews or rules: there nothing of them is asked. */
  readonly forge: 'local' | 'github'
  readonly pull: Pick<
    Pull,
    'headSha' | 'headIsOurs' | 'unsettled' | 'branch' | 'commitMessage' | 'createdAtMs' | 'files'
  > & {
    readonly facts?: PullFacts
  }
  readonly rules: BaseRules
  /** How it would be merged: as the house wants it, else as the policy says. */
  readonly method: MergeMethod
  readonly self?: Self
  readonly owners: OwnersView
  /** Where four eyes are asked for: who changed the policy or asked for the change, none of whom may be the only approver. */
  readonly fourEyes?: { readonly involved: readonly string[] | 'unknown' }
  readonly paused: boolean
  readonly frozen: boolean
  /** A hold or snooze of a person that is in force. */
  readonly held?: { readonly by: string; readonly untilMs?: number }
  /** Our open pull requests, this one among them, and those opened within the last hour. */
  readonly openPulls: number
  readonly openedLastHour: number
  /** Where copies of the bot choose a leader: our epoch when the tick began, and now. */
  readonly leader?: { readonly began: number | undefined; readonly now: number | undefined }
  readonly audit: 'ok' | 'off' | 'broken'
  /** Merged pull requests of the repository in which something else than the proven came along. */
  readonly drifted: readonly number[]
  readonly nowMs: number
}

export type Judge = (input: GateInput) => Gate

/** A gate; the reason counts where it is shut. */
export function gate(name: string, pass: boolean, value: string, reason: Reason): Gate {
  return pass ? { name, pass, value } : { name, pass, value, reason }
}

/** Facts that speak of the head which is judged, and of no other; undefined where there are none. */
export function factsOfHead({ pull }: Pick<GateInput, 'pull'>): PullFacts | undefined {
  return pull.facts?.sha === pull.headSha ? pull.facts : undefined
}

/** What a gate says where the rules of the base branch could not be read. */
export function withoutRules(name: string, rules: BaseRules): Gate {
  return gate(name, false, 'rules not read', unreadRules(rules))
}

/** Why the rules could not be read, as far as that is known. */
export function unreadRules({ unread = 'forge-unread' }: BaseRules): Reason {
  return unread
}

/** What a gate says of a forge that has no such thing, or that could not be read. */
export function withoutFacts(name: string, forge: GateInput['forge']): Gate {
  return forge === 'local'
    ? gate(name, true, 'not on this forge', 'forge-unread')
    : gate(name, false, 'not read for this commit', 'forge-unread')
}
