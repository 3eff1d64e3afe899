import {
  type Attempt,
  type AttemptRecord,
  branchOf,
  type Diagnosis,
  type Edit,
  type Evidence,
  type FileChange,
  formatDuration,
  formatInstant,
  formatSubject,
  KintsugiError,
  type Plan,
  type Policy,
  type Proof,
  type Proposal,
  type Sibling,
  type SignalAnswer,
  type Tree,
} from '../domain/index.ts'
import { againLines } from './again.ts'
import { blockDigest, blockJson, hiddenBlock, MAX_BLOCK } from './block.ts'
import { chartOf } from './chart.ts'
import { costLine, restartWords, riskOf, type Workload } from './effect.ts'
import { withoutCluster } from './hidden-cluster.ts'
import { type NextFacts, nextWords } from './next-words.ts'
import {
  bullets,
  changeList,
  companionList,
  evidenceTable,
  type FooterFacts,
  footerLines,
  queries,
  renderedDiff,
  siblingTable,
  sourceDiff,
  votesWords,
} from './sections.ts'
import { fill, type Templates } from './template.ts'
import { code, fixed, type Markdown, md, type PlainLine, plainLine, prose, pullReference } from './text.ts'
import { formatTrailers } from './trailers.ts'
import { IF_IGNORED, sentence } from './words.ts'

const MAX_BODY = 60_000
const MAX_TITLE = 120

/** What both kinds of proposal are written from. */
type Common = {
  readonly record: AttemptRecord
  readonly edits: readonly Edit[]
  readonly files: readonly FileChange[]
  readonly proof: Proof
  /** The files that the edits were computed on. */
  readonly tree: Tree
  /** First part of the names of the bot's branches. */
  readonly prefix: string
  /** Version of Kintsugi. */
  readonly version: string
  /** `public` leaves queries, charts and the cluster's name out of what people read; `private` where nothing is said. */
  readonly audience?: 'private' | 'public'
  /** Whether this forge has comments to command by; without them none are promised. */
  readonly commands?: boolean
  /** Who CODEOWNERS asks for the changed files, as written there. */
  readonly owners?: readonly string[]
  /** Page of the repository, such as `https://github.com/example/shop`, for links to files at a commit. */
  readonly web?: string
  /** Page of Prometheus, for links to the queries of the evidence. */
  readonly prometheus?: string
  /** What is known of the workload, for what the change costs and restarts. */
  readonly workload?: Workload
}

export type ProposalInput = Common & {
  readonly diagnosis: Diagnosis
  readonly plan: Plan
  readonly policy: Policy
  /** Answers of the workload, for the chart. */
  readonly answers?: readonly SignalAnswer[]
  /** The same field in other environments, which stay as they are. */
  readonly siblings?: readonly Sibling[]
}

export type RevertInput = Common & {
  /** The merged pull request that is taken back. */
  readonly reverted: Attempt
  /** Why: one sentence of the verdict. */
  readonly because: string
  readonly evidence?: readonly Evidence[]
  /** Who approved the pull request that is taken back: they are asked first. */
  readonly approvers?: readonly string[]
  /** Window and checks of the policy, where it is known. */
  readonly rules?: Policy['pullRequest']
  readonly labels?: readonly string[]
}

/** Whether the record fits into the machine block of a body. One that does not, cannot be proposed: `proof-too-wide`. */
export function recordFits(record: AttemptRecord): boolean {
  return blockJson(record).length <= MAX_BLOCK
}

/** The record as this repository may hold it. */
function writtenRecord({ record, audience }: Common): AttemptRecord {
  return audience === 'public' ? withoutCluster(record) : record
}

function machineBlock(record: AttemptRecord): { readonly digest: string; readonly text: Markdown } {
  const json = blockJson(record)
  if (json.length > MAX_BLOCK) throw new KintsugiError('KIN-9001', 'the record is too long for a machine block')
  return { digest: blockDigest(json), text: fixed(hiddenBlock('block', json)) }
}

function trailersOf(record: AttemptRecord, digest: string): PlainLine {
  const text = formatTrailers({
    'Kintsugi-Incident': record.incident,
    'Kintsugi-Policy': `${record.policy.name}:${record.policy.digest}`,
    'Kintsugi-Confidence': record.confidence.toFixed(3),
    'Kintsugi-Proof': record.proof,
    'Kintsugi-Block': digest,
    ...(record.reverts === undefined ? {} : { 'Kintsugi-Reverts': String(record.reverts) }),
    ...(record.audit === undefined ? {} : { 'Kintsugi-Audit': record.audit }),
  })
  return text as PlainLine // lines that formatTrailers has read back
}

function commitMessage(input: Common, title: PlainLine, why: string, digest: string, templates: Templates): string {
  const places = input.edits.slice(0, 20).map((edit) => {
    const side = (text: string): string => (text === '' ? '(nothing)' : text.includes('\n') ? '(lines)' : text)
    return plainLine(
      `- ${edit.file}:${edit.line}:${edit.column} ${side(edit.before).slice(0, 120)} -> ${side(edit.after).slice(0, 120)}`,
      400,
    )
  })
  const filled = fill<PlainLine>(templates.commit, {
    title,
    why: plainLine(why, 400),
    changes: places.join('\n') as PlainLine, // lines that plainLine made
    trailers: trailersOf(writtenRecord(input), digest),
  })
  return `${filled}\n`
}

/** What a body shows beside its facts, from everything to the least. The first that fits is taken. */
const DETAILS = [
  { diffs: true, queries: true, chart: true },
  { diffs: true, queries: false, chart: true },
  { diffs: false, queries: false, chart: false },
] as const
type Detail = (typeof DETAILS)[number]

function firstThatFits(write: (detail: Detail) => string): string {
  for (const detail of DETAILS) {
    const body = write(detail)
    if (body.length < MAX_BODY) return body
  }
  throw new KintsugiError('KIN-9001', `a body is longer than ${MAX_BODY} characters`)
}

const LEFT_OUT = fixed('Left out here: the body would be too long. The files of the pull request show it.')

function commonPlaces(input: Common, detail: Detail, block: Markdown): Record<string, Markdown> {
  const { record, proof, workload = {} } = input
  const risk = riskOf(proof, record.changes, record.subject)
  return {
    subject: code(formatSubject(record.subject)),
    risk: fixed(`risk ${risk.level}: ${risk.because}`),
    restart: fixed(restartWords(proof, record.subject, workload)),
    changes: changeList(input.edits),
    cost: costLine(proof, workload),
    sourceDiff: detail.diffs ? sourceDiff(input.edits, input.tree) : LEFT_OUT,
    renderedDiff: detail.diffs ? renderedDiff(proof, record.changes) : LEFT_OUT,
    companions: companionList(proof),
    window: fixed(formatDuration(record.verify.windowMs)),
    syncTimeout: fixed(formatDuration(record.verify.syncTimeoutMs)),
    watch: fixed(record.watch.map((signal) => code(signal)).join(', ') || 'its signals'),
    commands: fixed(input.commands === true ? 'yes' : ''),
    again: detail.diffs ? againLines(record) : fixed(''),
    footer: footerLines(footerFacts(input)),
    block,
  }
}

function footerFacts(input: Common & { readonly policy?: Policy }): FooterFacts {
  const { record, proof, version, audience = 'private', web, policy } = input
  const file = policy?.origin.from === 'repository' ? policy.origin.file : undefined
  return {
    ...{ record, proof, version, audience },
    ...(web === undefined ? {} : { web }),
    ...(file === undefined ? {} : { policyFile: file }),
  }
}

function nextFacts({ owners = [], commands = false }: Common, rules: Policy['pullRequest']): NextFacts {
  return { rules, owners, commands }
}

function fixBody(input: ProposalInput, detail: Detail, block: Markdown, templates: Templates): string {
  const { record, diagnosis, plan } = input
  const told = input.audience !== 'public'
  const votes = votesWords(diagnosis.votes)
  const links = told && detail.queries ? input.prometheus : undefined
  return fill<Markdown>(templates.body, {
    ...commonPlaces(input, detail, block),
    verdict: prose(sentence(diagnosis.summary), 400),
    confidence: md`confidence ${fixed(diagnosis.confidence.toFixed(2))} from ${record.mechanisms} independent signal${fixed(record.mechanisms === 1 ? '' : 's')}${fixed(votes === '' ? '' : `, ${votes}`)}`,
    next: nextWords(record.mode, nextFacts(input, input.policy.pullRequest)),
    partial: fixed(diagnosis.data === 'partial' ? 'yes' : ''),
    why: bullets([
      md`${fixed(diagnosis.failure)} for ${fixed(formatDuration(diagnosis.lastMs - diagnosis.startMs))}: since ${fixed(formatInstant(diagnosis.startMs))}, last seen ${fixed(formatInstant(diagnosis.lastMs))}.`,
      prose(plan.rationale, 500),
      fixed(IF_IGNORED[diagnosis.failure]),
    ]),
    chart: told && detail.chart ? chartOf(diagnosis, input.answers ?? []) : fixed(''),
    evidence: evidenceTable(diagnosis.evidence, links),
    queries: told && detail.queries ? queries(diagnosis.evidence) : fixed(''),
    siblings: siblingTable(input.siblings ?? []),
    revertsItself: fixed(record.verify.onHarm === 'revert' ? 'yes' : ''),
    tellsOnly: fixed(record.verify.onHarm === 'notify' ? 'yes' : ''),
  })
}

function safeLabels(labels: readonly string[]): string[] {
  return [...new Set(labels.slice(0, 10).map((label) => plainLine(label, 50)))].filter((label) => label !== '')
}

function assemble(input: Common, labels: readonly string[], title: PlainLine, body: string, message: string): Proposal {
  const { record } = input
  return {
    branch: branchOf(record.lane, input.prefix),
    base: record.base,
    title,
    body,
    commitMessage: message,
    labels: safeLabels(labels),
    files: input.files,
    edits: input.edits,
    proof: input.proof,
    record,
  }
}

/**
 * The pull request that carries a fix, as data. The same input gives the same bytes. Throws KIN-9001 when the record does not fit
 * (`recordFits` tells before) or a template lacks a place.
 */
export function writeProposal(input: ProposalInput, templates: Templates): Proposal {
  const block = machineBlock(writtenRecord(input))
  const title = plainLine(`fix(${input.plan.subject.name.slice(0, 60)}): ${input.plan.title}`, MAX_TITLE)
  const body = firstThatFits((detail) => fixBody(input, detail, block.text, templates))
  const message = commitMessage(input, title, input.plan.rationale, block.digest, templates)
  return assemble(input, input.policy.pullRequest.labels, title, body, message)
}

/** What is said of merging where the policy is not known any more. */
const NO_MERGE_RULES: Policy['pullRequest'] = {
  mode: 'propose',
  requiredChecks: 0,
  acceptConclusions: [],
  mergeMethod: 'squash',
  labels: [],
  allowedPaths: [],
  companions: 'refuse',
}

/** Names without a mention: who is asked is set on the pull request itself. */
function approverWords(approvers: readonly string[]): Markdown {
  const named = approvers.slice(0, 10).map((name) => code(name, 80))
  return fixed(named.join(', '))
}

/** The pull request that takes a merged fix back: same lane, same branch, its own record with `reverts`. */
export function writeRevert(input: RevertInput, templates: Templates): Proposal {
  const block = machineBlock(writtenRecord(input))
  const evidence = input.evidence ?? []
  const told = input.audience !== 'public'
  const what = input.reverted.pull.title.replace(/^(?:fix|revert)\([^()]{0,100}\):\s*/, '')
  const title = plainLine(`revert(${input.record.subject.name.slice(0, 60)}): ${what}`, MAX_TITLE)
  const body = firstThatFits((detail) =>
    fill<Markdown>(templates.revertBody, {
      ...commonPlaces(input, detail, block.text),
      reverted: pullReference(input.reverted.pull.number),
      because: prose(sentence(input.because), 500),
      next: nextWords(input.record.mode, nextFacts(input, input.rules ?? NO_MERGE_RULES)),
      approvers: approverWords(input.approvers ?? []),
      evidence:
        evidence.length === 0
          ? fixed('')
          : evidenceTable(evidence, told && detail.queries ? input.prometheus : undefined),
      queries: told && detail.queries ? queries(evidence) : fixed(''),
    }),
  )
  const message = commitMessage(input, title, input.because, block.digest, templates)
  return assemble(input, input.labels ?? [], title, body, message)
}
