import { describe, expect, it } from 'vitest'
import type { PoliciesInput } from '../../src/controller/deciding-policy.ts'
import { modelTerms } from '../../src/controller/model-terms.ts'
import {
  type Application,
  type Binding,
  type Config,
  KintsugiError,
  type KnownEvent,
  type Policy,
  type ScopedEvent,
  type Subject,
} from '../../src/domain/index.ts'
import { parseSchedule } from '../../src/policy/index.ts'
import { manualClock } from '../fakes/manual-clock.ts'
import { memoryForge } from '../fakes/memory-forge.ts'
import { cart, config, policy } from '../policy/given.ts'

const REPO = 'https://git.example/shop.git'
const forge = memoryForge({ url: REPO, branchPrefix: 'kintsugi', clock: manualClock(0) })
const BOUND: Binding = {
  cluster: 'prod-eu',
  project: 'shop',
  repositories: [REPO],
  baseBranches: ['main'],
  paths: ['**'],
}

function event(name: string, more: Partial<ScopedEvent> = {}): ScopedEvent {
  const parsed = parseSchedule('0 2 * * *')
  if ('problem' in parsed) throw new RangeError(parsed.problem)
  const all = { clusters: [], namespaces: [], workloads: [] }
  return { name, schedule: parsed.value, durationMs: 3_600_000, ...all, ...more }
}

type Given = {
  readonly policies?: readonly Policy[]
  readonly detection?: Partial<Config['detection']>
  readonly bindings?: readonly Binding[]
  readonly application?: Partial<Application>
  readonly labels?: Readonly<Record<string, string>> | 'unreachable'
  readonly asked?: Subject[]
}

function given({
  policies = [],
  detection = {},
  bindings = [BOUND],
  application = {},
  labels = {},
  asked = [],
}: Given) {
  const base = config()
  const told: Config = { ...base, bindings, detection: { ...base.detection, ...detection } }
  // Of the deps and of an Application only what terms are made of.
  const deps = {
    config: told,
    repositories: [{ urls: [REPO], forge }],
    site: {
      cluster: {
        facts: async (subject: Subject) => {
          asked.push(subject)
          if (labels === 'unreachable') throw new KintsugiError('KIN-6001', 'the API server does not answer')
          return { labels }
        },
      },
    },
  } as unknown as PoliciesInput['deps']
  const reads = {
    project: 'shop',
    sources: [{ repoURL: REPO.replace('.git', '') }],
    destination: { namespace: 'shop' },
    ...application,
  } as unknown as Application
  const applications = [{ application: reads, status: {} }] as unknown as PoliciesInput['applications']
  return modelTerms({ deps, policies, applications })
}

function anomaly(change: Partial<Policy> = {}): Policy {
  return policy({ failure: 'Anomaly', action: 'notify-only', ...change })
}

const ofRepository: Policy['origin'] = { from: 'repository', repo: forge.repository, file: 'p.yaml' }
const names = (events: readonly KnownEvent[]) => events.map(({ name, timeZone }) => `${name} ${timeZone}`)

describe('what models are told of a workload', () => {
  it('is what the configuration says where no policy speaks of anomalies', async () => {
    const stretch = { fromMs: 1, toMs: 2 }
    const terms = given({
      policies: [policy({ voting: 'any' })],
      detection: { timeZone: 'Europe/Zurich', excluded: [stretch], knownEvents: [event('patching')] },
    })
    const told = await terms.of(cart)
    expect(told).toMatchObject({ learning: { timeZone: 'Europe/Zurich', excluded: [stretch] } })
    expect(told).not.toHaveProperty('voting')
    expect(names(told.events)).toEqual(['patching Europe/Zurich'])
    expect(await terms.policyOf(cart)).toBeUndefined()
  })

  it('is the zone of the policy before that of the configuration, and the stretches and events of both', async () => {
    const [one, other] = [
      { fromMs: 1, toMs: 2 },
      { fromMs: 3, toMs: 4 },
    ]
    const own = {
      timeZone: 'Asia/Kolkata',
      excluded: [other],
      knownEvents: [event('job'), event('utc', { timeZone: 'UTC' })],
    }
    const told = await given({
      policies: [anomaly({ voting: 'all', detection: own })],
      detection: { timeZone: 'Europe/Zurich', excluded: [one], knownEvents: [event('patching')] },
    }).of(cart)
    expect(told.voting).toBe('all')
    expect(told.learning).toEqual({ timeZone: 'Asia/Kolkata', excluded: [one, other] })
    expect(names(told.events)).toEqual(['patching Europe/Zurich', 'job Asia/Kolkata', 'utc UTC'])
  })

  it('is what the deciding policy says, as with every other field of it, also where that says nothing', async () => {
    const wide = anomaly({ name: 'wide', voting: 'any' })
    const exact = anomaly({ name: 'exact', workloads: { matchLabels: {}, names: ['cart'] } })
    const terms = given({ policies: [wide, exact] })
    expect(await terms.of(cart)).not.toHaveProperty('voting')
    expect((await terms.of({ ...cart, name: 'web' })).voting).toBe('any')
    expect((await terms.policyOf(cart))?.name).toBe('exact')
  })

  it.each([
    ['everybody', {}, true],
    ['its namespace', { namespaces: ['bank', 'shop'] }, true],
    ['namespaces that begin so', { namespaces: ['sh*'] }, true],
    ['another namespace', { namespaces: ['bank'] }, false],
    ['another cluster', { clusters: ['prod-us'] }, false],
    ['its name', { clusters: ['prod-eu'], workloads: ['cart'] }, true],
    ['another name', { workloads: ['web'] }, false],
  ] satisfies readonly [string, Partial<ScopedEvent>, boolean][])(
    'holds the events of the configuration that concern %s',
    async (_, scope, there) => {
      const { events } = await given({ detection: { knownEvents: [event('patching', scope)] } }).of(cart)
      expect(events).toHaveLength(there ? 1 : 0)
    },
  )
})

describe('who has a say on what models are told', () => {
  const voting = async (more: Given, subject = cart) =>
    (await given({ policies: [anomaly({ voting: 'any', origin: ofRepository })], ...more }).of(subject)).voting

  it.each([
    ['that an Application of the namespace reads', {}, 'any'],
    ['that no Application reads', { application: { sources: [] } }, undefined],
    ['whose Application deploys elsewhere', { application: { destination: { namespace: 'bank' } } }, undefined],
    ['that is not bound', { bindings: [] }, undefined],
    ['that is bound to another project', { bindings: [{ ...BOUND, project: 'bank' }] }, undefined],
    ['that is bound to another namespace', { bindings: [{ ...BOUND, namespace: 'bank' }] }, undefined],
    ['of another cluster', { bindings: [{ ...BOUND, cluster: 'prod-us' }] }, undefined],
    ['whose objects may go anywhere', { application: { destination: { namespace: '' } } }, undefined],
    [
      'whose objects may go anywhere, bound to this namespace',
      { application: { destination: { namespace: '' } }, bindings: [{ ...BOUND, namespace: 'shop' }] },
      'any',
    ],
  ] as unknown as readonly [string, Given, string | undefined][])('a repository %s', async (_, more, expected) => {
    expect(await voting(more)).toBe(expected)
  })

  it('a policy with labels, where the workload is known to have them', async () => {
    const labelled = anomaly({ voting: 'any', workloads: { matchLabels: { tier: 'web' }, names: [] } })
    expect(await voting({ policies: [labelled], labels: { tier: 'web' } })).toBe('any')
    expect(await voting({ policies: [labelled], labels: { tier: 'db' } })).toBeUndefined()
    expect(await voting({ policies: [labelled], labels: 'unreachable' })).toBeUndefined()
  })

  it('asks the cluster for labels only where they decide, and once', async () => {
    const asked: Subject[] = []
    const choosy = { matchLabels: { tier: 'web' }, names: [] }
    const silent = given({ policies: [anomaly({ workloads: choosy }), anomaly()], asked })
    await silent.of(cart)
    expect(asked).toHaveLength(0)
    const speaking = given({
      policies: [anomaly({ workloads: choosy, voting: 'any' })],
      asked,
      labels: { tier: 'web' },
    })
    await speaking.of(cart)
    await speaking.of({ ...cart, container: 'sidecar' })
    await speaking.policyOf(cart)
    await speaking.of({ ...cart, namespace: 'bank' })
    expect(asked).toEqual([cart])
  })

  it('has another key whenever a policy of anomalies is another, and the same where another policy is', () => {
    const key = (...policies: readonly Policy[]) => given({ policies }).key
    expect(key(anomaly({ digest: 'a' }))).not.toBe(key(anomaly({ digest: 'b' })))
    expect(key(anomaly(), policy({ digest: 'a' }))).toBe(key(anomaly(), policy({ digest: 'b' })))
  })
})
