import {
  ACTIONS,
  type Ceiling,
  FIELD_NAMES,
  MODES,
  parseField,
  REMEDY_FIELDS,
  toBytes,
  toMillicores,
} from '../domain/index.ts'
import {
  boolean,
  list,
  mapped,
  number,
  object,
  oneOf,
  optional,
  quantity,
  type Reader,
  string,
  suggest,
  withDefault,
} from '../policy/index.ts'

/** The operator speaks last: until told otherwise, a person merges everything. */
export const DEFAULT_CEILING: Ceiling = {
  mode: 'propose',
  actions: ACTIONS,
  fields: REMEDY_FIELDS,
  maxIncreaseFactor: 4,
  protectedNamespaces: ['kube-system', 'kube-public', 'kube-node-lease', 'openshift-*'],
  automergeIsolation: 'isolated',
  fourEyes: false,
}

const field: Reader<string> = mapped(string({ form: 'a field such as resources.limits.memory' }), (value) => {
  // Pointers are allowed one by one: a word for all of them would allow every field there is.
  const family = value === 'annotations.*' || (FIELD_NAMES.includes(value) && !value.startsWith('path:'))
  if (family || parseField(value) !== undefined) return { value }
  const problem = `expected a field: ${FIELD_NAMES.join(', ')}`
  const hint = suggest(value, FIELD_NAMES)
  return hint === undefined ? { problem } : { problem, didYouMean: hint }
})

/** The operator's upper bound, from its keys. */
export const ceiling: Reader<Ceiling> = mapped(
  object({
    mode: withDefault(oneOf(MODES), DEFAULT_CEILING.mode),
    actions: withDefault(list(oneOf(ACTIONS)), DEFAULT_CEILING.actions),
    fields: withDefault(list(field), DEFAULT_CEILING.fields),
    maxIncreaseFactor: withDefault(number({ least: 1, most: 100 }), DEFAULT_CEILING.maxIncreaseFactor),
    memoryMax: optional(quantity('bytes')),
    cpuMax: optional(quantity('cores')),
    replicasMax: optional(number({ least: 1, most: 10_000, whole: true })),
    protectedNamespaces: withDefault(
      list(
        string({
          pattern: /^[a-z0-9][a-z0-9-]{0,61}\*?$/,
          form: 'a namespace, or the beginning of some followed by *',
        }),
      ),
      DEFAULT_CEILING.protectedNamespaces,
    ),
    automergeIsolation: withDefault(oneOf(['isolated', 'process']), DEFAULT_CEILING.automergeIsolation),
    fourEyes: withDefault(boolean(), DEFAULT_CEILING.fourEyes),
  }),
  ({ memoryMax, cpuMax, ...rest }) => ({
    value: {
      ...rest,
      ...(memoryMax === undefined ? {} : { memoryMaxBytes: toBytes(memoryMax) }),
      ...(cpuMax === undefined ? {} : { cpuMaxMillicores: toMillicores(cpuMax) }),
    },
  }),
)
