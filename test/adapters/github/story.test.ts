import { describe, expect, it } from 'vitest'
import { live, type StoryWorld, WHOLE_END } from '../../contracts/forge-story.ts'
import type { Call, Fault } from '../../github-model/index.ts'
import { type World, world } from './world.ts'

function storyOn(made: World, when: 'before' | 'after'): StoryWorld {
  return {
    start: (cut) => {
      return made.start({
        turn: async (call, now) => {
          if (call.write && now === when) cut?.()
        },
      })
    },
    leftOver: async () => [...made.repository.state.branches.keys()].filter((name) => name.startsWith('kintsugi/')),
  }
}

/** What people would see twice. */
function doubled({ repository }: World): unknown {
  const { pulls, issues, checks } = repository.state
  return {
    pulls: [...pulls.values()].map(({ number, comments }) => [number, comments.length]),
    issues: issues.size,
    checks: new Set(checks.map(({ sha, name }) => `${sha} ${name}`)).size === checks.length,
  }
}

const NOTHING_DOUBLED = {
  pulls: [
    [1, 1],
    [3, 1],
  ],
  issues: 1,
  checks: true,
}

describe('a life of one attempt', () => {
  it('ends as it should when nothing is cut', async () => {
    const made = world()
    const whole = await live(storyOn(made, 'before'), Number.POSITIVE_INFINITY)
    // Issues and pull requests have one row of numbers.
    const pulls = WHOLE_END.pulls.map((pull) => (pull.number === 1 ? pull : { ...pull, number: 3 }))
    expect(whole.end).toMatchObject({ ...WHOLE_END, pulls })
  })

  it.each(['before', 'after'] as const)('goes on after a kill %s any write', async (when) => {
    const whole = await live(storyOn(world(), when), Number.POSITIVE_INFINITY)
    expect(whole.writes).toBeGreaterThan(15)
    for (let cutAt = 1; cutAt <= whole.writes; cutAt += 1) {
      const made = world()
      const cut = await live(storyOn(made, when), cutAt)
      expect({ cutAt, end: cut.end }).toEqual({ cutAt, end: whole.end })
    }
  })

  const forms: readonly Fault[] = ['lost-before', 'lost-after', { partial: 1 }, { partial: 2 }]
  it.each(forms)('comes through an unclear answer to any write: %j', async (form) => {
    const calls: Call[] = []
    const whole = world()
    await live({ ...storyOn(whole, 'before'), start: () => whole.start({ calls }) }, Number.POSITIVE_INFINITY)
    const end = (await live(storyOn(world(), 'before'), Number.POSITIVE_INFINITY)).end
    const writes = calls.filter(({ write }) => write).length
    for (let at = 1; at <= writes; at += 1) {
      const made = world()
      let seen = 0
      const faults = ({ write }: Call): Fault | undefined => (write && ++seen === at ? form : undefined)
      const lived = await live(
        { ...storyOn(made, 'before'), start: () => made.start({ faults }) },
        Number.POSITIVE_INFINITY,
      )
      expect({ at, end: lived.end, doubled: doubled(made) }).toEqual({ at, end, doubled: NOTHING_DOUBLED })
    }
  })
})
