import { KintsugiError } from '../../domain/index.ts'

/** `https://host/a/b.git`, `git@host:a/b` and `ssh://git@host/a/b` are all `host/a/b`; a path stays one. Credentials are dropped. */
export function repositoryName(url: string): string {
  const plain = url
    .trim()
    .replace(/\/+$/, '')
    .replace(/\.git$/, '')
  const scp = /^(?:[^@/\s]+@)?([^:/\s]+):(?!\/)(.+)$/.exec(plain)
  if (scp !== null && !/^[A-Za-z]$/.test(scp[1] ?? '')) return `${scp[1]?.toLowerCase()}/${scp[2]}`
  if (!URL.canParse(plain)) return plain
  const { protocol, host, hostname, port, pathname } = new URL(plain)
  if (protocol === 'file:') return pathname
  return `${protocol === 'ssh:' && port !== '' ? hostname : host}${pathname}`
}

export type NamedRepository = {
  /** As the user named it, for messages. */
  readonly repo: string
  /** What `--url` says; none where it is not given. */
  readonly told: readonly string[]
  readonly origin: string | undefined
  /** `repoURL` of every source in Git of the Applications at hand. */
  readonly read: readonly string[]
}

/**
 * The spellings by which Applications name the repository at hand. It is the one that --url names; else the one it was
 * cloned from; else the only one that the Applications read. An Application of another repository must never be taken for
 * one of this, since a path that both have would then be edited here. Throws KIN-1001 where that cannot be told.
 */
export function urlsOfRepository({ repo, told, origin, read }: NamedRepository): readonly string[] {
  const spelled = (names: readonly string[]) => read.filter((url) => names.includes(repositoryName(url)))
  if (told.length > 0) return withNames([...told, ...spelled(told.map(repositoryName))])
  const fromOrigin = origin === undefined ? [] : spelled([repositoryName(origin)])
  if (fromOrigin.length > 0) return withNames(fromOrigin)
  const names = [...new Set(read.map(repositoryName))]
  if (names.length > 1) {
    throw new KintsugiError(
      'KIN-1001',
      `The Applications read ${names.length} repositories (${names.slice(0, 5).join(', ')}): say with --url which one ${repo} is.`,
    )
  }
  return withNames(read)
}

/** With the short form, which is how an operator's binding may name the repository. */
function withNames(urls: readonly string[]): readonly string[] {
  return [...new Set([...urls, ...urls.map(repositoryName)])]
}
