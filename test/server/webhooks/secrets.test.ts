import { randomBytes } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { weakness, webhookSecrets } from '../../../src/server/webhooks/secrets.ts'

describe('a webhook secret', () => {
  it.each([
    '',
    'development',
    'development-development-development-1234',
    'changemechangemechangemechangeme12345',
    'a'.repeat(64),
    '0123456789abcdef',
    `${'x'.repeat(20)} ${'y'.repeat(20)}`,
    'ä0123456789abcdef0123456789abcdef',
  ])('is none: %s', (text) => {
    expect(weakness(text)).toEqual(expect.any(String))
  })

  it('is 32 random bytes, however they are written', () => {
    for (let turn = 0; turn < 200; turn += 1)
      for (const form of ['hex', 'base64', 'base64url'] as const)
        expect(weakness(randomBytes(32).toString(form))).toBeUndefined()
  })
})

describe('the files of secrets', () => {
  let dir = ''
  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'kintsugi-secrets-'))
  })
  afterAll(() => rm(dir, { recursive: true, force: true }))

  it.each(['none', 'weak', 'large'])('stop the start: %s', async (name) => {
    const file = join(dir, name)
    if (name === 'weak') await writeFile(file, 'development')
    if (name === 'large') await writeFile(file, 'x'.repeat(5000))
    expect(() => webhookSecrets({ file })).toThrow(/webhook secret .*(none|weak|large)/)
    try {
      webhookSecrets({ file })
    } catch (error) {
      expect(error).toMatchObject({ code: 'KIN-2001' })
      expect(String(error)).not.toContain('development')
    }
  })
})
