import { describe, expect, it } from 'vitest'
import { bytesQuantity, measuredConfidence, type Policy, type Reason } from '../../src/domain/index.ts'
import { type GateInput, gates, mayMerge } from '../../src/policy/index.ts'
import { concluded, config, diagnosis, gateInput, HOUR, NOW, policy, proof } from './given.ts'

function withPull(change: Partial<Policy['pullRequest']>): Policy {
  return policy({ pullRequest: { ...policy().pullRequest, ...change } })
}

function withLimits(change: Partial<Policy['limits']>): Policy {
  return policy({ limits: { ...policy().limits, ...change } })
}

const closedWindow = { timeZone: 'UTC', days: [0, 6], fromMinute: 0, toMinute: 1440 }
const elsewhere = { name: 'prod', order: 1, paths: ['apps/**'], branches: [], edit: 'promote' } as const
const hidden = {
  files: ['apps/.argocd-source-cart.yaml'],
  binding: { ...gateInput().binding, paths: ['apps/.argocd-source-*'] } as GateInput['binding'],
  config: config({}, { environments: [elsewhere] }),
}
const before = { object: 'apps/Deployment shop/cart', path: 'spec.replicas', before: 2, after: 9 }
const label = { ...before, path: 'metadata.labels.version', weight: 'known' } as const
const replicas = { changes: [{ field: 'replicas', value: '9' }], proof: proof({ changes: [before] }) } as const

const limitOf = (container: number, was: string, is: string) => ({
  object: 'apps/Deployment shop/cart',
  path: `spec.template.spec.containers[${container}].resources.limits.memory`,
  before: was,
  after: is,
})
const wanted = { field: 'resources.limits.memory', container: 'app', value: '2Gi' } as const
const notation = { changes: [wanted], proof: proof({ changes: [limitOf(0, '256Mi', '2048Mi')] }) }
const beside = {
  changes: [wanted, { ...wanted, container: 'proxy' }],
  proof: proof({ changes: [limitOf(0, '1Gi', '2Gi'), limitOf(1, '256Mi', '2Gi')] }),
}

/** One thing wrong at a time: exactly the named gate falls, with this reason. */
const FALLS: readonly [string, string, Partial<GateInput>, Reason][] = [
  ['mode', 'a person merges', { mode: 'propose' }, 'awaiting-merge'],
  ['mode', 'the ceiling was lowered since', { config: config({ mode: 'propose' }) }, 'awaiting-merge'],
  ['mode', 'the policy lets a person merge', { policy: withPull({ mode: 'propose' }) }, 'awaiting-merge'],
  ['ceiling', 'the action is not allowed', { config: config({ actions: ['rollback'] }) }, 'above-ceiling'],
  ['ceiling', 'the field is not allowed', { config: config({ fields: ['image'] }) }, 'above-ceiling'],
  [
    'ceiling',
    'the namespace is protected',
    { config: config({ protectedNamespaces: ['shop'] }) },
    'protected-namespace',
  ],
  ['policy', 'the policy was switched off', { policy: policy({ enabled: false }) }, 'policy-disabled'],
  [
    'pre-checks',
    'one is asked that nothing answers',
    { policy: policy({ preChecks: ['checkDeploymentHistory', 'checkResourceQuota'] }) },
    'data-missing',
  ],
  ['binding', 'nothing is bound', { binding: undefined }, 'not-bound'],
  ['binding', 'the branch is not bound', { baseBranch: 'release' }, 'not-bound'],
  ['binding', 'a file is not bound', { files: ['apps/cart/values.yaml', 'infra/x.yaml'] }, 'not-bound'],
  [
    'binding',
    'a file is not in allowedPaths',
    { policy: withPull({ allowedPaths: ['apps/web/**'] }) },
    'path-forbidden',
  ],
  ['binding', 'no file is named', { files: [] }, 'not-bound'],
  [
    'promotion',
    'the environment is promoted to',
    { config: config({}, { environments: [elsewhere] }) },
    'environment-not-edited',
  ],
  ['promotion', 'the environment is promoted to, by a file that is hidden', hidden, 'environment-not-edited'],
  [
    'confidence',
    'it fell below the threshold',
    { diagnosis: diagnosis({ confidence: measuredConfidence(0.7999) }) },
    'low-confidence',
  ],
  ['independent signals', 'one signal', { diagnosis: diagnosis({ independentSignals: false }) }, 'single-signal'],
  ['independent signals', 'models alone', { diagnosis: diagnosis({ failure: 'Anomaly' }) }, 'single-signal'],
  ['complete data', 'data is partial', { diagnosis: diagnosis({ data: 'partial' }) }, 'data-partial'],
  ['limits', 'above memoryMax', { policy: withLimits({ memoryMax: bytesQuantity(255 * 2 ** 20) }) }, 'at-maximum'],
  ['limits', "above the operator's maximum", { config: config({ memoryMaxBytes: 200 * 2 ** 20 }) }, 'at-maximum'],
  ['limits', 'more than the factor', replicas, 'at-maximum'],
  ['limits', 'more than the factor, in another notation', notation, 'at-maximum'],
  ['limits', 'more than the factor, beside a container that grows less', beside, 'at-maximum'],
  ['proof', 'nothing was rendered', { proof: proof({ rendered: false }) }, 'render-failed'],
  ['proof', 'it changes nothing', { proof: proof({ changes: [] }) }, 'no-effect'],
  ['proof', 'it changes more', { proof: proof({ changes: [...proof().changes, before] }) }, 'other-changes'],
  ['companions', 'something comes with it', { proof: proof({ companions: [label] }) }, 'other-changes'],
  ['isolation', 'a bounded child rendered', { proof: proof({ isolation: 'process' }) }, 'isolation-too-weak'],
  ['cluster versions', 'one was assumed', { proof: proof({ assumed: ['kubeVersion'] }) }, 'render-assumed'],
  ['render match', 'the cluster runs something else', { renderMatch: 'differs' }, 'render-mismatch'],
  ['render match', 'it is not known', { renderMatch: 'unknown' }, 'render-mismatch'],
  ['base inputs', 'an input moved', { baseInputs: { 'apps/cart/values.yaml': 'f'.repeat(40) } }, 'base-moved'],
  ['base inputs', 'an input vanished', { baseInputs: {} }, 'base-moved'],
  ['base inputs', 'nothing is known to have been read', { proof: proof({ inputs: {} }) }, 'base-moved'],
  ['head', 'someone pushed', { headIsOurs: false }, 'head-not-ours'],
  ['required checks', 'one is not green', { requiredChecks: [{ name: 'ci', green: false }] }, 'no-required-check'],
  ['required checks', 'there are too few', { requiredChecks: [] }, 'no-required-check'],
  [
    'required checks',
    'none is asked where checks exist',
    { policy: withPull({ requiredChecks: 0 }) },
    'no-required-check',
  ],
  ['reviews', 'nobody approved', { mode: 'merge-on-approval' }, 'awaiting-approval'],
  [
    'reviews',
    'the ceiling asks for approval since',
    { config: config({ mode: 'merge-on-approval' }) },
    'awaiting-approval',
  ],
  ['reviews', 'changes are requested', { reviews: { approvals: 1, changesRequested: 1 } }, 'awaiting-approval'],
  ['window', 'it is closed', { policy: withPull({ window: closedWindow }) }, 'outside-window'],
  ['freeze', 'a freeze is in force', { frozen: true }, 'frozen'],
  ['pause', 'the bot is paused', { paused: true }, 'paused'],
  ['budget', 'too many are open', { openPulls: 4 }, 'budget-exhausted'],
  [
    'breaker',
    'two fixes did harm',
    { attempts: [concluded(3 * HOUR, 'harmful'), concluded(HOUR, 'harmful')] },
    'breaker-open',
  ],
]

describe('gates', () => {
  it('all pass when nothing is wrong', () => {
    expect(gates(gateInput()).filter((gate) => !gate.pass)).toEqual([])
    expect(mayMerge(gates(gateInput()))).toBe(true)
  })

  it.each(FALLS)('%s: falls when %s', (name, _, change, reason) => {
    const fallen = gates(gateInput(change)).filter((gate) => !gate.pass)
    expect(fallen.map((gate) => [gate.name, gate.reason])).toEqual([[name, reason]])
    expect(mayMerge(gates(gateInput(change)))).toBe(false)
  })

  it('has a row in this table for each gate', () => {
    expect(gates(gateInput()).map(({ name }) => name)).toEqual([...new Set(FALLS.map(([name]) => name))])
  })

  it('says the value of each', () => {
    const passing = gates(gateInput()).map(({ name, value }) => [name, value])
    expect(Object.fromEntries(passing)).toMatchObject({
      confidence: '0.95 of 0.8',
      'required checks': '1 of 1 green',
      binding: 'apps/cart/values.yaml',
      isolation: 'isolated',
      budget: '1 of 3 open, 1 of 5 this hour',
    })
  })

  it('does not round a confidence up to the threshold that it fails', () => {
    const found = gates(gateInput({ diagnosis: diagnosis({ confidence: measuredConfidence(0.7999) }) }))
    expect(found.find(({ name }) => name === 'confidence')?.value).toBe('0.79 of 0.8')
  })

  it('never allow a merge when there are none', () => {
    expect(mayMerge([])).toBe(false)
  })
})

describe('gates: what passes', () => {
  it('a local forge may be asked for no checks', () => {
    const found = gates(gateInput({ forge: 'local', policy: withPull({ requiredChecks: 0 }), requiredChecks: [] }))
    expect(found.find(({ name }) => name === 'required checks')).toEqual({
      name: 'required checks',
      pass: true,
      value: 'none asked',
    })
  })

  it('an approval lets merge-on-approval merge', () => {
    const found = gates(gateInput({ mode: 'merge-on-approval', reviews: { approvals: 1, changesRequested: 0 } }))
    expect(mayMerge(found)).toBe(true)
  })

  it('a bounded child is enough when the operator says so, and no foreign code always is', () => {
    const relaxed = config({ automergeIsolation: 'process' })
    expect(mayMerge(gates(gateInput({ proof: proof({ isolation: 'process' }), config: relaxed })))).toBe(true)
    expect(mayMerge(gates(gateInput({ proof: proof({ isolation: 'none' }) })))).toBe(true)
  })

  it('the factor does not bind below an increase of 256Mi', () => {
    const changes = proof().changes.map((one) => ({ ...one, before: '32Mi', after: '256Mi' }))
    expect(mayMerge(gates(gateInput({ proof: proof({ changes }) })))).toBe(true)
  })

  it('an open window does', () => {
    const window = { timeZone: 'UTC', days: [new Date(NOW).getUTCDay()], fromMinute: 0, toMinute: 1440 }
    expect(mayMerge(gates(gateInput({ policy: withPull({ window }) })))).toBe(true)
  })
})
