import { mkdtemp } from 'node:fs/promises'
import { join } from 'node:path'
import type { GitHubApi } from '../../src/adapters/github/api.ts'
import { GITHUB_LIMITS, type GitHubAccount, githubAccount, pemSigner } from '../../src/adapters/github/http/index.ts'
import { githubForge } from '../../src/adapters/github/index.ts'
import { mirrorOf } from '../../src/adapters/github/mirror/index.ts'
import { type Lane, laneOf, type Proposal } from '../../src/domain/index.ts'
import type { Forge } from '../../src/ports/index.ts'
import { branchOf, readAttempt } from '../../src/proposal/index.ts'
import { APPLICATIONS, valuesOf } from './repository.ts'
import { REPO, type Scene } from './scene.ts'

const PREFIX = 'kintsugi'

export type Ours = {
  readonly forge: Forge
  readonly account: GitHubAccount
  bytes(): number
  /** The same process, with its mirror gone from the disk. */
  unmirrored(): Promise<Forge>
}

/** A process of the bot: nothing mirrored, no token yet. */
export async function startOurs(scene: Scene): Promise<Ours> {
  let bytes = 0
  const account = accountOn(scene, (more) => {
    bytes += more
  })
  const api = await account.repository(REPO.owner, REPO.name)
  return { forge: await forgeOn(scene, api), account, bytes: () => bytes, unmirrored: () => forgeOn(scene, api) }
}

function accountOn(scene: Scene, read: (bytes: number) => void): GitHubAccount {
  return githubAccount({
    credentials: { kind: 'app', appId: scene.appId, signer: pemSigner(scene.privateKeyPem) },
    baseUrl: scene.standIn.url,
    // Thirty proposals in a row would meet the limits of a minute: one of them never does.
    limits: { ...GITHUB_LIMITS, contentPerMinute: 10_000, contentPerHour: 10_000, unspacedWrites: 10_000 },
    onRequest: (report) => read(report.bytes),
  })
}

async function forgeOn(scene: Scene, api: GitHubApi): Promise<Forge> {
  return githubForge(api, {
    url: `${scene.standIn.url}/${REPO.owner}/${REPO.name}`,
    branchPrefix: PREFIX,
    clock: { now: () => Date.now(), sleep: (ms) => new Promise((done) => setTimeout(done, ms)) },
    mirror: mirrorOf(api, { dir: await mkdtemp(join(scene.dir, 'mirror-')) }),
    branchOf: (lane: Lane) => branchOf(lane, PREFIX),
    read: readAttempt,
    checkText: (gates) => ({ conclusion: 'neutral', title: `${gates.length} gates`, summary: 'gates' }),
  })
}

/** What was decided: one line of one Application, on the base as it is. */
export async function decide(forge: Forge, place: number): Promise<Proposal> {
  const application = APPLICATIONS[place % APPLICATIONS.length] ?? 'cart'
  const path = `apps/${application}/values.yaml`
  const subject = { cluster: 'bench', namespace: 'shop', kind: 'Deployment', name: `${application}-${place}` }
  const lane = laneOf(subject)
  const { revision } = (await forge.look('main', [lane])).base
  const tree = await forge.tree(revision)
  const inputs = { [path]: tree.blob(path) ?? '' }
  const base = { branch: 'main', revision }
  const title = `fix(${application}): set memory (${place})`
  return {
    branch: branchOf(lane, PREFIX),
    base,
    title,
    body: `The memory limit of ${application} is too low.\n`,
    commitMessage: `${title}\n`,
    labels: ['kintsugi'],
    files: [{ path, content: new TextEncoder().encode(valuesOf(`${64 + place}Mi`)) }],
    edits: [],
    proof: { rendered: true, isolation: 'process', changes: [], alsoReadBy: [], tools: [], inputs },
    record: {
      schema: 1,
      kind: 'fix',
      lane,
      subject,
      incident: `${lane}/OOMKilled/2026-11-21T07:00Z`,
      failure: 'OOMKilled',
      action: 'adjust-resources',
      episodeStartMs: 0,
      decidedAtMs: 0,
      base,
      application: { namespace: 'argocd', name: application },
      policy: { name: 'memory', digest: 'd'.repeat(64) },
      mode: 'propose',
      changes: [{ field: 'resources.limits.memory', value: `${64 + place}Mi` }],
      lines: [`${path}:4`],
      watch: ['oom-killed'],
      verify: { windowMs: 900_000, syncTimeoutMs: 600_000, onHarm: 'revert' },
      proof: 'e'.repeat(64),
      inputs,
      confidence: 0.95,
      mechanisms: 2,
      present: ['OOMKilled'],
    },
  }
}

/** From the decision to the open pull request with its label and check run. */
export async function openOurs(forge: Forge, proposal: Proposal): Promise<void> {
  const result = await forge.open(proposal)
  if (result.result !== 'opened') throw new Error(`it was not opened: ${JSON.stringify(result).slice(0, 300)}`)
}
