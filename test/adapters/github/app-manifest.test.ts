import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import {
  EVENTS,
  OPTIONAL_PERMISSIONS,
  PERMISSIONS,
  REFUSED_PERMISSIONS,
  UNASKED_EVENTS,
} from '../../../src/adapters/github/permissions.ts'

const text = readFileSync(resolve(import.meta.dirname, '../../../app.yml'), 'utf8')
const manifest = parse(text)

describe('app.yml', () => {
  it('asks for exactly what the calls need', () => {
    expect(manifest.default_permissions).toEqual(
      Object.fromEntries(PERMISSIONS.map(({ name, access }) => [name, access])),
    )
  })

  it('says of each permission what it is for', () => {
    for (const { name, access, for: purpose } of PERMISSIONS)
      expect(text).toContain(`  # ${purpose}\n  ${name}: ${access}\n`)
  })

  it('offers what is optional as a comment, and never what would let a proposal change its judge', () => {
    for (const { name, access } of OPTIONAL_PERMISSIONS) expect(text).toContain(`\n  # ${name}: ${access}\n`)
    const optional = OPTIONAL_PERMISSIONS.map(({ name }) => name)
    for (const name of [...REFUSED_PERMISSIONS, ...optional])
      expect(manifest.default_permissions).not.toHaveProperty(name)
  })

  it('subscribes to the events that wake the service, without those that cannot be asked for', () => {
    expect(manifest.default_events).toEqual([...EVENTS])
    expect(manifest.default_events).not.toEqual(expect.arrayContaining([...UNASKED_EVENTS]))
  })

  it('is private, and sends nothing anywhere until told where', () => {
    expect(manifest.public).toBe(false)
    expect(manifest.hook_attributes).toEqual({ url: 'https://kintsugi.invalid/webhooks', active: false })
  })
})
