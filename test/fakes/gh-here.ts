import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

/**
 * Version of GitHub's own client that tests find, undefined where there is none: then says what is skipped for it, or throws where
 * KINTSUGI_REQUIRE_TOOLS asks for real tools.
 */
export async function ghHere(what: string): Promise<string | undefined> {
  const version = await promisify(execFile)('gh', ['--version']).then(
    ({ stdout }) => /gh version (\S+)/.exec(stdout)?.[1],
    () => undefined,
  )
  if (version !== undefined) return version
  if (process.env['KINTSUGI_REQUIRE_TOOLS'] !== undefined)
    throw new Error(`there is no gh for ${what}, and KINTSUGI_REQUIRE_TOOLS asks for it`)
  console.warn(`skipped: ${what}, because there is no gh (Debian's package gh)`)
  return undefined
}
