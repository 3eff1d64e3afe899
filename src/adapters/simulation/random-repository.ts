import {
  type ApplicationText,
  applicationYaml,
  deploymentYaml,
  kustomizationYaml,
  policyYaml,
  resourcesPatchYaml,
  serviceYaml,
} from './manifests.ts'
import type { Draw } from './random-draw.ts'
import type { RepositoryFiles } from './shop-repository.ts'

const REGISTRY = 'registry.example'

export function imageOf(name: string, tag: string): string {
  return `${REGISTRY}/${name}:${tag}`
}

export const GOOD_TAG = '1.4.0'
export const NEXT_TAG = '1.5.0'

/** Namespace of the staging twin that shares the base. */
export function stagingOf(draw: Draw): string {
  return `${draw.namespace}-staging`
}

export function randomApplicationTexts(draw: Draw, repoURL: string): readonly ApplicationText[] {
  const app = (name: string, path: string, namespace = draw.namespace): ApplicationText => ({
    ...{ name, repoURL, branch: 'main', path, namespace },
  })
  const neighbour = app(draw.neighbour, `apps/${draw.neighbour}`)
  if (draw.layout === 'plain') return [app(draw.name, `apps/${draw.name}`), neighbour]
  const main = app(draw.name, `apps/${draw.name}/overlays/prod`)
  if (draw.layout !== 'shared-base') return [main, neighbour]
  return [main, app(`${draw.name}-staging`, `apps/${draw.name}/overlays/staging`, stagingOf(draw)), neighbour]
}

/** The repository with the faulty workload at one tag of its image. */
export function randomRepository(draw: Draw, repoURL: string, tag: string): RepositoryFiles {
  const applications = randomApplicationTexts(draw, repoURL).map((app) => [
    `argocd/${app.name}.yaml`,
    applicationYaml(app),
  ])
  return {
    ...Object.fromEntries(applications),
    ...appFiles(draw, tag),
    ...neighbourFiles(draw),
    '.kintsugi/policies/all.yaml': policies(draw),
  }
}

function memoryOf(limitMiB: number): { limit: string; request: string } {
  return { limit: `${limitMiB}Mi`, request: `${Math.floor(limitMiB / 2)}Mi` }
}

function workloadYaml(draw: Draw, it: { namespace?: string; tag: string; memoryMiB: number }): string {
  return deploymentYaml({
    ...{ name: draw.name, kind: draw.kind, replicas: draw.replicas, tier: 'backend', container: draw.container },
    ...(it.namespace === undefined ? {} : { namespace: it.namespace }),
    ...(draw.kind === 'Deployment' ? { maxUnavailable: 1 } : {}),
    image: imageOf(draw.name, it.tag),
    memory: memoryOf(it.memoryMiB),
    cpu: { limit: `${draw.cpuLimitMillicores}m`, request: '50m' },
  })
}

function appFiles(draw: Draw, tag: string): RepositoryFiles {
  const root = `apps/${draw.name}`
  if (draw.layout === 'plain')
    return {
      [`${root}/workload.yaml`]: workloadYaml(draw, { namespace: draw.namespace, tag, memoryMiB: draw.limitMiB }),
    }
  const overlay = `${root}/overlays/prod`
  const patched = draw.layout === 'kustomize-patch' || draw.layout === 'kustomize-json6902'
  // A patch that lowers or raises what the base has: what counts is not in the base.
  const memoryMiB = patched ? draw.limitMiB * 2 : draw.limitMiB
  const base = {
    [`${root}/base/kustomization.yaml`]: kustomizationYaml('resources:\n  - workload.yaml\n  - service.yaml\n'),
    [`${root}/base/workload.yaml`]: workloadYaml(draw, {
      tag: draw.layout === 'images-entry' ? GOOD_TAG : tag,
      memoryMiB,
    }),
    [`${root}/base/service.yaml`]: serviceYaml(draw.name),
  }
  const head = (namespace: string) => `namespace: ${namespace}\nresources:\n  - ../../base\n`
  const staging = { [`${root}/overlays/staging/kustomization.yaml`]: kustomizationYaml(head(stagingOf(draw))) }
  return {
    ...base,
    ...(draw.layout === 'shared-base' ? staging : {}),
    [`${overlay}/kustomization.yaml`]: kustomizationYaml(head(draw.namespace) + overlayLines(draw, tag)),
    ...(patched ? { [`${overlay}/resources.yaml`]: patchFile(draw) } : {}),
  }
}

function overlayLines(draw: Draw, tag: string): string {
  const target = `    target:\n      kind: ${draw.kind}\n      name: ${draw.name}\n`
  if (draw.layout === 'kustomize-patch') return 'patches:\n  - path: resources.yaml\n'
  if (draw.layout === 'kustomize-json6902') return `patches:\n  - path: resources.yaml\n${target}`
  if (draw.layout === 'images-entry') return `images:\n  - name: ${REGISTRY}/${draw.name}\n    newTag: ${tag}\n`
  return ''
}

function patchFile(draw: Draw): string {
  const memory = memoryOf(draw.limitMiB)
  if (draw.layout === 'kustomize-patch')
    return resourcesPatchYaml({ kind: draw.kind, name: draw.name, container: draw.container, memory })
  const at = '/spec/template/spec/containers/0/resources'
  return `- op: replace\n  path: ${at}/limits/memory\n  value: ${memory.limit}\n- op: replace\n  path: ${at}/requests/memory\n  value: ${memory.request}\n`
}

function neighbourFiles(draw: Draw): RepositoryFiles {
  const name = draw.neighbour
  return {
    [`apps/${name}/deployment.yaml`]: deploymentYaml({
      ...{
        name,
        namespace: draw.namespace,
        replicas: 2,
        tier: 'web',
        container: 'app',
        image: imageOf(name, GOOD_TAG),
      },
      memory: { limit: '256Mi', request: '128Mi' },
      cpu: { limit: '"1"', request: '100m' },
    }),
    [`apps/${name}/service.yaml`]: serviceYaml(name, draw.namespace),
  }
}

function policies(draw: Draw): string {
  const policy = (failure: string, action: string, threshold: number) =>
    policyYaml({
      ...{ name: `${failure.toLowerCase()}`, namespace: draw.namespace, failure, action, threshold },
      automerge: { paths: 'apps/**', limits: 'maxIncreaseFactor: 4, memoryMax: 4Gi, cpuMax: "4"' },
    })
  return [
    policy('OOMKilled', 'adjust-resources', 0.85),
    policy('CrashLoopBackOff', 'rollback', 0.85),
    policy('ImagePullBackOff', 'rollback', 0.85),
    policy('CPUThrottling', 'adjust-resources', 0.75),
    policyYaml({
      name: 'tell-people',
      namespace: draw.namespace,
      failure: 'Anomaly',
      action: 'notify-only',
      threshold: 0.3,
    }),
  ].join('---\n')
}
