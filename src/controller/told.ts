import {
  type Attempt,
  type FileChange,
  isJsonObject,
  type Plan,
  type Sibling,
  valueAt,
  workloadKey,
} from '../domain/index.ts'
import { type ProposalInput, publicId, type RevertInput } from '../proposal/index.ts'
import { siblingsOf } from '../source/index.ts'
import { forgeOf } from './binding.ts'
import { reviewersOf } from './code-owners.ts'
import type { LaneView, Tick } from './lane.ts'
import { type Owner, renderDeps } from './owner.ts'
import { knownApplications } from './readers.ts'

/** What a pull request tells beside what it does: nothing of it decides anything. */
export type Told = Pick<ProposalInput, 'audience' | 'workload' | 'siblings' | 'prometheus'>

/** Whether anybody can read the repository that an owner's proposal goes to. */
export function audienceOf(view: LaneView, owner: Owner): 'private' | 'public' {
  return view.history.all.find(({ repository }) => repository === owner.repository)?.view.audience ?? 'private'
}

function replicasOf(view: LaneView, owner: Owner): number | undefined {
  // What an autoscaler asks for stands only in the cluster.
  for (const manifest of [view.facts.live, owner.object.manifest]) {
    const replicas = valueAt(isJsonObject(manifest) ? manifest : undefined, ['spec', 'replicas'])
    if (typeof replicas === 'number') return replicas
  }
  return undefined
}

/** The first field of the plan in other environments; none where the edit itself would change them. */
async function siblings(
  tick: Tick,
  owner: Owner,
  { subject, changes }: Plan,
  lines: readonly string[],
): Promise<readonly Sibling[]> {
  const [first] = changes
  if (first === undefined) return []
  const container = first.container ?? subject.container
  const found = await siblingsOf({
    application: owner.application,
    sources: owner.sources,
    deps: renderDeps(tick.deps),
    target: { ...workloadKey(subject), ...(container === undefined ? {} : { container }) },
    field: first.field,
    others: knownApplications(tick),
  })
  return found.filter(({ file, line }) => !lines.includes(`${file}:${line}`))
}

/** What the pull request of a fix tells. `lines` are those that it edits, `file:line`. */
export async function toldOf(
  tick: Tick,
  view: LaneView,
  owner: Owner,
  plan: Plan,
  lines: readonly string[],
): Promise<Told> {
  return { ...workloadTold(tick, view, owner), siblings: await siblings(tick, owner, plan, lines) }
}

/** What a revert tells too. */
export function workloadTold(tick: Tick, view: LaneView, owner: Owner): Omit<Told, 'siblings'> {
  const replicas = replicasOf(view, owner)
  return {
    audience: audienceOf(view, owner),
    ...queriesTold(tick, view),
    workload: { rendered: owner.object.manifest, ...(replicas === undefined ? {} : { replicas }) },
  }
}

/** The page on which people read the queries of a cluster, where the operator names one. */
function queriesTold({ deps }: Tick, { subject }: LaneView): Pick<ProposalInput, 'prometheus'> {
  const { clusters } = deps.config
  const page = clusters.find(({ name }) => name === subject.cluster)?.prometheus?.externalUrl
  return page === undefined ? {} : { prometheus: page }
}

/** Whether people may command here, whom CODEOWNERS asks for these files, and the page of the repository. */
export function peopleTold(
  tick: Tick,
  owner: Owner,
  files: readonly FileChange[],
): Pick<ProposalInput, 'commands' | 'owners' | 'web'> {
  const commands = forgeOf(tick.deps, owner.repository)?.kind === 'github'
  const paths = files.map(({ path }) => path)
  if (!commands) return { commands, owners: [] }
  const web = owner.repository.urls.find((url) => url.startsWith('https://'))
  const owners = reviewersOf(tick.memory, owner.tree, paths).map((name) => `@${name}`)
  return { commands, owners, ...(web === undefined ? {} : { web: web.replace(/\.git$/, '') }) }
}

/** Window and checks of the policy that a fix was made under, where it is still the same. */
export function rulesTold({ policies }: Tick, { record }: Attempt): Pick<RevertInput, 'rules'> {
  const policy = policies.find(({ name, digest }) => name === record.policy.name && digest === record.policy.digest)
  return policy === undefined ? {} : { rules: policy.pullRequest }
}

function dayOf(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10)
}

/**
 * The public id of an incident: the one that its first proposal recorded, else the next of the day in the repository's history. `own` are
 * attempts of the lane, `all` those of the repository.
 */
export function publicIdFor(incident: string, own: readonly Attempt[], all: readonly Attempt[], nowMs: number): string {
  const known = own.find(({ record }) => record.incident === incident && record.publicId !== undefined)?.record.publicId
  if (known !== undefined) return known
  const day = dayOf(nowMs).replaceAll('-', '')
  const taken = all.flatMap(({ record }) => {
    const [, of, place] = /^rem-(\d{8})-(\d{3,6})$/.exec(record.publicId ?? '') ?? []
    return of === day ? [Number(place)] : []
  })
  return publicId(nowMs, Math.max(0, ...taken) + 1)
}
