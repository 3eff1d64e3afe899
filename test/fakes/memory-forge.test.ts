import { describe, expect, it } from 'vitest'
import { canonicalJson } from '../../src/domain/index.ts'
import type { Clock } from '../../src/ports/index.ts'
import { DECIDED, FIRST_FILES, forgeContract } from '../contracts/forge.ts'
import { live, type StoryWorld, WHOLE_END } from '../contracts/forge-story.ts'
import { type MemoryForge, memoryForge, pushByPerson } from './memory-forge.ts'

forgeContract('the memory forge', async () => {
  let nowMs = DECIDED
  const clock: Clock = { now: () => nowMs, sleep: async () => {} }
  const options = { url: 'memory:shop', branchPrefix: 'kintsugi', clock }
  const forge = memoryForge({ ...options, files: FIRST_FILES })
  const { memory } = forge
  return {
    forge,
    restarted: () => memoryForge({ ...options, repository: memory }),
    push: async (branch, files) => {
      const start = memory.refs.get('refs/heads/main')
      if (!memory.refs.has(`refs/heads/${branch}`) && start) memory.refs.set(`refs/heads/${branch}`, start)
      nowMs += 1000
      return pushByPerson(memory, branch, files, nowMs)
    },
    mergeByPerson: async (pull) => {
      await forge.mergeByPerson(pull.number, pull.headSha)
    },
    closeByPerson: async (pull) => {
      await forge.closeByPerson(pull.number)
    },
    deleteBranch: async (branch) => {
      memory.refs.delete(`refs/heads/${branch}`)
    },
    state: async () => canonicalJson([...memory.refs].sort()),
    advance: (ms) => {
      nowMs += ms
    },
  }
})

function storyWorld(): StoryWorld {
  const clock: Clock = { now: () => DECIDED, sleep: async () => {} }
  const options = { url: 'memory:shop', branchPrefix: 'kintsugi', clock }
  const { memory }: MemoryForge = memoryForge({ ...options, files: FIRST_FILES })
  return {
    start: (beforeWrite = () => {}) => {
      memory.beforeWrite = beforeWrite
      return memoryForge({ ...options, repository: memory })
    },
    leftOver: async () =>
      [...memory.refs.keys()].filter((ref) => /^refs\/(?:heads\/kintsugi|kintsugi\/open)\//.test(ref)),
  }
}

describe('what a kill leaves behind', () => {
  it('is taken up by the next process, whichever write was cut', async () => {
    const whole = await live(storyWorld(), Number.POSITIVE_INFINITY)
    expect(whole.end).toMatchObject(WHOLE_END)
    expect(whole.writes).toBeGreaterThan(25)
    for (let cutAt = 1; cutAt <= whole.writes; cutAt += 1)
      expect({ cutAt, end: (await live(storyWorld(), cutAt)).end }).toEqual({ cutAt, end: whole.end })
  })
})
