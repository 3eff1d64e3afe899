import { spawn } from 'node:child_process'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { helmRenderer } from '../../../src/adapters/render/index.ts'
import { chart, input, scriptedHelm, showing } from './given.ts'

const OWN = mkdtempSync(join(tmpdir(), 'kintsugi-leftovers-'))
process.env['TMPDIR'] = OWN
afterAll(() => rmSync(OWN, { recursive: true, force: true }))

const HOUR = 3_600_000
const old = (path: string) => utimesSync(path, new Date(Date.now() - 2 * HOUR), new Date(Date.now() - 2 * HOUR))

describe('the first render of a process', () => {
  it('removes what a killed one left an hour ago, and nothing else', async () => {
    const elsewhere = join(OWN, 'elsewhere')
    mkdirSync(elsewhere)
    writeFileSync(join(elsewhere, 'kept'), '')
    const make = (name: string) => {
      mkdirSync(join(OWN, name))
      writeFileSync(join(OWN, name, 'a'), '')
      symlinkSync(elsewhere, join(OWN, name, 'link'))
      return join(OWN, name)
    }
    old(make('kintsugi-render-aaaaaa'))
    make('kintsugi-render-bbbbbb')
    old(make('kintsugi-render-of-a-person'))
    symlinkSync(elsewhere, join(OWN, 'kintsugi-render-cccccc'))
    old(elsewhere)
    await helmRenderer({ path: scriptedHelm('exit 0') }).render(
      input(chart({ 'chart/templates/a.yaml': showing('a') })),
    )
    const left = readdirSync(OWN).filter((name) => name.startsWith('kintsugi-render-'))
    expect(left.toSorted()).toEqual(['kintsugi-render-bbbbbb', 'kintsugi-render-cccccc', 'kintsugi-render-of-a-person'])
    expect(existsSync(join(elsewhere, 'kept'))).toBe(true)
  })
})

describe('a process that is interrupted while it renders', () => {
  it.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)(
    '%s: no folder and no child is left, and the signal ends it',
    async (signal) => {
      const folder = mkdtempSync(join(OWN, 'interrupted-'))
      const pidFile = join(folder, 'pid')
      const helm = scriptedHelm(`echo $$ > ${pidFile}; exec /bin/sleep 60`)
      const cli = resolve(import.meta.dirname, '../../../dist/cli.js')
      mkdirSync(join(folder, 'tree/cart/templates'), { recursive: true })
      writeFileSync(join(folder, 'tree/cart/Chart.yaml'), 'apiVersion: v2\nname: cart\nversion: 1.0.0\n')
      writeFileSync(join(folder, 'tree/cart/templates/a.yaml'), showing('a'))
      writeFileSync(
        join(folder, 'tree/app.yaml'),
        'apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: cart, namespace: argocd}\nspec:\n  project: default\n  source: {repoURL: "https://git.example.com/a.git", path: cart, targetRevision: main}\n  destination: {namespace: shop, server: "https://kubernetes.default.svc"}\n',
      )
      const args = [
        'locate',
        '--tree',
        'tree',
        '--application',
        'app.yaml',
        '--target',
        'Deployment/shop/cart',
        '--field',
        'replicas',
      ]
      const child = spawn(process.execPath, [cli, ...args], {
        cwd: folder,
        env: { PATH: process.env['PATH'] ?? '', TMPDIR: folder, HOME: folder, KINTSUGI_HELM: helm },
        stdio: 'ignore',
      })
      const ended = new Promise((done) => child.on('exit', (_, by) => done(by)))
      await expect
        .poll(() => existsSync(pidFile) && readFileSync(pidFile, 'utf8') !== '', { timeout: 10_000 })
        .toBe(true)
      child.kill(signal)
      expect(await ended).toBe(signal)
      expect(readdirSync(folder).filter((name) => name.startsWith('kintsugi-render-'))).toEqual([])
      const pid = Number(readFileSync(pidFile, 'utf8'))
      await expect.poll(() => runs(pid)).toBe(false)
    },
  )
})

function runs(pid: number): boolean {
  const stat = `/proc/${pid}/stat`
  try {
    process.kill(pid, 0)
    return !existsSync(stat) || !/\) Z /.test(readFileSync(stat, 'utf8'))
  } catch {
    return false
  }
}
