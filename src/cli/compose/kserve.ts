import { resolve } from 'node:path'
import { tokenOf, watchedFile } from '../../adapters/outbound/index.ts'
import type { Config } from '../../domain/index.ts'
import type { Clock, ClusterHistory, Compute } from '../../ports/index.ts'
import { type KserveServer, kserveServer } from '../../server/index.ts'
import { servedModels } from './served-models.ts'

export type KserveOptions = {
  readonly config: Config
  readonly cwd: string
  /** Absent where there is no Prometheus to learn from: then only series are judged. */
  readonly history: ClusterHistory | undefined
  readonly compute: Compute | undefined
  readonly clock: Pick<Clock, 'now'>
  /** Told of what goes wrong beside the requests. */
  readonly note: (text: string) => void
}

const REFRESH_MS = 10 * 60_000

/**
 * Serves our models where the configuration says so, and learns anew while it does. Throws what the system says of an address that cannot be
 * had, and KIN-1002 or KIN-2001 for a token file that is none.
 */
export async function startKserve(options: KserveOptions): Promise<KserveServer | undefined> {
  const { kserve } = options.config
  if (kserve === undefined) return undefined
  const { models, refresh } = servedModels(options)
  const token = kserve.tokenFile === undefined ? undefined : tokenIn(resolve(options.cwd, kserve.tokenFile))
  token?.()
  const server = await kserveServer({ ...kserve.listen, models, ...(token && { token }) })
  const learn = anewSaid(refresh, options.note)
  const timer = setInterval(learn, REFRESH_MS)
  timer.unref()
  void learn()
  return {
    url: server.url,
    close: async () => {
      clearInterval(timer)
      await server.close()
      await options.history?.close()
    },
  }
}

function tokenIn(path: string): () => string {
  const file = watchedFile(path, 'token file')
  return () => tokenOf(file, path)
}

/** One at a time, saying each problem once until it is another. */
function anewSaid(refresh: () => Promise<string | undefined>, note: (text: string) => void): () => Promise<void> {
  let before: string | undefined
  let running = false
  return async () => {
    if (running) return
    running = true
    const problem = await refresh().catch((error: unknown) => (error instanceof Error ? error.message : String(error)))
    running = false
    if (problem !== undefined && problem !== before) note(`kserve: ${problem}`)
    before = problem
  }
}
