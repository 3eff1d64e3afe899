import { historySignals } from '../detection/index.ts'
import { type Config, type JsonPath, OWN_MODELS, PLAIN_LEARNING, type ScopedEvent } from '../domain/index.ts'
import {
  boolean,
  checked,
  duration,
  emptyUnlessWritten,
  eventFields,
  excluded,
  list,
  mapped,
  type Objection,
  object,
  objectName,
  oneOf,
  optional,
  type Reader,
  required,
  string,
  timeZone,
  withDefault,
} from '../policy/index.ts'
import { budget, DEFAULT_BUDGET } from './detection-budget.ts'
import { listen } from './forge.ts'
import { path, url, word } from './words.ts'

const SECOND_MS = 1000
const TIMEOUT_MS = 2 * SECOND_MS

/** All models of our own, by the clock of UTC; nobody outside has a vote. */
export const DEFAULT_DETECTION: Config['detection'] = {
  ...PLAIN_LEARNING,
  knownEvents: [],
  models: OWN_MODELS,
  kserve: [],
  budget: DEFAULT_BUDGET,
  healing: { enabled: false },
}

/** The path of the protocol is put behind it. */
const root: Reader<string> = mapped(url, (value) => {
  const { search, hash } = new URL(value)
  return search + hash === '' ? { value } : { problem: 'expected a URL without a query, such as http://models.example' }
})

/** A model may take any of what the history of a workload is made of. */
const features = checked(list(oneOf(historySignals), { least: 1, most: historySignals.length }), (told) =>
  told.flatMap((signal, at): Objection[] =>
    told.indexOf(signal) < at
      ? [{ path: [at] satisfies JsonPath, message: `${signal} stands here for the second time` }]
      : [],
  ),
)

const voter = mapped(
  object({
    name: required(word),
    url: required(root),
    model: required(word),
    features: required(features),
    timeout: withDefault(duration({ leastMs: SECOND_MS, mostMs: 30 * SECOND_MS }), TIMEOUT_MS),
    tokenFile: optional(path),
    caFile: optional(path),
  }),
  ({ timeout, ...rest }) => ({ value: { ...rest, timeoutMs: timeout } }),
)

/** Each voter costs a request per workload, and a voice of the quorum. */
const MOST_VOTERS = 5

const voters = checked(list(voter, { most: MOST_VOTERS }), (told) => {
  const names = told.map(({ name }) => name)
  return names.flatMap((name, at): Objection[] =>
    names.indexOf(name) < at
      ? [{ path: [at, 'name'], message: `the name ${name} stands here for the second time` }]
      : [],
  )
})

/** Fewer models are fitted sooner, and agree more easily. */
const models = checked(list(oneOf(OWN_MODELS), { least: 1, most: OWN_MODELS.length }), (told) =>
  told.flatMap((model, at): Objection[] =>
    told.indexOf(model) < at
      ? [{ path: [at] satisfies JsonPath, message: `${model} stands here for the second time` }]
      : [],
  ),
)

const namespacePattern = string({
  pattern: /^[a-z0-9][a-z0-9-]{0,61}\*?$/,
  form: 'a namespace such as shop, or the beginning of some such as team-*',
})

const scopedEvent: Reader<ScopedEvent> = mapped(
  object({
    ...eventFields,
    clusters: withDefault(list(word), []),
    namespaces: withDefault(list(namespacePattern), []),
    workloads: withDefault(list(objectName), []),
  }),
  ({ duration: durationMs, ...rest }) => ({ value: { ...rest, durationMs } }),
)

const knownEvents = checked(list(scopedEvent, { most: 100 }), (told) => {
  const names = told.map(({ name }) => name)
  return names.flatMap((name, at): Objection[] =>
    names.indexOf(name) < at
      ? [{ path: [at, 'name'], message: `the name ${name} stands here for the second time` }]
      : [],
  )
})

/** Who has a vote or an opinion, and what the models are told beside the samples. */
export const detection: Reader<Config['detection']> = object({
  timeZone: withDefault(timeZone, DEFAULT_DETECTION.timeZone),
  excluded: withDefault(excluded, DEFAULT_DETECTION.excluded),
  knownEvents: withDefault(knownEvents, DEFAULT_DETECTION.knownEvents),
  models: withDefault(models, DEFAULT_DETECTION.models),
  kserve: withDefault(voters, DEFAULT_DETECTION.kserve),
  budget: emptyUnlessWritten(budget),
  healing: emptyUnlessWritten(object({ enabled: withDefault(boolean(), DEFAULT_DETECTION.healing.enabled) })),
})

/** Where our own models are served. */
export const kserve = object({ listen: required(listen), tokenFile: optional(path) })
