import { binding, environment } from './config/bindings.ts'
import { ceiling, DEFAULT_CEILING } from './config/ceiling.ts'
import { cluster } from './config/cluster.ts'
import { DEFAULT_DETECTION, detection, kserve } from './config/detection.ts'
import { forge, listen, webhooks } from './config/forge.ts'
import { keepPlaces } from './config/places.ts'
import { freeze, pause } from './config/stops.ts'
import { DEFAULT_TICK, tick } from './config/tick.ts'
import { path, url, word } from './config/words.ts'
import type { ClusterConfig, Config, JsonObject } from './domain/index.ts'
import {
  boolean,
  checked,
  emptyUnlessWritten,
  list,
  mapped,
  namespaceName,
  number,
  type Objection,
  object,
  optional,
  type Problem,
  parseYamlStrict,
  type Reader,
  required,
  string,
  suggest,
  withDefault,
} from './policy/index.ts'

export { configError, placeInConfig } from './config/places.ts'

/** Off until asked for, as is whatever else nobody would expect to find in a repository. */
const DEFAULT_ONBOARDING: Config['onboarding'] = { enabled: false, perDay: 3 }

const root = object({
  clusters: required(list(cluster, { least: 1 })),
  forges: withDefault(list(forge), []),
  bindings: withDefault(list(binding), []),
  environments: withDefault(list(environment), []),
  ceiling: emptyUnlessWritten(ceiling),
  policyNamespaces: withDefault(list(namespaceName), []),
  policyApiVersion: optional(
    string({
      pattern: /^[a-z0-9.-]{1,253}\/v[a-z0-9]{1,20}$/,
      form: 'a group and version such as aiops.example.com/v1alpha1',
    }),
  ),
  receivers: withDefault(list(object({ name: required(word), kind: required(word), urlFile: optional(path) })), []),
  freezes: withDefault(list(freeze), []),
  pause: withDefault(list(pause), []),
  renderer: optional(object({ url: required(url) })),
  onboarding: emptyUnlessWritten(
    object({
      enabled: withDefault(boolean(), DEFAULT_ONBOARDING.enabled),
      perDay: withDefault(number({ least: 1, most: 100, whole: true }), DEFAULT_ONBOARDING.perDay),
    }),
  ),
  dashboard: emptyUnlessWritten(object({ enabled: withDefault(boolean(), false) })),
  webhooks: optional(webhooks),
  listen: optional(listen),
  detection: emptyUnlessWritten(detection),
  kserve: optional(kserve),
  audit: emptyUnlessWritten(object({ repository: optional(string()), enabled: withDefault(boolean(), true) })),
  tick: emptyUnlessWritten(tick),
})

type Root = Extract<ReturnType<typeof root.read>, { ok: true }>['value']

function contradictions(config: Root): readonly Objection[] {
  const clusters = config.clusters.map(({ name }) => name)
  const unknown = config.bindings.flatMap(({ cluster: name }, at): Objection[] => {
    if (clusters.includes(name)) return []
    const hint = suggest(name, clusters)
    const objection = { path: ['bindings', at, 'cluster'], message: `no cluster is called ${name}` }
    return [hint === undefined ? objection : { ...objection, didYouMean: hint }]
  })
  return [
    ...unknown,
    ...unsignedWebhooks(config),
    ...secondWebhooks(config),
    ...repeated('clusters', clusters),
    ...repeated(
      'forges',
      config.forges.map(({ name }) => name),
    ),
    ...repeated(
      'environments',
      config.environments.map(({ name }) => name),
    ),
    ...repeated(
      'receivers',
      config.receivers.map(({ name }) => name),
    ),
  ]
}

/** Who listens for webhooks has to be able to tell whose they are. */
function unsignedWebhooks({ webhooks: told, forges }: Root): Objection[] {
  if (told === undefined || forges.some(({ github }) => github?.webhookSecretFile !== undefined)) return []
  return [{ path: ['webhooks'], message: 'webhooks need a forge of kind github with a webhookSecretFile' }]
}

/** Deliveries of one App are told from those of another by their secret alone, and they come to one path. */
function secondWebhooks({ webhooks: told, forges }: Root): Objection[] {
  if (told === undefined) return []
  const signed = forges.flatMap(({ name, github }, at) =>
    github?.webhookSecretFile === undefined ? [] : [{ name, at }],
  )
  return signed.slice(1).map(({ name, at }) => ({
    path: ['forges', at, 'webhookSecretFile'],
    message: `webhooks are those of one GitHub, and ${signed[0]?.name} has a webhookSecretFile already: leave it out for ${name}, which is then asked once per tick`,
  }))
}

function repeated(key: string, names: readonly string[]): Objection[] {
  return names.flatMap((name, at) =>
    names.indexOf(name) < at
      ? [{ path: [key, at, 'name'], message: `the name ${name} stands here for the second time` }]
      : [],
  )
}

const reader: Reader<Config> = mapped(checked(root, contradictions), ({ tick: ticks, ...rest }) => ({
  value: {
    ...rest,
    tick: { everyMs: ticks.every, stepMs: ticks.step, warmUpMs: ticks.warmUp, lookBackMs: ticks.lookBack },
  },
}))

export type ParsedConfig = { readonly config: Config } | { readonly problems: readonly Problem[] }

/** Reads the operator's configuration: one YAML document. `file` is what problems name. Never throws. */
export function parseConfig(text: string, file: string): ParsedConfig {
  const documents = parseYamlStrict(text, file)
  const problems = documents.flatMap((document) => document.problems)
  const [only, second] = documents
  if (only === undefined) return { problems: [{ file, line: 1, column: 1, path: '', message: 'the file is empty' }] }
  if (second?.root !== undefined) {
    const { line, column } = second.root
    return { problems: [{ file, line, column, path: '', message: 'expected one document, found a second' }] }
  }
  if (only.root === undefined || problems.length > 0) return { problems }
  const found: Problem[] = []
  const result = reader.read(only.root, { file, path: [], problems: found })
  if (!result.ok || found.length > 0) return { problems: found }
  keepPlaces(result.value, file, only.root)
  return { config: result.value }
}

/** JSON Schema (2020-12) of the operator's configuration, for editors. The rules between keys are told only by `parseConfig`. */
export const configSchema: JsonObject = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  title: 'Kintsugi operator configuration',
  ...reader.schema,
}

/** What holds when nothing is written: one cluster, nothing bound (so nothing is written to), every merge by a person. */
export function defaultConfig(cluster: string | ClusterConfig, overrides: Partial<Config> = {}): Config {
  return {
    clusters: [typeof cluster === 'string' ? { name: cluster } : cluster],
    forges: [],
    bindings: [],
    environments: [],
    ceiling: DEFAULT_CEILING,
    policyNamespaces: [],
    receivers: [],
    freezes: [],
    pause: [],
    onboarding: DEFAULT_ONBOARDING,
    dashboard: { enabled: false },
    detection: DEFAULT_DETECTION,
    audit: { enabled: true },
    tick: DEFAULT_TICK,
    ...overrides,
  }
}
