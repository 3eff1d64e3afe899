import { type HelmRenderer, helmRenderer } from '../../src/adapters/render/index.ts'

/**
 * Version of the helm that tests find, undefined where there is none: then says what is skipped for it, or throws where
 * KINTSUGI_REQUIRE_TOOLS asks for real tools.
 */
export async function helmHere(what: string, renderer: HelmRenderer = helmRenderer()): Promise<string | undefined> {
  const version = await renderer.version()
  if (version !== undefined) return version
  if (process.env['KINTSUGI_REQUIRE_TOOLS'] !== undefined)
    throw new Error(`there is no helm for ${what}, and KINTSUGI_REQUIRE_TOOLS asks for it`)
  console.warn(`skipped: ${what}, because there is no helm (npm run tools fetches one)`)
  return undefined
}
