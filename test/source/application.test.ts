import { describe, expect, it } from 'vitest'
import type { Manifest } from '../../src/domain/index.ts'
import { baseOf, parseApplication } from '../../src/source/index.ts'
import { applicationOf } from './golden.ts'

function manifest(spec: Manifest): Manifest {
  return { apiVersion: 'argoproj.io/v1alpha1', kind: 'Application', metadata: { name: 'cart' }, spec }
}

const REPO = 'https://example.com/gitops.git'

function refusal(spec: Manifest): unknown {
  const result = parseApplication(manifest(spec))
  return result.parsed ? 'parsed' : `${result.reason}: ${result.message}`
}

describe('parseApplication', () => {
  it('makes paths plain and fills in what Argo CD fills in', () => {
    const application = applicationOf(manifest({ source: { repoURL: REPO, path: './apps//cart/' } }))
    expect(application).toMatchObject({
      namespace: 'argocd',
      project: 'default',
      destination: { namespace: '' },
      sources: [{ repoURL: REPO, targetRevision: 'HEAD', path: 'apps/cart' }],
    })
  })

  it('reads helm settings', () => {
    const helm = {
      releaseName: 'r',
      valueFiles: ['a.yaml'],
      ignoreMissingValueFiles: true,
      values: 'x: 1',
      parameters: [{ name: 'a.b', value: 'c', forceString: true }, { value: 'nameless' }],
      kubeVersion: '1.31',
      apiVersions: ['x/v1'],
      skipCrds: true,
      unknown: 'is let be',
    }
    expect(applicationOf(manifest({ source: { repoURL: REPO, path: '.', helm } })).sources[0]).toEqual({
      repoURL: REPO,
      targetRevision: 'HEAD',
      path: '',
      helm: {
        releaseName: 'r',
        valueFiles: ['a.yaml'],
        ignoreMissingValueFiles: true,
        values: 'x: 1',
        parameters: [{ name: 'a.b', value: 'c', forceString: true }],
        kubeVersion: '1.31',
        apiVersions: ['x/v1'],
        skipCrds: true,
      },
    })
  })

  it('reads kustomize overrides', () => {
    const kustomize = {
      namePrefix: 'a-',
      images: ['x=y:1'],
      replicas: [{ name: 'cart', count: 3 }],
      patches: [{ path: 'p' }],
    }
    expect(applicationOf(manifest({ source: { repoURL: REPO, path: 'x', kustomize } })).sources[0]?.kustomize).toEqual(
      kustomize,
    )
  })

  it('lets sources win over source', () => {
    const sources = [
      { repoURL: REPO, path: 'a' },
      { repoURL: REPO, ref: 'values' },
    ]
    const application = applicationOf(manifest({ source: { repoURL: REPO, path: 'z' }, sources }))
    expect(application.sources.map((source) => source.path)).toEqual(['a', undefined])
  })

  it('takes the dry source of a hydrator, where people write', () => {
    const drySource = { repoURL: REPO, path: 'dry', targetRevision: 'main' }
    expect(applicationOf(manifest({ sourceHydrator: { drySource } })).sources[0]).toMatchObject({ path: 'dry' })
  })

  it.each<[string, Manifest, string]>([
    ['no source', {}, 'application-unreadable: spec has neither source nor sources'],
    ['no repository', { source: { path: 'x' } }, 'application-unreadable: spec.source.repoURL is missing'],
    [
      'two types',
      { source: { repoURL: REPO, path: 'x', helm: {}, kustomize: {} } },
      'application-unreadable: spec.source sets helm and kustomize, and a source has one type',
    ],
    [
      'chart and path',
      { source: { repoURL: REPO, path: 'x', chart: 'y' } },
      'application-unreadable: spec.source sets both chart and path',
    ],
    [
      'neither path nor chart',
      { sources: [{ repoURL: REPO }] },
      'application-unreadable: spec.sources[0] has neither path nor chart nor ref',
    ],
    [
      'value files that are no list',
      { source: { repoURL: REPO, path: 'x', helm: { valueFiles: 'a.yaml' } } },
      'application-unreadable: spec.source.helm.valueFiles is not a list',
    ],
    [
      'a path that leaves the repository',
      { source: { repoURL: REPO, path: '../x' } },
      'unsafe-path: spec.source.path "../x" leaves the repository',
    ],
  ])('refuses %s', (_, spec, expected) => {
    expect(refusal(spec)).toBe(expected)
  })

  it('refuses what is no Application', () => {
    expect(parseApplication({ kind: 'AppProject' })).toMatchObject({ parsed: false, reason: 'application-unreadable' })
  })
})

describe('baseOf', () => {
  it.each([
    ['HEAD', { branch: 'HEAD' }],
    ['main', { branch: 'main' }],
    ['release-1.2', { branch: 'release-1.2' }],
    ['refs/heads/main', { branch: 'main' }],
    ['0123456789abcdef0123456789abcdef01234567', { pinned: '0123456789abcdef0123456789abcdef01234567' }],
    ['refs/tags/v1', { pinned: 'refs/tags/v1' }],
    ['v1.2.3', { pinned: 'v1.2.3' }],
    ['1.2.*', { pinned: '1.2.*' }],
    ['1.x', { pinned: '1.x' }],
    ['^1.0.0', { pinned: '^1.0.0' }],
    ['>=1.0 <2', { pinned: '>=1.0 <2' }],
    ['*', { pinned: '*' }],
    ['v2-branch', { branch: 'v2-branch' }],
  ])('%s', (targetRevision, expected) => {
    expect(baseOf({ repoURL: REPO, targetRevision, path: '' })).toEqual(expected)
  })
})
