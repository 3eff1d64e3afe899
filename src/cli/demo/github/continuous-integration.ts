import { isJsonObject, type JsonValue } from '../../../domain/index.ts'
import type { Control } from './control.ts'

/** Name of the App and of its check. */
export const CI_APP = 'ci'

export type ContinuousIntegration = { stop(): void }

/** How often the shop's CI looks for commits to check, in ms of the machine's clock. */
const LOOK_MS = 400

/** The shop's CI: it reports success on the head of every open pull request, once. */
export function continuousIntegration(control: Control, repo: string, appId: number): ContinuousIntegration {
  const checked = new Set<string>()
  let looking = false
  const look = async (): Promise<void> => {
    if (looking) return
    looking = true
    try {
      for (const sha of openHeads(await control('state', { repo }))) {
        if (checked.has(sha)) continue
        await control('reportCheck', { repo, sha, name: CI_APP, appId, conclusion: 'success' })
        checked.add(sha)
      }
    } catch {
      // The stand-in is going away, or the next look asks again.
    } finally {
      looking = false
    }
  }
  const timer = setInterval(() => void look(), LOOK_MS)
  return { stop: () => clearInterval(timer) }
}

function openHeads(state: JsonValue): readonly string[] {
  const pulls = isJsonObject(state) ? state['pulls'] : undefined
  if (!Array.isArray(pulls)) return []
  return pulls.flatMap((pull: JsonValue) => {
    if (!isJsonObject(pull) || pull['state'] !== 'open') return []
    const sha = isJsonObject(pull['head']) ? pull['head']['oid'] : undefined
    return typeof sha === 'string' ? [sha] : []
  })
}
