import { canonicalJson } from '../../src/domain/index.ts'
import type { Clock } from '../../src/ports/index.ts'
import { DECIDED, FIRST_FILES, forgeContract } from '../contracts/forge.ts'
import { memoryForge, pushByPerson } from './memory-forge.ts'

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
