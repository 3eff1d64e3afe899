import type { RepositoryFiles } from '../../../src/adapters/simulation/index.ts'
import { applicationManifest } from '../../../src/adapters/simulation/manifests.ts'
import { type Scenario, truths, type WorkloadTruth } from '../../../src/adapters/simulation/scenario.ts'
import { shopTimes, shopTruths } from '../../../src/adapters/simulation/shop-truth.ts'
import { asComment, asFolder, asName, asTag, type Texts } from './strings.ts'

export const NAMESPACE = 'shop'
const MINUTE_MS = 60_000
const DAY_MS = 86_400_000

/**
 * How a workload of a world fails, and so what the bot writes of it: a fix that it merges, one that it offers, an image that is rolled back, a fix
 * outside of what is bound, one that does harm and is taken back, one in an overlay, and one beside a Secret that is no YAML.
 */
export const FATES = ['merged', 'offered', 'rolled back', 'outside', 'harmful', 'patched', 'broken'] as const
export type Fate = (typeof FATES)[number]

/** One workload, with hostile text wherever somebody may write it. */
export type Seat = {
  readonly seat: number
  readonly fate: Fate
  readonly texts: Texts
  readonly name: string
  readonly container: string
  readonly application: string
  /** Of its Application. */
  readonly path: string
  readonly file: string
  readonly goodImage: string
  readonly badImage: string
}

export function seatOf(seat: number, fate: Fate, texts: Texts): Seat {
  const name = asName(texts('workload'), seat, 'subdomain')
  const path = `${fate === 'outside' ? 'elsewhere' : 'apps'}/${asFolder(texts('folder'), seat, fate !== 'outside')}`
  const usable = seat % 2 === 0
  return {
    ...{ seat, fate, texts, name, path },
    container: asName(texts('container'), seat, 'label'),
    application: asName(texts('Application'), seat, 'subdomain'),
    file: `${path}/${asFolder(texts('file'), seat, fate !== 'outside')}.yaml`,
    goodImage: `registry.example/shop/w${seat}:${asTag(texts('good image'), usable)}`,
    badImage: `registry.example/shop/w${seat}:${asTag(texts('bad image'), usable)}${seat}`,
  }
}

/** What is hostile in a manifest beside the edited line. JSON is YAML. */
function deploymentOf(it: Seat, image: string, memory: string, cpu: string): string {
  const { name, container, texts } = it
  const text = (value: string): string => JSON.stringify(value)
  const labels = `{app: ${text(name)}}`
  return `# ${asComment(texts('comment above'))}
apiVersion: apps/v1
kind: Deployment
metadata:
  name: ${text(name)}
  namespace: ${NAMESPACE}
  annotations:
    ${text(texts('key beside'))}: ${text(texts('annotation'))}
spec:
  replicas: 2
  selector:
    matchLabels: ${labels}
  template:
    metadata:
      labels: ${labels}
      annotations: {note: ${text(texts('annotation'))}}
    spec:
      containers:
        - name: ${text(container)}
          image: ${text(image)}
          env: [{name: NOTE, value: ${text(texts('variable'))}}]
          resources:
            # ${asComment(texts('comment beside'))}
            limits:
              cpu: ${cpu}
              memory: ${memory} # ${asComment(texts('comment beside'))}
`
}

const PATCH = 'patch.yaml'

/** The same limit by an overlay, whose files are called as it pleases somebody. */
function patchedFiles(it: Seat): RepositoryFiles {
  const file = it.file.slice(it.path.length + 1)
  const patch = `apiVersion: apps/v1
kind: Deployment
metadata: {name: ${JSON.stringify(it.name)}, namespace: ${NAMESPACE}}
spec:
  template:
    spec:
      containers:
        - name: ${JSON.stringify(it.container)}
          resources:
            limits:
              memory: 32Mi # ${asComment(it.texts('comment beside'))}
`
  return {
    [it.file]: deploymentOf(it, it.goodImage, '64Mi', '500m'),
    [`${it.path}/${PATCH}`]: patch,
    [`${it.path}/kustomization.yaml`]: `# ${asComment(it.texts('comment above'))}
namespace: ${NAMESPACE}
resources: [${JSON.stringify(file)}]
patches: [{path: ${PATCH}}]
`,
  }
}

export function filesOf(it: Seat): RepositoryFiles {
  const settings = `{apiVersion: v1, kind: ConfigMap, metadata: {name: ${JSON.stringify(it.name)}}, data: {note: ${JSON.stringify(it.texts('settings'))}}}\n`
  if (it.fate === 'patched') return patchedFiles(it)
  const [memory, cpu] =
    it.fate === 'harmful' ? ['256Mi', '200m'] : it.fate === 'rolled back' ? ['256Mi', '500m'] : ['32Mi', '500m']
  return {
    [it.file]: deploymentOf(it, it.goodImage, memory, cpu),
    [`${it.path}/settings.yaml`]: settings,
  }
}

export const BROKEN_SECRET = 'canaryOfABrokenSecret12'
/** Signs that a password may begin with and a plain text of YAML may not. */
const LEADS = ['*', '!', '|', '"\\q', '&a *', '% ', '{', '"'] as const

/** What a person releases in the course of the story. */
export function releaseOf(it: Seat): RepositoryFiles {
  if (it.fate === 'rolled back') return { [it.file]: deploymentOf(it, it.badImage, '256Mi', '500m') }
  if (it.fate !== 'broken') return {}
  const password = `${LEADS[it.seat % LEADS.length]}${BROKEN_SECRET}`
  const secret = `apiVersion: v1\nkind: Secret\nmetadata: {name: w${it.seat}}\nstringData:\n  password: ${password}\n  also: ${password} b\n`
  return { [`${it.path}/secret.yaml`]: secret }
}

const SHOP: Readonly<Record<Fate, string>> = {
  merged: 'cart',
  offered: 'cart',
  outside: 'cart',
  patched: 'cart',
  broken: 'cart',
  'rolled back': 'catalog',
  harmful: 'checkout',
}

function truthOf(it: Seat, startMs: number): WorkloadTruth {
  // Throttling is told from a longer time than what the others fail of.
  const times = { ...shopTimes(startMs), checkoutMs: startMs - 15 * MINUTE_MS }
  const found = shopTruths(times).find(({ name }) => name === SHOP[it.fate])
  if (found === undefined) throw new Error(`the shop has no ${SHOP[it.fate]}`)
  return {
    ...found,
    ...{ name: it.name, container: it.container },
    images: { [it.goodImage]: 'runs', [it.badImage]: 'crashes' },
  }
}

export function scenarioOf(seats: readonly Seat[], startMs: number, repoURL: string): Scenario {
  return {
    name: 'hostile',
    cluster: 'prod',
    startMs,
    bornMs: startMs - DAY_MS,
    applications: seats.map(({ application, path }) =>
      applicationManifest({ name: application, repoURL, branch: 'main', path, namespace: NAMESPACE }),
    ),
    policies: [],
    scrapeGapsPerDay: 0,
    [truths]: seats.map((seat) => truthOf(seat, startMs)),
  }
}

const DOES: Readonly<Record<Fate, readonly [string, string, 'propose' | 'automerge']>> = {
  merged: ['OOMKilled', 'adjust-resources', 'automerge'],
  patched: ['OOMKilled', 'adjust-resources', 'automerge'],
  offered: ['OOMKilled', 'adjust-resources', 'propose'],
  broken: ['OOMKilled', 'adjust-resources', 'propose'],
  outside: ['OOMKilled', 'adjust-resources', 'propose'],
  'rolled back': ['CrashLoopBackOff', 'rollback', 'propose'],
  harmful: ['CPUThrottling', 'adjust-resources', 'automerge'],
}

/** A policy for one workload, in a file of its own name. */
export function policyOf(it: Seat): RepositoryFiles {
  const { seat, texts, fate, name } = it
  const [anomalyType, action, mode] = DOES[fate]
  const label = texts('label')
  const taken = /^[^\s,"'`<>][^,"'`<>]{0,49}$/.test(label) ? [label] : []
  const policy = {
    apiVersion: 'aiops.example.com/v1alpha1',
    kind: 'SelfHealingPolicy',
    metadata: { name: asName(texts('policy'), seat, 'subdomain'), annotations: { description: texts('policy') } },
    spec: {
      ...{ targetNamespace: NAMESPACE, anomalyType, action, confidenceThreshold: 0.5, workloads: { names: [name] } },
      pullRequest: { mode, requiredChecks: 1, labels: ['kintsugi', ...taken] },
      limits: { maxIncreaseFactor: 4, openPullRequests: 100, perHour: 100 },
      verify: { window: '10m', syncTimeout: '10m', onHarm: 'revert' },
    },
  }
  const text = `# ${asComment(texts('policy'))}\n${JSON.stringify(policy)}\n`
  return { [`.kintsugi/policies/${asFolder(texts('policy file'), seat, false)}.yaml`]: text }
}
