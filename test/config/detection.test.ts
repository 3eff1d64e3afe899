import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { outsideModels, outsideVoters } from '../../src/cli/compose/outside.ts'
import { parseConfig } from '../../src/config.ts'
import { OWN_MODELS } from '../../src/domain/index.ts'
import { formatProblem, parsePolicies } from '../../src/policy/index.ts'

function read(more: string) {
  return parseConfig(`clusters: [{name: a}]\n${more}`, 'c.yaml')
}

function problems(more: string): string {
  const parsed = read(more)
  return 'problems' in parsed ? parsed.problems.map(formatProblem).join('\n') : ''
}

function config(more: string) {
  const parsed = read(more)
  if ('problems' in parsed) throw new Error(problems(more))
  return parsed.config
}

const voter = (more = '', name = 'sales') =>
  `{name: ${name}, url: "http://models.example:8080/eu", model: anomaly-detector, features: [cpu-usage, memory-working-set]${more}}`

describe('the page on the healing classifier', () => {
  it('has a configuration that is read', () => {
    const page = readFileSync(resolve(import.meta.dirname, '../../docs/how-to/healing-classifier.md'), 'utf8')
    const yaml = /```yaml\n([\s\S]*?)```/.exec(page)?.[1] ?? 'none: there'
    expect(config(yaml).detection.healing).toEqual({ enabled: true })
  })
})

describe('the page on what models are told', () => {
  const page = readFileSync(resolve(import.meta.dirname, '../../docs/how-to/tell-the-models.md'), 'utf8')
  const [first = '', second = ''] = [...page.matchAll(/```yaml\n([\s\S]*?)```/g)].map(([, yaml]) => yaml)

  it('has a configuration that is read', () => {
    expect(config(first.replace('[prod-eu]', '[a]')).detection).toMatchObject({
      timeZone: 'Europe/Zurich',
      knownEvents: [{ name: 'node-patching' }, { name: 'nightly-backup', namespaces: ['shop', 'team-*'] }],
    })
  })

  it('has a policy that is read', () => {
    const { policies, problems: found } = parsePolicies(second, 'p.yaml', { from: 'resource', namespace: 'shop' })
    expect(found).toEqual([])
    expect(policies).toMatchObject([{ voting: 'majority', detection: { timeZone: 'Asia/Kolkata' } }])
  })
})

describe('models outside in the configuration', () => {
  it('are none, and no opinion is quoted, unless they are written', () => {
    expect(config('').detection).toEqual({
      timeZone: 'UTC',
      excluded: [],
      knownEvents: [],
      models: [...OWN_MODELS],
      kserve: [],
      budget: {
        memoryBytes: 512 * 1024 ** 2,
        diskBytes: 2 * 1024 ** 3,
        requestsPerMinute: 60,
        samplesPerRequest: 500_000,
      },
      healing: { enabled: false },
    })
    expect(config('')).not.toHaveProperty('kserve')
  })

  it('are read with two seconds for an answer', () => {
    expect(config(`detection: {kserve: [${voter()}]}`).detection.kserve).toEqual([
      {
        name: 'sales',
        url: 'http://models.example:8080/eu',
        model: 'anomaly-detector',
        features: ['cpu-usage', 'memory-working-set'],
        timeoutMs: 2000,
      },
    ])
    const told = config(
      `detection: {kserve: [${voter(', timeout: 5s, tokenFile: /t, caFile: /c')}], healing: {enabled: true}}`,
    )
    expect(told.detection).toMatchObject({
      kserve: [{ timeoutMs: 5000, tokenFile: '/t', caFile: '/c' }],
      healing: { enabled: true },
    })
  })

  it.each([
    [`detection: {kserve: [${voter(', timeout: 2')}]}`, 'c.yaml:2:'],
    [`detection: {kserve: [${voter(', timeout: 2')}]}`, 'a duration needs a unit'],
    [`detection: {kserve: [${voter(', timeout: 1h')}]}`, 'from 1s to 30s'],
    [`detection: {kserve: [${voter(', retries: 3')}]}`, 'retries'],
    ['detection: {kserv: []}', 'did you mean "kserve"'],
    [`detection: {kserve: [${voter()}, ${voter()}]}`, 'the name sales stands here for the second time'],
    [`detection: {kserve: [${[1, 2, 3, 4, 5, 6].map((one) => voter('', `m${one}`)).join(', ')}]}`, '0 to 5 items'],
    [`detection: {kserve: [${voter().replace('cpu-usage', 'cpu-usag')}]}`, 'did you mean "cpu-usage"'],
    [`detection: {kserve: [${voter().replace('cpu-usage', 'memory-working-set')}]}`, 'for the second time'],
    [`detection: {kserve: [${voter().replace('cpu-usage', 'image-pull')}]}`, 'expected one of cpu-momentary'],
    [`detection: {kserve: [${voter().replace('http:', 'ftp:')}]}`, 'begins with https:// or http://'],
    [`detection: {kserve: [${voter().replace('//models', '//user:word@models')}]}`, 'no credentials'],
    [`detection: {kserve: [${voter().replace('/eu', '/?eu')}]}`, 'without a query'],
    [`detection: {kserve: [${voter().replace('anomaly-detector', '"../x"')}]}`, 'a name such as'],
    ['kserve: {}', 'listen'],
    ['kserve: {listen: "a:b:c"}', 'expected an address'],
  ])('are refused with what is wrong in %j', (text, says) => {
    expect(problems(text)).toContain(says)
  })

  it('are refused with the place of an address that is never asked', () => {
    const text = `detection:\n  kserve:\n    - ${voter().replace('models.example:8080/eu', '169.254.169.254')}`
    const told = config(text)
    const make = () => outsideModels(told, { cwd: '/', env: {} }, { now: () => 0, sleep: async () => undefined })
    expect(make).toThrow(expect.objectContaining({ code: 'KIN-2001', at: { file: 'c.yaml', line: 4, column: 26 } }))
    expect(make).toThrow(/metadata address/)
  })

  it('are said at the start', () => {
    expect(outsideVoters(config(`detection: {kserve: [${voter()}]}`))).toEqual([
      'the model sales (anomaly-detector at http://models.example:8080) has a vote on cpu-usage, memory-working-set',
    ])
  })

  it('are served where the configuration says so', () => {
    expect(config('kserve: {listen: "127.0.0.1:8500", tokenFile: /t}')).toMatchObject({
      kserve: { listen: { host: '127.0.0.1', port: 8500 }, tokenFile: '/t' },
    })
  })
})

describe('what models are told in the configuration', () => {
  const from = Date.UTC(2026, 11, 24)

  it('is a time zone, stretches that nothing is learned from, and events with whom they concern', () => {
    const { timeZone, excluded, knownEvents } = config(`detection:
  timeZone: Europe/Zurich
  excluded: [{from: 2026-12-24T00:00:00Z, to: 2026-12-27T01:00+01:00}]
  knownEvents:
    - {name: backup, schedule: "0 2 * * *", duration: 45m}
    - {name: patching, schedule: "@weekly", duration: 2h, timeZone: UTC, clusters: [a], namespaces: [shop, team-*], workloads: [cart]}
`).detection
    expect({ timeZone, excluded }).toEqual({
      timeZone: 'Europe/Zurich',
      excluded: [{ fromMs: from, toMs: from + 3 * 86_400_000 }],
    })
    expect(knownEvents).toMatchObject([
      { name: 'backup', durationMs: 45 * 60_000, clusters: [], namespaces: [], workloads: [] },
      { name: 'patching', timeZone: 'UTC', clusters: ['a'], namespaces: ['shop', 'team-*'], workloads: ['cart'] },
    ])
    expect(knownEvents[0]).not.toHaveProperty('timeZone')
  })

  it.each([
    ['timeZone: Europe/Zürich', 'c.yaml:2:23: expected an IANA time zone such as Europe/Zurich'],
    ['timeZone: Europe/Zurih', 'did you mean "Europe/Zurich"'],
    ['timeZone: "+02:00"', 'c.yaml:2:23: expected an IANA time zone'],
    ['excluded: [{from: 2026-12-24, to: 2026-12-27T00:00Z}]', 'c.yaml:2:31: expected a moment with its offset'],
    ['excluded: [{from: 2026-02-30T00:00Z, to: 2026-12-27T00:00Z}]', 'c.yaml:2:31: expected a moment'],
    ['excluded: [{from: 2026-12-27T00:00Z, to: 2026-12-24T00:00Z}]', 'c.yaml:2:54: it ends before it begins'],
    ['excluded: [{from: 2026-12-27T00:00Z}]', 'c.yaml:2:24: the key "to" is missing'],
    [
      'knownEvents: [{name: a, schedule: "0 25 * * *", duration: 1h}]',
      'c.yaml:2:47: expected 0 to 23 for the hour, in field 2',
    ],
    ['knownEvents: [{name: a, schedule: "0 2 * *", duration: 1h}]', 'a cron line of five fields'],
    ['knownEvents: [{name: a, schedule: "@daily", duration: 2d}]', 'from 1m to 1d'],
    ['knownEvents: [{name: a, schedule: "@daily", duration: 60}]', 'a duration needs a unit'],
    ['knownEvents: [{name: a, schedule: "@daily", duration: 1h, namespaces: ["*"]}]', 'a namespace such as shop'],
    [
      'knownEvents: [{name: a, schedule: "@daily", duration: 1h}, {name: a, schedule: "@hourly", duration: 1m}]',
      'the name a stands here for the second time',
    ],
  ])('is refused where it is wrong: %s', (written, problem) => {
    expect(problems(`detection: {${written}}`)).toContain(problem)
  })
})
