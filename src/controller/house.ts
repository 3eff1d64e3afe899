import { type BaseRules, type HouseRules, houseRulesFor, type Pull, type Reason, type Self } from '../domain/index.ts'
import { brokenNameRule } from '../policy/index.ts'
import type { RepositoryView } from '../ports/index.ts'
import { forgeOf } from './binding.ts'
import { reviewersOf } from './code-owners.ts'
import type { LaneView, Tick } from './lane.ts'
import type { Owner } from './owner.ts'
import type { Prepared } from './prepare.ts'

type Ready = Prepared & { readonly ready: 'proposal' }

/**
 * A proposal as the house wants it, or the rule for names and messages that it would not meet: that is told before anything is written.
 * @param approvers people who approved what a revert takes back, asked beside the owners
 */
export function inHouse(
  tick: Tick,
  view: LaneView,
  owner: Owner,
  ready: Ready,
  approvers: readonly string[] = [],
): Prepared {
  const house = houseRulesFor(forgeOf(tick.deps, owner.repository), owner.repository.forge.repository)
  const { proposal } = ready
  const paths = proposal.files.map(({ path }) => path)
  const reviewers = [...new Set([...reviewersOf(tick.memory, owner.tree, paths), ...approvers])]
  const written: Ready['proposal'] = {
    ...proposal,
    ...textsOf(proposal, house),
    labels: [...new Set([...proposal.labels, ...house.labels])],
    ...(house.draft && { draft: true }),
    ...(reviewers.length > 0 && { reviewers }),
  }
  const seen = viewOf(view, owner)
  const refused = seen && refusedBy(seen.rules, written, seen.self)
  return refused ?? { ...ready, proposal: written }
}

/** What was seen of the repository, if it is the branch that the proposal goes to. */
function viewOf({ history }: LaneView, owner: Owner): RepositoryView | undefined {
  const view = history.all.find(({ repository }) => repository === owner.repository)?.view
  return view?.base.branch === owner.base.branch ? view : undefined
}

function refusedBy(
  rules: BaseRules,
  named: Pick<Pull, 'branch' | 'commitMessage'>,
  self: Self | undefined,
): Prepared | undefined {
  const broken = brokenNameRule(rules, named, self)
  if (broken === undefined) return undefined
  const reason: Reason = 'ruleset'
  return {
    ready: 'refused',
    reason,
    message: `ruleset:${broken.rule} of the repository does not allow this ${broken.of}`,
  }
}

type Texts = Pick<Ready['proposal'], 'title' | 'commitMessage'>

/** Title and message with what the house puts around them. The last paragraph stays ours: by it the bot knows its own commit. */
export function textsOf({ title, commitMessage }: Texts, house: HouseRules): Texts {
  const around = (template: string | undefined, place: string, text: string): string =>
    template === undefined ? text : template.replaceAll(place, () => text)
  const titled = around(house.title, '{title}', title)
  const [, ...rest] = commitMessage.trimEnd().split('\n')
  const message = [titled, ...rest].join('\n')
  const cut = message.lastIndexOf('\n\n')
  const [words, trailers] = cut < 0 ? [message, ''] : [message.slice(0, cut), message.slice(cut + 2)]
  const signed = house.signOff === undefined ? [] : [`Signed-off-by: ${house.signOff}`]
  const parts = [around(house.message, '{message}', words), ...signed, trailers].filter((part) => part !== '')
  return { title: titled, commitMessage: `${parts.join('\n\n')}\n` }
}
