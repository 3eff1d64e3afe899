import type { HelmRenderInput, HelmSettings } from '../../domain/index.ts'
import { type Refused, refuse } from '../refused.ts'
import { type ResolvedSource, type SourceFile, substituteBuildVariables } from '../resolve.ts'
import { filesBelow, joinPath } from '../tree.ts'
import { type Format, type RenderContext, type Rendering, sourceFile } from './format.ts'

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

function chartFiles(source: ResolvedSource): readonly SourceFile[] {
  return [...filesBelow(source.tree, source.dir).map((path) => sourceFile(source, path)), ...source.valueFiles]
}

async function render(source: ResolvedSource, context: RenderContext): Promise<Rendering | Refused> {
  const { helm } = context.deps
  if (helm === undefined) return refuse('renderer-missing', `${source.where} is a chart, and there is no helm`)
  const outcome = await helm(helmInput(source, context))
  if (!outcome.rendered) return refuse(outcome.reason, outcome.message)
  return { objects: outcome.objects, tool: outcome.tool, files: chartFiles(source) }
}

/** A Helm chart, rendered by helm through the function that is handed in. */
export const helm: Format = {
  name: 'helm',
  recognises: (source) =>
    source.source.helm !== undefined ||
    source.source.chart !== undefined ||
    (source.source.kustomize === undefined &&
      source.source.directory === undefined &&
      source.tree.blob(joinPath(source.dir, 'Chart.yaml') ?? '') !== undefined),
  render,
  reads: chartFiles,
}
