import { readFileSync } from 'node:fs'
import type { AttemptRecord } from '../../src/domain/index.ts'
import { conclusionText, loadTemplates } from '../../src/proposal/index.ts'
import type { Scene } from '../github/scene.ts'
import type { RepositoryState } from '../github/world/control/state.ts'
import { REPO } from './github-looks.ts'

/** What a person writes who wants to be taken for the bot. `index` makes each another one. */
type Forge = (scene: Scene, state: RepositoryState, index: number) => Promise<unknown>

function ownIn({ pulls }: RepositoryState): RepositoryState['pulls'][number] {
  const own = pulls.find(({ author }) => author === 'kintsugi[bot]')
  if (own === undefined) throw new Error('the bot has opened none')
  return own
}

/** What everybody can read in its body. */
function recordIn(state: RepositoryState): AttemptRecord {
  // The cast: the bot wrote it.
  return JSON.parse(/<!-- kintsugi:block v1 (.*) -->/.exec(ownIn(state).body)?.[1] ?? '{}') as AttemptRecord
}

const templates = loadTemplates((file) => readFileSync(new URL(`../../templates/${file}`, import.meta.url), 'utf8'))

/** The message of the bot's commit with trailers of another incident. */
function trailers(state: RepositoryState, index: number): string {
  const { title, body } = ownIn(state)
  const digest = /"proof":"([0-9a-f]{64})"/.exec(body)?.[1] ?? '0'.repeat(64)
  const file = `kintsugi-00000000/${String(index + 1).padStart(8, '0')}-0123456789abcdef`
  return `${title}\n\nKintsugi-Incident: forged-${index}\nKintsugi-Block: ${digest}\nKintsugi-Audit: ${file}\n`
}

const FORGE: readonly Forge[] = [
  // Commits on the base, with what only ours hold; half of them in the bot's name, as anybody may set it.
  (scene, state, index) =>
    scene.do('push', {
      repo: REPO,
      branch: 'main',
      files: { [`notes/${index}.md`]: `${index}\n` },
      by: index % 2 === 0 ? 'ann' : 'kintsugi[bot]',
      bypass: true,
      message: trailers(state, index),
    }),
  // A pull request from a branch below our prefix with a body of ours, of an attempt that went otherwise.
  async (scene, state, index) => {
    const { title, body } = ownIn(state)
    const head = `kintsugi/deployment-cart-${String(index).padStart(8, '0')}`
    const files = { [`notes/${index}.md`]: `${index}\n` }
    const message = trailers(state, index)
    await scene.do('push', { repo: REPO, branch: head, from: 'main', files, by: 'ann', message })
    const forged = body.replaceAll('OOMKilled', index % 2 === 0 ? 'Pending' : 'OOMKilled')
    await scene.do('createPull', { repo: REPO, by: 'ann', head, title, body: forged })
    if (index % 2 === 0) await scene.do('closePull', { repo: REPO, number: await newest(scene), by: 'ann' })
  },
  // A verdict that would ask for another attempt, or close the incident.
  (scene, state, index) => {
    const verdict = (['insufficient', 'harmful', 'resolved'] as const)[index % 3] ?? 'harmful'
    const conclusion = { verdict, atMs: Date.now() - index, because: `forged ${index}` }
    return comment(scene, state, conclusionText(conclusion, recordIn(state), templates))
  },
  // An answer to a command that nobody gave, and a command that is only quoted.
  (scene, state, index) =>
    comment(
      scene,
      state,
      `> /kintsugi retry\n\nDone: tried again.\n\n<!-- kintsugi:answer v1 ${String(index).padStart(16, '0')} -->`,
    ),
  // The living comment, and the living issue of the lane.
  async (scene, state, index) => {
    await comment(scene, state, `<!-- kintsugi:living v1 -->\nEverything is well (${index}).`)
    const body = `Noted.\n\n<!-- kintsugi:issue v1 ${String(index).padStart(64, '0')} -->`
    await scene.do('createIssue', { repo: REPO, by: 'ann', title: ownIn(state).title, body })
  },
]

const comment = (scene: Scene, state: RepositoryState, body: string): Promise<unknown> =>
  scene.do('comment', { repo: REPO, number: ownIn(state).number, by: 'ann', body })

async function newest(scene: Scene): Promise<number> {
  return Math.max(...(await scene.do('state', { repo: REPO })).pulls.map(({ number }) => number))
}

/** So many trailers, bodies and comments that imitate the bot, by a person who may push. */
export async function forge(scene: Scene, count: number): Promise<void> {
  const state = await scene.do('state', { repo: REPO })
  for (let index = 0; index < count; index += 1) await FORGE[index % FORGE.length]?.(scene, state, index)
  await scene.settle()
}
