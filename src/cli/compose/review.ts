import { localForge } from '../../adapters/local/index.ts'
import { scan, tickSignals } from '../../detection/index.ts'
import { diagnose } from '../../diagnosis/index.ts'
import {
  type AttemptRecord,
  type Diagnosis,
  FAILURES,
  formatSubject,
  laneOf,
  type Proof,
  type Pull,
  rangeEndingAt,
  type Subject,
  workloadKey,
} from '../../domain/index.ts'
import { readAttempt, readNote } from '../../proposal/index.ts'
import {
  forgeReview,
  type LeftAlone,
  type ReviewServer,
  reviewServer,
  type SyncedApplication,
} from '../../server/index.ts'
import { parseApplication, proveFiles } from '../../source/index.ts'
import type { Charts } from './controller.ts'
import { openWorld, REPOSITORY_URL, type SimulatedWorld } from './simulated-world.ts'

const MINUTE = 60_000
const LOOK_BACK_MS = 6 * 60 * MINUTE

type Forge = ReturnType<typeof localForge>
type Desk = { readonly world: SimulatedWorld; readonly forge: Forge; readonly charts: Charts }

/** Serves the review page of a simulated world on 127.0.0.1. Nothing is kept: every page is computed from Git and the metrics. */
export async function serveReview(dir: string, charts: Charts): Promise<ReviewServer> {
  const world = await openWorld(dir, charts.helm, charts.isolation)
  const { clock } = world
  const forge = localForge({ gitDir: world.gitDir, url: REPOSITORY_URL, branchPrefix: 'kintsugi', clock })
  const desk: Desk = { world, forge, charts }
  return reviewServer({
    source: forgeReview({
      forge,
      clock,
      metrics: world.simulation.metrics,
      read: readAttempt,
      applications: () => applicationsOf(desk),
      leftAlone: () => leftAlone(desk),
      diagnose: (record) => diagnosisOf(desk, record),
      prove: (pull, record) => proofOf(desk, pull, record),
    }),
    actions: {
      merge: async (number, sha) => {
        const result = await forge.mergeByPerson(number, sha)
        if (result.result === 'merged') return { done: true }
        return { done: false, reason: result.result === 'waiting' ? result.by : result.reason }
      },
      close: async (number) =>
        (await forge.closeByPerson(number)) ? { done: true } : { done: false, reason: 'superseded' },
    },
    clock,
    cluster: world.scenario.cluster,
    repository: REPOSITORY_URL,
    simulated: true,
  })
}

/** Every workload that has samples. */
async function subjectsOf({ world }: Desk): Promise<readonly Subject[]> {
  const range = rangeEndingAt(world.clock.now(), 5 * MINUTE, MINUTE)
  const [answer] = await world.simulation.metrics.read(['replicas-desired'], range)
  return (answer?.series ?? []).map((series) => series.subject)
}

async function applicationsOf({ world }: Desk): Promise<readonly SyncedApplication[]> {
  return (await world.simulation.gitops.applications()).flatMap(({ manifest, status }) => {
    const parsed = parseApplication(manifest)
    return parsed.parsed ? [{ application: parsed.application, status }] : []
  })
}

/** Notes of lanes that nothing was proposed for since: what was seen, and why nothing was changed. */
async function leftAlone(desk: Desk): Promise<readonly LeftAlone[]> {
  const subjects = await subjectsOf(desk)
  const view = await desk.forge.look(await desk.forge.defaultBranch(), subjects.map(laneOf))
  return subjects.flatMap((subject) => {
    const lane = laneOf(subject)
    const note = view.notes.get(lane)
    const about = note && readNote(note.text)
    if (about === undefined || note === undefined) return []
    const mended = (view.history.get(lane) ?? []).some((pull) => pull.createdAtMs >= note.updatedAtMs)
    if (mended) return []
    const failure = FAILURES.find((one) => about.incident.includes(`/${one}/`))
    const seen = failure === undefined ? {} : { failure }
    return [{ subject: formatSubject(subject), reason: about.reason, sinceMs: note.updatedAtMs, ...seen }]
  })
}

/** The diagnosis as it was made: samples of the past do not change. */
async function diagnosisOf({ world }: Desk, record: AttemptRecord): Promise<Diagnosis | undefined> {
  const atMs = record.decidedAtMs
  const answers = await world.simulation.metrics.read(tickSignals, rangeEndingAt(atMs, LOOK_BACK_MS, MINUTE))
  const { findings } = scan(answers, atMs, { cooldownMs: 0 })
  const own = findings.filter((finding) => laneOf(finding.subject) === record.lane)
  return own.length === 0 ? undefined : diagnose(own, answers, atMs)
}

/** The proof of what the pull request's head holds, made again on the base that it was made on. */
async function proofOf(desk: Desk, pull: Pull, record: AttemptRecord): Promise<Proof | undefined> {
  const known = (await applicationsOf(desk)).find(({ application }) => application.name === record.application.name)
  if (known === undefined) return undefined
  const [base, head] = await Promise.all([desk.forge.tree(record.base.revision), desk.forge.tree(pull.headSha)])
  const { container } = record.subject
  const proven = await proveFiles({
    application: known.application,
    sources: { tree: () => base },
    deps: { helm: desk.charts.helm, isolation: desk.charts.isolation },
    target: { ...workloadKey(record.subject), ...(container === undefined ? {} : { container }) },
    fields: record.changes,
    companions: 'list',
    files: pull.files.flatMap((path) => {
      const content = head.bytes(path)
      return content === undefined ? [] : [{ path, content }]
    }),
  })
  return proven.outcome === 'edited' ? proven.proof : undefined
}
