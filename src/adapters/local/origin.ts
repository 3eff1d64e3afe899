import { gitAt } from './git.ts'

/** The URL that a bare repository was cloned from, as its configuration has it; undefined where it has none. It may hold credentials. */
export async function originOf(gitDir: string): Promise<string | undefined> {
  const answer = await gitAt(gitDir)(['config', '--local', '--get', 'remote.origin.url'])
  const url = answer.stdout.toString('utf8').trim()
  return answer.exit === 0 && url !== '' ? url : undefined
}
