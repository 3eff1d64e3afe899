import type { PlanOutcome, ProvenImage } from '../../domain/index.ts'
import { containerOf, endedAs, type PlanInput, planned, type Remedy, refused } from './remedy.ts'

/** Goes back to the newest image of the same repository that ran without the failure, where a change in Git came before it. */
export const rollBackImage: Remedy = {
  id: 'roll-back-image',
  action: 'rollback',
  answers: ['CrashLoopBackOff', 'ImagePullBackOff', 'FailedRollout'],
  plan(input) {
    const container = containerOf(input)
    if (container?.image === undefined)
      return refused('no-proven-image', 'the image of the failing container is not known')
    return gitChanged(input, container.image) ?? rollBack(input, container.name, container.image)
  },
}

/** Refuses where no change of Git can be the cause: none came before the failure, or the image ran well since. */
function gitChanged({ facts, diagnosis }: PlanInput, current: string): PlanOutcome | undefined {
  const { lastChange, provenImages = [] } = facts
  if (lastChange === undefined || lastChange.atMs > diagnosis.startMs)
    return refused('git-is-not-the-cause', 'no change in Git is known that came before the failure')
  if (provenImages.some(({ image }) => image === current))
    return refused('git-is-not-the-cause', 'the present image ran well before the failure began')
  return undefined
}

function rollBack(input: PlanInput, container: string, current: string): PlanOutcome {
  const proven = candidates(input, current)[0]
  if (proven === undefined)
    return refused('no-proven-image', 'no other image of this repository is known to have run well')
  const { image, revision } = proven
  return planned(input, {
    changes: [{ field: 'image', container, value: image }],
    title: `roll back image to ${tagOf(image)}`,
    rationale: `Go back from ${tagOf(current)} to ${tagOf(image)}, the newest image that ran without the failure.`,
    restores: revision,
  })
}

/** Newest first; never one that was tried lately without success, nor one of another repository. */
function candidates(input: PlanInput, current: string): readonly ProvenImage[] {
  const tried = new Set(
    endedAs(input, ['insufficient', 'harmful']).flatMap(({ record }) => record.changes.map(({ value }) => value)),
  )
  return (input.facts.provenImages ?? []).filter(
    ({ image, fromMs }) =>
      image !== current &&
      repositoryOf(image) === repositoryOf(current) &&
      fromMs < input.diagnosis.startMs &&
      !tried.has(image),
  )
}

/** `registry:5000/shop/cart:1.2@sha256:...` -> `registry:5000/shop/cart`. A colon before the last slash is a port. */
function repositoryOf(image: string): string {
  const named = image.split('@')[0] ?? image
  const colon = named.lastIndexOf(':')
  return colon > named.lastIndexOf('/') ? named.slice(0, colon) : named
}

/** What comes after the repository, for titles: `1.2`, or the start of a digest. */
function tagOf(image: string): string {
  const rest = image.slice(repositoryOf(image).length + 1)
  return rest === '' ? 'latest' : rest.slice(0, 40)
}
