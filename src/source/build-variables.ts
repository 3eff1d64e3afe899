import type { Application, ApplicationSource } from '../domain/index.ts'

/** A variable as Go's `os.Expand` reads it: `${name}`, `$name`, `$$`. What is in braces and has no name is dropped. */
const VARIABLE = /\$(?:\{([^}]*)\}|([A-Za-z_]\w*)|([*#$@!?\d-]))/g

/** These depend on the commit that is rendered, which is not known before it is made. */
const BY_COMMIT = /^ARGOCD_APP_REVISION(?:_SHORT(?:_8)?)?$/

/**
 * Build variables of Argo CD in value file names, parameters and Kustomize settings. As in Argo CD, `$$` stands for a dollar and a
 * variable that it does not know for nothing; those that depend on the commit are left as they are.
 */
export function substituteBuildVariables(text: string, application: Application, source: ApplicationSource): string {
  if (!text.includes('$')) return text
  const variables: ReadonlyMap<string, string> = new Map([
    ['ARGOCD_APP_NAME', application.name],
    ['ARGOCD_APP_NAMESPACE', application.destination.namespace],
    ['ARGOCD_APP_PROJECT_NAME', application.project],
    ['ARGOCD_APP_SOURCE_PATH', source.path ?? ''],
    ['ARGOCD_APP_SOURCE_REPO_URL', source.repoURL],
    ['ARGOCD_APP_SOURCE_TARGET_REVISION', source.targetRevision],
    ['$', '$'],
  ])
  return text.replaceAll(VARIABLE, (whole, braced?: string, bare?: string, sign?: string) => {
    const name = braced ?? bare ?? sign ?? ''
    return BY_COMMIT.test(name) ? whole : (variables.get(name) ?? '')
  })
}

/** The name of a value file with build variables in it. What stands before the first slash may name a source instead: that is left. */
export function valueFileName(written: string, application: Application, source: ApplicationSource): string {
  const slash = written.indexOf('/')
  const isRef = slash > 0 && written.startsWith('$') && !/^\$\{?ARGOCD_APP_/.test(written)
  const start = isRef ? slash : 0
  return written.slice(0, start) + substituteBuildVariables(written.slice(start), application, source)
}
