import { describe, expect, it } from 'vitest'
import { type Conclusion, measuredConfidence } from '../../src/domain/index.ts'
import { conclusionText, noteText, readNote, refusalText, sameNote, statusText } from '../../src/proposal/index.ts'
import { diagnosis, NOW, record, templates } from './fixtures.ts'
import { live } from './gfm.ts'
import { PLAIN_HOSTILE as HOSTILE } from './hostile.ts'

const verdicts: readonly (readonly [Conclusion['verdict'], string])[] = [
  ['resolved', '**Resolved.**'],
  ['insufficient', '**Not enough.**'],
  ['harmful', '**Harmful.**'],
  ['indeterminate', '**Cannot tell.**'],
  ['superseded', '**Superseded.**'],
  ['no-longer-needed', '**No longer needed.**'],
  ['conflict', '**Conflict.**'],
]

describe('what the bot says', () => {
  it.each(verdicts)('begins %s with its own words alone', (verdict, words) => {
    const text = conclusionText({ verdict, atMs: NOW, because: 'as measured' }, record, templates)
    expect(text.startsWith(words)).toBe(true)
    expect(verdicts.filter(([, others]) => text.includes(others))).toHaveLength(1)
  })

  it('does not say of a revert that the failure is gone which the change was to mend', () => {
    const revert = { ...record, kind: 'revert' as const }
    const text = (verdict: Conclusion['verdict']) =>
      conclusionText({ verdict, atMs: NOW, because: 'as measured' }, revert, templates)
    expect(text('resolved')).toMatch(/^\*\*Taken back\.\*\*.*may be seen again/)
    expect(text('insufficient')).toMatch(/^\*\*Not enough\.\*\* The change is taken back/)
    expect(text('resolved')).toContain('As measured.\n')
  })

  it('announces a revert only where the policy wants one', () => {
    const harm = { verdict: 'harmful', atMs: NOW, because: 'a crash loop began' } as const
    expect(conclusionText(harm, record, templates)).toContain('opens the revert')
    const told = { ...record, verify: { ...record.verify, onHarm: 'notify' as const } }
    expect(conclusionText(harm, told, templates)).not.toContain('opens the revert')
  })

  it('lets nothing live through', () => {
    const found = HOSTILE.flatMap((name) => {
      // Names are as long as an API server lets them be; sentences may be of any length.
      const short = name.slice(0, 2000)
      const subject = { ...diagnosis.subject, cluster: short, name: short }
      return [
        conclusionText({ verdict: 'harmful', atMs: NOW, because: name }, { ...record, subject }, templates),
        statusText('conflict', name, templates).replace('/kintsugi', 'kintsugi'),
        noteText({ ...diagnosis, subject, summary: name }, 'notify-only', templates, { message: name }),
      ].flatMap((text) => live(text))
    })
    expect(found).toEqual([])
  })
})

describe('a note on what models find', () => {
  const anomaly = { ...diagnosis, failure: 'Anomaly' as const, confidence: measuredConfidence(0.657) }

  it('says what its confidence was before earlier outcomes changed it', () => {
    const adjusted = { calibrated: measuredConfidence(0.62), verified: 3, refuted: 1 }
    const text = noteText({ ...anomaly, adjusted }, 'notify-only', templates)
    expect(text).toContain('confidence 0.66 (calibrated 0.62, after 3 verified and 1 refuted).')
    expect(noteText(anomaly, 'notify-only', templates)).toContain('confidence 0.66.')
  })

  it('asks how it is closed where a person can, and of nothing else', () => {
    const asks = (closable: boolean, told = anomaly) =>
      noteText(told, 'notify-only', templates, { closable }).includes('Close this as completed')
    expect([asks(true), asks(false)]).toEqual([true, false])
    expect(noteText(diagnosis, 'notify-only', templates, { closable: true })).not.toContain('Close this as completed')
  })
})

describe('living notes', () => {
  const note = noteText(diagnosis, 'notify-only', templates)

  it('say what was seen and why nothing is changed', () => {
    expect(note).toContain('OOMKilled of `shop/cart[app]`: noted, nothing is changed.')
    expect(note).toContain('`notify-only`')
  })

  it('are the same as long as incident and reason are, whatever is measured meanwhile', () => {
    const later = { ...diagnosis, lastMs: NOW + 60_000, evidence: [] }
    expect(sameNote(note, noteText(later, 'notify-only', templates))).toBe(true)
    expect(sameNote(note, noteText(later, 'cooldown', templates))).toBe(false)
    expect(sameNote(note, noteText({ ...later, startMs: NOW }, 'notify-only', templates))).toBe(false)
  })

  it('know what they are about', () => {
    expect(readNote(note)).toEqual({ lane: record.lane, incident: record.incident, reason: 'notify-only' })
  })

  it('keep the cluster to themselves in public', () => {
    const shown = noteText(diagnosis, 'notify-only', templates, { audience: 'public' }).replace(/<!--.*-->/, '')
    expect(shown).not.toContain('demo')
  })

  it('quote what stood in the way of a refusal', () => {
    expect(refusalText(diagnosis, 'hard-coded', 'the template writes 32Mi', templates)).toContain(
      'The template writes 32Mi',
    )
    expect(refusalText(undefined, 'hard-coded', 'the template writes 32Mi', templates)).toContain(
      'The template writes 32Mi',
    )
  })
})
