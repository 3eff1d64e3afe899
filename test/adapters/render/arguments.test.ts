import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { escapeCommas, helmArguments } from '../../../src/adapters/render/arguments.ts'
import { findHelm } from '../../../src/adapters/render/find-helm.ts'
import { readYaml } from '../../../src/adapters/render/yaml.ts'
import { chart, input, SETTINGS } from './given.ts'

describe('escapeCommas', () => {
  it.each([
    ['a', 'a'],
    ['a,b', 'a\\,b'],
    ['a\\,b', 'a\\,b'],
    [',a,', '\\,a\\,'],
    ['{a,b}', '{a,b}'],
    ['{a,b', '{a\\,b'],
  ])('%s becomes %s', (value, escaped) => {
    expect(escapeCommas(value)).toBe(escaped)
  })
})

describe('helmArguments', () => {
  it('asks for CRDs, in the namespace, with value files in their order', () => {
    expect(helmArguments(input(chart({})), ['../values/value-file-0.yaml', '../values/value-file-1.yaml'])).toEqual([
      'template',
      '.',
      '--name-template=cart',
      '--namespace=shop',
      '--values=../values/value-file-0.yaml',
      '--values=../values/value-file-1.yaml',
      '--include-crds',
    ])
  })

  it('never asks for what reaches out', () => {
    const parameters = [{ name: 'enable-dns', value: '--post-renderer /bin/sh', forceString: false }]
    const args = helmArguments(input(chart({}), { helm: { ...SETTINGS, parameters } }), [])
    expect(args).not.toContain('--enable-dns')
    expect(args).toContain('--set=enable-dns=--post-renderer /bin/sh')
  })
})

describe('findHelm', () => {
  const folder = mkdtempSync(join(tmpdir(), 'kintsugi-find-'))
  afterAll(() => rmSync(folder, { recursive: true, force: true }))
  const named = (name: string): string => {
    mkdirSync(join(folder, name))
    const file = join(folder, name, 'helm')
    writeFileSync(file, '#!/bin/sh\n')
    chmodSync(file, 0o755)
    return file
  }
  const [first, second] = [named('first'), named('second')]

  it('takes the path that was handed in before KINTSUGI_HELM', () => {
    expect(findHelm(first, { KINTSUGI_HELM: second })).toEqual({ found: true, file: first })
  })

  it('takes KINTSUGI_HELM before the PATH', () => {
    expect(findHelm(undefined, { KINTSUGI_HELM: second, PATH: join(folder, 'first') })).toEqual({
      found: true,
      file: second,
    })
  })

  it('does not look further when what was named is not there', () => {
    expect(findHelm(undefined, { KINTSUGI_HELM: '/nowhere', PATH: join(folder, 'first') })).toMatchObject({
      found: false,
    })
  })
})

describe('readYaml of the renderer', () => {
  const caps = { characters: 100_000, depth: 64, tokens: 5000, aliases: 10 }

  it.each([
    ['deep flow', '['.repeat(50_000)],
    ['many tokens', 'a: 1\n'.repeat(5000)],
    ['many aliases', `a: &a 1\nb: [${'*a,'.repeat(11)}]`],
    ['a large text', 'x'.repeat(100_001)],
  ])('refuses %s', (_, text) => {
    expect(readYaml(text, caps)).toMatchObject({ read: false, excess: true })
  })

  it('keeps the last of two values of one key, as Kubernetes does', () => {
    expect(readYaml('a: 1\na: 2\n', caps)).toMatchObject({ read: true, documents: [{ a: 2 }] })
  })

  it('keeps a hostile key as a key', () => {
    const read = readYaml('__proto__: {polluted: true}\n', caps)
    expect(read.read && Object.keys(read.documents[0] as object)).toEqual(['__proto__'])
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined()
  })
})
