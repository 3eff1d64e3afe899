import { historySignals } from '../detection/index.ts'
import { type Config, type JsonPath, OWN_MODELS } from '../domain/index.ts'
import {
  boolean,
  checked,
  duration,
  emptyUnlessWritten,
  list,
  mapped,
  type Objection,
  object,
  oneOf,
  optional,
  type Reader,
  required,
  withDefault,
} from '../policy/index.ts'
import { listen } from './forge.ts'
import { path, url, word } from './words.ts'

const SECOND_MS = 1000
const TIMEOUT_MS = 2 * SECOND_MS

/** Off, and nobody outside has a vote. */
export const DEFAULT_DETECTION: Config['detection'] = {
  models: OWN_MODELS,
  kserve: [],
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

/** Who has a vote or an opinion. */
export const detection: Reader<Config['detection']> = object({
  models: withDefault(models, DEFAULT_DETECTION.models),
  kserve: withDefault(voters, DEFAULT_DETECTION.kserve),
  healing: emptyUnlessWritten(object({ enabled: withDefault(boolean(), DEFAULT_DETECTION.healing.enabled) })),
})

/** Where our own models are served. */
export const kserve = object({ listen: required(listen), tokenFile: optional(path) })
