import { githubForge } from '../../../src/adapters/github/index.ts'
import type { Lane } from '../../../src/domain/index.ts'
import { branchOf, readAttempt } from '../../../src/proposal/index.ts'
import { PREFIX } from './incidents.ts'
import type { MakeForge } from './run.ts'

/** The forge of GitHub as the bot has it; its check run is said plainly. */
export const forgeOver: MakeForge = (api, mirror, clock, name) =>
  githubForge(api, {
    url: 'https://github.example/acme/shop',
    branchPrefix: PREFIX,
    clock,
    mirror,
    branchOf: (lane: Lane) => branchOf(lane, PREFIX),
    read: readAttempt,
    checkText: (gates) => ({
      conclusion: gates.every(({ pass }) => pass) ? 'success' : 'neutral',
      title: `${gates.filter(({ pass }) => pass).length} of ${gates.length}`,
      summary: gates.map((gate) => `${gate.name}: ${gate.value}`).join('\n'),
    }),
    bases: ['main'],
    writer: name,
  })
