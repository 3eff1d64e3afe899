import { type AttemptRecord, blobOid, type Lane, laneOf, type Proposal, type Tree } from '../../../src/domain/index.ts'
import { blockDigest, blockJson, hiddenBlock } from '../../../src/proposal/block.ts'
import { branchOf, incidentId } from '../../../src/proposal/index.ts'
import { formatTrailers } from '../../../src/proposal/trailers.ts'

export const PREFIX = 'kintsugi'
export const START = Date.UTC(2026, 10, 21, 7, 20)
/** Until a file says so, its workload is ill. */
export const WELL = 'memory: 128Mi\n'
export const ILL = 'memory: 32Mi\n'

export type Incident = {
  readonly lane: Lane
  readonly branch: string
  readonly path: string
  readonly name: string
}

export const INCIDENTS: readonly [Incident, ...Incident[]] = [incident('cart'), incident('web'), incident('mail')]

export const FILES: Readonly<Record<string, string>> = {
  'README.md': 'shop\n',
  ...Object.fromEntries(INCIDENTS.map(({ path }) => [path, ILL])),
}

function incident(name: string): Incident {
  const lane = laneOf({ cluster: 'demo', namespace: 'shop', kind: 'Deployment', name })
  return { lane, branch: branchOf(lane, PREFIX), path: `apps/${name}/deployment.yaml`, name }
}

function text(tree: Tree, path: string): string {
  return new TextDecoder().decode(tree.bytes(path))
}

export function isWell(tree: Tree, { path }: Incident): boolean {
  return text(tree, path) === WELL
}

/** What the bot would propose on this base: the same for everybody who looks at the same one. */
export function proposalFor(incident: Incident, revision: string, tree: Tree, decidedAtMs: number): Proposal {
  const { lane, branch, path, name } = incident
  const base = { branch: 'main', revision }
  const inputs = { [path]: tree.blob(path) ?? blobOid(new Uint8Array()) }
  const record: AttemptRecord = {
    schema: 1,
    kind: 'fix',
    lane,
    subject: { cluster: 'demo', namespace: 'shop', kind: 'Deployment', name },
    incident: incidentId(lane, 'OOMKilled', START),
    failure: 'OOMKilled',
    action: 'adjust-resources',
    episodeStartMs: START,
    decidedAtMs,
    base,
    application: { namespace: 'argocd', name: 'shop' },
    policy: { name: 'memory', digest: 'd'.repeat(64) },
    mode: 'automerge',
    changes: [{ field: 'resources.limits.memory', value: '128Mi' }],
    lines: [`${path}:1`],
    watch: ['oom-killed'],
    verify: { windowMs: 900_000, syncTimeoutMs: 600_000, onHarm: 'revert' },
    proof: 'e'.repeat(64),
    inputs,
    confidence: 0.95,
    mechanisms: 2,
    present: ['OOMKilled'],
  }
  const json = blockJson(record)
  const title = `fix(${name}): set memory`
  const trailers = formatTrailers({ 'Kintsugi-Incident': record.incident, 'Kintsugi-Block': blockDigest(json) })
  return {
    branch,
    base,
    title,
    body: `The limit of ${name} is too low.\n\n${hiddenBlock('block', json)}`,
    commitMessage: `${title}\n\nWhy.\n\n${trailers}\n`,
    labels: ['kintsugi'],
    files: [{ path, content: new TextEncoder().encode(WELL) }],
    edits: [],
    proof: { rendered: true, isolation: 'process', changes: [], alsoReadBy: [], tools: [], inputs },
    record,
  }
}
