import { readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { FAILURES, isJsonObject, type Manifest, type PolicyOrigin } from '../../src/domain/index.ts'
import {
  formatProblem,
  parsePolicies,
  parsePolicyManifest,
  policySchema,
  possibleActions,
} from '../../src/policy/index.ts'
import { policy } from './given.ts'

const resource: PolicyOrigin = { from: 'resource', namespace: 'shop' }
const repository: PolicyOrigin = { from: 'repository', repo: 'github.com/example/shop', file: 'p.yaml' }
const MINUTE = 60_000

const HEAD = 'apiVersion: aiops.example.com/v1alpha1\nkind: SelfHealingPolicy\nmetadata:\n  name: cart\nspec:\n'
const SPEC = '  anomalyType: OOMKilled\n  action: adjust-resources\n'

function problems(text: string, origin: PolicyOrigin = resource): string[] {
  return parsePolicies(text, 'p.yaml', origin).problems.map(formatProblem)
}

describe('parsePolicies: defaults', () => {
  it('fills in every one', () => {
    const { policies } = parsePolicies(HEAD + SPEC, 'p.yaml', resource)
    expect(policies).toEqual([
      {
        name: 'cart',
        origin: resource,
        targetNamespace: 'shop',
        failure: 'OOMKilled',
        action: 'adjust-resources',
        confidenceThreshold: 0.8,
        cooldownMs: 5 * MINUTE,
        maxRetries: 3,
        enabled: true,
        preChecks: [],
        postActions: [],
        workloads: { matchLabels: {}, names: [] },
        clusters: [],
        pullRequest: {
          mode: 'propose',
          requiredChecks: 1,
          acceptConclusions: [],
          mergeMethod: 'squash',
          labels: ['kintsugi'],
          allowedPaths: [],
          companions: 'refuse',
        },
        limits: { maxIncreaseFactor: 4, openPullRequests: 3, perHour: 5 },
        verify: { windowMs: 15 * MINUTE, syncTimeoutMs: 10 * MINUTE, onHarm: 'revert' },
        digest: expect.stringMatching(/^[0-9a-f]{64}$/),
      },
    ])
  })

  it.each(FAILURES)('knows the anomalyType %s', (failure) => {
    const action = possibleActions(failure)[0]
    const { policies } = parsePolicies(`${HEAD}  anomalyType: ${failure}\n  action: ${action}\n`, 'p.yaml', resource)
    expect(policies.map((one) => one.failure)).toEqual([failure])
  })

  it('gives the digest of what was written, not of what was filled in', () => {
    const digest = (text: string) => parsePolicies(HEAD + text, 'p.yaml', resource).policies[0]?.digest
    expect(digest(`${SPEC}  enabled: true\n`)).not.toBe(digest(SPEC))
    expect(digest('  action: adjust-resources\n  anomalyType: "OOMKilled" # words\n')).toBe(digest(SPEC))
  })
})

describe('parsePolicies: the namespace', () => {
  const named = (namespace: string, spec = SPEC) =>
    HEAD.replace('name: cart', `name: cart\n  namespace: ${namespace}`) + spec

  it.each([
    ['spec.targetNamespace first', named('bank', `  targetNamespace: pay\n${SPEC}`), resource, 'pay'],
    ['then metadata.namespace', named('bank'), resource, 'bank'],
    ['then that of the origin', HEAD + SPEC, resource, 'shop'],
    ["metadata.namespace in a repository's", named('bank'), repository, 'bank'],
  ])('is %s', (_, text, origin, namespace) => {
    expect(parsePolicies(text, 'p.yaml', origin).policies.map((one) => one.targetNamespace)).toEqual([namespace])
  })

  it('has to be named in a repository', () => {
    expect(problems(HEAD + SPEC, repository)).toEqual([
      'p.yaml:6:3: no namespace is named: set spec.targetNamespace or metadata.namespace',
    ])
  })
})

describe('parsePolicies: what is wrong, and where', () => {
  it.each([
    [
      'an unknown key',
      '  confidenceTreshold: 0.9\n',
      '8:3: unknown key "confidenceTreshold"; did you mean "confidenceThreshold"?',
    ],
    [
      'an unknown inner key',
      '  limits:\n    memorymax: 2Gi\n',
      '9:5: unknown key "memorymax"; did you mean "memoryMax"?',
    ],
    [
      'a duration without a unit',
      '  cooldownPeriod: 5\n',
      '8:19: a duration needs a unit (s, m, h or d), found the number "5"; did you mean "5s"?',
    ],
    [
      'a duration in another unit',
      '  cooldownPeriod: 5min\n',
      '8:19: expected a duration such as 90s, 5m or 1h30m, found the text "5min"',
    ],
    [
      'memory without a unit',
      '  limits: {memoryMax: 2}\n',
      '8:23: the number "2" is less than 1Mi: bytes need a unit such as Mi or Gi',
    ],
    [
      'memory in millicores',
      '  limits: {memoryMax: 500m}\n',
      '8:23: the text "500m" is less than 1Mi: bytes need a unit such as Mi or Gi',
    ],
    [
      'CPU in bytes',
      '  limits: {cpuMax: 2Gi}\n',
      '8:20: the text "2Gi" is not an amount of CPU: use cores ("2") or millicores (500m)',
    ],
    ['text for a boolean', '  enabled: "true"\n', '8:12: expected true or false, found the text "true"'],
    [
      'text for a number',
      '  maxRetries: three\n',
      '8:15: expected a whole number from 0 to 100, found the text "three"',
    ],
    [
      'a fraction of a retry',
      '  maxRetries: 1.5\n',
      '8:15: expected a whole number from 0 to 100, found the number "1.5"',
    ],
    [
      'a confidence in percent',
      '  confidenceThreshold: 85\n',
      '8:24: expected a number from 0 to 1, found the number "85"',
    ],
    [
      'a word that is not known',
      '  pullRequest: {mode: auto-merge}\n',
      '8:23: expected one of comment, propose, merge-on-approval, automerge, found the text "auto-merge"; did you mean "automerge"?',
    ],
    [
      'companions that would be let pass unseen',
      '  pullRequest: {companions: allow}\n',
      '8:29: expected one of refuse, list, found the text "allow"',
    ],
    [
      'a URL for a receiver',
      '  postActions: [https://hooks.example.com/x]\n',
      '8:17: a policy names a receiver that the operator defines; it cannot hold a URL',
    ],
    [
      'a pre-check that nobody runs',
      '  preChecks: [checkQuota]\n',
      '8:15: expected one of checkDeploymentHistory, checkResourceQuota, found the text "checkQuota"',
    ],
    [
      'a boolean for a name',
      '  clusters: [no]\n',
      '8:14: expected the name of a cluster (put it in quotes), found the boolean "no"',
    ],
    ['a map for a list', '  clusters: {a: b}\n', '8:13: expected a list, found a map'],
    [
      'a glob that leaves the repository',
      '  pullRequest: {allowedPaths: ["../x"]}\n',
      '8:32: a glob is relative to the root of the repository',
    ],
    [
      'a key that stands twice',
      '  enabled: true\n  enabled: false\n',
      '9:3: the key "enabled" stands here for the second time (first on line 8)',
    ],
    [
      'a time zone',
      '  pullRequest: {window: {timeZone: Europe/Zurch, days: [Mon], hours: "08:00-17:00"}}\n',
      '8:36: expected an IANA time zone such as Europe/Zurich; did you mean "Europe/Zurich"?',
    ],
    [
      'days',
      '  pullRequest: {window: {timeZone: UTC, days: [Monday], hours: "08:00-17:00"}}\n',
      '8:48: expected days such as Mon or Mon-Fri',
    ],
    [
      'hours that last no time',
      '  pullRequest: {window: {timeZone: UTC, days: [Mon], hours: "08:00-08:00"}}\n',
      '8:61: expected hours such as "08:00-17:00"',
    ],
    ['a missing key', '  pullRequest: {window: {timeZone: UTC, days: [Mon]}}\n', '8:25: the key "hours" is missing'],
    [
      'a second too short to verify',
      '  verify: {window: 1s}\n',
      '8:20: expected a duration from 1m to 1d, found the text "1s"',
    ],
  ])('%s', (_, text, message) => {
    expect(problems(HEAD + SPEC + text)).toEqual([`p.yaml:${message}`])
    expect(parsePolicies(HEAD + SPEC + text, 'p.yaml', resource).policies).toEqual([])
  })

  it.each([
    ['rollback', 'NodePressure', '7:11: rollback cannot mend NodePressure; possible: notify-only'],
    ['scale', 'ImagePullBackOff', '7:11: scale cannot mend ImagePullBackOff; possible: rollback, notify-only'],
    ['restart', 'Anomaly', '7:11: restart cannot mend Anomaly; possible: notify-only'],
  ])('%s for %s', (action, failure, message) => {
    expect(problems(`${HEAD}  anomalyType: ${failure}\n  action: ${action}\n`)).toEqual([`p.yaml:${message}`])
  })

  it('a mode that merges what is never opened', () => {
    const text = `${HEAD}  anomalyType: OOMKilled\n  action: notify-only\n  pullRequest:\n    mode: automerge\n`
    expect(problems(text)).toEqual([
      'p.yaml:9:11: automerge contradicts the action notify-only, which never opens a pull request',
    ])
  })

  it.each([
    [
      'another kind',
      HEAD.replace('SelfHealingPolicy', 'SelfHealingPolice') + SPEC,
      '2:7: expected one of SelfHealingPolicy, found the text "SelfHealingPolice"; did you mean "SelfHealingPolicy"?',
    ],
    ['no spec', HEAD.replace('spec:\n', ''), '1:1: the key "spec" is missing'],
    ['no name', HEAD.replace('name: cart', 'namespace: shop') + SPEC, '4:3: the key "name" is missing'],
    ['a list', '- a\n', '1:1: expected a map with the keys apiVersion, kind, metadata, spec, found a list'],
  ])('%s', (_, text, message) => {
    expect(problems(text)).toContain(`p.yaml:${message}`)
  })

  it('says every problem of a document at once', () => {
    expect(problems(`${HEAD}  action: reboot\n  colour: red\n  enabled: 1\n`)).toHaveLength(4)
  })

  it('keeps hostile text on one line and short', () => {
    const [message = ''] = problems(`${HEAD + SPEC}  "a\\nb\\u202e${'x'.repeat(500)}": 1\n`)
    expect(message).not.toMatch(/[\n\u202e]/)
    expect(message.length).toBeLessThan(120)
  })
})

describe('parsePolicies: several documents', () => {
  it('gives the good ones and the problems of the others', () => {
    const bad = `${HEAD}  anomalyType: OOMKiled\n  action: scale\n`
    const { policies, problems: found } = parsePolicies(
      `${HEAD + SPEC}---\n${bad}---\n${HEAD + SPEC}`,
      'p.yaml',
      resource,
    )
    expect(policies).toHaveLength(2)
    expect(found.map(formatProblem)).toEqual([
      expect.stringMatching(/^p\.yaml:14:16: expected one of OOMKilled.*did you mean "OOMKilled"\?$/),
    ])
  })
})

describe('parsePolicies: the API group', () => {
  const other = HEAD.replace('aiops.example.com', 'heal.example.org') + SPEC

  it('is a setting', () => {
    expect(parsePolicies(other, 'p.yaml', resource, 'heal.example.org/v1alpha1').policies).toHaveLength(1)
  })

  it('is not read when it is another', () => {
    expect(parsePolicies(other, 'p.yaml', resource).policies).toEqual([])
  })
})

describe('parsePolicyManifest', () => {
  const manifest: Manifest = {
    apiVersion: 'aiops.example.com/v1alpha1',
    kind: 'SelfHealingPolicy',
    metadata: { name: 'cart', namespace: 'shop', uid: '1', resourceVersion: '7', managedFields: [{ manager: 'x' }] },
    spec: { anomalyType: 'OOMKilled', action: 'adjust-resources' },
    status: { conditions: [] },
  }

  it('reads what the API server holds as it reads a file', () => {
    const fromFile = parsePolicies(HEAD + SPEC, 'p.yaml', resource).policies
    expect(parsePolicyManifest(manifest, resource)).toEqual({ policies: fromFile, problems: [] })
  })

  it('is strict about the spec', () => {
    const found = parsePolicyManifest({ ...manifest, spec: { anomalyType: 'OOMKilled', acton: 'scale' } }, resource)
    expect(found.policies).toEqual([])
    expect(found.problems.map(formatProblem)).toEqual([
      'SelfHealingPolicy shop/cart:1:1: unknown key "acton"; did you mean "action"?',
    ])
  })

  it.each([
    ['no spec', { ...manifest, spec: null }],
    ['no metadata', { ...manifest, metadata: null }],
    ['a name that is a number', { ...manifest, metadata: { name: 7 } }],
  ])('gives no policy for %s', (_, one) => {
    const found = parsePolicyManifest(one, resource)
    expect(found.policies).toEqual([])
    expect(found.problems.length).toBeGreaterThan(0)
  })
})

describe('the example policies', () => {
  const folder = resolve(import.meta.dirname, '../../docs/examples/policies')
  const files = readdirSync(folder).filter((name) => name.endsWith('.yaml'))

  it('are there', () => {
    expect(files).toHaveLength(3)
  })

  it.each(files)('%s has no problem, in a repository too', (name) => {
    const text = readFileSync(join(folder, name), 'utf8')
    const { policies, problems: found } = parsePolicies(text, name, repository)
    expect(found).toEqual([])
    expect(policies.length).toBeGreaterThan(0)
  })

  it('hold the window as it is written', () => {
    const text = readFileSync(join(folder, 'oom-automerge.yaml'), 'utf8')
    expect(parsePolicies(text, 'p.yaml', repository).policies[0]?.pullRequest.window).toEqual({
      timeZone: 'Europe/Zurich',
      days: [1, 2, 3, 4, 5],
      fromMinute: 480,
      toMinute: 1020,
    })
  })

  it('hold every key of a policy that needs no other origin', () => {
    expect(Object.keys(policy()).sort()).toEqual(
      Object.keys(parsePolicies(HEAD + SPEC, 'p.yaml', resource).policies[0] ?? {}).sort(),
    )
  })
})

describe('policySchema', () => {
  it.each([
    ['OOMKilled', 0.8],
    // A note on what models find changes nothing, and one model is sure of little.
    ['Anomaly', 0],
  ])('leaves a policy for %s that says no threshold at %d', (failure, threshold) => {
    const text = `${HEAD}  anomalyType: ${failure}\n  action: notify-only\n`
    expect(parsePolicies(text, 'p.yaml', resource).policies).toMatchObject([
      { failure, confidenceThreshold: threshold },
    ])
  })

  it('closes every object and knows the defaults', () => {
    const schema = policySchema()
    const text = JSON.stringify(schema)
    expect(isJsonObject(schema) && schema['additionalProperties']).toBe(false)
    expect(text).toContain('"default":300000')
    expect(text).toContain('OOMKilled')
  })
})

describe('a policy that the design page shows', () => {
  it('is read without a namespace of its own', () => {
    const text = `apiVersion: aiops.example.com/v1alpha1
kind: SelfHealingPolicy
metadata:
  name: crashloop-healing
spec:
  anomalyType: CrashLoopBackOff
  action: rollback
  confidenceThreshold: 0.85  # only when this sure
  cooldownPeriod: 5m         # not too fast
  maxRetries: 3              # give up in the end
`
    expect(parsePolicies(text, 'p.yaml', resource)).toMatchObject({
      problems: [],
      policies: [{ targetNamespace: 'shop', confidenceThreshold: 0.85, cooldownMs: 5 * MINUTE, maxRetries: 3 }],
    })
  })
})

describe('parsePolicies: what models are told', () => {
  const anomaly = '  anomalyType: Anomaly\n  action: notify-only\n  voting: any\n'
  const detection = `  detection:
    timeZone: Asia/Kolkata
    excluded: [{from: 2026-11-01T00:00:00Z, to: 2026-11-02T00:00:00Z}]
    knownEvents: [{name: nightly-backup, schedule: "30 2 * * MON-FRI", duration: 45m}]
`

  it('is read with the vote', () => {
    const [read] = parsePolicies(HEAD + anomaly + detection, 'p.yaml', resource).policies
    expect(read).toMatchObject({
      voting: 'any',
      detection: {
        timeZone: 'Asia/Kolkata',
        excluded: [{ fromMs: Date.UTC(2026, 10, 1), toMs: Date.UTC(2026, 10, 2) }],
        knownEvents: [{ name: 'nightly-backup', durationMs: 45 * MINUTE, schedule: { weekdays: [1, 2, 3, 4, 5] } }],
      },
    })
  })

  it('is absent where nothing of it is written', () => {
    expect(parsePolicies(HEAD + anomaly, 'p.yaml', resource).policies[0]).not.toHaveProperty('detection')
  })

  it('is refused at its place in a policy for what rules find', () => {
    expect(problems(HEAD + SPEC + detection)).toEqual([
      'p.yaml:9:5: it speaks of what models find, which is an Anomaly: put it into a policy with anomalyType: Anomaly',
    ])
  })

  it('is refused at its place where it is wrong', () => {
    const wrong = detection.replace('Asia/Kolkata', 'Europe/Zurih').replace('30 2', '60 2')
    expect(problems(HEAD + anomaly + wrong)).toEqual([
      'p.yaml:10:15: expected an IANA time zone such as Europe/Zurich; did you mean "Europe/Zurich"?',
      'p.yaml:12:52: expected 0 to 59 for the minute, in field 1 of the cron line',
    ])
  })
})
