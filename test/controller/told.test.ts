import { describe, expect, it } from 'vitest'
import type { TickReport } from '../../src/controller/index.ts'
import { publicIdFor } from '../../src/controller/told.ts'
import { writeProposal } from '../../src/proposal/index.ts'
import { GitHubWalk } from '../github-model/github-walk.ts'
import { attemptOf, input, NOW, record, templates } from '../proposal/fixtures.ts'
import { shopOf } from '../scenarios/worlds.ts'

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

describe('links to queries', () => {
  async function bodyWith(page: string | undefined, visibility: 'private' | 'public'): Promise<string> {
    const walk = await GitHubWalk.begin({ ...shopOf({ only: ['cart'] }), repository: { settings: { visibility } } })
    const { config } = walk.deps()
    const clusters = config.clusters.map((one) => ({
      ...one,
      prometheus: {
        url: 'http://inside:9090',
        jobs: { cadvisor: [], kubeStateMetrics: [] },
        ...(page && { externalUrl: page }),
      },
    }))
    let report: TickReport | undefined
    for (let minute = 0; minute < 12; minute += 1) {
      await walk.minute()
      if (minute === 11) report = await walk.tick(walk.deps({}, { config: { ...config, clusters }, writes: 'observe' }))
    }
    const prepared = report?.lanes.map((lane) => lane.prepared).find(({ ready }) => ready === 'proposal')
    return prepared?.ready === 'proposal' ? prepared.proposal.body : ''
  }

  it('lead to the page that the operator names, and nowhere where none is named or everybody reads', async () => {
    const page = 'https://prometheus.shop.example/eu'
    expect(await bodyWith(page, 'private')).toContain(`(${page}/graph?g0.expr=`)
    const others = [await bodyWith(undefined, 'private'), await bodyWith(page, 'public')]
    for (const body of others) {
      expect(body).toContain('OOM')
      expect(body).not.toMatch(/graph\?|inside:9090/)
    }
  })
})
