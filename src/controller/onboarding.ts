import { KintsugiError, onboardingBranch, workloadKey } from '../domain/index.ts'
import { POLICY_API_VERSION, possibleModes } from '../policy/index.ts'
import type { OpenResult } from '../ports/index.ts'
import { type OnboardingInput, writeOnboarding } from '../proposal/index.ts'
import { findObject } from '../source/index.ts'
import type { ControllerDeps, KnownApplication, Repository } from './deps.ts'
import type { Remembered } from './history.ts'
import type { Tick } from './lane.ts'
import { rendered, sameRepository, sourcesOf, type Trees } from './owner.ts'
import type { LaneReport } from './tick-report.ts'

export const POLICY_FILE = /^\.kintsugi\/policies\/[^/]+\.ya?ml$/

const DAY_MS = 24 * 3_600_000

/** Repositories that are asked first and have not said yes: no policies of their own, and no merged offer. */
export async function repositoriesWithoutSettings(
  deps: ControllerDeps,
  trees: Trees,
  remembered: readonly Remembered[],
): Promise<ReadonlySet<string>> {
  const without = new Set<string>()
  if (!deps.config.onboarding.enabled) return without
  for (const { repository, view } of remembered) {
    const [url] = repository.urls
    if (repository.forge.onboard === undefined || view.onboarding?.state === 'merged' || url === undefined) continue
    if (await lacksPolicies(trees, url)) without.add(view.repository)
  }
  return without
}

/** One whose files cannot be read is asked for nothing. */
async function lacksPolicies(trees: Trees, url: string): Promise<boolean> {
  try {
    const head = await trees.head(url, 'HEAD')
    return head !== undefined && !head.tree.paths().some((path) => POLICY_FILE.test(path))
  } catch (error) {
    if (error instanceof KintsugiError) return false
    throw error
  }
}

export type OfferQuestion = {
  readonly enabled: boolean
  /** Whether the operator has bound the repository. */
  readonly bound: boolean
  /** Applications that run now and read it. */
  readonly live: number
  readonly lacksSettings: boolean
  /** The newest offer, in whatever state: closed means no. */
  readonly offered: boolean
  /** Offers of the last 24 hours, over all repositories. */
  readonly today: number
  readonly perDay: number
}

/** Whether a repository is offered settings now. Once is enough, whatever became of it. */
export function offersNow(asked: OfferQuestion): boolean {
  const { enabled, bound, live, lacksSettings, offered, today, perDay } = asked
  return enabled && bound && live > 0 && lacksSettings && !offered && today < perDay
}

/** Offers of the last 24 hours that forges remember. */
export function offersToday(remembered: readonly Remembered[], nowMs: number): number {
  return remembered.filter(({ view }) => (view.onboarding?.createdAtMs ?? Number.NEGATIVE_INFINITY) > nowMs - DAY_MS)
    .length
}

/** Offers settings to one repository, if it is its turn; undefined where it is not. */
export async function offerSettings(
  tick: Tick,
  remembered: Remembered,
  lanes: readonly LaneReport[],
  today: number,
): Promise<OpenResult | undefined> {
  const { deps, sight } = tick
  const { repository, view } = remembered
  const live = sight.applications.filter(({ application }) => reads(application, repository))
  const wanted = offersNow({
    enabled: deps.config.onboarding.enabled,
    bound: deps.config.bindings.some((one) =>
      one.repositories.some((bound) => repository.urls.some((url) => sameRepository(bound, url))),
    ),
    live: live.length,
    lacksSettings: tick.withoutSettings.has(view.repository),
    offered: view.onboarding !== undefined,
    today,
    perDay: deps.config.onboarding.perDay,
  })
  if (!wanted || repository.forge.onboard === undefined) return undefined
  return repository.forge.onboard(writeOnboarding(await contentOf(tick, remembered, live, lanes)))
}

function reads(application: KnownApplication['application'], { urls }: Repository): boolean {
  return application.sources.some(
    ({ repoURL, path }) => path !== undefined && urls.some((url) => sameRepository(url, repoURL)),
  )
}

async function contentOf(
  tick: Tick,
  { repository, view, prefix }: Remembered,
  live: readonly KnownApplication[],
  lanes: readonly LaneReport[],
): Promise<OnboardingInput> {
  const { config } = tick.deps
  const merge = possibleModes(view.rules, view.self).find(({ mode }) => mode === 'merge-on-approval')
  return {
    branch: onboardingBranch(prefix),
    base: view.base,
    applications: await Promise.all(live.map((one) => found(tick, repository, one))),
    would: lanes.filter((lane) => lane.repository === view.repository).flatMap(exampleOf),
    lookedBackMs: config.tick.lookBackMs,
    ...(merge?.possible === false && { mayNotMerge: merge.says }),
    apiVersion: config.policyApiVersion ?? POLICY_API_VERSION,
    audience: view.audience,
  }
}

async function found(
  tick: Tick,
  { urls }: Repository,
  { application }: KnownApplication,
): Promise<OnboardingInput['applications'][number]> {
  const { deps, memory, sight } = tick
  const path = application.sources.find((one) => urls.some((url) => sameRepository(url, one.repoURL)))?.path ?? ''
  const result = await rendered(deps, memory, application, await sourcesOf(application, tick.trees))
  const subjects = new Map(
    sight.answers.flatMap(({ series }) =>
      series.map(({ subject: { container: _, ...workload } }) => [JSON.stringify(workload), workload] as const),
    ),
  )
  const workloads = result.rendered
    ? [...subjects.values()].filter((subject) => findObject(result.objects, workloadKey(subject)) !== undefined).length
    : 0
  return { name: application.name, path, namespace: application.destination.namespace, workloads }
}

/** What was prepared and not written, since the repository has not said yes. */
function exampleOf({ step, prepared, diagnosis }: LaneReport): OnboardingInput['would'] {
  if (step.do !== 'hold' || step.reason !== 'not-onboarded' || prepared.ready !== 'proposal' || diagnosis === undefined)
    return []
  const { subject, failure } = diagnosis
  return prepared.proposal.edits.map(({ file, line, before, after }) => ({
    subject,
    failure,
    file,
    line,
    before,
    after,
  }))
}
