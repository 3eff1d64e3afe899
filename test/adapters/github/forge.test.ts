import { forgeContract } from '../../contracts/forge.ts'
import { OLGA, world } from './world.ts'

forgeContract('GitHub in memory', async () => {
  const { repository, people, clock, forge, start } = world()
  return {
    forge,
    restarted: () => start(),
    push: async (branch, files) => people.push(OLGA, branch, files),
    mergeByPerson: async (pull) => {
      people.merge(OLGA, pull.number)
    },
    closeByPerson: async (pull) => {
      people.close(OLGA, pull.number)
    },
    deleteBranch: async (branch) => {
      people.deleteBranch(OLGA, branch)
    },
    state: async () => String(repository.state.version),
    advance: (ms) => {
      clock.nowMs += ms
    },
  }
})
