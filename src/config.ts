import { ceiling, DEFAULT_CEILING } from './config/ceiling.ts'
import { cluster } from './config/cluster.ts'
import { forge, listen, webhooks } from './config/forge.ts'
import { path, url, word } from './config/words.ts'
import type {
  Binding,
  ClusterConfig,
  Config,
  Environment,
  FreezeSource,
  JsonObject,
  PauseSource,
} from './domain/index.ts'
import {
  boolean,
  checked,
  duration,
  emptyUnlessWritten,
  list,
  mapped,
  namespaceName,
  number,
  type Objection,
  object,
  oneOf,
  optional,
  type Problem,
  parseYamlStrict,
  pathGlob,
  type Reader,
  required,
  string,
  suggest,
  tagged,
  withDefault,
} from './policy/index.ts'

const SECOND_MS = 1000
const MINUTE_MS = 60 * SECOND_MS
const HOUR_MS = 60 * MINUTE_MS
const DAY_MS = 24 * HOUR_MS

const DEFAULT_TICK: Config['tick'] = {
  everyMs: MINUTE_MS,
  stepMs: MINUTE_MS,
  warmUpMs: 10 * MINUTE_MS,
  lookBackMs: 6 * HOUR_MS,
}

/** Off until asked for, as is whatever else nobody would expect to find in a repository. */
const DEFAULT_ONBOARDING: Config['onboarding'] = { enabled: false, perDay: 3 }

const branch = string({ form: 'a branch such as main', longest: 244 })
const binding: Reader<Binding> = checked(
  object({
    cluster: required(word),
    project: optional(string()),
    namespace: optional(namespaceName),
    repositories: required(list(string({ longest: 2048 }), { least: 1 })),
    baseBranches: withDefault(list(branch, { least: 1 }), ['main']),
    paths: withDefault(list(pathGlob, { least: 1 }), ['**']),
  }),
  ({ project, namespace }) =>
    project === undefined && namespace === undefined
      ? [
          {
            path: [],
            message: 'a binding names a project or a namespace; without either it would bind the whole cluster',
          },
        ]
      : [],
)

const environment: Reader<Environment> = checked(
  object({
    name: required(word),
    order: required(number({ least: 0, most: 1000, whole: true })),
    paths: withDefault(list(pathGlob), []),
    branches: withDefault(list(pathGlob), []),
    edit: withDefault(oneOf(['direct', 'promote', 'never']), 'direct'),
  }),
  ({ paths, branches }) =>
    paths.length + branches.length === 0
      ? [{ path: [], message: 'an environment needs paths or branches to be told by' }]
      : [],
)

const freeze = tagged<FreezeSource>({
  file: object({ file: required(path) }),
  url: object({ url: required(url) }),
})

const pause = tagged<PauseSource>({
  config: object({ config: required(boolean()) }),
  file: object({ file: required(path) }),
  configMap: object({
    configMap: required(
      string({ pattern: /^[a-z0-9-]{1,63}\/[a-z0-9.-]{1,253}$/, form: 'namespace/name of a ConfigMap' }),
    ),
  }),
  command: object({ command: required(list(string({ longest: 4096 }), { least: 1, most: 50 })) }),
})

const tick = checked(
  object({
    every: withDefault(duration({ leastMs: 5 * SECOND_MS, mostMs: HOUR_MS }), DEFAULT_TICK.everyMs),
    step: withDefault(duration({ leastMs: 5 * SECOND_MS, mostMs: HOUR_MS }), DEFAULT_TICK.stepMs),
    warmUp: withDefault(duration({ leastMs: 0, mostMs: 7 * DAY_MS }), DEFAULT_TICK.warmUpMs),
    lookBack: withDefault(duration({ leastMs: 10 * MINUTE_MS, mostMs: 7 * DAY_MS }), DEFAULT_TICK.lookBackMs),
  }),
  ({ step, lookBack }) =>
    lookBack / step > 11_000
      ? [{ path: ['lookBack'], message: 'lookBack divided by step is above 11000, more points than Prometheus gives' }]
      : [],
)

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
  return result.ok && found.length === 0 ? { config: result.value } : { problems: found }
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
    audit: { enabled: true },
    tick: DEFAULT_TICK,
    ...overrides,
  }
}
