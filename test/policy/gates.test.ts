import { describe, expect, it } from 'vitest'
import {
  bytesQuantity,
  type CheckFact,
  measuredConfidence,
  type NameRule,
  NO_RULES,
  type Policy,
  type PullFacts,
  type Reason,
  type ReviewFact,
} from '../../src/domain/index.ts'
import { type CodeOwner, type GateInput, gates, mayMerge, unjudged } from '../../src/policy/index.ts'
import {
  check,
  concluded,
  config,
  diagnosis,
  facts,
  gateInput,
  gatePull,
  HEAD,
  HOUR,
  MINUTE,
  NOW,
  OWN_APP,
  policy,
  proof,
  review,
  rules,
} from './given.ts'

function withPull(change: Partial<Policy['pullRequest']>): Policy {
  return policy({ pullRequest: { ...policy().pullRequest, ...change } })
}

function withLimits(change: Partial<Policy['limits']>): Policy {
  return policy({ limits: { ...policy().limits, ...change } })
}

const closedWindow = { timeZone: 'UTC', days: [0, 6], fromMinute: 0, toMinute: 1440 }
const elsewhere = { name: 'prod', order: 1, paths: ['apps/**'], branches: [], edit: 'promote' } as const
const hidden = {
  pull: gatePull({ files: ['apps/.argocd-source-cart.yaml'] }),
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

const OWN = { name: 'kintsugi', app: OWN_APP }
const NAME: NameRule = { rule: 'names', of: 'branch', operator: 'starts-with', pattern: 'bots/', negate: false }

function pulled(change: Partial<PullFacts>): Partial<GateInput> {
  return { pull: gatePull({ facts: facts(change) }) }
}

function reviewed(reviews: readonly ReviewFact[], change: Partial<PullFacts> = {}): Partial<GateInput> {
  return pulled({ ...change, reviews })
}

function onApproval(reviews: readonly ReviewFact[]): Partial<GateInput> {
  return { mode: 'merge-on-approval', ...reviewed(reviews) }
}

function status(): CheckFact {
  return { name: 'ci', state: 'green', sha: HEAD }
}

function owned(owner: string): GateInput['owners'] {
  const rule: CodeOwner = owner.includes('/') ? { kind: 'team', team: owner } : { kind: 'user', login: owner }
  return { read: 'done', files: [{ path: 'apps/cart/values.yaml', owners: [rule] }], members: new Map() }
}

const THREE_HELPED = [3, 2, 1].map((minutes) => concluded(minutes * MINUTE, 'resolved'))

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
  [
    'binding',
    'a file is not bound',
    { pull: gatePull({ files: ['apps/cart/values.yaml', 'infra/x.yaml'] }) },
    'not-bound',
  ],
  [
    'binding',
    'a file is not in allowedPaths',
    { policy: withPull({ allowedPaths: ['apps/web/**'] }) },
    'path-forbidden',
  ],
  ['binding', 'no file is named', { pull: gatePull({ files: [] }) }, 'not-bound'],
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
  ['render match', 'it is not known', { renderMatch: 'unknown' }, 'live-unknown'],
  ['base inputs', 'an input moved', { baseInputs: { 'apps/cart/values.yaml': 'f'.repeat(40) } }, 'base-moved'],
  ['base inputs', 'an input vanished', { baseInputs: {} }, 'base-moved'],
  ['base inputs', 'nothing is known to have been read', { proof: proof({ inputs: {} }) }, 'base-moved'],
  ['head', 'someone pushed', { pull: gatePull({ headIsOurs: false }) }, 'head-not-ours'],
  ['head', 'a refresh was cut', { pull: gatePull({ unsettled: true }) }, 'base-moved'],
  ['required checks', 'one is red', pulled({ checks: [check({ state: 'red' })] }), 'check-failed'],
  ['required checks', 'one runs', pulled({ checks: [check({ state: 'running' })] }), 'checks-pending'],
  ['required checks', 'one is awaited', pulled({ checks: [] }), 'checks-pending'],
  [
    'required checks',
    'one never reported',
    pulled({ checks: [], pushedAtMs: NOW - 30 * MINUTE }),
    'check-never-reported',
  ],
  [
    'required checks',
    'another commit is green',
    pulled({ checks: [check({ sha: 'f'.repeat(40) })] }),
    'checks-pending',
  ],
  ['required checks', 'another app says green', pulled({ checks: [check({ app: 99 })] }), 'checks-pending'],
  ['required checks', 'a commit status says green', pulled({ checks: [status()] }), 'checks-pending'],
  [
    'required checks',
    'a green one runs again',
    pulled({ checks: [check(), check({ state: 'queued' })] }),
    'checks-pending',
  ],
  ['required checks', 'a green one flipped', pulled({ checks: [check(), check({ state: 'red' })] }), 'check-failed'],
  ['required checks', 'one was skipped', pulled({ checks: [check({ state: 'skipped' })] }), 'check-failed'],
  ['required checks', 'none is required', { rules: rules({ requiredChecks: [] }) }, 'no-required-check'],
  [
    'required checks',
    'none is required and none asked',
    { rules: rules({ requiredChecks: [] }), policy: withPull({ requiredChecks: 0 }) },
    'no-required-check',
  ],
  ['required checks', 'only our own is required', { rules: rules({ requiredChecks: [OWN] }) }, 'no-required-check'],
  [
    'required checks',
    'our own says it for another',
    { rules: rules({ requiredChecks: [{ name: 'ci' }] }), ...pulled({ checks: [check({ app: OWN_APP })] }) },
    'checks-pending',
  ],
  ['required checks', 'we do not know ourselves', { self: { login: 'kintsugi' } }, 'forge-unread'],
  ['reviews', 'nobody approved', { mode: 'merge-on-approval' }, 'awaiting-approval'],
  [
    'reviews',
    'the ceiling asks for approval since',
    { config: config({ mode: 'merge-on-approval' }) },
    'awaiting-approval',
  ],
  [
    'reviews',
    'the rules ask for two',
    { rules: rules({ approvals: 2 }), ...reviewed([review()]) },
    'awaiting-approval',
  ],
  ['reviews', 'changes are requested', reviewed([review({ state: 'changes-requested' })]), 'changes-requested'],
  ['reviews', 'another commit was approved', onApproval([review({ sha: 'f'.repeat(40) })]), 'awaiting-approval'],
  ['reviews', 'somebody without the right approved', onApproval([review({ counts: false })]), 'awaiting-approval'],
  ['reviews', 'an app approved', onApproval([review({ by: { login: 'robin', kind: 'app' } })]), 'awaiting-approval'],
  ['reviews', 'the bot approved itself', onApproval([review({ login: 'kintsugi[bot]' })]), 'awaiting-approval'],
  [
    'reviews',
    'an approval was taken back',
    onApproval([review(), review({ state: 'dismissed', atMs: NOW })]),
    'awaiting-approval',
  ],
  [
    'reviews',
    'the only approver wrote the policy',
    { ...onApproval([review()]), fourEyes: { involved: ['Robin'] } },
    'four-eyes',
  ],
  [
    'reviews',
    'who wrote the policy is not known',
    { ...onApproval([review()]), fourEyes: { involved: 'unknown' } },
    'four-eyes',
  ],
  [
    'code owners',
    'no owner approved',
    { ...onApproval([review({ login: 'kim' })]), owners: owned('robin') },
    'awaiting-owner',
  ],
  [
    'code owners',
    'an owner is not told from others',
    { rules: rules({ codeOwners: true }), owners: owned('shop/web'), ...reviewed([review()], { state: 'unstable' }) },
    'awaiting-owner',
  ],
  [
    'code owners',
    'CODEOWNERS was not read',
    { rules: rules({ codeOwners: true }), owners: { read: 'failed' } },
    'forge-unread',
  ],
  [
    'conversations',
    'one is open',
    { rules: rules({ conversationsResolved: true }), ...pulled({ unresolvedConversations: 1 }) },
    'conversations-open',
  ],
  ['ruleset', 'a rule is not known', { rules: rules({ others: ['deployments'] }) }, 'ruleset'],
  ['ruleset', 'a name is not as it should be', { rules: rules({ names: [NAME] }) }, 'ruleset'],
  [
    'ruleset',
    'a commit is not signed',
    { rules: rules({ signatures: true }), ...pulled({ verified: false }) },
    'commits-unsigned',
  ],
  ['merge method', 'it is not allowed', { rules: rules({ mergeMethods: ['merge'] }) }, 'merge-method'],
  [
    'merge method',
    'it leaves commits unsigned',
    { rules: rules({ signatures: true }), method: 'rebase' },
    'merge-method',
  ],
  ['merge queue', 'it does not ask for us', { rules: rules({ mergeQueue: true }) }, 'merge-queue-unproven'],
  ['merge queue', 'it is queued', pulled({ inMergeQueue: true }), 'in-merge-queue'],
  ['mergeable', 'there is a conflict', pulled({ mergeable: 'conflict' }), 'conflict'],
  ['mergeable', 'it is not told yet', pulled({ mergeable: 'unknown' }), 'mergeability-pending'],
  ['mergeable', 'the state is not told yet', pulled({ state: 'unknown' }), 'mergeability-pending'],
  ['mergeable', 'it is behind', pulled({ state: 'behind' }), 'base-moved'],
  ['mergeable', 'the forge holds it', pulled({ state: 'blocked' }), 'forge-blocked'],
  [
    'mergeable',
    'the forge holds it though our check is green',
    {
      rules: rules({ requiredChecks: [...rules().requiredChecks, OWN] }),
      ...pulled({ state: 'blocked', checks: [check(), check(OWN)] }),
    },
    'forge-blocked',
  ],
  ['draft', 'it is one', pulled({ draft: true }), 'draft'],
  ['window', 'it is closed', { policy: withPull({ window: closedWindow }) }, 'outside-window'],
  ['freeze', 'a freeze is in force', { frozen: true }, 'frozen'],
  ['hold', 'a person holds it', { held: { by: 'robin' } }, 'held-by-person'],
  ['hold', 'a person switched the merge off', pulled({ disarmedByPerson: true }), 'disarmed-by-person'],
  ['pause', 'the bot is paused', { paused: true }, 'paused'],
  ['budget', 'too many are open', { openPulls: 4 }, 'budget-exhausted'],
  [
    'breaker',
    'two fixes did harm',
    { attempts: [concluded(3 * HOUR, 'harmful'), concluded(HOUR, 'harmful'), ...THREE_HELPED] },
    'breaker-open',
  ],
  ['track record', 'one did harm', { attempts: [concluded(30 * HOUR, 'harmful')] }, 'track-record'],
  ['track record', 'a part of it is lost', { historyKnown: false }, 'track-record'],
  ['merge drift', 'something else was merged', { drifted: [7] }, 'merge-drift'],
  ['leader', 'the epoch is another', { leader: { began: 3, now: 4 } }, 'not-leader'],
  ['leader', 'nobody leads', { leader: { began: undefined, now: undefined } }, 'not-leader'],
  ['audit', 'it is broken', { audit: 'broken' }, 'audit-broken'],
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
    expect(
      gates(gateInput())
        .map(({ name }) => name)
        .sort(),
    ).toEqual([...new Set(FALLS.map(([name]) => name))].sort())
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

  it('are all shut where one thing is missing that they are judged on', () => {
    const first = { name: 'symptom', pass: false, value: 'not seen now', reason: 'persistence' } as const
    const all = unjudged(first)
    expect(all[0]).toEqual(first)
    expect(all.slice(1).map(({ name }) => name)).toEqual(gates(gateInput()).map(({ name }) => name))
    expect(all.filter(({ pass }) => pass)).toEqual([])
  })

  it('never allow a merge when there are none', () => {
    expect(mayMerge([])).toBe(false)
  })
})

describe('gates: what passes', () => {
  it.each([
    [
      'a skipped check that the policy accepts',
      { policy: withPull({ acceptConclusions: ['skipped'] }), ...pulled({ checks: [check({ state: 'skipped' })] }) },
    ],
    [
      'a commit status where no app is named',
      { rules: rules({ requiredChecks: [{ name: 'ci' }] }), ...pulled({ checks: [status()] }) },
    ],
    [
      'a red check that nobody requires',
      pulled({ checks: [check(), check({ name: 'lint', state: 'red' })], state: 'unstable' }),
    ],
    [
      'a forge that waits for our check alone',
      { rules: rules({ requiredChecks: [...rules().requiredChecks, OWN] }), ...pulled({ state: 'blocked' }) },
    ],
    [
      'a queue that asks for our check',
      { rules: rules({ mergeQueue: true, requiredChecks: [...rules().requiredChecks, OWN] }) },
    ],
    ['an approval of an owner', { ...onApproval([review()]), owners: owned('Robin') }],
    [
      'an approval of a team that the forge knows and we do not',
      { rules: rules({ codeOwners: true, approvals: 1 }), owners: owned('shop/web'), ...reviewed([review()]) },
    ],
    [
      'an approval after changes were requested',
      onApproval([review({ state: 'changes-requested', atMs: NOW - HOUR }), review()]),
    ],
    [
      'two approvers where four eyes are asked',
      { ...onApproval([review(), review({ login: 'kim' })]), fourEyes: { involved: 'unknown' } },
    ],
    ['an epoch that is the same', { leader: { began: 3, now: 3 } }],
    [
      'a policy that helped three times after it did harm',
      { attempts: [concluded(90 * HOUR, 'harmful'), ...THREE_HELPED] },
    ],
    [
      'a person who approves, over the track record',
      { ...onApproval([review()]), attempts: [concluded(30 * HOUR, 'harmful')] },
    ],
  ] satisfies readonly [string, Partial<GateInput>][])('%s', (_says, change) => {
    expect(gates(gateInput(change)).filter(({ pass }) => !pass)).toEqual([])
  })

  it('a local forge may be asked for no checks', () => {
    const { facts: _, ...pull } = gatePull()
    const local = { forge: 'local', rules: NO_RULES, pull, policy: withPull({ requiredChecks: 0 }) } as const
    expect(gates(gateInput(local)).filter(({ pass }) => !pass)).toEqual([])
  })

  it('an approval lets merge-on-approval merge', () => {
    expect(mayMerge(gates(gateInput(onApproval([review()]))))).toBe(true)
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
