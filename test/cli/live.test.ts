import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { kintsugi } from './console.ts'

const DEPLOYMENT = `apiVersion: apps/v1
kind: Deployment
metadata:
  name: cart
  namespace: shop
spec:
  replicas: 2
`
const dir = mkdtempSync(join(tmpdir(), 'kintsugi-live-'))
afterAll(() => rmSync(dir, { recursive: true, force: true }))
mkdirSync(join(dir, 'cart'))
writeFileSync(join(dir, 'cart/d.yaml'), DEPLOYMENT)
writeFileSync(join(dir, 'same.yaml'), DEPLOYMENT)
writeFileSync(join(dir, 'scaled.yaml'), DEPLOYMENT.replace('2', '5'))
writeFileSync(join(dir, 'list.yaml'), '- a\n')

const asked = ['--tree', dir, '--path', 'cart', '--target', 'Deployment/shop/cart', '--field', 'replicas']
const live = (name: string) => ['--live', join(dir, name)]

describe('--live', () => {
  it('lets an edit pass where the cluster has what Git renders', async () => {
    expect((await kintsugi(['edit', ...asked, '--value', '3', ...live('same.yaml')])).code).toBe(0)
  })

  it('keeps an edit from another state, and locate says so beside the line', async () => {
    const edited = await kintsugi(['edit', ...asked, '--value', '3', ...live('scaled.yaml')])
    expect(edited).toMatchObject({
      code: 3,
      out: expect.stringMatching(/render-mismatch .*Git renders 2, the cluster has 5/),
    })
    const { code, out } = await kintsugi(['locate', ...asked, ...live('scaled.yaml')])
    expect(code).toBe(0)
    expect(out).toMatch(/^cart\/d\.yaml:7:13 {2}2 {2}manifest\n {2}no edit {2}render-mismatch/)
    const document = await kintsugi(['locate', '--json', ...asked, ...live('scaled.yaml')])
    expect(JSON.parse(document.out)).toMatchObject({ line: 7, editRefused: { reason: 'render-mismatch' } })
  })

  it('is one object in a file', async () => {
    expect((await kintsugi(['locate', ...asked, ...live('list.yaml')])).err).toMatch(/holds no object of a cluster/)
    expect((await kintsugi(['locate', ...asked, ...live('absent.yaml')])).err).toMatch(/is no file/)
  })
})
