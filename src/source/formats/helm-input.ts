import type { FileChange, HelmRenderInput, HelmSettings, Tree } from '../../domain/index.ts'
import { substituteBuildVariables } from '../build-variables.ts'
import type { ResolvedSource } from '../resolve.ts'
import { changedTree, joinPath } from '../tree.ts'
import type { RenderContext } from './format.ts'
import { type Chart, chartOf, dependenciesOf, eachChart, isTemplate, ownPaths, textIn } from './helm-charts.ts'

const NO_SETTINGS: HelmSettings = { valueFiles: [], ignoreMissingValueFiles: false, parameters: [] }

const mounted = new WeakMap<ResolvedSource, Tree>()

/** The tree with dependencies by `file://` where helm looks for them, as Argo CD has helm put them there before it renders. */
export function treeForHelm(source: ResolvedSource, context: RenderContext): Tree {
  const known = mounted.get(source)
  if (known !== undefined) return known
  const away = eachChart(chartOf(source, context.deps.unpack)).filter((one) => isAway(one))
  const files = away.flatMap(({ files: { paths, bytes }, mount }) =>
    paths.flatMap((path): FileChange[] => {
      const content = bytes(path)
      return content === undefined ? [] : [{ path: joinPath(mount, path) ?? path, content }]
    }),
  )
  const tree = files.length === 0 ? source.tree : changedTree(source.tree, files)
  mounted.set(source, tree)
  return tree
}

export function isAway({ packed, dir, mount }: Chart): boolean {
  return !packed && dir !== mount
}

/** What helm is asked, with Argo CD's defaults: the release is called as the Application, in its destination namespace. */
export function helmInput(source: ResolvedSource, context: RenderContext): HelmRenderInput {
  const settings = source.source.helm ?? NO_SETTINGS
  const { application, deps } = context
  const parameters = settings.parameters.map((one) => ({
    ...one,
    value: substituteBuildVariables(one.value, application, source.source),
  }))
  const { kubeVersion = deps.cluster?.kubeVersion, apiVersions = deps.cluster?.apiVersions } = settings
  return {
    tree: treeForHelm(source, context),
    chartPath: source.dir,
    releaseName: settings.releaseName ?? application.name,
    namespace: settings.namespace ?? application.destination.namespace,
    valueFiles: source.valueFiles.map(({ tree, path }) => ({ tree, path })),
    helm: {
      ...settings,
      parameters,
      ...(kubeVersion === undefined ? {} : { kubeVersion }),
      ...(apiVersions === undefined ? {} : { apiVersions }),
    },
    validateSchema: context.tracing !== true && settings.skipSchemaValidation !== true,
    ...(context.fresh === true ? { fresh: true } : {}),
  }
}

type Assumption = 'kubeVersion' | 'apiVersions'

/** `.Capabilities` as such may be handed to a helper that asks for either. */
const ASKS: Readonly<Record<Assumption, RegExp>> = {
  kubeVersion: /\.Capabilities\b(?!\.(?:APIVersions|HelmVersion))/,
  apiVersions: /\.Capabilities\b(?!\.(?:KubeVersion|HelmVersion))/,
}

const asked = new WeakMap<ResolvedSource, ReadonlySet<Assumption>>()

function askedOf(source: ResolvedSource, context: RenderContext): ReadonlySet<Assumption> {
  const known = asked.get(source)
  if (known !== undefined) return known
  const found = new Set<Assumption>()
  for (const chart of eachChart(chartOf(source, context.deps.unpack))) {
    // What nobody could open may ask for anything.
    if (isUnopened(chart)) for (const one of ['kubeVersion', 'apiVersions'] as const) found.add(one)
    for (const path of ownPaths(chart).filter(isTemplate)) {
      const text = textIn(chart.files, path)
      if (!text.includes('.Capabilities')) continue
      for (const one of ['kubeVersion', 'apiVersions'] as const) if (ASKS[one].test(text)) found.add(one)
    }
  }
  asked.set(source, found)
  return found
}

/** A dependency stands packed in `charts/`, and nothing opened it. */
function isUnopened({ files, below }: Chart): boolean {
  const packed = files.paths.some((path) => /^charts\/[^/]+\.tgz$/.test(path))
  return packed && dependenciesOf(files).length > below.length
}

/**
 * What the templates ask of the cluster that neither the Application nor the cluster itself has told: helm then answers with versions of
 * its own. HEURISTIC: read from the text of the templates, so that a chart that asks and makes nothing of it is named too.
 */
export function assumedBy(source: ResolvedSource, context: RenderContext): readonly string[] {
  const { kubeVersion, apiVersions } = helmInput(source, context).helm
  const told = { kubeVersion, apiVersions }
  return [...askedOf(source, context)].filter((one) => told[one] === undefined).sort()
}
