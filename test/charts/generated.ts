import { stringify } from 'yaml'
import { configSchema } from '../../src/config.ts'
import { isJsonObject, type JsonObject, type JsonValue } from '../../src/domain/index.ts'
import { specReader } from '../../src/policy/spec.ts'

const text = (form: JsonObject = {}): JsonObject => ({ type: 'string', ...form })
const flag: JsonObject = { type: 'boolean' }
const open: JsonObject = { type: 'object' }
const list = (items: JsonObject = open): JsonObject => ({ type: 'array', items })
const closed = (properties: JsonObject, required: readonly string[] = []): JsonObject => ({
  type: 'object',
  additionalProperties: false,
  properties,
  ...(required.length > 0 && { required: [...required] }),
})

/** What the chart makes itself, so that it must not be told twice. */
const OF_THE_CHART = ['forges', 'listen', 'webhooks', 'kserve', 'renderer']
const OF_THE_FORGE = ['branchPrefix', 'nativeAutoMerge', 'signatures', 'rules', 'repositories', 'apiUrl']

function propertiesOf(schema: JsonValue | undefined): JsonObject {
  const found = isJsonObject(schema) ? schema['properties'] : undefined
  if (!isJsonObject(found)) throw new Error('a schema without properties')
  return found
}

function only(properties: JsonObject, keep: (name: string) => boolean): JsonObject {
  return Object.fromEntries(Object.entries(properties).filter(([name]) => keep(name)))
}

/** `charts/kintsugi/values.schema.json`: the operator's configuration as the program reads it, and the chart's own keys around it. */
export function valuesSchema(): JsonObject {
  const config = propertiesOf(configSchema)
  const forges = config['forges']
  const forge = propertiesOf(isJsonObject(forges) ? forges['items'] : undefined)
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: 'Values of charts/kintsugi',
    ...closed(
      {
        global: open,
        image: closed(
          {
            repository: text({ minLength: 1, pattern: '^[a-z0-9][a-z0-9._/:-]*$' }),
            tag: text({ pattern: '^[A-Za-z0-9_.-]{0,128}$' }),
            digest: text({ pattern: '^(sha256:[0-9a-f]{64})?$' }),
            pullPolicy: { enum: ['Always', 'IfNotPresent', 'Never'] },
          },
          ['repository'],
        ),
        imagePullSecrets: list(),
        mode: { enum: ['dry-run', 'write'] },
        config: closed(
          only(config, (name) => !OF_THE_CHART.includes(name)),
          ['clusters'],
        ),
        policies: {
          type: 'object',
          additionalProperties: text(),
          propertyNames: { pattern: '^[A-Za-z0-9._-]+\\.ya?ml$' },
        },
        github: closed(
          {
            url: text({ pattern: '^https://[^/]+/?$' }),
            appId: { type: 'integer', minimum: 1 },
            existingSecret: text({ pattern: '^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$' }),
            settings: closed(only(forge, (name) => OF_THE_FORGE.includes(name))),
          },
          ['appId', 'existingSecret'],
        ),
        webhooks: closed({
          enabled: flag,
          path: text({ pattern: '^/[A-Za-z0-9._~/-]{1,200}$' }),
          rotating: flag,
          service: closed({
            type: { enum: ['ClusterIP', 'NodePort', 'LoadBalancer'] },
            port: { type: 'integer', minimum: 1, maximum: 65_535 },
            annotations: open,
          }),
        }),
        kserve: closed({
          enabled: flag,
          existingSecret: text({ pattern: '^([a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?)?$' }),
          from: { type: 'array', items: open },
          service: closed({ port: { type: 'integer', minimum: 1, maximum: 65_535 }, annotations: open }),
        }),
        rbac: closed({ create: flag, clusterWide: flag, namespaces: list(text({ minLength: 1 })) }),
        serviceAccount: closed({ create: flag, name: text(), annotations: open }),
        renderer: closed({
          enabled: flag,
          concurrency: { type: 'integer', minimum: 1, maximum: 64 },
          strict: flag,
          resources: open,
        }),
        networkPolicy: closed({ enabled: flag }),
        resources: open,
        cache: closed({ sizeLimit: text({ pattern: '^[0-9]+[KMGT]i$' }), existingClaim: text() }),
        extraEnv: list(),
        extraVolumes: list(),
        extraVolumeMounts: list(),
        podAnnotations: open,
        podLabels: open,
        nodeSelector: open,
        tolerations: list(),
        affinity: open,
      },
      ['image', 'config', 'github'],
    ),
  }
}

/**
 * A schema as the API server takes it. Defaults stay with the program, which knows what was written; unknown keys are kept, so that its
 * strict reader refuses them by name where the server would drop them, a limit among them, in silence.
 */
function structural(schema: JsonObject): JsonObject {
  const { type, properties, items, additionalProperties, required, minimum, maximum, enum: words } = schema
  if (Array.isArray(type)) return { 'x-kubernetes-int-or-string': true }
  const { minLength, maxLength, pattern, minItems, maxItems } = schema
  const bounds = { minimum, maximum, minLength, maxLength, pattern, minItems, maxItems, required }
  return {
    type: type ?? 'string',
    ...(words !== undefined && { enum: words }),
    ...only(JSON.parse(JSON.stringify(bounds)), () => true),
    ...(isJsonObject(items) && { items: structural(items) }),
    ...(isJsonObject(additionalProperties) && { additionalProperties: structural(additionalProperties) }),
    ...(isJsonObject(properties) && {
      properties: Object.fromEntries(
        Object.entries(properties).map(([name, one]) => [name, structural(isJsonObject(one) ? one : {})]),
      ),
      'x-kubernetes-preserve-unknown-fields': true,
    }),
  }
}

const column = (name: string, jsonPath: string, type = 'string'): JsonObject => ({ name, type, jsonPath })

/** `charts/kintsugi/crds/selfhealingpolicies.yaml`. */
export function policyDefinition(): string {
  const definition = {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: 'selfhealingpolicies.aiops.example.com' },
    spec: {
      group: 'aiops.example.com',
      scope: 'Namespaced',
      names: {
        kind: 'SelfHealingPolicy',
        listKind: 'SelfHealingPolicyList',
        plural: 'selfhealingpolicies',
        singular: 'selfhealingpolicy',
        shortNames: ['shp'],
      },
      versions: [
        {
          name: 'v1alpha1',
          served: true,
          storage: true,
          additionalPrinterColumns: [
            column('Anomaly', '.spec.anomalyType'),
            column('Action', '.spec.action'),
            column('Mode', '.spec.pullRequest.mode'),
            column('Confidence', '.spec.confidenceThreshold', 'number'),
            column('Enabled', '.spec.enabled', 'boolean'),
            column('Age', '.metadata.creationTimestamp', 'date'),
          ],
          schema: {
            openAPIV3Schema: {
              type: 'object',
              required: ['spec'],
              properties: {
                apiVersion: { type: 'string' },
                kind: { type: 'string' },
                metadata: { type: 'object' },
                spec: structural(specReader.schema),
              },
            },
          },
        },
      ],
    },
  }
  const head = '# Written from src/policy/spec.ts: npx vitest run test/charts --update.\n'
  return `${head}${stringify(definition, { lineWidth: 0, aliasDuplicateObjects: false })}`
}
