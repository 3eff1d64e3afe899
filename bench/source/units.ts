import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import picomatch from 'picomatch'
import { stringify } from 'yaml'
import type { Application, ApplicationSource } from '../../src/domain/index.ts'
import { loadAll, type Objects } from './objects.ts'
import type { Ran, Tools } from './tools.ts'

/** Something of a tree that the real tools render: an Application, or a kustomization that none deploys. */
export type Unit = { readonly name: string; readonly application: Application }

export type Rendered =
  | { readonly rendered: true; readonly objects: Objects }
  | { readonly rendered: false; readonly message: string }

/** Folder for what Argo CD would lay over a source; no tree has one of this name. */
export const OVER = '.kintsugi-bench'

function failed(message: string): Rendered {
  return { rendered: false, message: message.split('\n').slice(0, 3).join(' ').slice(0, 300) }
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() === true
}

const KUSTOMIZATIONS = ['kustomization.yaml', 'kustomization.yml', 'Kustomization']

export function isKustomized(dir: string): boolean {
  return KUSTOMIZATIONS.some((name) => isFile(join(dir, name)))
}

function variables(text: string, application: Application, source: ApplicationSource): string {
  const known: Readonly<Record<string, string>> = {
    ARGOCD_APP_NAME: application.name,
    ARGOCD_APP_NAMESPACE: application.destination.namespace,
    ARGOCD_APP_PROJECT_NAME: application.project,
    ARGOCD_APP_SOURCE_PATH: source.path ?? '',
    ARGOCD_APP_SOURCE_REPO_URL: source.repoURL,
    ARGOCD_APP_SOURCE_TARGET_REVISION: source.targetRevision,
  }
  return text.replaceAll(/\$\{?(ARGOCD_APP_[A-Z_]+)\}?/g, (whole, name: string) => known[name] ?? whole)
}

/** Files of a value file's name, from the root of the checkout; several for a glob. */
function valueFiles(root: string, source: ApplicationSource, application: Application): readonly string[] {
  return (source.helm?.valueFiles ?? []).flatMap((written) => {
    const name = variables(written, application, source)
    const path = name.startsWith('$')
      ? name.slice(name.indexOf('/') + 1)
      : name.startsWith('/')
        ? name.slice(1)
        : join(source.path ?? '', name)
    if (isFile(join(root, path))) return [path]
    if (!/[*?[{]/.test(path)) return source.helm?.ignoreMissingValueFiles === true ? [] : [path]
    const matches = picomatch(path)
    return readdirSync(root, { recursive: true, encoding: 'utf8' })
      .filter((one) => matches(one) && isFile(join(root, one)))
      .sort()
  })
}

function parameterArguments(source: ApplicationSource, application: Application): readonly string[] {
  return (source.helm?.parameters ?? []).map(({ name, value, forceString }) => {
    const given = variables(value, application, source)
    const text = given.startsWith('{') ? given : given.replace(/(?<!\\),/g, '\\,')
    return `${forceString ? '--set-string' : '--set'}=${name}=${text}`
  })
}

/** The command line of `helm template` that Argo CD would use, apart from what the project makes of it. */
export function templateArguments(root: string, application: Application, source: ApplicationSource): string[] {
  const helm = source.helm
  const inline: unknown = helm?.valuesObject ?? undefined
  const text = inline === undefined ? (helm?.values ?? '') : stringify(inline)
  const own: string[] = []
  if (text !== '') {
    const file = join(root, OVER, `${application.name}.values.yaml`)
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, text)
    own.push(`--values=${file}`)
  }
  return [
    'template',
    join(root, source.path ?? ''),
    `--name-template=${helm?.releaseName ?? application.name}`,
    `--namespace=${helm?.namespace ?? (application.destination.namespace || 'default')}`,
    ...(helm?.kubeVersion === undefined ? [] : [`--kube-version=${helm.kubeVersion}`]),
    ...(helm?.apiVersions ?? []).map((one) => `--api-versions=${one}`),
    ...valueFiles(root, source, application).map((path) => `--values=${join(root, path)}`),
    ...own,
    ...parameterArguments(source, application),
    helm?.skipCrds === true ? '--skip-crds' : '--include-crds',
  ]
}

function overlaid(root: string, application: Application, source: ApplicationSource): string {
  const { images = [], ...rest } = source.kustomize ?? {}
  const dir = join(root, OVER, application.name)
  rmSync(dir, { recursive: true, force: true })
  mkdirSync(dir, { recursive: true })
  const entries = images.map((text) => {
    const [from, to] = text.includes('=') ? text.split('=', 2) : [undefined, text]
    const [, name = '', tag, digest] = /^(.*?)(?::([^:/@]+))?(?:@(.+))?$/.exec(to ?? '') ?? []
    const version = digest === undefined ? (tag === undefined ? {} : { newTag: tag }) : { digest }
    return { name: from ?? name, ...(from === undefined ? {} : { newName: name }), ...version }
  })
  const components = rest.components?.map((one) => join('../..', source.path ?? '', one))
  const kustomization = {
    resources: [join('../..', source.path ?? '')],
    ...rest,
    ...(components === undefined ? {} : { components }),
    ...(entries.length === 0 ? {} : { images: entries }),
  }
  writeFileSync(join(dir, 'kustomization.yaml'), stringify(kustomization))
  return dir
}

function plain(root: string, source: ApplicationSource): Rendered {
  const { recurse = false, include, exclude } = source.directory ?? { recurse: false }
  const dir = join(root, source.path ?? '')
  const wanted = include === undefined ? undefined : picomatch(include)
  const unwanted = exclude === undefined ? undefined : picomatch(exclude)
  const objects = new Map<string, Objects extends ReadonlyMap<string, infer One> ? One : never>()
  const names = readdirSync(dir, { recursive: true, encoding: 'utf8' }).sort()
  for (const name of names) {
    if (!/\.(ya?ml|json)$/.test(name) || (!recurse && name.includes('/')) || !isFile(join(dir, name))) continue
    if (wanted?.(name) === false || unwanted?.(name) === true) continue
    for (const [key, object] of loadAll(readFileSync(join(dir, name), 'utf8'))) objects.set(key, object)
  }
  return { rendered: true, objects }
}

function loaded(ran: Ran): Rendered {
  return ran.ok ? { rendered: true, objects: loadAll(ran.stdout) } : failed(ran.stderr)
}

async function renderSource(
  tools: Tools,
  root: string,
  application: Application,
  source: ApplicationSource,
): Promise<Rendered> {
  const dir = join(root, source.path ?? '')
  if (source.path === undefined) return failed('its source is not in this tree')
  if (source.helm !== undefined || (isFile(join(dir, 'Chart.yaml')) && source.kustomize === undefined)) {
    return loaded(await tools.helm(templateArguments(root, application, source), root))
  }
  if (!isKustomized(dir)) return plain(root, source)
  const settings = Object.keys(source.kustomize ?? {}).length > 0
  return loaded(await tools.kustomize(settings ? overlaid(root, application, source) : dir))
}

/** Renders a unit from the checkout with the real tools; the later source wins, and what names no namespace has the destination's. */
export async function renderUnit(tools: Tools, root: string, { application }: Unit): Promise<Rendered> {
  const objects = new Map<string, Objects extends ReadonlyMap<string, infer One> ? One : never>()
  try {
    for (const source of application.sources) {
      if (source.ref !== undefined && source.path === undefined) continue
      const rendered = await renderSource(tools, root, application, source)
      if (!rendered.rendered) return rendered
      for (const [key, object] of rendered.objects) objects.set(key, object)
    }
  } catch (error) {
    return failed(String(error))
  }
  return { rendered: true, objects }
}
