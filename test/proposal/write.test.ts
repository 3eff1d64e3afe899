import { describe, expect, it } from 'vitest'
import {
  attemptRecord,
  companionsFit,
  type ProposalInput,
  readAttempt,
  recordFits,
  writeProposal,
  writeRevert,
} from '../../src/proposal/index.ts'
import {
  answersOf,
  attemptOf,
  diagnosis,
  FILE,
  input,
  NOW,
  policy,
  pullOf,
  record,
  SOURCE,
  seriesOf,
  templates,
  treeOf,
} from './fixtures.ts'
import { live, liveInLine } from './gfm.ts'
import { PLAIN_HOSTILE as HOSTILE } from './hostile.ts'

const mebi = (values: readonly number[]): readonly number[] => values.map((value) => value * 1024 ** 2)

/** The same input with a hostile string wherever the world names something. */
function namedBy(long: string): ProposalInput {
  // A record of more does not fit, which is told before.
  const name = long.slice(0, 300)
  const subject = { cluster: name, namespace: name, kind: 'Deployment', name, container: name }
  const first = diagnosis.evidence[0]
  return {
    ...input,
    record: { ...record, subject, lane: name, incident: name, application: { namespace: name, name } },
    diagnosis: {
      ...diagnosis,
      subject,
      summary: `Container ${name} was killed.`,
      evidence: first === undefined ? [] : [{ ...first, subject, says: name, asked: name }],
    },
    plan: { ...input.plan, subject, title: `raise ${name}`, rationale: name },
    edits: [{ file: name, line: 1, column: 1, before: name, after: name }],
    tree: treeOf({ [name]: name }),
    proof: {
      ...input.proof,
      changes: [{ object: name, path: `${name}.resources.limits.memory`, before: name, after: name }],
      companions: [{ object: name, path: name, before: name, after: name, weight: 'other' }],
      alsoReadBy: [name],
      tools: [name],
    },
    policy: { ...policy, name, pullRequest: { ...policy.pullRequest, labels: [name] } },
    version: name,
  }
}

describe('the record', () => {
  it.each([
    [true, 2],
    [false, 1],
  ])('counts mechanisms only where they agree on the failure: %s -> %i', (independentSignals, expected) => {
    const found = { ...input.diagnosis, independentSignals }
    const made = attemptRecord({
      ...{ diagnosis: found, plan: input.plan, edits: input.edits, proof: input.proof, policy: input.policy },
      ...{ mode: record.mode, base: record.base, application: record.application, present: [], decidedAtMs: NOW },
    })
    expect(made.mechanisms).toBe(expected)
  })
})

describe('writeProposal', () => {
  const proposal = writeProposal(input, templates)

  it('titles what is changed, from what, to what', () => {
    expect(proposal.title).toBe('fix(cart): raise memory limit 32Mi -> 128Mi')
  })

  it('gives the same bytes for the same input', () => {
    expect(writeProposal(structuredClone({ ...input, tree: undefined }) && input, templates)).toEqual(proposal)
  })

  it('says where each byte is changed', () => {
    expect(proposal.body).toContain('`apps/cart/values-prod.yaml:4:13`: `32Mi` → `128Mi`')
  })

  it('shows the edited bytes and their key, and nothing else of the file', () => {
    expect(proposal.body).toContain('-    memory: 32Mi\n+    memory: 128Mi')
    expect(proposal.body).not.toContain('hunter2')
    expect(proposal.body).not.toContain('tuned')
  })

  it('shows no other bytes of a line that holds more than the value', () => {
    const line = '{env: {TOKEN: hunter2}, memory: 32Mi}'
    const body = writeProposal(
      {
        ...input,
        edits: [{ file: FILE, line: 1, column: line.indexOf('32Mi') + 1, before: '32Mi', after: '128Mi' }],
        tree: treeOf({ [FILE]: line }),
      },
      templates,
    ).body
    expect(body).toContain('-32Mi\n+128Mi')
    expect(body).not.toContain('hunter2')
  })

  it('names other rendered leaves without their values', () => {
    const body = writeProposal(
      {
        ...input,
        proof: {
          ...input.proof,
          changes: [
            {
              object: 'apps/Deployment shop/cart',
              path: 'spec.template.metadata.annotations.checksum',
              before: 'aaa1',
              after: 'bbb2',
            },
            { object: 'Secret shop/cart', path: 'data.resources.limits.memory', before: 'c2VjcmV0', after: 'b3RoZXI=' },
          ],
        },
      },
      templates,
    ).body
    expect(body).toContain('-spec.template.metadata.annotations.checksum: (not shown)')
    expect(body).not.toMatch(/aaa1|bbb2|c2VjcmV0|b3RoZXI/)
  })

  it('lists what comes with the fix, what is to be read first, without values', () => {
    const one = { object: 'apps/Deployment shop/cart', before: 'aaa1', after: 'bbb2' }
    const companions = [
      { ...one, path: 'metadata.labels.version', weight: 'known' },
      { ...one, path: 'spec.strategy.type', weight: 'other' },
    ] as const
    const { body } = writeProposal({ ...input, proof: { ...input.proof, companions } }, templates)
    expect(body).toMatch(/### What comes with it\n[\s\S]*spec\.strategy\.type[\s\S]*metadata\.labels\.version/)
    expect(body).not.toMatch(/aaa1|bbb2/)
    expect(writeProposal(input, templates).body).not.toContain('What comes with it')
  })

  it('can list every companion, or says that it cannot', () => {
    const long = 'x'.repeat(400)
    const companions = Array.from({ length: 60 }, (_, index) => ({
      ...{ object: `${index} ${long}`, path: long, before: long, after: long },
      weight: 'other' as const,
    }))
    const proof = { ...input.proof, companions }
    expect(companionsFit(proof)).toBe(true)
    expect(writeProposal({ ...input, proof }, templates).body.match(/: to be read/g)).toHaveLength(60)
    expect(companionsFit({ ...proof, companions: [...companions, ...companions] })).toBe(false)
  })

  it('says what was assumed of the cluster, and nothing where nothing was', () => {
    const { body } = writeProposal({ ...input, proof: { ...input.proof, assumed: ['kubeVersion'] } }, templates)
    expect(body).toContain('asks for `kubeVersion` of the cluster')
    expect(writeProposal(input, templates).body).not.toContain('of the cluster, which are not known')
  })

  it('promises no commands where the forge has none', () => {
    expect(proposal.body).not.toContain('/kintsugi')
    expect(writeProposal({ ...input, commands: true }, templates).body).toContain('`/kintsugi explain`')
  })

  it('keeps queries, charts and the cluster out of public repositories', () => {
    const answers = answersOf(seriesOf(mebi([20, 25, 30])))
    const shown = writeProposal({ ...input, answers, audience: 'public' }, templates).body.replace(/<!--.*-->/, '')
    expect(shown).not.toMatch(/mermaid|demo|kube_pod_container_status/)
    expect(writeProposal({ ...input, answers }, templates).body).toContain('```mermaid')
  })

  it('says who merges it and when', () => {
    const nextOf = (change: Partial<ProposalInput>, mode: typeof record.mode) =>
      writeProposal({ ...input, ...change, record: { ...record, mode } }, templates).body.split('\n')[4]
    expect(nextOf({}, 'propose')).toBe('**Next:** a person merges it or closes it; the bot does neither.')
    expect(nextOf({ owners: ['@shop/sre', 'me@shop.example'] }, 'propose')).toContain(
      'CODEOWNERS asks `@shop/sre`, `me@shop.example`.',
    )
    expect(nextOf({}, 'merge-on-approval')).toContain('once somebody with the right to has approved it')
    const window = { timeZone: 'Europe/Zurich', days: [1, 2, 5], fromMinute: 480, toMinute: 1025 }
    const pullRequest = { ...policy.pullRequest, requiredChecks: 2, window }
    expect(nextOf({ policy: { ...policy, pullRequest }, commands: true }, 'automerge')).toBe(
      '**Next:** the bot merges it by itself once every gate holds (at least 2 required checks green), within Mon, Tue, Fri 08:00 to 17:05 Europe/Zurich. To stop it, close it or comment `/kintsugi hold`.',
    )
  })

  it.each([
    ['low', {}, '· risk low: one resource field of one workload · restart of 3 pods'],
    ['medium', { alsoReadBy: ['other'] }, 'risk medium: others read the same file'],
    [
      'high',
      { companions: [{ object: 'v1/Secret shop/x', path: 'a', before: 1, after: 2, weight: 'other' as const }] },
      'risk high: ',
    ],
  ])('says that the risk is %s, and why', (_, change, words) => {
    const { body } = writeProposal(
      { ...input, proof: { ...input.proof, ...change }, workload: { replicas: 3 } },
      templates,
    )
    expect(body.split('\n')[2]).toContain(words)
  })

  it.each<readonly [string, string, string, string | undefined, string, number]>([
    ['requests', '24Mi', '96Mi', '24Mi', 'Cost: requests change by +72Mi of memory a pod, +216Mi for 3 pods.', 3],
    ['requests', '96Mi', '24Mi', '96Mi', 'Cost: requests change by -72Mi of memory a pod.', 1],
    ['limits', '32Mi', '128Mi', '24Mi', 'Cost: no request changes, so nothing more is reserved on the nodes.', 3],
    ['limits', '32Mi', '128Mi', undefined, 'Cost: requests change by +96Mi of memory a pod, +288Mi for 3 pods.', 3],
  ])('says what %s from %s to %s cost', (list, before, after, request, words, replicas) => {
    const resources = request === undefined ? {} : { requests: { memory: request } }
    const rendered = { spec: { template: { spec: { containers: [{ name: 'app', resources }] } } } }
    const [first] = input.proof.changes
    const changes = first === undefined ? [] : [{ ...first, path: first.path.replace('limits', list), before, after }]
    const { body } = writeProposal(
      { ...input, proof: { ...input.proof, changes }, workload: { replicas, rendered } },
      templates,
    )
    expect(body).toContain(words)
  })

  it('lists the same field of other environments, and links what it may', () => {
    const siblings = [{ application: 'shop-dev', file: 'apps/cart/values-dev.yaml', line: 4, value: '32Mi' }]
    const web = 'https://github.com/example/shop'
    const { body } = writeProposal(
      {
        ...input,
        siblings,
        web,
        prometheus: 'https://prometheus.example/p/',
        record: { ...record, publicId: 'rem-20261121-001' },
      },
      templates,
    )
    expect(body).toContain('| `shop-dev` | `apps/cart/values-dev.yaml:4` | `32Mi` |')
    expect(body).toContain(`[shop-memory](${web}/blob/${'1'.repeat(40)}/.kintsugi/policies/memory.yaml)`)
    expect(body).toContain('(https://prometheus.example/p/graph?g0.expr=kube_pod')
    expect(body).toContain('incident `rem-20261121-001`')
    expect(live(body, ['github.com', 'prometheus.example'])).toEqual([])
  })

  it('gives commands that compute the edit again, safe for a shell', () => {
    expect(writeProposal(input, templates).body).toContain(
      'kintsugi edit --write --application shop --target Deployment/shop/cart --container app --field resources.limits.memory --value 128Mi',
    )
    const changes = [{ field: 'resources.limits.memory' as const, container: 'app', value: "1'; rm -rf ~" }]
    expect(writeProposal({ ...input, record: { ...record, changes } }, templates).body).toContain(
      `--value '1'\\''; rm -rf ~'`,
    )
  })

  it('lets nothing live through, whatever things are called', () => {
    expect(HOSTILE.flatMap((name) => live(writeProposal(namedBy(name), templates).body))).toEqual([])
  })

  it('lets nothing live through in a revert, a message or a branch either', () => {
    for (const name of HOSTILE) {
      const named = namedBy(name)
      const fix = writeProposal(named, templates)
      const taken = { ...named.record, kind: 'revert' as const, reverts: 7 }
      const reverted = attemptOf(fix)
      const revert = writeRevert({ ...named, record: taken, reverted, because: name, approvers: [name] }, templates)
      expect(live(revert.body.replaceAll('#7', 'no. 7'))).toEqual([])
      for (const { commitMessage, branch, title } of [fix, revert]) {
        // Trailers are encoded, and ours: their digests are no names of commits.
        const said = commitMessage.split('\n').filter((line) => !/^Kintsugi-[A-Z][a-z]+: [!-~]+$/.test(line))
        expect([...liveInLine(said.join('\n')), ...liveInLine(title)]).toEqual([])
        expect(branch).toMatch(/^kintsugi\/[a-z0-9-]{1,70}$/)
      }
    }
  })

  it('makes a one-line title and short labels of any name', () => {
    for (const name of HOSTILE) {
      const { title, labels } = writeProposal(namedBy(name), templates)
      expect(title).toMatch(/^fix\([\x20-\x7e]{0,140}$/)
      expect(title).not.toMatch(/@|#/)
      expect(labels.every((label) => /^[\x20-\x7e]{1,50}$/.test(label))).toBe(true)
    }
  })

  it('stays under 60,000 characters and can still be read', () => {
    const long = 'x'.repeat(390)
    const edits = Array.from({ length: 300 }, (_, index) => ({
      file: `${long}${index}`,
      line: 1,
      column: 1,
      before: long,
      after: long.repeat(3),
    }))
    const inputs = Object.fromEntries(
      Array.from({ length: 350 }, (_, index) => [`apps/${'p'.repeat(45)}${index}`, '0'.repeat(40)]),
    )
    const wide = writeProposal({ ...namedBy('`'.repeat(2000)), edits, record: { ...record, inputs } }, templates)
    expect(wide.body.length).toBeLessThan(60_000)
    expect(readAttempt(pullOf(wide)).read).toBe(true)
  })

  it('knows before writing which record does not fit', () => {
    const inputs = Object.fromEntries(Array.from({ length: 1000 }, (_, index) => [`apps/${index}`, '0'.repeat(40)]))
    expect(recordFits(record)).toBe(true)
    expect(recordFits({ ...record, inputs })).toBe(false)
    expect(() => writeProposal({ ...input, record: { ...record, inputs } }, templates)).toThrow('too long')
  })
})

describe('the chart', () => {
  const bodyWith = (values: readonly number[]): string =>
    writeProposal({ ...input, answers: answersOf(seriesOf(values)) }, templates).body

  it('has at most 60 points', () => {
    const line = /\n {2}line \[([^\]]*)\]/.exec(bodyWith(mebi(Array.from({ length: 1000 }, (_, i) => i % 30))))?.[1]
    expect(line?.split(', ')).toHaveLength(60)
  })

  it.each([
    ['not a number', [20, Number.NaN, 22, 23, Number.POSITIVE_INFINITY, 25]],
    ['huge', [1e300, 2, 3, 4]],
    ['tiny', [1e-300, 2, 3, 4]],
    ['flat', [5, 5, 5, 5]],
  ])('writes plain decimals only when a sample is %s', (_, values) => {
    const chart = /```mermaid\n([\s\S]*?)```/.exec(bodyWith(mebi(values)))?.[1] ?? ''
    expect(chart).not.toMatch(/NaN|Infinity|\de[+-]?\d|\[\]/)
  })

  it('fills no gap: a series with holes gets wider points', () => {
    const holes = Array.from({ length: 60 }, (_, index) => (index % 10 === 3 ? Number.NaN : 20))
    const line = /\n {2}line \[([^\]]*)\]/.exec(bodyWith(mebi(holes)))?.[1]
    expect(line?.split(', ').length).toBeLessThan(60)
  })

  it('is a line of text too, in which gaps are seen', () => {
    expect(bodyWith(mebi([10, 20, Number.NaN, 30]))).toContain('memory-working-set: `▁▅·█` from 10.0 to 30.0 Mi')
  })

  it('is absent where nothing was measured', () => {
    expect(bodyWith([Number.NaN, Number.NaN])).not.toMatch(/mermaid|memory-working-set: /)
  })
})

describe('writeRevert', () => {
  const fix = writeProposal(input, templates)
  const revert = writeRevert(
    {
      ...input,
      record: { ...record, kind: 'revert', reverts: 7 },
      reverted: attemptOf(fix),
      because: 'a crash loop began',
      tree: treeOf({ [FILE]: SOURCE.replace('32Mi', '128Mi') }),
    },
    templates,
  )

  it('uses the branch of the lane', () => {
    expect(revert.branch).toBe(fix.branch)
  })

  it('says what it takes back, and why', () => {
    expect(revert.title).toBe('revert(cart): raise memory limit 32Mi -> 128Mi')
    expect(revert.body).toContain('takes back #7')
    expect(revert.body).toContain('- A crash loop began')
    expect(revert.commitMessage).toContain('Kintsugi-Reverts: 7')
  })
})
