/** Hosts that answer for another one over SSH. */
const SAME_HOST: Readonly<Record<string, string>> = {
  'ssh.github.com': 'github.com',
  'altssh.gitlab.com': 'gitlab.com',
  'altssh.bitbucket.org': 'bitbucket.org',
  'ssh.dev.azure.com': 'dev.azure.com',
  'vs-ssh.visualstudio.com': 'dev.azure.com',
}

/** Azure DevOps has `v3/org/project/repo` over SSH and `org/project/_git/repo` over HTTPS. */
function plainPath(host: string, path: readonly string[]): readonly string[] {
  if (host !== 'dev.azure.com') return path
  return path.filter((step, at) => step !== '_git' && !(at === 0 && step === 'v3'))
}

/**
 * One name for the ways in which the address of a repository is written: `git@host:owner/name.git`, `ssh://git@host:22/owner/name` and `https://host/owner/name/` are one repository. Credentials are dropped,
 * and the port of SSH, which says nothing about which repository it is.
 */
export function repositoryKey(url: string): string {
  const scp = /^(?:[\w.-]+@)?([\w.-]+):(?!\/\/)(.+)$/.exec(url)
  const isSsh = /^(?:git\+)?ssh:\/\//i.test(url)
  const bare = scp === null ? url.replace(/^[a-z+]+:\/\/(?:[^/@]*@)?/i, '') : `${scp[1]}/${scp[2]}`
  const [first = '', ...path] = bare
    .replace(/\/+$/, '')
    .replace(/\.git$/, '')
    .split('/')
  const named = (isSsh ? first.replace(/:\d+$/, '') : first).toLowerCase()
  const host = Object.hasOwn(SAME_HOST, named) ? (SAME_HOST[named] ?? named) : named
  return [
    host,
    ...plainPath(
      host,
      path.filter((step) => step !== ''),
    ),
  ].join('/')
}

export function sameRepository(a: string, b: string): boolean {
  return a === b || repositoryKey(a) === repositoryKey(b)
}
