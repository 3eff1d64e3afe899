import { tmpdir } from 'node:os'
import { isAbsolute, join, resolve } from 'node:path'
import { fileSigner, githubAccount, mirrorOf, type Pace } from '../../adapters/github/index.ts'
import { type Proxies, proxiesOf } from '../../adapters/outbound/index.ts'
import { digestOf, type ForgeConfig, KintsugiError } from '../../domain/index.ts'
import type { GithubAccess, GithubDoor } from './github-access.ts'

type Env = Readonly<Record<string, string | undefined>>

export type GithubDoorOptions = {
  readonly cwd: string
  readonly env: Env
  /** Time, where it is not the machine's. */
  readonly pace?: Pace
  /** Told what an operator should know: a clock that is wrong, commits that nobody signs. */
  readonly notice?: (text: string) => void
}

/** Speaks to GitHub as the App of each forge. What is mirrored on disk may be deleted at any time. */
export function githubDoor({ cwd, env, ...rest }: GithubDoorOptions): GithubDoor {
  const proxies = proxiesOf(env)
  return (forge) => accessTo(forge, cwd, join(cacheFolder(env), 'mirror'), { ...rest, ...(proxies && { proxies }) })
}

function accessTo(
  { name: forge, github }: ForgeConfig,
  cwd: string,
  mirrors: string,
  { notice, pace, proxies }: Pick<GithubDoorOptions, 'notice' | 'pace'> & { readonly proxies?: Proxies },
): GithubAccess {
  if (github === undefined)
    throw new KintsugiError(
      'KIN-2001',
      `forges: ${forge} has no appId and privateKeyFile; kintsugi init github makes both`,
    )
  if (github.signatures === 'absent')
    notice?.(`forge ${forge}: its server does not sign commits of Apps, so they are believed by their accounts alone`)
  const account = githubAccount({
    credentials: { kind: 'app', appId: github.appId, signer: fileSigner(resolve(cwd, github.privateKeyFile)) },
    baseUrl: github.apiUrl,
    ...(notice !== undefined && { notice }),
    ...(pace !== undefined && { pace }),
    ...(proxies && { proxies }),
  })
  return {
    async repository(owner, name) {
      const api = await account.repository(owner, name)
      // By digest: names of people are no names of folders.
      const dir = join(mirrors, digestOf([github.apiUrl, owner.toLowerCase(), name.toLowerCase()]).slice(0, 32))
      return { api, mirror: mirrorOf(api, { dir }) }
    },
    close: () => account.close(),
  }
}

/** `$XDG_CACHE_HOME/kintsugi`, the user's own cache, or a folder among the temporary files. */
function cacheFolder({ XDG_CACHE_HOME: told, HOME: home }: Env): string {
  if (told !== undefined && isAbsolute(told)) return join(told, 'kintsugi')
  if (home !== undefined && isAbsolute(home)) return join(home, '.cache', 'kintsugi')
  return join(tmpdir(), `kintsugi-${process.getuid?.() ?? 'user'}`)
}
