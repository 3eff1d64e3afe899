import { describe, expect, it } from 'vitest'
import type { Application } from '../../src/domain/index.ts'
import { memoryTree, siblingsOf } from '../../src/source/index.ts'
import { tinyHelm } from '../fakes/tiny-helm.ts'
import { applicationOf } from './golden.ts'

const REPO = 'https://git.test/shop'

function applicationAt(
  name: string,
  path: string,
  namespace = 'shop',
  valueFiles: readonly string[] = [],
): Application {
  const helm = valueFiles.length === 0 ? {} : { helm: { valueFiles } }
  return applicationOf({
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Application',
    metadata: { name, namespace: 'argocd' },
    spec: { source: { repoURL: REPO, path, ...helm }, destination: { namespace } },
  })
}

function deployment(name: string, memory: string): string {
  return `apiVersion: apps/v1
kind: Deployment
metadata: {name: ${name}}
spec:
  template:
    spec:
      containers:
        - name: app
          image: ${name}:1
          resources: {limits: {memory: ${memory}}}
`
}

const patch = (memory: string): string => `apiVersion: apps/v1
kind: Deployment
metadata: {name: cart}
spec: {template: {spec: {containers: [{name: app, resources: {limits: {memory: ${memory}}}}]}}}
`

describe('other environments of the same field', () => {
  const files = {
    'base/kustomization.yaml': 'resources: [d.yaml]\n',
    'base/d.yaml': deployment('cart', '16Mi'),
    'prod/kustomization.yaml': 'resources: [../base]\npatches: [{path: p.yaml}]\n',
    'prod/p.yaml': patch('32Mi'),
    'stage/kustomization.yaml': 'resources: [../base]\npatches: [{path: p.yaml}]\n',
    'stage/p.yaml': patch('24Mi'),
    'dev/kustomization.yaml': 'resources: [../base]\n',
    'web/d.yaml': deployment('cart', '64Mi'),
  }
  const tree = memoryTree(files)
  const prod = applicationAt('prod', 'prod')
  const others = [
    prod,
    applicationAt('stage', 'stage', 'shop-stage'),
    applicationAt('dev', 'dev', 'shop-dev'),
    applicationAt('web', 'web', 'shop'),
    applicationAt('gone', 'no-such-folder', 'shop'),
  ]

  it('are those that share a base, each with its line and value', async () => {
    const siblings = await siblingsOf({
      application: prod,
      sources: { tree: () => tree },
      deps: { helm: undefined, isolation: 'none' },
      target: { kind: 'Deployment', namespace: 'shop', name: 'cart', container: 'app' },
      field: 'resources.limits.memory',
      others,
    })
    expect(siblings).toEqual([
      { application: 'stage', file: 'stage/p.yaml', line: 4, value: '24Mi' },
      { application: 'dev', file: 'base/d.yaml', line: 10, value: '16Mi' },
    ])
  })

  it('are those that share a chart, each with its value file', async () => {
    const chart = memoryTree({
      'chart/Chart.yaml': 'apiVersion: v2\nname: cart\nversion: 1.0.0\n',
      'chart/values.yaml': 'memory: 16Mi\n',
      'chart/values-prod.yaml': 'memory: 32Mi\n',
      'chart/values-dev.yaml': '# small\nmemory: 24Mi\n',
      'chart/templates/d.yaml': deployment('cart', '{{ .Values.memory }}').replace('cart:1', 'cart:2'),
    })
    const siblings = await siblingsOf({
      application: applicationAt('cart-prod', 'chart', 'shop', ['values-prod.yaml']),
      sources: { tree: () => chart },
      deps: { helm: tinyHelm, isolation: 'none' },
      target: { kind: 'Deployment', namespace: 'shop', name: 'cart', container: 'app' },
      field: 'resources.limits.memory',
      others: [applicationAt('cart-dev', 'chart', 'dev', ['values-dev.yaml'])],
    })
    expect(siblings).toEqual([{ application: 'cart-dev', file: 'chart/values-dev.yaml', line: 2, value: '24Mi' }])
  })
})
