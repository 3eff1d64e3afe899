import type { Mirror } from '../../src/adapters/github/api.ts'
import { KintsugiError } from '../../src/domain/index.ts'
import type { ModelRepository } from './repository.ts'
import { listing } from './views.ts'

/** The files of commits, without a request: what the real one keeps on disk. */
export function modelMirror(repository: ModelRepository): Mirror {
  const { objects } = repository
  const known = (revision: string): void => {
    if (!objects.commits.has(revision)) throw new KintsugiError('KIN-4002', `there is no commit ${revision}`)
  }
  return {
    async tree(revision) {
      known(revision)
      const entries = objects.filesOf(revision)
      const regular = [...entries].filter(([, { mode }]) => mode.startsWith('100')).map(([path]) => path)
      const file = (path: string): string | undefined => {
        const entry = entries.get(path)
        return entry?.mode.startsWith('100') ? entry.oid : undefined
      }
      return {
        oid: objects.commits.get(revision)?.tree ?? '',
        paths: () => regular,
        bytes: (path) => objects.blobs.get(file(path) ?? ''),
        blob: file,
        special: (path) => {
          const mode = entries.get(path)?.mode
          return mode === '120000' ? 'symlink' : mode === '160000' ? 'submodule' : undefined
        },
      }
    },
    async listing(revision) {
      known(revision)
      const found = listing(objects, revision)
      if (found === undefined) throw new KintsugiError('KIN-4002', `there is no commit ${revision}`)
      return found
    },
  }
}
