import { execFileSync } from 'node:child_process'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { kintsugi } from './console.ts'

const GOOD = `apiVersion: aiops.example.com/v1alpha1
kind: SelfHealingPolicy
metadata:
  name: cart-oom
  namespace: shop
spec:
  targetNamespace: shop
  anomalyType: OOMKilled
  action: adjust-resources
  confidenceThreshold: 0.8
  cooldownPeriod: 5m
  maxRetries: 3
  enabled: true
`

let dir: string
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'kintsugi-policies-'))
  await mkdir(join(dir, 'policies/deep'), { recursive: true })
})
afterEach(() => rm(dir, { recursive: true, force: true }))

const write = (file: string, text: string): Promise<void> => writeFile(join(dir, file), text)

describe('policy validate', () => {
  it('accepts good policies, in folders too', async () => {
    await write('policies/deep/cart.yaml', GOOD)
    const ran = await kintsugi(['policy', 'validate', 'policies'], { cwd: dir })
    expect(ran).toMatchObject({ code: 0 })
    expect(ran.out).toContain('policies/deep/cart.yaml  cart-oom  OOMKilled in shop: adjust-resources, propose')
  })

  it('names file, line and column, draws a caret, and says what was meant', async () => {
    await write('policies/cart.yaml', GOOD.replace('confidenceThreshold', 'confidenceTreshold'))
    const { code, out, err } = await kintsugi(['policy', 'validate', 'policies/cart.yaml'], { cwd: dir })
    expect(code).toBe(5)
    expect(out).toMatch(/^policies\/cart\.yaml:10:3: .*confidenceTreshold.*did you mean "confidenceThreshold"\?$/m)
    expect(out).toMatch(/^ {3}10 \| {3}confidenceTreshold: 0\.8\n {6}\| {3}\^$/m)
    expect(err).toMatch(/^KIN-2002 .*\nnext: .+/)
  })

  it('gives the same as data', async () => {
    await write('policies/a.yaml', GOOD)
    await write('policies/b.yaml', GOOD.replace('OOMKilled', 'OOMKiled'))
    const { code, out } = await kintsugi(['policy', 'validate', 'policies', '--json'], { cwd: dir })
    expect(code).toBe(5)
    expect(JSON.parse(out)).toMatchObject({
      schemaVersion: 1,
      valid: false,
      policies: [{ file: 'policies/a.yaml', name: 'cart-oom' }],
      problems: [{ file: 'policies/b.yaml', line: 8 }],
    })
  })

  it.skipIf(process.platform === 'win32')('reads no pipe and no device, which may have no end', async () => {
    execFileSync('mkfifo', [join(dir, 'pipe.yaml')])
    for (const path of ['pipe.yaml', '/dev/zero']) {
      const { code, err } = await kintsugi(['policy', 'validate', path], { cwd: dir })
      expect({ code, err }).toMatchObject({ code: 1, err: expect.stringContaining('not a regular file') })
    }
  })

  it('passes over other manifests of a folder, but not over a file that was named', async () => {
    await write('policies/a.yaml', GOOD)
    await write('policies/service.yaml', 'apiVersion: v1\nkind: Service\nmetadata:\n  name: cart\n')
    expect((await kintsugi(['policy', 'validate', 'policies'], { cwd: dir })).code).toBe(0)
    expect((await kintsugi(['policy', 'validate', 'policies/service.yaml'], { cwd: dir })).code).toBe(5)
  })

  it.each([
    ['nothing there', 'nowhere.yaml'],
    ['a folder without policies', 'policies'],
  ])('says KIN-1002 for %s', async (_, path) => {
    const { code, err } = await kintsugi(['policy', 'validate', path], { cwd: dir })
    expect(code).toBe(1)
    expect(err).toContain('KIN-1002')
  })

  it.each([
    ['too deep', `a: ${'['.repeat(2000)}\nkind: SelfHealingPolicy\n`],
    ['a bomb', `a: &a [x,x]\nb: &b [*a,*a]\nkind: SelfHealingPolicy\n${'c: [*b,*b,*b,*b]\n'.repeat(200)}`],
    ['a key twice', `${GOOD}kind: SelfHealingPolicy\n`],
    ['no YAML', 'kind: SelfHealingPolicy\n\t: : :\n'],
  ])('refuses what is %s with exit code 5', async (_, text) => {
    await write('policies/a.yaml', text)
    expect((await kintsugi(['policy', 'validate', 'policies'], { cwd: dir })).code).toBe(5)
  })
})
