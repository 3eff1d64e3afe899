import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { helmRenderer } from '../adapters/render/index.ts'
import type { Io } from './io.ts'

const ANSWER_MS = 5000

export type Installed = {
  readonly kintsugi: string
  readonly node: string
  readonly git: string | null
  readonly helm: string | null
}

/** First line that a tool prints about itself, or null where it is absent, fails or hangs. It gets nothing but PATH and HOME. */
function ask(tool: string, args: readonly string[], env: Io['env']): Promise<string | null> {
  const { PATH, HOME } = env
  return new Promise((resolve) => {
    execFile(
      tool,
      [...args],
      { timeout: ANSWER_MS, maxBuffer: 65_536, env: { ...(PATH && { PATH }), ...(HOME && { HOME }) } },
      (error, stdout) => resolve(error === null ? (stdout.split('\n')[0]?.trim() ?? '') : null),
    )
  })
}

async function ownVersion(): Promise<string> {
  const manifest: unknown = JSON.parse(await readFile(new URL('../../package.json', import.meta.url), 'utf8'))
  const found =
    typeof manifest === 'object' && manifest !== null && 'version' in manifest ? manifest.version : undefined
  return typeof found === 'string' ? found : 'unknown'
}

/** Versions of what Kintsugi runs with. Helm is the one that would render charts. */
export async function installed(env: Io['env']): Promise<Installed> {
  const [kintsugi, git, helm] = await Promise.all([
    ownVersion(),
    ask('git', ['--version'], env),
    helmRenderer({ env })
      .version()
      .catch(() => undefined),
  ])
  return { kintsugi, node: process.version, git: git?.replace(/^git version /, '') ?? null, helm: helm ?? null }
}

/** What the renderer of the configuration says of itself; null where it does not answer as one. */
export type Named = {
  readonly url: string
  readonly says: {
    readonly tool: string | null
    readonly isolation: string
    readonly exposed: readonly string[]
  } | null
}

/** Asks the renderer that the configuration names, if it names one. */
export async function namedRenderer(configFile: string, cwd: string): Promise<Named | undefined> {
  const [{ readConfig }, { httpRenderer }] = await Promise.all([
    import('./compose/controller.ts'),
    import('../adapters/render/index.ts'),
  ])
  const { renderer: told } = await readConfig(configFile, cwd)
  if (told === undefined) return undefined
  const renderer = httpRenderer(told)
  const about = await renderer.about()
  await renderer.close()
  return { url: told.url, says: about === undefined ? null : { ...about, tool: about.tool ?? null } }
}
