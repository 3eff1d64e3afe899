import {
  ACTIONS,
  COMPANION_POLICIES,
  FAILURES,
  type MaintenanceWindow,
  MERGE_METHODS,
  MODES,
  type Policy,
  VOTINGS,
} from '../domain/index.ts'
import { PRE_CHECKS, possibleActions } from './fit.ts'
import { globProblem } from './globs.ts'
import { excluded, knownEvent, timeZone } from './models.ts'
import {
  boolean,
  checked,
  duration,
  emptyUnlessWritten,
  list,
  map,
  mapped,
  number,
  type Objection,
  object,
  oneOf,
  optional,
  quantity,
  type Reader,
  required,
  string,
  withDefault,
} from './strict/index.ts'
import { parseDays, parseHours } from './window.ts'

const MINUTE_MS = 60_000
const DAY_MS = 24 * 60 * MINUTE_MS

/** Names as Kubernetes has them (RFC 1123). */
export const objectName = string({
  pattern: /^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$/,
  form: 'a lower-case name such as cart',
})
export const namespaceName = string({
  pattern: /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/,
  form: 'a namespace such as shop',
})

/** A glob over paths of a repository. */
export const pathGlob: Reader<string> = mapped(string({ form: 'a glob such as apps/**' }), (value) => {
  const problem = globProblem(value)
  return problem === undefined ? { value } : { problem }
})

const labelKey = {
  pattern: /^([a-z0-9.-]{1,253}\/)?[A-Za-z0-9]([\w.-]{0,61}[A-Za-z0-9])?$/,
  form: 'a label key such as app.kubernetes.io/name',
}
const labelValue = string({ pattern: /^[A-Za-z0-9]([\w.-]{0,61}[A-Za-z0-9])?$/, form: 'a label value such as web' })

const receiverName: Reader<string> = mapped(string({ form: 'the name of a receiver' }), (value) => {
  if (value.includes('://'))
    return { problem: 'a policy names a receiver that the operator defines; it cannot hold a URL' }
  return /^[A-Za-z][\w.-]{0,62}$/.test(value)
    ? { value }
    : { problem: 'expected the name of a receiver such as notifySlack' }
})

const days: Reader<readonly number[]> = mapped(string({ form: 'days such as Mon or Mon-Fri' }), (text) => {
  const value = parseDays(text)
  return value === undefined ? { problem: 'expected days such as Mon or Mon-Fri' } : { value }
})

const hours = mapped(string({ form: 'hours such as "08:00-17:00"' }), (text) => {
  const value = parseHours(text)
  return value === undefined ? { problem: 'expected hours such as "08:00-17:00"' } : { value }
})

const window: Reader<MaintenanceWindow> = mapped(
  object({ timeZone: required(timeZone), days: required(list(days, { least: 1 })), hours: required(hours) }),
  (written) => ({
    value: { timeZone: written.timeZone, days: [...new Set(written.days.flat())].sort(), ...written.hours },
  }),
)

const pullRequest = object({
  mode: withDefault(oneOf(MODES), 'propose'),
  requiredChecks: withDefault(number({ least: 0, most: 50, whole: true }), 1),
  acceptConclusions: withDefault(list(oneOf(['neutral', 'skipped']), { most: 2 }), []),
  mergeMethod: withDefault(oneOf(MERGE_METHODS), 'squash'),
  labels: withDefault(
    list(string({ pattern: /^[^\s,"'`<>][^,"'`<>]{0,49}$/, form: 'a label without commas and quotes', longest: 50 }), {
      most: 20,
    }),
    ['kintsugi'],
  ),
  window: optional(window),
  allowedPaths: withDefault(list(pathGlob, { most: 100 }), []),
  companions: withDefault(oneOf(COMPANION_POLICIES), 'refuse'),
})

const limits = object({
  maxIncreaseFactor: withDefault(number({ least: 1, most: 100 }), 4),
  memoryMax: optional(quantity('bytes')),
  cpuMax: optional(quantity('cores')),
  replicasMax: optional(number({ least: 1, most: 10_000, whole: true })),
  storageMax: optional(quantity('bytes')),
  openPullRequests: withDefault(number({ least: 1, most: 100, whole: true }), 3),
  perHour: withDefault(number({ least: 1, most: 100, whole: true }), 5),
})

const verify = mapped(
  object({
    window: withDefault(duration({ leastMs: MINUTE_MS, mostMs: DAY_MS }), 15 * MINUTE_MS),
    syncTimeout: withDefault(duration({ leastMs: MINUTE_MS, mostMs: DAY_MS }), 10 * MINUTE_MS),
    onHarm: withDefault(oneOf(['revert', 'notify']), 'revert'),
  }),
  (written) => ({
    value: {
      windowMs: written.window,
      syncTimeoutMs: written.syncTimeout,
      onHarm: written.onHarm,
    } satisfies Policy['verify'],
  }),
)

const written = object({
  targetNamespace: optional(namespaceName),
  anomalyType: required(oneOf(FAILURES)),
  action: required(oneOf(ACTIONS)),
  confidenceThreshold: optional(number({ least: 0, most: 1 })),
  cooldownPeriod: withDefault(duration({ leastMs: 0, mostMs: 30 * DAY_MS }), 5 * MINUTE_MS),
  maxRetries: withDefault(number({ least: 0, most: 100, whole: true }), 3),
  enabled: withDefault(boolean(), true),
  preChecks: withDefault(list(oneOf(PRE_CHECKS), { most: 20 }), []),
  postActions: withDefault(list(receiverName, { most: 20 }), []),
  workloads: emptyUnlessWritten(
    object({
      matchLabels: withDefault(map(labelKey, labelValue), {}),
      names: withDefault(list(objectName, { most: 1000 }), []),
    }),
  ),
  clusters: withDefault(list(string({ form: 'the name of a cluster' })), []),
  voting: optional(oneOf(VOTINGS)),
  detection: optional(
    object({
      timeZone: optional(timeZone),
      excluded: withDefault(excluded, []),
      knownEvents: withDefault(list(knownEvent, { most: 50 }), []),
    }),
  ),
  pullRequest: emptyUnlessWritten(pullRequest),
  limits: emptyUnlessWritten(limits),
  verify: emptyUnlessWritten(verify),
})

/** Where nothing else is said, what is mended is held to a high bar, and what models find is told in a note whatever its confidence. */
const THRESHOLD = { fix: 0.8, Anomaly: 0 } as const

const fields = mapped(written, ({ confidenceThreshold, ...spec }) => {
  const { fix, Anomaly } = THRESHOLD
  const unsaid = spec.anomalyType === 'Anomaly' ? Anomaly : fix
  return { value: { ...spec, confidenceThreshold: confidenceThreshold ?? unsaid } }
})

type Spec = Extract<ReturnType<typeof fields.read>, { ok: true }>['value']

/** The `spec` of a SelfHealingPolicy: every key, every unit, and the pairs that cannot be meant. */
export const specReader: Reader<Spec> = checked(fields, impossiblePairs)

function impossiblePairs(spec: Spec): readonly Objection[] {
  const possible = possibleActions(spec.anomalyType)
  const objections: Objection[] = []
  if (!possible.includes(spec.action))
    objections.push({
      path: ['action'],
      message: `${spec.action} cannot mend ${spec.anomalyType}; possible: ${possible.join(', ')}`,
    })
  if (spec.detection !== undefined && spec.anomalyType !== 'Anomaly')
    objections.push({
      path: ['detection'],
      message: 'it speaks of what models find, which is an Anomaly: put it into a policy with anomalyType: Anomaly',
    })
  const { mode } = spec.pullRequest
  if (spec.action === 'notify-only' && (mode === 'automerge' || mode === 'merge-on-approval'))
    objections.push({
      path: ['pullRequest', 'mode'],
      message: `${mode} contradicts the action notify-only, which never opens a pull request`,
    })
  return objections
}
