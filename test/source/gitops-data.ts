import { existsSync, readdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { Manifest, Tree } from '../../src/domain/index.ts'
import { memoryTree } from '../../src/source/index.ts'
import { readFiles } from './golden.ts'

/** Manifests of public repositories, beside the project; not part of it. */
export const DATA = resolve(import.meta.dirname, '../../../shared/data/gitops-dev')

export function dataThere(): boolean {
  const there = existsSync(DATA)
  if (!there) console.log('skipped: edits of public repositories, because ../shared/data/gitops-dev is not there')
  return there
}

export function dataTree(repository: string): Tree {
  return memoryTree(readFiles(join(DATA, repository)))
}

export function repositories(): readonly string[] {
  return readdirSync(DATA).sort()
}

export function applicationAt(path: string, source: Manifest = {}): Manifest {
  return {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Application',
    metadata: { name: 'sample', namespace: 'argocd' },
    spec: {
      source: { repoURL: 'https://example.com/public.git', path, ...source },
      destination: { namespace: 'default', name: 'prod' },
    },
  }
}
