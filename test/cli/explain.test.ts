import { describe, expect, it } from 'vitest'
import { ERRORS, REASONS } from '../../src/domain/index.ts'
import { kintsugi } from './console.ts'

describe('explain', () => {
  it('lists every reason and every code', async () => {
    const { out, code } = await kintsugi(['explain'])
    expect(code).toBe(0)
    for (const name of [...Object.keys(REASONS), ...Object.keys(ERRORS)]) expect(out).toContain(name)
  })

  it('gives the same as data', async () => {
    const all = JSON.parse((await kintsugi(['explain', '--json'])).out)
    expect(all.reasons).toHaveLength(Object.keys(REASONS).length)
    expect(all.errors).toHaveLength(Object.keys(ERRORS).length)
  })

  it.each(['cooldown', 'KIN-2002', 'kin-2002', 'Cooldown'])('explains %s', async (name) => {
    const { out, code } = await kintsugi(['explain', name])
    expect(code).toBe(0)
    expect(out).toMatch(/what to do: .+/)
  })

  it.each([
    ['coldown', 'Did you mean cooldown?'],
    ['KIN-2003', 'Did you mean KIN-'],
    ['constructor', 'is no reason and no code'],
  ])('does not know %s', async (name, message) => {
    const { err, code } = await kintsugi(['explain', name])
    expect(code).toBe(2)
    expect(err).toContain('KIN-1004')
    expect(err).toContain(message)
  })
})

describe('version', () => {
  it('names Kintsugi, Node and what is not there', async () => {
    const { out } = await kintsugi(['version', '--json'], { env: { PATH: '/nowhere', KINTSUGI_HELM: '/nowhere/helm' } })
    expect(JSON.parse(out)).toEqual({
      schemaVersion: 1,
      kintsugi: expect.stringMatching(/^\d+\.\d+\.\d+/),
      node: process.version,
      git: null,
      helm: null,
    })
  })
})
