import { describe, expect, it } from 'vitest'
import { commonCauses } from '../../src/controller/index.ts'
import { betaMean, type Failure, type Finding } from '../../src/domain/index.ts'
import { cart, T0 } from '../fakes/incident.ts'

function findings(count: number, failure: Failure = 'ImagePullBackOff', container = 'app'): readonly Finding[] {
  return Array.from({ length: count }, (_, index) => ({
    subject: { ...cart, name: `web-${index}`, container },
    failure,
    by: { rule: 'image-pull' },
    confidence: betaMean(19, 1),
    startMs: T0,
    lastMs: T0,
    evidence: [],
    data: 'complete',
  }))
}

describe('commonCauses', () => {
  it.each([
    ['five of eight', findings(5), 8, ['ImagePullBackOff']],
    ['five of ten: half of them', findings(5), 10, ['ImagePullBackOff']],
    ['five of eleven: fewer than half', findings(5), 11, []],
    ['four of four: too few to tell', findings(4), 4, []],
    ['two containers of three workloads', [...findings(3), ...findings(3, 'ImagePullBackOff', 'proxy')], 4, []],
    ['three and three of two kinds', [...findings(3), ...findings(3, 'OOMKilled')], 6, []],
    ['nothing', [], 0, []],
  ] satisfies readonly [string, readonly Finding[], number, readonly Failure[]][])(
    '%s',
    (_name, all, watched, common) => {
      expect([...commonCauses(all, watched)]).toEqual(common)
    },
  )
})
