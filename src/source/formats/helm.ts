import { type Refused, refuse } from '../refused.ts'
import type { ResolvedSource, SourceFile } from '../resolve.ts'
import { filesBelow, joinPath } from '../tree.ts'
import { type Format, type RenderContext, type Rendering, sourceFile } from './format.ts'
import { chartOf, eachChart } from './helm-charts.ts'
import { assumedBy, helmInput, isAway } from './helm-input.ts'
import { helmPlaces } from './helm-places.ts'
import { keepRendered } from './helm-said.ts'
import { kustomizationFile } from './kustomize-file.ts'

/** The chart with the dependencies that stand elsewhere in the repository, and the value files. */
function chartFiles(source: ResolvedSource): readonly SourceFile[] {
  const away = eachChart(chartOf(source, undefined)).filter((one) => isAway(one))
  const dirs = new Set([source.dir, ...away.map(({ dir }) => dir)])
  const paths = new Set([...dirs].flatMap((dir) => filesBelow(source.tree, dir)))
  return [...[...paths].map((path) => sourceFile(source, path)), ...source.valueFiles]
}

async function render(source: ResolvedSource, context: RenderContext): Promise<Rendering | Refused> {
  const { helm } = context.deps
  if (helm === undefined) return refuse('renderer-missing', `${source.where} is a chart, and there is no helm`)
  const outcome = await helm(helmInput(source, context))
  if (!outcome.rendered) return refuse(outcome.reason, outcome.message)
  keepRendered(source, outcome.objects)
  return {
    objects: outcome.objects,
    tool: outcome.tool,
    files: chartFiles(source),
    assumed: assumedBy(source, context),
  }
}

/** A Helm chart, rendered by helm through the function that is handed in. */
export const helm: Format = {
  name: 'helm',
  recognises: (source) =>
    source.source.helm !== undefined ||
    source.source.chart !== undefined ||
    (source.source.kustomize === undefined &&
      source.source.directory === undefined &&
      // Of a directory with both, Argo CD makes a kustomization.
      kustomizationFile(source) === undefined &&
      source.tree.blob(joinPath(source.dir, 'Chart.yaml') ?? '') !== undefined),
  render,
  reads: chartFiles,
  places: helmPlaces,
}
