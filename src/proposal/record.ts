import {
  ACTIONS,
  type AttemptRecord,
  type Diagnosis,
  digestOf,
  type Edit,
  FAILURES,
  type Failure,
  type FieldChange,
  isJsonObject,
  isSignalId,
  type JsonObject,
  type JsonValue,
  laneOf,
  MODES,
  type Mode,
  type Plan,
  type Policy,
  type Proof,
  parseField,
  type Subject,
  signalInfo,
} from '../domain/index.ts'
import { incidentId } from './identity.ts'

export type RecordInput = {
  readonly diagnosis: Diagnosis
  readonly plan: Plan
  readonly edits: readonly Edit[]
  readonly proof: Proof
  readonly policy: Policy
  /** The mode in force: the minimum of ceiling, policy and resource. */
  readonly mode: Mode
  readonly base: AttemptRecord['base']
  readonly application: AttemptRecord['application']
  /** Failures present on the workload now. */
  readonly present: readonly Failure[]
  readonly decidedAtMs: number
  /** The id that an earlier proposal of this episode recorded, which wins over a recomputed one. */
  readonly incident?: string
  readonly reverts?: number
  readonly publicId?: string
  /** Head of the audit journal, as `formatAuditHead` has it. */
  readonly audit?: string
}

/** The record of a new attempt. Mechanisms are the different ones behind its evidence, and one where they say nothing of the same failure. */
export function attemptRecord(input: RecordInput): AttemptRecord {
  const { diagnosis, plan, proof, policy } = input
  const lane = laneOf(plan.subject)
  const mechanisms = new Set(diagnosis.evidence.map((one) => signalInfo(one.signal).mechanism))
  return {
    schema: 1,
    kind: input.reverts === undefined ? 'fix' : 'revert',
    lane,
    subject: plan.subject,
    incident: input.incident ?? incidentId(lane, diagnosis.failure, diagnosis.startMs),
    failure: diagnosis.failure,
    action: plan.action,
    episodeStartMs: diagnosis.startMs,
    decidedAtMs: input.decidedAtMs,
    base: input.base,
    application: input.application,
    policy: { name: policy.name, digest: policy.digest },
    mode: input.mode,
    changes: plan.changes,
    lines: input.edits.map((edit) => `${edit.file}:${edit.line}`),
    watch: plan.watch,
    verify: policy.verify,
    proof: digestOf(proof),
    inputs: proof.inputs,
    confidence: diagnosis.confidence,
    mechanisms: diagnosis.independentSignals ? mechanisms.size : 1,
    ...(input.reverts === undefined ? {} : { reverts: input.reverts }),
    ...(input.publicId === undefined ? {} : { publicId: input.publicId }),
    ...(input.audit === undefined ? {} : { audit: input.audit }),
    present: input.present,
  }
}

/** Thrown inside `parseRecord` alone, where a value is not what a record of ours holds. */
class NotARecord extends Error {}

function text(from: JsonObject, key: string): string {
  const value = Object.hasOwn(from, key) ? from[key] : undefined
  if (typeof value !== 'string') throw new NotARecord(key)
  return value
}

function number(from: JsonObject, key: string): number {
  const value = Object.hasOwn(from, key) ? from[key] : undefined
  if (typeof value !== 'number' || !Number.isFinite(value)) throw new NotARecord(key)
  return value
}

function object(from: JsonObject, key: string): JsonObject {
  const value = Object.hasOwn(from, key) ? from[key] : undefined
  if (!isJsonObject(value)) throw new NotARecord(key)
  return value
}

function list(from: JsonObject, key: string): readonly JsonValue[] {
  const value = Object.hasOwn(from, key) ? from[key] : undefined
  if (!Array.isArray(value)) throw new NotARecord(key)
  return value
}

function oneOf<Word extends string>(words: readonly Word[], value: JsonValue): Word {
  const found = words.find((word) => word === value)
  if (found === undefined) throw new NotARecord(String(value).slice(0, 80))
  return found
}

function subject(from: JsonObject): Subject {
  const workload = {
    cluster: text(from, 'cluster'),
    namespace: text(from, 'namespace'),
    kind: text(from, 'kind'),
    name: text(from, 'name'),
  }
  return Object.hasOwn(from, 'container') ? { ...workload, container: text(from, 'container') } : workload
}

function change(from: JsonValue): FieldChange {
  if (!isJsonObject(from)) throw new NotARecord('changes')
  const field = parseField(text(from, 'field'))
  if (field === undefined) throw new NotARecord('field')
  const value = text(from, 'value')
  return Object.hasOwn(from, 'container') ? { field, container: text(from, 'container'), value } : { field, value }
}

function inputs(from: JsonObject): Readonly<Record<string, string>> {
  // fromEntries defines own properties, so that a file called __proto__ stays a file.
  return Object.fromEntries(Object.keys(from).map((path) => [path, text(from, path)]))
}

function plain(from: JsonValue): string {
  if (typeof from !== 'string') throw new NotARecord('lines')
  return from
}

function watched(from: JsonValue): AttemptRecord['watch'][number] {
  if (typeof from !== 'string' || !isSignalId(from)) throw new NotARecord('watch')
  return from
}

function recordOf(from: JsonObject): AttemptRecord {
  if (number(from, 'schema') !== 1) throw new NotARecord('schema')
  const base = object(from, 'base')
  const application = object(from, 'application')
  const policy = object(from, 'policy')
  const verify = object(from, 'verify')
  return {
    schema: 1,
    kind: oneOf(['fix', 'revert'], text(from, 'kind')),
    lane: text(from, 'lane'),
    subject: subject(object(from, 'subject')),
    incident: text(from, 'incident'),
    failure: oneOf(FAILURES, text(from, 'failure')),
    action: oneOf(ACTIONS, text(from, 'action')),
    episodeStartMs: number(from, 'episodeStartMs'),
    decidedAtMs: number(from, 'decidedAtMs'),
    base: { branch: text(base, 'branch'), revision: text(base, 'revision') },
    application: { namespace: text(application, 'namespace'), name: text(application, 'name') },
    policy: { name: text(policy, 'name'), digest: text(policy, 'digest') },
    mode: oneOf(MODES, text(from, 'mode')),
    changes: list(from, 'changes').map(change),
    lines: list(from, 'lines').map(plain),
    watch: list(from, 'watch').map(watched),
    verify: {
      windowMs: number(verify, 'windowMs'),
      syncTimeoutMs: number(verify, 'syncTimeoutMs'),
      onHarm: oneOf(['revert', 'notify'], text(verify, 'onHarm')),
    },
    proof: text(from, 'proof'),
    inputs: inputs(object(from, 'inputs')),
    confidence: number(from, 'confidence'),
    mechanisms: number(from, 'mechanisms'),
    ...(Object.hasOwn(from, 'reverts') ? { reverts: number(from, 'reverts') } : {}),
    ...(Object.hasOwn(from, 'publicId') ? { publicId: text(from, 'publicId') } : {}),
    ...(Object.hasOwn(from, 'audit') ? { audit: text(from, 'audit') } : {}),
    present: list(from, 'present').map((value) => oneOf(FAILURES, value)),
  }
}

/** The record that a block holds; undefined when a field is missing, of another type, or names what this version does not know. */
export function parseRecord(from: JsonObject): AttemptRecord | undefined {
  try {
    return recordOf(from)
  } catch (error) {
    if (error instanceof NotARecord) return undefined
    throw error
  }
}
