import type { Gate, PullFacts, ReviewFact } from '../../domain/index.ts'
import type { CodeOwner } from '../codeowners.ts'
import { factsOfHead, type GateInput, gate, type OwnersView, unreadRules, withoutFacts, withoutRules } from './input.ts'

/** Approvals by the rules, and at least one where the mode asks for it. An app never approves. */
export function judgeReviews(input: GateInput): Gate {
  const { mode, rules, forge } = input
  const name = 'reviews'
  if (forge === 'github' && !rules.known) return withoutRules(name, rules)
  const needed = Math.max(rules.approvals, mode === 'merge-on-approval' ? 1 : 0)
  const facts = factsOfHead(input)
  if (facts === undefined) {
    return needed > 0 && forge === 'local'
      ? gate(name, false, `0 of ${needed} approvals`, 'awaiting-approval')
      : withoutFacts(name, forge)
  }
  const against = opinions(facts).filter(({ state, counts }) => state === 'changes-requested' && counts)
  if (against.length > 0) return gate(name, false, `${against.length} ask for changes`, 'changes-requested')
  const approvers = approversOf(input)
  const value = needed === 0 && approvers.length === 0 ? 'none asked' : `${approvers.length} of ${needed} approvals`
  if (approvers.length < needed) return gate(name, false, value, 'awaiting-approval')
  return needed > 0 && !fourEyes(input, approvers)
    ? gate(name, false, value, 'four-eyes')
    : gate(name, true, value, 'awaiting-approval')
}

/** The newest opinion of each; of two at one moment the one that does not approve. */
function opinions({ reviews }: PullFacts): readonly ReviewFact[] {
  const newest = new Map<string, ReviewFact>()
  for (const review of reviews) {
    const key = `${review.by.kind} ${review.by.login.toLowerCase()}`
    const known = newest.get(key)
    const later = known === undefined || review.atMs > known.atMs
    if (later || (review.atMs === known.atMs && review.state !== 'approved')) newest.set(key, review)
  }
  return [...newest.values()]
}

/** People who may write and whose newest opinion approves exactly this commit, in small letters. */
export function approversOf(input: Pick<GateInput, 'pull' | 'self'>): readonly string[] {
  const facts = factsOfHead(input)
  if (facts === undefined) return []
  const own = input.self?.login.toLowerCase()
  return opinions(facts)
    .filter(({ by, state, counts, sha }) => by.kind === 'user' && counts && state === 'approved' && sha === facts.sha)
    .map(({ by }) => by.login.toLowerCase())
    .filter((login) => login !== own && login !== `${own}[bot]`)
}

/** Two approvers are four eyes, whoever they are; one has to be somebody who had no hand in it. */
function fourEyes({ fourEyes: asked }: GateInput, approvers: readonly string[]): boolean {
  if (asked === undefined || approvers.length > 1) return true
  const { involved } = asked
  if (involved === 'unknown') return false
  const hands = new Set(involved.map((login) => login.toLowerCase()))
  return approvers.some((login) => !hands.has(login))
}

/** An owner of each file has approved, where the rules ask for that or where an approval is what lets the bot merge. */
export function judgeOwners(input: GateInput): Gate {
  const { rules, mode, owners, forge } = input
  const name = 'code owners'
  if (forge === 'local') return withoutFacts(name, forge)
  if (!rules.known) return withoutRules(name, rules)
  if (!rules.codeOwners && mode !== 'merge-on-approval') return gate(name, true, 'none asked', 'awaiting-owner')
  if (owners.read === 'none') return gate(name, true, 'no CODEOWNERS', 'awaiting-owner')
  if (owners.read === 'failed') return gate(name, false, 'CODEOWNERS not read', 'forge-unread')
  const facts = factsOfHead(input)
  if (facts === undefined) return withoutFacts(name, forge)
  const approvers = approversOf(input)
  const open = owners.files.filter((file) => file.owners.length > 0 && !approvedByOwner(file.owners, approvers, owners))
  const [first] = open
  if (first === undefined) return gate(name, true, 'approved', 'awaiting-owner')
  // Whom a team has is not always told. Then the forge, which asks for the owners itself, is believed.
  const leftToForge =
    rules.codeOwners && facts.state === 'clean' && open.every((file) => hasUnknown(file.owners, approvers, owners))
  if (leftToForge) return gate(name, true, 'approved, as the forge says', 'awaiting-owner')
  return gate(name, false, `${first.path} has no approval of an owner`, 'awaiting-owner')
}

type Read = OwnersView & { readonly read: 'done' }

function approvedByOwner(owners: readonly CodeOwner[], approvers: readonly string[], view: Read): boolean {
  return approvers.some((login) => owners.some((owner) => ownedBy(owner, login, view.members) === true))
}

function hasUnknown(owners: readonly CodeOwner[], approvers: readonly string[], view: Read): boolean {
  return approvers.some((login) => owners.some((owner) => ownedBy(owner, login, view.members) === 'unknown'))
}

/** Whether somebody is this owner or in this team. An address of mail tells no login. */
export function ownedBy(
  owner: CodeOwner,
  login: string,
  members: ReadonlyMap<string, ReadonlyMap<string, boolean | 'unknown'>>,
): boolean | 'unknown' {
  if (owner.kind === 'user') return owner.login.toLowerCase() === login.toLowerCase()
  if (owner.kind === 'mail') return 'unknown'
  return members.get(owner.team)?.get(login.toLowerCase()) ?? 'unknown'
}

export function judgeConversations(input: GateInput): Gate {
  const { rules, forge } = input
  const facts = factsOfHead(input)
  if (facts === undefined) return withoutFacts('conversations', forge)
  const open = facts.unresolvedConversations
  const pass = rules.known && (!rules.conversationsResolved || open === 0)
  return gate('conversations', pass, `${open} open`, rules.known ? 'conversations-open' : unreadRules(rules))
}
