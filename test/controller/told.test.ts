import { describe, expect, it } from 'vitest'
import { publicIdFor } from '../../src/controller/told.ts'
import { writeProposal } from '../../src/proposal/index.ts'
import { attemptOf, input, NOW, record, templates } from '../proposal/fixtures.ts'

describe('the public id of an incident', () => {
  const attempt = (incident: string, publicId?: string) => {
    const own = { ...record, incident, ...(publicId === undefined ? {} : { publicId }) }
    return attemptOf(writeProposal({ ...input, record: own }, templates))
  }
  const first = attempt('a', 'rem-20261121-001')
  const other = attempt('b', 'rem-20261121-007')

  it('is the next of the day in the repository', () => {
    expect(publicIdFor('c', [], [], NOW)).toBe('rem-20261121-001')
    expect(publicIdFor('c', [], [first, other, attempt('d')], NOW)).toBe('rem-20261121-008')
    expect(publicIdFor('c', [], [first, other], NOW + 86_400_000)).toBe('rem-20261122-001')
  })

  it('stays what the first proposal of the incident recorded', () => {
    expect(publicIdFor('a', [first], [first, other], NOW + 86_400_000)).toBe('rem-20261121-001')
  })
})
