import type { HelmRenderInput, HelmSettings } from '../../domain/index.ts'
import { type ResolvedSource, substituteBuildVariables } from '../resolve.ts'
import type { RenderContext } from './format.ts'

const NO_SETTINGS: HelmSettings = { valueFiles: [], ignoreMissingValueFiles: false, parameters: [] }

/** What helm is asked, with Argo CD's defaults: the release is called as the Application, in its destination namespace. */
export function helmInput(source: ResolvedSource, context: RenderContext): HelmRenderInput {
  const settings = source.source.helm ?? NO_SETTINGS
  const { application } = context
  const parameters = settings.parameters.map((one) => ({
    ...one,
    value: substituteBuildVariables(one.value, application, source.source),
  }))
  return {
    tree: source.tree,
    chartPath: source.dir,
    releaseName: settings.releaseName ?? application.name,
    namespace: settings.namespace ?? application.destination.namespace,
    valueFiles: source.valueFiles.map(({ tree, path }) => ({ tree, path })),
    helm: { ...settings, parameters },
    validateSchema: context.tracing !== true,
  }
}
