import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { parseConfig } from '../../src/config.ts'
import { isJsonObject, type JsonObject, type Manifest, valueAt } from '../../src/domain/index.ts'
import { formatProblem, parsePolicies } from '../../src/policy/index.ts'
import { CHART, helms, kinds, least, named, render } from './helm.ts'

async function rendered(helm: string, values: JsonObject): Promise<readonly Manifest[]> {
  const result = await render(helm, values)
  if (!result.ok) throw new Error(result.message)
  return result.objects
}

function configIn(objects: readonly Manifest[]) {
  const text = String(valueAt(named(objects, 'ConfigMap', 'kintsugi'), ['data', 'kintsugi.yaml']))
  const parsed = parseConfig(text, 'kintsugi.yaml')
  if ('problems' in parsed) throw new Error(parsed.problems.map(formatProblem).join('\n'))
  return parsed.config
}

function configOf(values: JsonObject): JsonObject {
  const { config } = values
  if (!isJsonObject(config)) throw new Error('no config')
  return config
}

function podOf(deployment: Manifest): JsonObject {
  const pod = valueAt(deployment, ['spec', 'template', 'spec'])
  if (!isJsonObject(pod)) throw new Error('no pod')
  return pod
}

const withWebhooks = { ...least, webhooks: { enabled: true, rotating: true } }

describe.each(helms)('charts/kintsugi by %s', (helm) => {
  it('is what it should be, and no Service for the controller without webhooks', async () => {
    expect(kinds(await rendered(helm, least))).toEqual([
      'ClusterRole kintsugi-kintsugi',
      'ClusterRoleBinding kintsugi-kintsugi',
      'ConfigMap kintsugi',
      'ConfigMap kintsugi-policies',
      'CustomResourceDefinition selfhealingpolicies.aiops.example.com',
      'Deployment kintsugi',
      'Deployment kintsugi-renderer',
      'NetworkPolicy kintsugi',
      'NetworkPolicy kintsugi-renderer',
      'Service kintsugi-renderer',
      'ServiceAccount kintsugi',
    ])
  })

  it('keeps what may be lost in the Pod, or in a claim that is there', async () => {
    const cacheOf = async (cache: JsonObject) => {
      const volumes = podOf(named(await rendered(helm, { ...least, cache }), 'Deployment', 'kintsugi'))['volumes']
      return Array.isArray(volumes) ? volumes.find((one) => isJsonObject(one) && one['name'] === 'cache') : undefined
    }
    expect(await cacheOf({})).toEqual({ name: 'cache', emptyDir: { sizeLimit: '4Gi' } })
    expect(await cacheOf({ existingClaim: 'models' })).toEqual({
      name: 'cache',
      persistentVolumeClaim: { claimName: 'models' },
    })
  })

  it('has a configuration that the program reads, without webhooks and with them', async () => {
    expect(configIn(await rendered(helm, least))).toMatchObject({
      clusters: [{ name: 'prod' }],
      forges: [
        {
          kind: 'github',
          url: 'https://github.com',
          github: { appId: 4711, privateKeyFile: '/var/run/secrets/kintsugi/github/private-key.pem' },
        },
      ],
      renderer: { url: 'http://kintsugi-renderer.kintsugi.svc:8181' },
      listen: { host: '0.0.0.0', port: 9090 },
    })
    const more = {
      ...withWebhooks,
      github: { appId: 123456789, existingSecret: 'x', settings: { branchPrefix: 'heal' } },
    }
    const config = configIn(await rendered(helm, more))
    expect(config).toMatchObject({
      webhooks: { listen: { host: '0.0.0.0', port: 8080 }, path: '/webhooks' },
      forges: [
        {
          branchPrefix: 'heal',
          github: {
            appId: 123456789,
            webhookSecretFile: '/var/run/secrets/kintsugi/github/webhook-secret',
            webhookPreviousSecretFile: '/var/run/secrets/kintsugi/github/webhook-secret-previous',
          },
        },
      ],
    })
  })

  it('mounts of the Secret only the keys that the configuration names, and makes none itself', async () => {
    const objects = await rendered(helm, withWebhooks)
    const volumes = podOf(named(objects, 'Deployment', 'kintsugi'))['volumes']
    const secret = Array.isArray(volumes) ? volumes.find((one) => valueAt(one, ['name']) === 'github') : undefined
    expect(valueAt(secret, ['secret'])).toMatchObject({ secretName: 'kintsugi-github', defaultMode: 0o440 })
    expect(valueAt(secret, ['secret', 'items'])).toEqual(
      ['private-key.pem', 'webhook-secret', 'webhook-secret-previous'].map((key) => ({ key, path: key })),
    )
    expect(objects.some((one) => one['kind'] === 'Secret')).toBe(false)
    expect(kinds(objects)).toContain('Service kintsugi')
  })

  it('serves models at a Service of their own, to those who have the token or may reach it', async () => {
    const from = [{ namespaceSelector: { matchLabels: { team: 'apps' } } }]
    const objects = await rendered(helm, { ...least, kserve: { enabled: true, existingSecret: 'kserve-token', from } })
    expect(configIn(objects)).toMatchObject({
      kserve: { listen: { host: '0.0.0.0', port: 8500 }, tokenFile: '/var/run/secrets/kintsugi/kserve/token' },
    })
    const service = named(objects, 'Service', 'kintsugi-models')
    expect(valueAt(service, ['spec'])).toMatchObject({ type: 'ClusterIP', ports: [{ port: 80, targetPort: 'kserve' }] })
    const pod = JSON.stringify(podOf(named(objects, 'Deployment', 'kintsugi')))
    expect(pod).toContain('{"name":"kserve","containerPort":8500}')
    expect(pod).toContain('"secretName":"kserve-token","defaultMode":288,"items":[{"key":"token","path":"token"}]')
    expect(valueAt(named(objects, 'NetworkPolicy', 'kintsugi'), ['spec', 'ingress'])).toEqual([
      { ports: [{ port: 'metrics' }] },
      { ports: [{ port: 'kserve' }], from },
    ])
    const open = await render(helm, { ...least, kserve: { enabled: true } })
    expect(open).toMatchObject({ ok: false, message: expect.stringContaining('kserve needs existingSecret') })
  })

  it('may only read, and no Secrets', async () => {
    for (const rbac of [{ clusterWide: true }, { clusterWide: false, namespaces: ['shop'] }]) {
      const objects = await rendered(helm, { ...least, rbac })
      const roles = objects.filter((one) => /Role$/.test(String(one['kind'])))
      const rules = roles.flatMap((role) => (Array.isArray(role['rules']) ? role['rules'] : []))
      expect(rules.length).toBeGreaterThan(5)
      for (const rule of rules) {
        expect(valueAt(rule, ['verbs'])).toEqual(['get', 'list', 'watch'])
        const resources = valueAt(rule, ['resources'])
        expect(JSON.stringify(resources)).not.toMatch(/secrets|exec|pods|\*|configmaps|nodes/)
        expect(JSON.stringify(valueAt(rule, ['apiGroups']))).not.toContain('*')
      }
    }
  })

  it('has rights in named namespaces alone where that is asked for', async () => {
    const rbac = { clusterWide: false, namespaces: ['shop', 'team'] }
    const objects = await rendered(helm, { ...least, rbac })
    expect(objects.filter((one) => String(one['kind']).startsWith('Cluster'))).toEqual([])
    const places = objects
      .filter((one) => one['kind'] === 'RoleBinding')
      .map((one) => valueAt(one, ['metadata', 'namespace']))
    expect(places.sort()).toEqual(['argocd', 'shop', 'team'])
    const none = await render(helm, { ...least, rbac: { clusterWide: false } })
    expect(none).toMatchObject({ ok: false, message: expect.stringContaining('rbac.namespaces is needed') })
  })

  it('may read the ConfigMaps that pause it, by name, and no others', async () => {
    const pause = [{ config: false }, { configMap: 'ops/kintsugi-pause' }, { configMap: 'kintsugi/brake' }]
    for (const rbac of [{ clusterWide: true }, { clusterWide: false, namespaces: ['shop'] }]) {
      const objects = await rendered(helm, { ...least, rbac, config: { ...configOf(least), pause } })
      for (const [at, namespace, name] of [
        [1, 'ops', 'kintsugi-pause'],
        [2, 'kintsugi', 'brake'],
      ] as const) {
        const role = named(objects, 'Role', `kintsugi-pause-${at}`)
        expect(valueAt(role, ['metadata', 'namespace'])).toBe(namespace)
        expect(role['rules']).toEqual([
          { apiGroups: [''], resources: ['configmaps'], resourceNames: [name], verbs: ['get'] },
        ])
        const binding = named(objects, 'RoleBinding', `kintsugi-pause-${at}`)
        expect(valueAt(binding, ['metadata', 'namespace'])).toBe(namespace)
        expect(binding['subjects']).toEqual([{ kind: 'ServiceAccount', name: 'kintsugi', namespace: 'kintsugi' }])
      }
      expect(objects.filter((one) => JSON.stringify(one['rules'] ?? '').includes('configmaps'))).toHaveLength(2)
    }
  })

  it('gives the controller variables of the operator, and the renderer none', async () => {
    const extraEnv = [{ name: 'HTTPS_PROXY', value: 'http://proxy.example.com:3128' }]
    const objects = await rendered(helm, { ...least, extraEnv })
    const [ours, theirs] = ['kintsugi', 'kintsugi-renderer'].map((name) =>
      JSON.stringify(podOf(named(objects, 'Deployment', name))),
    )
    expect(ours).toContain('{"name":"HTTPS_PROXY","value":"http://proxy.example.com:3128"}')
    expect(theirs).not.toContain('PROXY')
  })

  it('has rights to what the adapter asks for', async () => {
    const objects = await rendered(helm, least)
    const rules = named(objects, 'ClusterRole', 'kintsugi-kintsugi')['rules']
    const granted = (Array.isArray(rules) ? rules : []).flatMap((rule) => {
      const [groups, resources] = [valueAt(rule, ['apiGroups']), valueAt(rule, ['resources'])]
      if (!Array.isArray(groups) || !Array.isArray(resources)) return []
      return groups.flatMap((group) => resources.map((one) => `${String(group)}/${String(one)}`))
    })
    const source = readFileSync(join(import.meta.dirname, '../../src/adapters/kubernetes/site.ts'), 'utf8')
    const asked = [...source.matchAll(/apiVersion: '([^']+)', plural: '([^']+)'/g)].map(
      ([, version = '', plural]) => `${version.includes('/') ? version.split('/')[0] : ''}/${plural}`,
    )
    expect(asked.length).toBeGreaterThan(10)
    expect(granted).toEqual(expect.arrayContaining([...asked, 'aiops.example.com/selfhealingpolicies']))
  })

  it.each(['kintsugi', 'kintsugi-renderer'])('runs %s as the restricted standard has it', async (name) => {
    const pod = podOf(named(await rendered(helm, least), 'Deployment', name))
    expect(pod['securityContext']).toMatchObject({ runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } })
    for (const key of ['hostNetwork', 'hostPID', 'hostIPC']) expect(pod).not.toHaveProperty(key)
    const containers = Array.isArray(pod['containers']) ? pod['containers'] : []
    expect(containers).toHaveLength(1)
    for (const one of containers) {
      expect(valueAt(one, ['securityContext'])).toEqual({
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        capabilities: { drop: ['ALL'] },
      })
      expect(valueAt(one, ['resources', 'limits', 'memory'])).toBeDefined()
    }
    const volumes = Array.isArray(pod['volumes']) ? pod['volumes'] : []
    for (const volume of volumes) {
      if (!isJsonObject(volume)) throw new Error('a volume is a map')
      const { name: _, ...source } = volume
      expect(['configMap', 'secret', 'emptyDir']).toContain(Object.keys(source)[0])
    }
  })

  it('keeps the renderer without a token, without a network, and as another user', async () => {
    const objects = await rendered(helm, least)
    const [ours, theirs] = ['kintsugi', 'kintsugi-renderer'].map((name) => podOf(named(objects, 'Deployment', name)))
    expect(theirs).toMatchObject({ automountServiceAccountToken: false, enableServiceLinks: false })
    expect(valueAt(theirs, ['securityContext', 'runAsUser'])).not.toBe(valueAt(ours, ['securityContext', 'runAsUser']))
    expect(JSON.stringify(theirs)).not.toMatch(/secretName|private-key|configMap/)
    const policy = named(objects, 'NetworkPolicy', 'kintsugi-renderer')
    expect(policy['spec']).toMatchObject({ policyTypes: ['Ingress', 'Egress'], egress: [] })
    expect(JSON.stringify(policy['spec'])).toContain('"app.kubernetes.io/component":"controller"')
    expect(JSON.stringify(theirs?.['containers'])).not.toContain('--tolerate')
    const lenient = await rendered(helm, { ...least, renderer: { strict: false } })
    expect(JSON.stringify(podOf(named(lenient, 'Deployment', 'kintsugi-renderer')))).toContain('--tolerate')
  })

  it('takes the values of the how-to page, whose policy is one', async () => {
    const text = readFileSync(join(CHART, '../../docs/how-to/install-on-github.md'), 'utf8')
    const values: unknown = parse(/`values\.yaml`:\n\n```yaml\n([\s\S]*?)```/.exec(text)?.[1] ?? '')
    if (!isJsonObject(values)) throw new Error('the page has no values')
    const objects = await rendered(helm, values)
    expect(configIn(objects)).toMatchObject({ bindings: [{ namespace: 'shop', paths: ['apps/**'] }] })
    const policy = valueAt(named(objects, 'ConfigMap', 'kintsugi-policies'), ['data', 'memory.yaml'])
    const parsed = parsePolicies(String(policy), 'memory.yaml', { from: 'operator', namespace: 'operator' })
    expect(parsed).toMatchObject({ problems: [], policies: [{ action: 'adjust-resources' }] })
  })

  it('writes only where told to', async () => {
    const args = async (values: JsonObject) =>
      valueAt(named(await rendered(helm, values), 'Deployment', 'kintsugi'), [
        ...'spec template spec containers 0 args'.split(' ').map((key) => (key === '0' ? 0 : key)),
      ])
    expect(await args(least)).toContain('--dry-run')
    expect(await args({ ...least, mode: 'write' })).toContain('--write')
  })

  it.each<[string, JsonObject, RegExp]>([
    ['nothing told', {}, /appId|existingSecret|clusters|repository/],
    ['no Secret', { ...least, github: { appId: 1 } }, /existingSecret/],
    ['an App without an id', { ...least, github: { appId: 0, existingSecret: 'x' } }, /appId/],
    ['no clusters', { ...least, config: {} }, /clusters/],
    ['a key that is misspelt', { ...least, webhook: { enabled: true } }, /webhook/],
    [
      'a key of the configuration that is misspelt',
      { ...least, config: { clusters: [{ name: 'a' }], binding: [] } },
      /binding/,
    ],
    ['what the chart makes itself', { ...least, config: { clusters: [{ name: 'a' }], forges: [] } }, /forges/],
    ['a mode that is none', { ...least, mode: 'yes' }, /mode/],
    [
      'GitHub over plain http',
      { ...least, github: { appId: 1, existingSecret: 'x', url: 'http://github.com' } },
      /url/,
    ],
    ['a secret in the values', { ...least, github: { appId: 1, existingSecret: 'x', privateKey: 'y' } }, /privateKey/],
  ])('is refused: %s', async (_, values, says) => {
    const result = await render(helm, values)
    expect(result.ok).toBe(false)
    if (!result.ok) expect(result.message).toMatch(says)
  })
})

describe('charts/kintsugi', () => {
  it('has the version of the program', () => {
    const { version } = JSON.parse(readFileSync(join(CHART, '../../package.json'), 'utf8'))
    expect(readFileSync(join(CHART, 'Chart.yaml'), 'utf8')).toContain(`version: ${version}\nappVersion: ${version}\n`)
  })
})
