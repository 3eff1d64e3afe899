/**
 * One name for the ways in which a repository's address is written: `git@host:owner/name.git`, `ssh://git@host/owner/name` and
 * `https://host/owner/name/` are one, as they are to Argo CD.
 */
export function repositoryName(url: string): string {
  const scp = /^(?:[\w.-]+@)?([\w.-]+):(?!\/\/)(.+)$/.exec(url)
  const bare = scp === null ? url.replace(/^[a-z+]+:\/\/(?:[^/@]*@)?/i, '') : `${scp[1]}/${scp[2]}`
  const [host = '', ...path] = bare
    .replace(/\/+$/, '')
    .replace(/\.git$/, '')
    .split('/')
  return [host.toLowerCase().replace(/:\d+$/, ''), ...path].join('/')
}

export function sameRepository(a: string, b: string): boolean {
  return a === b || repositoryName(a) === repositoryName(b)
}
