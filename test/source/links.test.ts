import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { diskTree } from '../../src/adapters/files/index.ts'
import type { Application, JsonObject, Tree } from '../../src/domain/index.ts'
import { edit, memoryTree } from '../../src/source/index.ts'
import { aliasesOf } from '../../src/source/links.ts'
import { tinyHelm } from '../fakes/tiny-helm.ts'
import { applicationOf } from './golden.ts'

const made: string[] = []
afterEach(async () => {
  for (const dir of made.splice(0)) await rm(dir, { recursive: true, force: true })
})

const REPO = 'https://git.test/mono'

function app(name: string, source: JsonObject): Application {
  return applicationOf({
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Application',
    metadata: { name, namespace: 'argocd' },
    spec: { source: { repoURL: REPO, ...source }, destination: { namespace: name } },
  })
}

function deployment(memory: string): string {
  return `apiVersion: apps/v1
kind: Deployment
metadata:
  name: app
spec:
  template:
    spec:
      containers:
        - name: app
          resources: {limits: {memory: ${memory}}}
`
}

const FILES = {
  'chart/Chart.yaml': 'apiVersion: v2\nname: chart\nversion: 1.0.0\n',
  'chart/values.yaml': 'memory: 1Mi\n',
  'chart/templates/app.yaml': deployment('{{ .Values.memory }}'),
  'common.yaml': 'memory: 2Mi\n',
  'b/Chart.yaml': 'apiVersion: v2\nname: b\nversion: 1.0.0\n',
  'b/values.yaml': 'memory: 1Mi\n',
  'b/templates/app.yaml': deployment('{{ .Values.memory }}'),
  'base/kustomization.yaml': 'resources: [d.yaml]\n',
  'base/d.yaml': deployment('1Mi'),
  'plain/d.yaml': deployment('1Mi'),
  'k/kustomization.yaml': 'resources: [link]\n',
  'dir/other.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: other}\n',
}

async function ask(tree: Tree, me: Application, others: readonly Application[]): Promise<string> {
  const outcome = await edit({
    application: me,
    sources: { tree: () => tree },
    deps: { helm: tinyHelm, isolation: 'process' },
    target: { kind: 'Deployment', namespace: '', name: 'app' },
    changes: [{ field: 'resources.limits.memory', value: '128Mi' }],
    others,
  })
  return outcome.outcome === 'refused' ? `${outcome.reason}: ${outcome.message}` : outcome.outcome
}

const CHART = app('me', { path: 'chart' })
const COMMON = app('me', { path: 'chart', helm: { valueFiles: ['/common.yaml'] } })
const BASE = app('me', { path: 'base' })
const PLAIN = app('me', { path: 'plain' })

describe('who reads a file through a symbolic link', () => {
  it.each([
    ['a value file', { 'b/link.yaml': '../common.yaml' }, COMMON, { path: 'b', helm: { valueFiles: ['link.yaml'] } }],
    ['a folder above', { envs: '.' }, COMMON, { path: 'b', helm: { valueFiles: ['/envs/common.yaml'] } }],
    ['a link to a link', { x: 'common.yaml', y: 'x' }, COMMON, { path: 'b', helm: { valueFiles: ['/y'] } }],
    ['the folder of a chart', { c: 'chart' }, CHART, { path: 'c' }],
    ['a file of a chart', { 'b/templates/x.yaml': '../../chart/values.yaml' }, CHART, { path: 'b' }],
    ['a manifest', { 'dir/d.yaml': '../plain/d.yaml' }, PLAIN, { path: 'dir' }],
    ['a folder of manifests', { 'dir/sub': '../plain' }, PLAIN, { path: 'dir', directory: { recurse: true } }],
    ['a base', { 'k/link': '../base' }, BASE, { path: 'k' }],
  ] as const)('refuses an edit: %s', async (_, links, me, other) => {
    const special = Object.fromEntries(Object.entries(links).map(([at, link]) => [at, { link }]))
    expect(await ask(memoryTree(FILES, special), me, [app('other', other)])).toMatch(
      /^(?:unsafe-path|shared-writer|other-changes): .*(?:other|k) .*too/,
    )
  })

  it('refuses none for a link to something else', async () => {
    const tree = memoryTree(FILES, { 'dir/d.yaml': { link: '../chart/Chart.yaml' }, out: { link: '/etc' } })
    expect(await ask(tree, PLAIN, [app('other', { path: 'dir' })])).toBe('edited')
  })

  it('ends where links lead through each other', () => {
    const tree = memoryTree(FILES, { 'b/up': { link: '..' }, 'chart/up': { link: '..' }, a: { link: 'a' } })
    const aliases = aliasesOf(tree, 'common.yaml')
    expect(aliases).toContain('b/up/common.yaml')
    expect(aliases.length).toBeLessThan(300)
  })

  it('is told by a folder on disk', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'kintsugi-links-'))
    made.push(dir)
    await mkdir(join(dir, 'b'))
    await writeFile(join(dir, 'common.yaml'), 'a: 1\n')
    await symlink('../common.yaml', join(dir, 'b/link.yaml'))
    expect(aliasesOf(await diskTree(dir), 'common.yaml')).toEqual(['b/link.yaml'])
  })

  it('counts a file that becomes a value whole', async () => {
    const parameters = { fileParameters: [{ name: 'x', path: '/common.yaml' }] }
    expect(await ask(memoryTree(FILES), COMMON, [app('other', { path: 'b', helm: parameters })])).toMatch(
      /^unsupported-source: other reads the file too/,
    )
  })
})
