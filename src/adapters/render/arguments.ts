import { formatPath, type HelmRenderInput } from '../../domain/index.ts'
import { oneLine, type Refused, refuse } from './refused.ts'

const MOST_PARAMETERS = 1000
/** Linux takes 128 KiB in one argument. */
const LONGEST_ARGUMENT = 100_000

const RELEASE = /^[a-z0-9]([a-z0-9.-]{0,51}[a-z0-9])?$/
const NAMESPACE = /^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)?$/
const KUBE_VERSION = /^v?\d{1,4}(\.\d{1,6}){0,2}([-+][\w.+-]{1,64})?$/
const API_VERSION = /^[A-Za-z0-9][\w./-]{0,316}$/

/**
 * The command line of `helm template`, in the folder of the chart, with value files by their names there. Every argument that holds foreign
 * text is one word that begins with its flag, so no text becomes a flag. As Argo CD has it: CRDs are part of the output unless skipped, and
 * commas in a parameter are escaped unless it is a list in braces.
 */
export function helmArguments(input: HelmRenderInput, valueFiles: readonly string[]): readonly string[] | Refused {
  const { releaseName, namespace, helm, validateSchema } = input
  // A release name is a Go template to helm, and all of these end up on a command line.
  if (!RELEASE.test(releaseName))
    return refuse('render-failed', `${oneLine(releaseName)} cannot be the name of a release`)
  if (!NAMESPACE.test(namespace))
    return refuse('render-failed', `${oneLine(namespace)} cannot be the name of a namespace`)
  if (helm.kubeVersion !== undefined && !KUBE_VERSION.test(helm.kubeVersion))
    return refuse('render-failed', `${oneLine(helm.kubeVersion)} is not a version of Kubernetes`)
  const odd = helm.apiVersions?.find((one) => !API_VERSION.test(one))
  if (odd !== undefined) return refuse('render-failed', `${oneLine(odd)} is not an API version`)
  const parameters = parameterArguments(helm.parameters)
  if (!Array.isArray(parameters)) return parameters
  return [
    'template',
    '.',
    `--name-template=${releaseName}`,
    ...(namespace === '' ? [] : [`--namespace=${namespace}`]),
    ...(helm.kubeVersion === undefined ? [] : [`--kube-version=${helm.kubeVersion}`]),
    ...(helm.apiVersions ?? []).map((one) => `--api-versions=${one}`),
    ...valueFiles.map((file) => `--values=${file}`),
    ...parameters,
    ...(helm.skipTests === true ? ['--skip-tests'] : []),
    helm.skipCrds === true ? '--skip-crds' : '--include-crds',
    ...(validateSchema ? [] : ['--skip-schema-validation']),
  ]
}

type Parameter = HelmRenderInput['helm']['parameters'][number]

function parameterArguments(parameters: readonly Parameter[]): string[] | Refused {
  if (parameters.length > MOST_PARAMETERS) return refuse('render-limit', `more than ${MOST_PARAMETERS} parameters`)
  // Of parameters with one name the last holds.
  const last = new Map(parameters.map((one) => [one.name, one]))
  const long = [...last.values()].find(({ name, value }) => name.length + value.length > LONGEST_ARGUMENT)
  if (long !== undefined)
    return refuse('render-limit', `the parameter ${oneLine(long.name)} is longer than ${LONGEST_ARGUMENT} characters`)
  const cut = [...last.values()].find(({ name, value }) => `${name}${value}`.includes('\0'))
  if (cut !== undefined) return refuse('render-failed', `the parameter ${formatPath([oneLine(cut.name)])} holds a NUL`)
  return [...last.values()].map(({ name, value, forceString }) => {
    const flag = forceString ? '--set-string' : '--set'
    return `${flag}=${name}=${escapeCommas(value)}`
  })
}

/** Argo CD's rule: a value in braces is a list and stays; elsewhere a comma that is not escaped is escaped. */
export function escapeCommas(value: string): string {
  if (value.startsWith('{') && value.endsWith('}')) return value
  return value.replace(/(?<!\\),/g, '\\,')
}
