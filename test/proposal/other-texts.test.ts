import { describe, expect, it } from 'vitest'
import type { Gate } from '../../src/domain/index.ts'
import { POLICY_API_VERSION, parsePolicies } from '../../src/policy/index.ts'
import {
  checkText,
  type DashboardState,
  dashboardText,
  ONBOARDING_FILE,
  type OnboardingInput,
  writeOnboarding,
} from '../../src/proposal/index.ts'
import { cart, NOW } from './fixtures.ts'
import { live, liveInLine } from './gfm.ts'
import { PLAIN_HOSTILE } from './hostile.ts'

/** Our own references to pull requests are the only ones that may be there. */
const liveBut7 = (text: string) => live(text.replaceAll('#7', 'no. 7'))

describe('the check run', () => {
  const gates: readonly Gate[] = [
    { name: 'policy', pass: true, value: 'shop-memory' },
    { name: 'required checks', pass: false, value: '0 of 1 green', reason: 'outside-window' },
    { name: 'hold', pass: false, value: 'held' },
  ]

  it('shows every gate, those that wait first, with what helps', () => {
    const { conclusion, title, summary } = checkText(gates)
    expect(conclusion).toBe('neutral')
    expect(title).toBe('Waits for 2 of 3 gates: required checks, hold')
    expect(summary.indexOf('required checks | 0 of 1 green')).toBeLessThan(summary.indexOf('| holds | policy'))
    expect(summary).toContain('Merge by hand, or wait for the window. (`outside-window`)')
  })

  it('is green only where every gate holds', () => {
    const { conclusion, title } = checkText(gates.slice(0, 1))
    expect([conclusion, title]).toEqual(['success', 'Every gate holds (1)'])
  })

  it('fits, and lets nothing live through', () => {
    for (const text of PLAIN_HOSTILE) {
      const many = Array.from({ length: 100 }, () => ({ name: text, pass: false, value: text }))
      const { title, summary } = checkText(many)
      expect([title.length <= 255, summary.length <= 65_535]).toEqual([true, true])
      expect([...live(checkText(many.slice(0, 2)).summary), ...liveInLine(title)]).toEqual([])
    }
  })
})

describe('the dashboard', () => {
  const state: DashboardState = {
    open: [
      { pull: 7, title: 'raise memory limit 32Mi -> 128Mi', waiting: [{ gate: 'window', reason: 'outside-window' }] },
      { pull: 7, title: 'other', waiting: [] },
    ],
    held: [{ subject: cart, pull: 7, by: 'ada', untilMs: NOW }],
    refused: [{ subject: cart, failure: 'MemoryLeak', reason: 'at-maximum' }],
    limits: [{ says: 'open pull requests of shop-memory', used: 2, most: 3 }],
    breaker: [{ policy: 'shop-memory', untilMs: NOW }],
    stopped: ['frozen'],
  }

  it('says what is open and what keeps the bot from more', () => {
    const text = dashboardText(state)
    expect(text).toContain('| #7 | raise memory limit 32Mi -> 128Mi | `outside-window` |')
    expect(text).toContain('| #7 | other | nothing: it is merged next |')
    expect(text).toContain('**Nothing is written now** (`frozen`)')
    expect(text).toContain('| open pull requests of shop-memory | 2 | 3 |')
  })

  it('is the same bytes for the same state, and short where nothing is', () => {
    expect(dashboardText(structuredClone(state))).toBe(dashboardText(state))
    const quiet = dashboardText({ open: [], held: [], refused: [], limits: [], breaker: [], stopped: [] })
    expect(quiet).toContain('Nothing is open, held or refused.')
  })

  it('fits, and lets nothing live through', () => {
    for (const text of PLAIN_HOSTILE) {
      const name = text.slice(0, 400)
      const one = { subject: { ...cart, namespace: name, name }, failure: text, reason: 'at-maximum' as const }
      const dashboard = (rows: number) =>
        dashboardText({
          open: [{ pull: 7, title: text, waiting: [{ gate: text }] }],
          held: [{ subject: one.subject, by: text }],
          refused: Array.from({ length: rows }, () => one),
          limits: [{ says: text, used: 1, most: 2 }],
          breaker: [{ policy: text, untilMs: NOW }],
          stopped: [],
        })
      expect(dashboard(500).length).toBeLessThan(60_000)
      expect(liveBut7(dashboard(2))).toEqual([])
    }
  })
})

describe('onboarding', () => {
  const input: OnboardingInput = {
    branch: 'kintsugi/onboarding',
    base: { branch: 'main', revision: '1'.repeat(40) },
    applications: [
      { name: 'shop-prod', path: 'apps/cart/overlays/prod', namespace: 'shop', workloads: 4 },
      { name: 'pay-prod', path: 'apps/pay', namespace: 'pay', workloads: 2 },
    ],
    would: [
      { subject: cart, failure: 'OOMKilled', file: 'apps/cart/values.yaml', line: 4, before: '32Mi', after: '128Mi' },
    ],
    lookedBackMs: 7 * 24 * 3_600_000,
    mayNotMerge: 'no check of another app is required on the base branch',
    apiVersion: POLICY_API_VERSION,
    audience: 'private',
  }

  it('adds policies that the bot itself reads, and that merge nothing', () => {
    const { files } = writeOnboarding(input)
    expect(files.map(({ path }) => path)).toEqual([ONBOARDING_FILE])
    const text = new TextDecoder().decode(files[0]?.content)
    const { policies, problems } = parsePolicies(text, ONBOARDING_FILE, {
      from: 'repository',
      repo: 'example.com/shop/gitops',
      file: ONBOARDING_FILE,
    })
    expect(problems).toEqual([])
    expect(policies.map(({ targetNamespace, pullRequest }) => [targetNamespace, pullRequest.mode])).toEqual([
      ['pay', 'propose'],
      ['shop', 'propose'],
    ])
  })

  it('says what was found, what would have happened, and that closing means no', () => {
    const { body } = writeOnboarding(input)
    expect(body).toContain('| `shop-prod` | `apps/cart/overlays/prod` | `shop` | 4 |')
    expect(body).toContain('`apps/cart/values.yaml:4` | `32Mi` → `128Mi`')
    expect(body).toContain('- Closed: no.')
    expect(body).toContain('Proposals alone, as long as no check of another app is required')
    expect(writeOnboarding({ ...input, would: [] }).body).toContain('Nothing: in the last 7d')
    expect(writeOnboarding({ ...input, audience: 'public' }).body).not.toContain('demo')
  })

  it('lets nothing live through, and names no namespace that Kubernetes would not', () => {
    for (const text of PLAIN_HOSTILE) {
      const [app] = input.applications
      const [would] = input.would
      if (app === undefined || would === undefined) throw new Error('nothing to try')
      const offer = writeOnboarding({
        ...input,
        applications: [app, { name: text, path: text, namespace: text, workloads: 1 }],
        would: [{ ...would, subject: { ...cart, cluster: text, name: text }, file: text, before: text, after: text }],
      })
      expect(live(offer.body)).toEqual([])
      const policies = new TextDecoder().decode(offer.files[0]?.content)
      expect(policies.match(/targetNamespace: .*/g)?.every((line) => /: [a-z0-9-]{1,63}$/.test(line))).toBe(true)
    }
  })
})
