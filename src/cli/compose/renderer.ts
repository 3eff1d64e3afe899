import { isAbsolute, join } from 'node:path'
import { unpackChart } from '../../adapters/charts/index.ts'
import { cachingRenderer, helmRenderer, httpRenderer } from '../../adapters/render/index.ts'
import type { Renderer } from '../../ports/index.ts'
import type { RenderDeps } from '../../source/index.ts'

type Env = Readonly<Record<string, string | undefined>>

const MEMORY_BYTES = 128 * 1024 * 1024

/** Where outcomes stay from one run to the next; undefined where the user has no cache. */
function cacheFolder(env: Env): string | undefined {
  const { XDG_CACHE_HOME: told, HOME: home } = env
  if (told !== undefined && isAbsolute(told)) return join(told, 'kintsugi', 'renders')
  return home !== undefined && isAbsolute(home) ? join(home, '.cache', 'kintsugi', 'renders') : undefined
}

/** The helm of this machine, which renders equal input once. `kept`: also across processes, in the cache folder of the user. */
export function localRenderer(env: Env, { kept }: { readonly kept: boolean }): Renderer {
  const dir = kept ? cacheFolder(env) : undefined
  return cachingRenderer(helmRenderer({ env }), { memoryBytes: MEMORY_BYTES, ...(dir === undefined ? {} : { dir }) })
}

/** The renderer that the configuration names, or the helm of this machine. One that is named and absent is never stood in for. */
export function configuredRenderer(env: Env, told: { readonly url: string } | undefined): Renderer {
  if (told === undefined) return localRenderer(env, { kept: false })
  return cachingRenderer(httpRenderer(told), { memoryBytes: MEMORY_BYTES })
}

/** What the source room renders with on a laptop; where there is no helm, the renderer itself says so. */
export function localRenderDeps(
  env: Env,
  options: { readonly kept: boolean } = { kept: true },
): RenderDeps & { readonly tool: string | undefined } {
  const renderer = localRenderer(env, options)
  const tool = renderer.identity?.()
  return { helm: (input) => renderer.render(input), isolation: renderer.isolation, unpack: unpackChart, tool }
}
