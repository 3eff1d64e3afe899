import type { Application, JsonObject } from '../domain/index.ts'
import { parseApplication } from './application.ts'

/** A directory that is to be treated as Argo CD would treat it. */
export type DirectoryAsked = {
  readonly name: string
  /** Relative to the root of the tree, '' for the root. */
  readonly path: string
  readonly repoURL: string
  /** Namespace of objects that name none; '' where it is not known. */
  readonly namespace: string
  /** As an Application writes them: relative to `path`, or from the root of the tree with a leading `/`. */
  readonly valueFiles?: readonly string[]
  readonly release?: string
}

/** The Application that would deploy a directory. It stands in no file: there is nothing of it that could be edited. */
export function directoryApplication(asked: DirectoryAsked): Application {
  const { valueFiles = [], release } = asked
  const helm: JsonObject = {
    ...(valueFiles.length > 0 && { valueFiles: [...valueFiles] }),
    ...(release !== undefined && { releaseName: release }),
  }
  const outcome = parseApplication({
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Application',
    metadata: { name: asked.name, namespace: 'argocd' },
    spec: {
      project: 'default',
      destination: { namespace: asked.namespace },
      source: {
        repoURL: asked.repoURL,
        targetRevision: 'HEAD',
        path: asked.path === '' ? '.' : asked.path,
        ...(Object.keys(helm).length > 0 && { helm }),
      },
    },
  })
  if (!outcome.parsed) throw new RangeError(`${asked.path} is not a path of a tree: ${outcome.message}`)
  return outcome.application
}

/** A name that Helm takes for a release and Kubernetes for an object, made of any text. */
export function releaseNameOf(text: string): string {
  const plain = text
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, 50)
    .replace(/^-|-$/g, '')
  return plain === '' ? 'root' : plain
}
