import type { HelmRenderInput, Reason, RenderOutcome } from '../../domain/index.ts'
import type { Renderer } from '../../ports/index.ts'
import { cacheKey } from './cache-key.ts'
import { keptOutcomes } from './kept-outcomes.ts'
import { outcomeStore } from './outcome-store.ts'

export type CachingOptions = {
  /** About as many bytes of outcomes stay in memory. */
  readonly memoryBytes: number
  /** Folder of outcomes that later processes read too; it is made, for this user alone. */
  readonly dir?: string
  /** Of packed outcomes in `dir`; 512 MB unless told. */
  readonly dirBytes?: number
}

/** What may be another thing the next time: these are asked again. */
const PASSING: ReadonlySet<Reason> = new Set(['render-limit', 'renderer-missing', 'renderer-unreachable'])
/** How helm itself begins; what else a child says may be about this machine, and is not for the next process. */
const SAID_BY_HELM = 'Error:'
const DIR_BYTES = 512 * 1024 * 1024

/**
 * The same renderer, which renders equal input once: the blobs of the chart and of its value files, the settings and the tool are the key.
 * Equal input at the same time shares one render. What asks for a `fresh` render gets one, and it is not kept; limits and absence are not
 * kept either.
 */
export function cachingRenderer(renderer: Renderer, options: CachingOptions): Renderer {
  const kept = keptOutcomes(options.memoryBytes)
  const store = options.dir === undefined ? undefined : outcomeStore(options.dir, options.dirBytes ?? DIR_BYTES)
  const underWay = new Map<string, Promise<RenderOutcome>>()

  const keep = async (key: string, outcome: RenderOutcome): Promise<void> => {
    if (!outcome.rendered && PASSING.has(outcome.reason)) return
    const json = JSON.stringify(outcome)
    kept.put(key, outcome, json.length)
    if (outcome.rendered || outcome.message.startsWith(SAID_BY_HELM)) await store?.put(key, json)
  }
  const find = async (key: string, input: HelmRenderInput): Promise<RenderOutcome> => {
    const stored = await store?.get(key)
    if (stored !== undefined) {
      kept.put(key, stored, JSON.stringify(stored).length)
      return stored
    }
    const outcome = await renderer.render(input)
    await keep(key, outcome)
    return outcome
  }
  return {
    get isolation() {
      return renderer.isolation
    },
    version: () => renderer.version(),
    ...(renderer.identity === undefined ? {} : { identity: () => renderer.identity?.() }),
    async render(input) {
      const tool = input.fresh === true ? undefined : (renderer.identity?.() ?? (await renderer.version()))
      const key = tool === undefined ? undefined : cacheKey(input, tool)
      if (key === undefined) return renderer.render(input)
      const known = kept.get(key)
      if (known !== undefined) return known
      const running = underWay.get(key)
      if (running !== undefined) return running
      const found = find(key, input).finally(() => underWay.delete(key))
      underWay.set(key, found)
      return found
    },
  }
}
