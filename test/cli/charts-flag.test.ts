import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { packedChart } from '../adapters/charts/repository-server.ts'
import { helms } from '../adapters/render/given.ts'
import { kintsugi } from './console.ts'

const OWN = mkdtempSync(join(tmpdir(), 'kintsugi-charts-flag-'))
afterAll(() => rmSync(OWN, { recursive: true, force: true }))

const DEPLOYMENT =
  'apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: cart}\nspec:\n  replicas: {{ .Values.replicas }}\n  selector: {matchLabels: {a: b}}\n  template:\n    metadata: {labels: {a: b}}\n    spec: {containers: [{name: cart, image: "cart:1.0.0"}]}\n'
const packed = packedChart('cart', '1.2.0', { 'values.yaml': 'replicas: 1\n', 'templates/a.yaml': DEPLOYMENT })

function folder(files: Readonly<Record<string, string | Uint8Array>>): string {
  const dir = mkdtempSync(join(OWN, 'tree-'))
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(dir, path)), { recursive: true })
    writeFileSync(join(dir, path), content)
  }
  return dir
}

const application = (sources: string): string =>
  `apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: cart, namespace: argocd}\nspec:\n  project: default\n  destination: {namespace: shop, server: "https://kubernetes.default.svc"}\n${sources}`
const REF = `  sources:\n    - {repoURL: "https://charts.example.com", chart: cart, targetRevision: ^1.0, helm: {valueFiles: [$git/values.yaml]}}\n    - {repoURL: "https://git.example.com/a.git", targetRevision: main, ref: git}\n`
const IN_GIT = '  source: {repoURL: "https://git.example.com/a.git", targetRevision: main, path: app}\n'
const UMBRELLA =
  'apiVersion: v2\nname: app\nversion: 1.0.0\ndependencies:\n  - {name: cart, version: 1.2.0, repository: "https://charts.example.com"}\n'

const question = ['--json', '--target', 'Deployment/shop/cart', '--field', 'replicas']

describe.skipIf(helms.length === 0)('--charts DIR', () => {
  const charts = folder({ 'cart-1.2.0.tgz': packed })
  const env = { KINTSUGI_HELM: helms[0]?.[1] ?? '', PATH: '/nowhere' }
  const locate = (dir: string, more: readonly string[]) =>
    kintsugi(['locate', '--tree', dir, '--application', 'app.yaml', ...question, ...more], { env, cwd: dir })

  it('lets a chart of a repository be traced to the values in Git, and says which version a range is', async () => {
    const dir = folder({ 'app.yaml': application(REF), 'values.yaml': 'replicas: 3\n' })
    const without = await locate(dir, [])
    expect(JSON.parse(without.out)).toMatchObject({ outcome: 'refused', reason: 'source-missing' })
    const { out, err } = await locate(dir, ['--charts', charts])
    expect(JSON.parse(out)).toMatchObject({ outcome: 'located', file: 'values.yaml', line: 1, text: '3' })
    expect(err).toContain('charts: cart ^1.0 is 1.2.0')
  })

  it('brings the dependencies of a chart in Git', async () => {
    const dir = folder({
      'app.yaml': application(IN_GIT),
      'app/Chart.yaml': UMBRELLA,
      'app/values.yaml': 'cart: {replicas: 3}\n',
    })
    expect(JSON.parse((await locate(dir, [])).out)).toMatchObject({ reason: 'source-missing' })
    const { out } = await locate(dir, ['--charts', charts])
    expect(JSON.parse(out)).toMatchObject({ outcome: 'located', file: 'app/values.yaml', text: '3' })
  })

  it('says which chart the folder has not', async () => {
    const dir = folder({ 'app.yaml': application(REF.replace('^1.0', '^9')), 'values.yaml': 'replicas: 3\n' })
    const { out, err } = await locate(dir, ['--charts', charts])
    expect(JSON.parse(out)).toMatchObject({ reason: 'source-missing' })
    expect(err).toContain('chart-missing')
  })
})
