import type { KustomizeOverrides } from '../../domain/index.ts'
import { type Files, KUSTOMIZATION_NAMES } from './files.ts'
import { withOverrides } from './overrides.ts'
import { broken, unsupported } from './refusal.ts'
import { Written } from './written.ts'

/** A kustomization file, with its directory; '' is the root of the tree. */
export type Kustomization = {
  readonly dir: string
  readonly file: string
  readonly isComponent: boolean
  readonly fields: Written
}

const FIELDS = [
  'apiVersion',
  'kind',
  'metadata',
  'openapi',
  'namePrefix',
  'nameSuffix',
  'namespace',
  'commonLabels',
  'labels',
  'commonAnnotations',
  'patchesStrategicMerge',
  'patchesJson6902',
  'patches',
  'images',
  'imageTags',
  'replacements',
  'replicas',
  'vars',
  'sortOptions',
  'resources',
  'components',
  'crds',
  'bases',
  'configMapGenerator',
  'secretGenerator',
  'helmGlobals',
  'helmCharts',
  'helmChartInflationGenerator',
  'generatorOptions',
  'configurations',
  'generators',
  'transformers',
  'validators',
  'buildMetadata',
] as const

/** Fields of real kustomize that this build does not follow: each would change what is rendered. */
const NOT_BUILT = [
  'vars',
  'configurations',
  'crds',
  'helmCharts',
  'helmChartInflationGenerator',
  'openapi',
  'generators',
  'validators',
  'buildMetadata',
] as const

/** What Argo CD needs for some of these, beside what is missing here. */
const NEEDS: Readonly<Record<string, string>> = {
  helmCharts: ' (Argo CD builds it with --enable-helm in kustomize.buildOptions)',
  helmChartInflationGenerator: ' (Argo CD builds it with --enable-helm in kustomize.buildOptions)',
}

/** Path of the kustomization file of a directory, or undefined when it has none. Throws a Refusal when it has two. */
export function kustomizationPath(files: Files, dir: string, at: string): string | undefined {
  const paths = KUSTOMIZATION_NAMES.map((name) => (dir === '' ? name : `${dir}/${name}`)).filter((path) =>
    files.isFile(path),
  )
  if (paths.length > 1)
    throw broken(`${at}: ${dir === '' ? 'the root' : dir} has ${paths.join(' and ')}; only one may stand there`)
  return paths[0]
}

/**
 * Reads the kustomization of `dir`. `at` says who asks for it; `from` is the directory that names it, `role` what it is to that.
 * Throws a Refusal for what is missing, not valid, or not built here.
 */
export function readKustomization(
  files: Files,
  dir: string,
  asked: { readonly at: string; readonly from: string; readonly component: boolean },
  overrides?: KustomizeOverrides,
): Kustomization {
  const path = kustomizationPath(files, dir, asked.at)
  if (path === undefined) throw broken(`${asked.at}: there is no kustomization in ${dir === '' ? 'the root' : dir}`)
  files.note(path, asked.component ? 'component' : 'kustomization', asked.from)
  const bytes = files.tree.bytes(path)
  files.spend(bytes?.byteLength ?? 0, asked.at)
  const file = bytes === undefined ? undefined : files.parse(path, bytes, 'settings')
  const documents = file?.documents.filter((one) => !one.empty) ?? []
  if (file === undefined || documents[0] === undefined) throw broken(`${path}:1: is empty`)
  if (documents[1] !== undefined) throw broken(`${path}:${documents[1].line}: a kustomization is one document`)
  const origin = { file: path, lineOf: file.lineOf ?? (() => 1) }
  const fields = new Written(documents[0].value, [], origin)
  fields.map()
  const value = overrides === undefined ? fields : new Written(withOverrides(fields.map(), overrides), [], origin)
  return checked({ dir, file: path, isComponent: value.get('kind').text() === 'Component', fields: value })
}

function checked(kustomization: Kustomization): Kustomization {
  const { fields, isComponent } = kustomization
  fields.only(FIELDS)
  const says = Object.entries(fields.map()).some(
    ([key, value]) => key !== 'apiVersion' && key !== 'kind' && value !== null,
  )
  if (!says) throw broken(`${fields.at}: is empty`)
  const kind = fields.get('kind')
  if (kind.filled && kind.text() !== 'Kustomization' && !isComponent) {
    throw broken(`${kind.at}: kind should be Kustomization or Component`)
  }
  const apiVersion = fields.get('apiVersion')
  const wanted = isComponent ? 'kustomize.config.k8s.io/v1alpha1' : 'kustomize.config.k8s.io/v1beta1'
  if (apiVersion.filled && apiVersion.text() !== wanted)
    throw broken(`${apiVersion.at}: apiVersion should be ${wanted}`)
  for (const name of NOT_BUILT) {
    const field = fields.get(name)
    if (field.filled) throw unsupported(`${field.at}: ${name} is not built here${NEEDS[name] ?? ''}`)
  }
  return kustomization
}
