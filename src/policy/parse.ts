import {
  digestOf,
  isJsonObject,
  type JsonValue,
  type Manifest,
  type Policy,
  type PolicyOrigin,
} from '../domain/index.ts'
import { namespaceName, objectName, specReader } from './spec.ts'
import {
  CAPS,
  type Context,
  entryOf,
  jsonOf,
  map,
  object,
  oneOf,
  optional,
  type Problem,
  parseYamlStrict,
  type Reader,
  report,
  required,
  string,
  type Written,
  writtenOf,
} from './strict/index.ts'

/** The API version of SelfHealingPolicy. The group is one setting of the operator. */
export const POLICY_API_VERSION = 'aiops.example.com/v1alpha1'

export type ParsedPolicies = { readonly policies: readonly Policy[]; readonly problems: readonly Problem[] }

const words = map({ pattern: /^[\x21-\x7e]{1,316}$/, form: 'a plain key' }, string({ longest: 4096 }))
const metadata = object({
  name: required(objectName),
  namespace: optional(namespaceName),
  labels: optional(words),
  annotations: optional(words),
})

/** Any value, read later. */
const raw: Reader<Written> = { schema: {}, read: (written) => ({ ok: true, value: written }) }

function fileReader(apiVersion: string) {
  return object({
    apiVersion: required(oneOf([apiVersion])),
    kind: required(oneOf(['SelfHealingPolicy'])),
    metadata: required(metadata),
    spec: required(raw),
  })
}

/**
 * Reads every SelfHealingPolicy of a YAML file. A document with any problem gives no policy. `file` is what problems name;
 * a repository's policy needs `metadata.namespace` or `spec.targetNamespace`, other origins bring a namespace with them.
 */
export function parsePolicies(
  text: string,
  file: string,
  origin: PolicyOrigin,
  apiVersion: string = POLICY_API_VERSION,
): ParsedPolicies {
  const reader = fileReader(apiVersion)
  const policies: Policy[] = []
  const problems: Problem[] = []
  for (const document of parseYamlStrict(text, file)) {
    const context: Context = { file, path: [], problems: [...document.problems] }
    const policy = document.root === undefined ? undefined : policyOf(document.root, reader, context, origin)
    problems.push(...context.problems)
    if (policy !== undefined && context.problems.length === 0) policies.push(policy)
  }
  return { policies, problems }
}

/** The JSON Schema (2020-12) of a policy file. */
export function policySchema(apiVersion: string = POLICY_API_VERSION): JsonValue {
  const { schema } = fileReader(apiVersion)
  const properties = schema['properties']
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'SelfHealingPolicy',
    ...schema,
    properties: { ...(isJsonObject(properties) ? properties : {}), spec: specReader.schema },
  }
}

function policyOf(
  root: Written,
  reader: ReturnType<typeof fileReader>,
  context: Context,
  origin: PolicyOrigin,
): Policy | undefined {
  const outer = reader.read(root, context)
  const written = entryOf(root, 'spec')?.value
  if (written === undefined) return undefined
  const spec = specReader.read(written, { ...context, path: ['spec'] })
  if (!outer.ok || !spec.ok) return undefined
  const { name, namespace } = outer.value.metadata
  return assemble({ name, namespace, origin, written, context, spec: spec.value })
}

/**
 * Reads a policy that an API server holds. What the server adds to metadata, and the status, are not looked at; `spec` is read as strictly
 * as in a file. Places are 1:1 and `file` is `SelfHealingPolicy namespace/name`.
 */
export function parsePolicyManifest(
  manifest: Manifest,
  origin: PolicyOrigin,
  apiVersion: string = POLICY_API_VERSION,
): ParsedPolicies {
  const meta = isJsonObject(manifest['metadata']) ? manifest['metadata'] : {}
  const kept = { name: meta['name'] ?? null, namespace: meta['namespace'] ?? null }
  const file = `SelfHealingPolicy ${[kept.namespace, kept.name].filter((part) => typeof part === 'string').join('/')}`
  const context: Context = { file, path: [], problems: [] }
  const shape = {
    apiVersion: manifest['apiVersion'] ?? null,
    kind: manifest['kind'] ?? null,
    metadata: kept,
    spec: manifest['spec'] ?? null,
  }
  const root = writtenOf(shape, CAPS)
  if (root === undefined) {
    report(context, { line: 1, column: 1 }, `the resource holds more than ${CAPS.nodes} values or ${CAPS.depth} levels`)
    return { policies: [], problems: context.problems }
  }
  const policy = policyOf(root, fileReader(apiVersion), context, origin)
  const whole = policy !== undefined && context.problems.length === 0
  return { policies: whole ? [policy] : [], problems: context.problems }
}

type Parts = {
  readonly name: string
  readonly namespace: string | undefined
  readonly origin: PolicyOrigin
  readonly written: Written
  readonly context: Context
  readonly spec: Extract<ReturnType<typeof specReader.read>, { ok: true }>['value']
}

function assemble({ name, namespace, origin, written, context, spec }: Parts): Policy | undefined {
  const fromOrigin = origin.from === 'repository' ? undefined : origin.namespace
  const targetNamespace = spec.targetNamespace ?? namespace ?? (fromOrigin === '' ? undefined : fromOrigin)
  if (targetNamespace === undefined) {
    report(context, written, 'no namespace is named: set spec.targetNamespace or metadata.namespace')
    return undefined
  }
  const { anomalyType, cooldownPeriod, ...rest } = spec
  return {
    ...rest,
    name,
    origin,
    targetNamespace,
    failure: anomalyType,
    cooldownMs: cooldownPeriod,
    digest: digestOf(jsonOf(written)),
  }
}
