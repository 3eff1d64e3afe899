import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { configError, configSchema, defaultConfig, parseConfig, placeInConfig } from '../src/config.ts'
import { houseRulesFor, NO_HOUSE_RULES } from '../src/domain/index.ts'
import { formatProblem } from '../src/policy/index.ts'

const CLUSTERS = 'clusters:\n  - name: prod-eu\n'

function problems(text: string): string[] {
  const parsed = parseConfig(text, 'c.yaml')
  return 'problems' in parsed ? parsed.problems.map(formatProblem) : []
}

function config(text: string) {
  const parsed = parseConfig(text, 'c.yaml')
  if ('problems' in parsed) throw new Error(parsed.problems.map(formatProblem).join('\n'))
  return parsed.config
}

describe('parseConfig', () => {
  it('gives the defaults for one named cluster', () => {
    expect(config(CLUSTERS)).toEqual(defaultConfig('prod-eu'))
  })

  it('reads the example', () => {
    const file = resolve(import.meta.dirname, '../docs/examples/config.yaml')
    expect(config(readFileSync(file, 'utf8'))).toMatchObject({
      clusters: [{ prometheus: { jobs: { kubeStateMetrics: ['kube-state-metrics'] } }, argocd: { hub: false } }],
      forges: [{ kind: 'github', branchPrefix: 'kintsugi' }],
      bindings: [{ namespace: 'shop', baseBranches: ['main'], paths: ['apps/**'] }],
      ceiling: {
        mode: 'automerge',
        memoryMaxBytes: 4 * 2 ** 30,
        cpuMaxMillicores: 4000,
        replicasMax: 20,
        fourEyes: true,
      },
      pause: [
        { config: false },
        { file: '/etc/kintsugi/pause' },
        { configMap: 'kintsugi/kintsugi-pause' },
        { command: ['/usr/local/bin/may-kintsugi-run', 'prod-eu'] },
      ],
      detection: { kserve: [{ name: 'shop-forest', timeoutMs: 2000 }], healing: { enabled: true } },
      kserve: { listen: { port: 8500 } },
      tick: { everyMs: 60_000, stepMs: 60_000 },
    })
  })

  it('reads every source of a pause and a freeze', () => {
    const text = `${CLUSTERS}pause: [{config: true}, {file: /p}, {configMap: a/b}, {command: [true-or-false, "-x"]}]\nfreezes: [{file: /f}, {url: "https://f.example.com"}]\n`
    expect(config(text)).toMatchObject({
      pause: [{ config: true }, { file: '/p' }, { configMap: 'a/b' }, { command: ['true-or-false', '-x'] }],
      freezes: [{ file: '/f' }, { url: 'https://f.example.com' }],
    })
  })

  it('reads where the renderer is, and takes neither credentials nor anything else for it', () => {
    const read = (value: string) => parseConfig(`clusters: [{name: a}]\nrenderer: ${value}\n`, 'k.yaml')
    expect(read('{url: "http://kintsugi-renderer:8181"}')).toMatchObject({
      config: { renderer: { url: 'http://kintsugi-renderer:8181' } },
    })
    for (const wrong of ['{}', 'http://a', '{url: "ftp://a"}', '{url: "http://a:b@c"}', '{url: "http://a", token: b}'])
      expect(read(wrong)).toMatchObject({ problems: [{ line: 2 }] })
  })

  it('reads the API version of policies', () => {
    expect(config(`${CLUSTERS}policyApiVersion: heal.example.org/v1\n`).policyApiVersion).toBe('heal.example.org/v1')
  })
})

describe('parseConfig: what is wrong, and where', () => {
  const bound = (line: string) => `${CLUSTERS}bindings:\n  - ${line}\n`

  it.each([
    ['nothing', '', '1:1: the file is empty'],
    ['no cluster', 'forges: []\n', '1:1: the key "clusters" is missing'],
    ['an unknown key', `${CLUSTERS}celing: {}\n`, '3:1: unknown key "celing"; did you mean "ceiling"?'],
    [
      'an unknown inner key',
      'clusters:\n  - {name: a, prometheus: {uri: x}}\n',
      '2:28: unknown key "uri"; did you mean "url"?',
    ],
    [
      'a cluster that is not defined',
      bound('{cluster: prod-e, namespace: shop, repositories: [r]}'),
      '4:15: no cluster is called prod-e; did you mean "prod-eu"?',
    ],
    [
      'a binding of everything',
      bound('{cluster: prod-eu, repositories: [r]}'),
      '4:5: a binding names a project or a namespace; without either it would bind the whole cluster',
    ],
    [
      'a binding to nothing',
      bound('{cluster: prod-eu, namespace: shop, repositories: []}'),
      '4:55: expected a list of 1 to 1000 items, found 0',
    ],
    [
      'a name that stands twice',
      'clusters: [{name: a}, {name: a}]\n',
      '1:30: the name a stands here for the second time',
    ],
    [
      'a URL with credentials',
      'clusters: [{name: a, prometheus: {url: "https://u:p@x"}}]\n',
      '1:40: a URL holds no credentials here; name a tokenFile',
    ],
    [
      'a page with a query',
      'clusters: [{name: a, prometheus: {url: "http://x", externalUrl: "https://x/?q=1"}}]\n',
      '1:65: expected a page without a query, such as https://prometheus.example.com',
    ],
    [
      'a metric that would be a query',
      'clusters: [{name: a, prometheus: {url: "http://x", application: {jobs: [web], requests: "up{", failed: {label: code, pattern: "5.."}}}}]\n',
      '1:89: expected the name of a metric such as http_requests_total, found the text "up{"',
    ],
    [
      'a URL that reads files',
      'clusters: [{name: a, prometheus: {url: "file:///etc/passwd"}}]\n',
      '1:40: expected a URL that begins with https:// or http://, found file://',
    ],
    [
      'two pauses in one',
      `${CLUSTERS}pause: [{file: a, config: true}]\n`,
      '3:9: expected a map with exactly one of the keys config, file, configMap, command, found a map',
    ],
    [
      'a tick without a unit',
      `${CLUSTERS}tick: {every: 60}\n`,
      '3:15: a duration needs a unit (s, m, h or d), found the number "60"; did you mean "60s"?',
    ],
    [
      'more points than Prometheus gives',
      `${CLUSTERS}tick: {step: 5s, lookBack: 1d}\n`,
      '3:28: lookBack divided by step is above 11000, more points than Prometheus gives',
    ],
    [
      'a field that is not known',
      `${CLUSTERS}ceiling: {fields: [resource.limits.memory]}\n`,
      '3:20: expected a field: resources.limits.memory, resources.limits.cpu, resources.limits.ephemeral-storage, resources.requests.memory, resources.requests.cpu, resources.requests.ephemeral-storage, replicas, minReplicas, maxReplicas, image, image.tag, storage, annotations.KEY, env.NAME, quota.KEY, path:POINTER; did you mean "resources.limits.memory"?',
    ],
    [
      'an environment that nothing is in',
      `${CLUSTERS}environments: [{name: a, order: 1}]\n`,
      '3:16: an environment needs paths or branches to be told by',
    ],
    ['two documents', `${CLUSTERS}---\n${CLUSTERS}`, '4:1: expected one document, found a second'],
    [
      'a branch prefix that git would refuse',
      `${CLUSTERS}forges: [{name: a, kind: local, url: x, branchPrefix: "a..b"}]\n`,
      '3:55: expected a branch prefix of a-z, 0-9 and -, found the text "a..b"',
    ],
  ])('%s', (_, text, message) => {
    expect(problems(text)).toEqual([`c.yaml:${message}`])
  })
})

describe('where a key of a configuration stands', () => {
  const text = `${CLUSTERS}bindings:\n  - {cluster: prod-eu, namespace: shop, repositories: [a, b]}\n`

  it('is known of what was read, or of the next thing around it', () => {
    const read = config(text)
    expect(placeInConfig(read, ['bindings', 0, 'repositories', 1])).toEqual({ file: 'c.yaml', line: 4, column: 59 })
    expect(placeInConfig(read, ['bindings', 0, 'paths'])).toEqual({ file: 'c.yaml', line: 4, column: 5 })
    expect(placeInConfig(read, ['audit', 'repository'])).toEqual({ file: 'c.yaml', line: 1, column: 1 })
    expect(placeInConfig(defaultConfig('a'), ['bindings'])).toBeUndefined()
  })

  it('goes into an error', () => {
    expect(configError(config(text), ['clusters', 0], 'no')).toMatchObject({
      code: 'KIN-2001',
      at: { file: 'c.yaml', line: 2, column: 5 },
    })
    expect(configError(defaultConfig('a'), ['clusters', 0], 'no').at).toBeUndefined()
  })
})

describe('defaultConfig', () => {
  it('binds nothing and lets no merge happen without a person', () => {
    const settings = defaultConfig('a')
    expect(settings.bindings).toEqual([])
    expect(settings.ceiling.mode).toBe('propose')
  })

  it('takes what is given instead', () => {
    expect(defaultConfig({ name: 'a' }, { policyNamespaces: ['p'] })).toMatchObject({
      clusters: [{ name: 'a' }],
      policyNamespaces: ['p'],
    })
  })
})

describe('parseConfig: a GitHub', () => {
  const github = (more: string, url = 'https://github.com') =>
    `${CLUSTERS}forges:\n  - {name: main, kind: github, url: "${url}", appId: 7, privateKeyFile: /k${more}}\n`

  it.each([
    ['https://github.com', 'https://api.github.com'],
    ['https://example.ghe.com', 'https://api.example.ghe.com'],
    ['https://git.example.com', 'https://git.example.com/api/v3'],
    ['https://git.example.com:8443/', 'https://git.example.com:8443/api/v3'],
  ])('%s has its API at %s', (url, apiUrl) => {
    expect(config(github('', url)).forges).toEqual([
      {
        name: 'main',
        kind: 'github',
        url,
        branchPrefix: 'kintsugi',
        rules: NO_HOUSE_RULES,
        repositories: [],
        github: { apiUrl, appId: 7, privateKeyFile: '/k', nativeAutoMerge: false },
      },
    ])
  })

  it('has rules of the house, and those of single repositories over them', () => {
    const { forges } = config(
      github(`, rules: {labels: [a], draft: true, title: "[X] {title}", signOff: "Bot <bot@example.com>"},
        repositories: [{name: Example/shop, draft: false, mergeMethod: rebase}]`),
    )
    const house = { labels: ['a'], draft: true, title: '[X] {title}', signOff: 'Bot <bot@example.com>' }
    expect(houseRulesFor(forges[0], 'example/Shop')).toEqual({ ...house, draft: false, mergeMethod: 'rebase' })
    for (const url of [
      'https://github.com/example/shop',
      'git@github.com:example/shop.git',
      'https://github.com/example/shop/',
    ])
      expect(houseRulesFor(forges[0], url)).toMatchObject({ mergeMethod: 'rebase' })
    expect(houseRulesFor(forges[0], 'example/other')).toEqual(house)
    expect(houseRulesFor(undefined, 'example/other')).toEqual(NO_HOUSE_RULES)
  })

  it.each([
    [`${CLUSTERS}forges: [{name: a, kind: github, url: "https://github.com"}]\n`, 'appId is missing'],
    [
      `${CLUSTERS}forges: [{name: a, kind: github, url: "https://github.com", appId: 7, privateKeyFile: /k, signatures: absent}]\n`,
      'GitHub itself signs commits',
    ],
    [
      `${CLUSTERS}forges: [{name: a, kind: github, url: "https://github.com", appId: 1}]\n`,
      'privateKeyFile is missing',
    ],
    [`${CLUSTERS}forges: [{name: a, kind: local, url: /a, appId: 1}]\n`, 'appId needs kind: github'],
    [github('', 'https://github.com/example'), 'expected the root of a GitHub'],
    [github(', webhookPreviousSecretFile: /p'), 'a previous secret needs webhookSecretFile'],
    [github(', rules: {title: none}'), 'expected a text that has {title} in it once'],
    [github(', rules: {title: "{title}\\n"}'), 'without control characters'],
    [github(', rules: {signOff: "Bot"}'), 'expected Name <address>'],
    [`${github('')}webhooks: {listen: ":8080"}\n`, 'with a webhookSecretFile'],
    [`${github(', webhookSecretFile: /s')}webhooks: {listen: "8080"}\n`, 'expected an address'],
    [
      `${github(', webhookSecretFile: /s')}  - {name: second, kind: github, url: "https://ghe.example", appId: 8, privateKeyFile: /k, webhookSecretFile: /t}\nwebhooks: {listen: ":8080"}\n`,
      'webhooks are those of one GitHub, and main has a webhookSecretFile already: leave it out for second',
    ],
    [`${CLUSTERS}listen: "0.0.0.0:70000"\n`, 'expected an address'],
    [`${CLUSTERS}onboarding: {perDay: 0}\n`, 'from 1 to 100'],
  ])('says what is missing or wrong: %j', (text, says) => {
    expect(problems(text).join('\n')).toContain(says)
  })

  it('says where it listens, and that webhooks, onboarding and the dashboard are off', () => {
    const text = `${github(', webhookSecretFile: /s')}webhooks: {listen: ":8080"}\nlisten: "[::1]:9090"\n`
    expect(config(text)).toMatchObject({
      webhooks: { listen: { host: '0.0.0.0', port: 8080 }, path: '/webhooks' },
      listen: { host: '::1', port: 9090 },
    })
    expect(config(CLUSTERS)).toMatchObject({
      onboarding: { enabled: false, perDay: 3 },
      dashboard: { enabled: false },
    })
    expect(config(CLUSTERS)).not.toHaveProperty('webhooks')
  })
})

describe('configSchema', () => {
  it('has every key of the configuration and closes each object', () => {
    const { properties } = configSchema as { properties: Record<string, unknown> }
    expect(Object.keys(properties)).toEqual([
      ...Object.keys(defaultConfig('a')).slice(0, 6),
      'policyApiVersion',
      ...Object.keys(defaultConfig('a')).slice(6, 9),
      'renderer',
      'onboarding',
      'dashboard',
      'webhooks',
      'listen',
      'detection',
      'kserve',
      'audit',
      'tick',
    ])
    expect(JSON.stringify(configSchema).match(/"type":"object"/g)?.length).toBe(
      JSON.stringify(configSchema).match(/"additionalProperties":/g)?.length,
    )
  })
})
