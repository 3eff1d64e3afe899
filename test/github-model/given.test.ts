import { describe, expect, it } from 'vitest'
import type { TickReport } from '../../src/controller/index.ts'
import { shopOf } from '../scenarios/worlds.ts'
import { GitHubWalk } from './github-walk.ts'
import { type Call, Kill, OWNER } from './index.ts'

/** An incident up to the tick that opens, in which the process dies before the named call. */
async function openedUntil(method: Call['method'] | 'end'): Promise<GitHubWalk> {
  const walk = await GitHubWalk.begin(shopOf({ only: ['cart'] }))
  const deps = walk.deps({
    turn: async (call, when) => {
      if (call.method === method && when === 'before') throw new Kill()
    },
  })
  for (let minute = 0; minute < 12 && walk.repository.state.pulls.size === 0; minute += 1) {
    await walk.minute()
    await walk.tick(deps, walk.memory).catch((error: unknown) => {
      if (!(error instanceof Kill)) throw error
    })
  }
  return walk
}

function pullIn({ repository }: GitHubWalk) {
  const [pull] = repository.state.pulls.values()
  if (pull === undefined) throw new Error('it was opened')
  return pull
}

async function next(walk: GitHubWalk): Promise<{ readonly calls: readonly string[]; readonly report: TickReport }> {
  const calls: Call[] = []
  await walk.minute()
  const report = await walk.tick(walk.deps({ calls }))
  return { report, calls: calls.map(({ method }) => method) }
}

describe('labels and reviewers', () => {
  it('are given by the next process where a crash left them out', async () => {
    const walk = await openedUntil('adorn')
    expect(pullIn(walk).labels).toEqual([])
    expect((await next(walk)).calls.filter((method) => method === 'adorn')).toHaveLength(1)
    expect(pullIn(walk).labels).toEqual(['kintsugi'])
    expect((await next(walk)).calls).not.toContain('adorn')
  })

  it('cost no request where nothing is missing, and stay away where a person took them away', async () => {
    const walk = await openedUntil('end')
    expect(pullIn(walk).labels).toEqual(['kintsugi'])
    walk.repository.setPull({ ...pullIn(walk), labels: [] })
    walk.people.comment(OWNER, pullIn(walk).number, 'no labels here')
    expect((await next(walk)).calls).not.toContain('adorn')
    expect(pullIn(walk).labels).toEqual([])
  })
})
