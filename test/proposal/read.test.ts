import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  ACTIONS,
  type AttemptRecord,
  FAILURES,
  laneOf,
  MODES,
  type Pull,
  SIGNALS,
  type SignalId,
} from '../../src/domain/index.ts'
import {
  conclusionText,
  incidentId,
  noteText,
  readAttempt,
  readNote,
  statusText,
  withdrawText,
  writeProposal,
} from '../../src/proposal/index.ts'
import { input, NOW, pullOf, record, templates } from './fixtures.ts'

const name = fc.string({ unit: 'binary', maxLength: 60 })
const instant = fc.integer({ min: 0, max: 4e12 })
const records: fc.Arbitrary<AttemptRecord> = fc.record(
  {
    schema: fc.constant(1 as const),
    kind: fc.constantFrom('fix', 'revert'),
    lane: name,
    subject: fc.record(
      { cluster: name, namespace: name, kind: name, name, container: name },
      { requiredKeys: ['cluster', 'namespace', 'kind', 'name'], noNullPrototype: true },
    ),
    incident: name,
    failure: fc.constantFrom(...FAILURES),
    action: fc.constantFrom(...ACTIONS),
    episodeStartMs: instant,
    decidedAtMs: instant,
    base: fc.record({ branch: name, revision: name }, { noNullPrototype: true }),
    application: fc.record({ namespace: name, name }, { noNullPrototype: true }),
    policy: fc.record({ name, digest: name }, { noNullPrototype: true }),
    mode: fc.constantFrom(...MODES),
    changes: fc.array(
      fc.record(
        {
          field: fc.constantFrom('image', 'replicas', 'resources.limits.memory', 'annotations.a/b'),
          container: name,
          value: name,
        },
        { requiredKeys: ['field', 'value'], noNullPrototype: true },
      ),
      { maxLength: 4 },
    ),
    lines: fc.array(name, { maxLength: 5 }),
    watch: fc.array(fc.constantFrom(...(Object.keys(SIGNALS) as SignalId[])), { maxLength: 4 }),
    verify: fc.record(
      { windowMs: instant, syncTimeoutMs: instant, onHarm: fc.constantFrom('revert', 'notify') },
      { noNullPrototype: true },
    ),
    proof: name,
    inputs: fc.dictionary(fc.oneof(name, fc.constantFrom('__proto__', 'constructor')), name, {
      maxKeys: 5,
      noNullPrototype: true,
    }),
    confidence: fc.double({ min: 0, max: 1, noNaN: true }).map((value) => value + 0),
    mechanisms: fc.nat(9),
    reverts: fc.integer({ min: 1, max: 1e6 }),
    publicId: name,
    audit: name,
    present: fc.array(fc.constantFrom(...FAILURES), { maxLength: 3 }),
  },
  {
    requiredKeys: [
      'schema',
      'kind',
      'lane',
      'subject',
      'incident',
      'failure',
      'action',
      'episodeStartMs',
      'decidedAtMs',
      'base',
      'application',
      'policy',
      'mode',
      'changes',
      'lines',
      'watch',
      'verify',
      'proof',
      'inputs',
      'confidence',
      'mechanisms',
      'present',
    ],
    noNullPrototype: true,
  },
)

const proposal = writeProposal(input, templates)

function reasonFor(change: Partial<Pull>): string {
  const answer = readAttempt(pullOf(proposal, change))
  return answer.read ? 'read' : answer.reason
}

describe('readAttempt', () => {
  it('gives back every record that was written', () => {
    fc.assert(
      fc.property(records, (one) => {
        const answer = readAttempt(pullOf(writeProposal({ ...input, record: one }, templates)))
        expect(answer.read ? answer.attempt.record : answer.reason).toEqual(one)
      }),
      { numRuns: 300 },
    )
  })

  it('believes no block in which one character was changed', () => {
    const start = proposal.body.indexOf('<!-- kintsugi:block v1 ') + '<!-- kintsugi:block v1 '.length
    const end = proposal.body.indexOf(' -->', start)
    fc.assert(
      fc.property(fc.integer({ min: start, max: end - 1 }), fc.string({ minLength: 0, maxLength: 3 }), (at, text) => {
        const body = proposal.body.slice(0, at) + text + proposal.body.slice(at + 1)
        fc.pre(body !== proposal.body)
        expect(reasonFor({ body })).toBe('tampered')
      }),
      { numRuns: 500 },
    )
  })

  it('does not mind what people write around the block', () => {
    const body = `Looks good to me.\r\n${proposal.body.replaceAll('\n', '\r\n')}\r\n- [x] checked`
    expect(reasonFor({ body })).toBe('read')
  })

  it.each<readonly [string, Partial<Pull>, string]>([
    ['the block is gone', { body: 'nothing' }, 'tampered'],
    ['there are two blocks', { body: `${proposal.body}\n${proposal.body}` }, 'tampered'],
    ['the commit is not ours', { commitMessage: '' }, 'tampered'],
    ['the commit says another digest', { commitMessage: `x\n\nKintsugi-Block: ${'0'.repeat(64)}\n` }, 'tampered'],
    ['someone pushed to the open branch', { headIsOurs: false }, 'head-not-ours'],
    ['someone pushed before it was merged', { headIsOurs: false, state: 'merged' }, 'read'],
    ['nobody touched anything', {}, 'read'],
  ])('when %s', (_, change, reason) => {
    expect(reasonFor(change)).toBe(reason)
  })

  it('does not act on a record of a version that it does not know', () => {
    const newer = writeProposal({ ...input, record: { ...record, schema: 2 as unknown as 1 } }, templates)
    expect(readAttempt(pullOf(newer))).toEqual({ read: false, reason: 'record-unknown' })
  })
})

describe('a public repository', () => {
  const word = fc.stringMatching(/^[a-z0-9][a-z0-9.-]{0,20}$/)
  const subjects = fc.record(
    {
      cluster: word,
      namespace: word,
      kind: fc.constantFrom('Deployment', 'argoproj.io/Rollout'),
      name: word,
      container: word,
    },
    { requiredKeys: ['cluster', 'namespace', 'kind', 'name'], noNullPrototype: true },
  )

  it('gives back every record to the bot that serves its cluster', () => {
    fc.assert(
      fc.property(records, subjects, (one, subject) => {
        const lane = laneOf(subject)
        const own = { ...one, subject, lane, incident: incidentId(lane, one.failure, one.episodeStartMs) }
        const written = writeProposal({ ...input, record: own, audience: 'public' }, templates)
        const answer = readAttempt(pullOf(written), ['elsewhere', subject.cluster])
        expect(answer.read ? answer.attempt.record : answer.reason).toEqual(own)
        const stranger = readAttempt(pullOf(written), ['elsewhere'])
        expect(stranger.read && stranger.attempt.record.lane).not.toBe(lane)
      }),
      { numRuns: 200 },
    )
  })

  it('learns no name of a cluster from anything that is written there', () => {
    const subject = { ...record.subject, cluster: 'prod-eu-7' }
    const lane = laneOf(subject)
    const own = { ...record, subject, lane, incident: incidentId(lane, 'OOMKilled', record.episodeStartMs) }
    const diagnosis = { ...input.diagnosis, subject }
    const written = writeProposal({ ...input, diagnosis, record: own, audience: 'public' }, templates)
    const { record: _, ...seen } = written
    const conclusion = { verdict: 'resolved', atMs: NOW, because: 'quiet' } as const
    const note = noteText(diagnosis, 'notify-only', templates, { audience: 'public' })
    expect(JSON.stringify([seen, conclusionText(conclusion, own, templates), note])).not.toContain('prod-eu-7')
    expect(readNote(note, ['prod-eu-7'])?.lane).toBe(lane)
    expect(readNote(note, ['prod-eu-7'])?.incident).toBe(incidentId(lane, 'OOMKilled', diagnosis.startMs))
  })

  it('holds a conclusion that is read with the record as it was', () => {
    const written = writeProposal({ ...input, audience: 'public' }, templates)
    const conclusion = { verdict: 'resolved', atMs: NOW, because: 'quiet' } as const
    const comment = conclusionText(conclusion, record, templates)
    const answer = readAttempt(pullOf(written, { state: 'merged', comment }), ['demo'])
    expect(answer.read && answer.attempt.conclusion).toEqual(conclusion)
  })
})

describe('conclusions', () => {
  const conclusion = { verdict: 'insufficient', atMs: NOW, because: 'still killed @octocat -->' } as const

  it('are read back from the living comment', () => {
    const answer = readAttempt(
      pullOf(proposal, { state: 'merged', comment: conclusionText(conclusion, record, templates) }),
    )
    expect(answer.read && answer.attempt.conclusion).toEqual(conclusion)
  })

  it('are absent while a pull request is under way', () => {
    const answer = readAttempt(pullOf(proposal, { comment: statusText('verifying', undefined, templates) }))
    expect(answer.read && answer.attempt.conclusion).toBeUndefined()
  })

  it('of another attempt are not believed', () => {
    const other = conclusionText(conclusion, { ...record, decidedAtMs: NOW + 1 }, templates)
    expect(reasonFor({ comment: other })).toBe('tampered')
  })

  it('that were edited into nonsense are not believed', () => {
    const text = conclusionText(conclusion, record, templates).replace('insufficient', 'perfect')
    expect(reasonFor({ comment: text })).toBe(text.includes('"perfect"') ? 'tampered' : 'read')
    expect(reasonFor({ comment: text.replace('"insufficient"', '"perfect"') })).toBe('tampered')
  })

  it('of no moment that there is are not believed', () => {
    const text = conclusionText(conclusion, record, templates).replace(`"atMs":${NOW}`, '"atMs":1e999')
    expect(text).toContain('1e999')
    expect(reasonFor({ comment: text })).toBe('tampered')
  })

  it.each(['superseded', 'no-longer-needed', 'conflict'] as const)('come with a withdrawal that is %s', (reason) => {
    const text = withdrawText(record, reason, NOW, templates)
    const answer = readAttempt(pullOf(proposal, { state: 'closed', comment: text }))
    expect(answer.read && answer.attempt.conclusion?.verdict).toBe(reason)
  })
})
