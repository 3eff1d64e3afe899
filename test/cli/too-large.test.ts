import { rm, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { helmHere } from '../fakes/helm-here.ts'
import { kintsugi } from './console.ts'
import { type Files, PLAIN, writeTree } from './golden.ts'

const made: string[] = []
afterEach(async () => {
  for (const dir of made.splice(0)) await rm(dir, { recursive: true, force: true })
})

const TOO_LARGE = 33 * 1024 * 1024

async function treeWith(files: Files, large: string): Promise<string> {
  const dir = await writeTree({ ...PLAIN, ...files, [large]: 'a: 1\n' })
  made.push(dir)
  await writeFile(join(dir, large), 'a: 1\n')
  await truncate(join(dir, large), TOO_LARGE)
  return dir
}

function other(source: object): Files {
  const manifest = {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Application',
    metadata: { name: 'other', namespace: 'argocd' },
    spec: {
      destination: { namespace: 'other' },
      source: { repoURL: 'https://git.example/shop/gitops', ...source },
    },
  }
  return { 'argocd/other.json': JSON.stringify(manifest) }
}

const SET = JSON.stringify({
  apiVersion: 'argoproj.io/v1alpha1',
  kind: 'ApplicationSet',
  metadata: { name: 'other', namespace: 'argocd' },
  spec: {
    generators: [{ git: { repoURL: 'https://git.example/shop/gitops', files: [{ path: 'config/*.json' }] } }],
    template: {
      metadata: { name: '{{path.basename}}' },
      spec: { source: { repoURL: 'https://git.example/shop/gitops', path: 'apps/cart' } },
    },
  },
})
const CHART = { 'chart/Chart.yaml': 'apiVersion: v2\nname: c\nversion: 1.0.0\n', 'chart/templates/a.yaml': '' }

const helm = await helmHere('charts with files that are too large')

describe('a file that is too large to be read', () => {
  // Without helm a chart is refused for that, before its files are looked at.
  const ofCharts: readonly (readonly [string, Files, string])[] = [
    ['a value file', { ...CHART, ...other({ path: 'chart', helm: { valueFiles: ['/large.yaml'] } }) }, 'large.yaml'],
    ['a chart', { ...CHART, ...other({ path: 'chart' }) }, 'chart/templates/b.yaml'],
  ]
  const ofOthers: readonly (readonly [string, Files, string])[] = [
    ['settings of Argo CD', { ...CHART, ...other({ path: 'chart' }) }, 'chart/.argocd-source.yaml'],
    ['a manifest', other({ path: 'plain' }), 'plain/a.yaml'],
    ['a kustomization', other({ path: 'plain' }), 'plain/kustomization.yaml'],
    [
      'what a kustomization names',
      { ...other({ path: 'p' }), 'p/kustomization.yaml': 'resources: [a.yaml]' },
      'p/a.yaml',
    ],
    ['parameters of an ApplicationSet', { 'argocd/set.json': SET }, 'config/a.json'],
  ]
  it.each(helm === undefined ? ofOthers : [...ofCharts, ...ofOthers])(
    'refuses the one Application of which it is %s',
    async (_, files, large) => {
      const dir = await treeWith(files, large)
      const ran = await kintsugi([
        'map',
        '--json',
        '--tree',
        dir,
        '--repo',
        'https://git.example/shop/gitops',
        '--no-cache',
      ])
      const document = JSON.parse(ran.out)
      const of = (name: string) => document.applications.find((one: { name: string }) => one.name === name)
      expect(of('cart')).toMatchObject({ mapped: true })
      expect(of('other')).toMatchObject({ reason: 'input-too-large', message: expect.stringContaining(large) })
    },
  )

  it('stops no edit of what does not read it', async () => {
    const dir = await treeWith({ ...CHART, ...other({ path: 'chart' }) }, 'chart/.argocd-source.yaml')
    const flags = ['--tree', dir, '--target', 'Deployment/shop/cart', '--field', 'replicas', '--value', '5', '--json']
    const ran = await kintsugi(['edit', ...flags, '--application', 'cart', '--no-cache'])
    expect(JSON.parse(ran.out)).toMatchObject({ outcome: 'edited' })
  })
})
