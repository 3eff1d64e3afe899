import { describe, expect, it } from 'vitest'
import { parseField } from '../../src/domain/index.ts'
import { anyValue, pointerCovers, pointerOf, valueKind, wantedValue } from '../../src/source/fields.ts'
import { checkValue, formatImage, parseImage, sameValue } from '../../src/source/index.ts'
import { scalarToken } from '../../src/source/scalar-text.ts'

const DIGEST = `sha256:${'0'.repeat(64)}`

describe('checkValue', () => {
  it.each([
    ['resources.limits.memory', '128Mi', true],
    ['resources.limits.memory', '0', true],
    ['resources.limits.memory', '-1Mi', false],
    ['resources.limits.memory', '128 Mi', false],
    ['resources.limits.memory', '128MB', false],
    ['resources.limits.cpu', '1500m', true],
    ['resources.limits.cpu', '0.5', true],
    ['storage', '20Gi', true],
    ['replicas', '0', true],
    ['replicas', '3', true],
    ['replicas', '03', false],
    ['replicas', '-1', false],
    ['replicas', '1.5', false],
    ['image', 'registry.example.com:5000/a/b:1.2', true],
    ['image', `a@${DIGEST}`, true],
    ['image', 'A B', false],
    ['image', 'a:', false],
    ['image', 'a:b:c', false],
    ['image', '', false],
    ['resources.limits.nvidia.com/gpu', '2', true],
    ['quota.pods', '10', true],
    ['quota.pods', 'ten', false],
    ['maxReplicas', '10', true],
    ['maxReplicas', '-1', false],
    ['image.tag', '1.2', true],
    ['image.tag', `1.2@${DIGEST}`, true],
    ['image.tag', DIGEST, true],
    ['image.tag', 'a/b:1', false],
    ['image.tag', '', false],
    ['env.A', '', true],
    ['env.A', 'a\tb', false],
    ['annotations.a', 'any text: even this', true],
    ['annotations.a', 'two\nlines', false],
    ['annotations.a', 'x'.repeat(5000), false],
  ])('%s = %j: %s', (field, value, allowed) => {
    const parsed = parseField(field)
    expect(parsed).toBeDefined()
    if (parsed !== undefined) expect(checkValue(parsed, value)?.reason).toBe(allowed ? undefined : 'value-invalid')
  })
})

describe('sameValue', () => {
  it.each([
    ['quantity', '1Gi', '1024Mi', true],
    ['quantity', 2, '2000m', true],
    ['quantity', '1G', '1Gi', false],
    ['quantity', undefined, '0', false],
    ['integer', 3, '3', true],
    ['image', 'a:1', 'a:1', true],
    ['image', 'a:1', 'a:1.0', false],
    ['boolean', true, 'true', true],
    ['boolean', 'true', 'true', false],
  ] as const)('%s: %j and %s: %s', (kind, rendered, wanted, expected) => {
    expect(sameValue(kind, rendered, wanted)).toBe(expected)
  })
})

describe('what path: holds', () => {
  it.each([
    ['path:/spec/paused', true, 'boolean'],
    ['path:/spec/count', 3, 'integer'],
    ['path:/spec/ratio', 0.5, undefined],
    ['path:/spec/resources/limits/cpu', 0.5, 'quantity'],
    ['path:/spec/resources/limits/cpu', undefined, 'quantity'],
    ['path:/spec/engine/memory', '4Gi', 'quantity'],
    ['path:/spec/image', 'a/b:1', 'image'],
    ['path:/spec/image', 'b', 'text'],
    ['path:/spec/mode', '4Gi', 'text'],
    ['path:/spec/mode', undefined, undefined],
    ['path:/spec/mode', null, undefined],
  ])('%s, where %j is rendered: %s', (text, rendered, expected) => {
    const field = parseField(text)
    expect(field === undefined ? 'no field' : valueKind(field, rendered)).toBe(expected)
  })
})

describe('wantedValue', () => {
  it.each([
    [`a/b:1@${DIGEST}`, '2', 'a/b:2'],
    ['localhost:5000/a', '2', 'localhost:5000/a:2'],
    ['a:1', DIGEST, `a@${DIGEST}`],
    ['a:1', `2@${DIGEST}`, `a:2@${DIGEST}`],
  ])('%s with the version %s is %s', (rendered, version, expected) => {
    expect(wantedValue('image.tag', version, rendered)).toEqual({ kind: 'image', value: expected })
  })

  it.each([undefined, 'A B', 3])('makes no reference of %j', (rendered) => {
    expect(wantedValue('image.tag', '1', rendered)).toMatchObject({ reason: 'value-invalid' })
  })

  it.each([
    ['path:/spec/paused', true, 'false'],
    ['replicas', 70000, '70000'],
    ['image.tag', 'a:1', 'a:11'],
  ] as const)('is asked of %s, which renders %j, as %s', (field, rendered, expected) => {
    expect(anyValue(field, rendered)).toMatchObject({ value: expected })
  })
})

describe('parseImage', () => {
  it.each([
    ['nginx', { name: 'nginx' }],
    ['nginx:1.27', { name: 'nginx', tag: '1.27' }],
    ['localhost:5000/a', { name: 'localhost:5000/a' }],
    ['localhost:5000/a:1', { name: 'localhost:5000/a', tag: '1' }],
    [`a/b:1@${DIGEST}`, { name: 'a/b', tag: '1', digest: DIGEST }],
  ])('reads and writes %s', (text, image) => {
    expect(parseImage(text)).toEqual(image)
    expect(formatImage(image)).toBe(text)
  })
})

describe('scalarToken', () => {
  const plain = { quotes: 'plain', inFlow: false, keepNumber: false } as const
  it.each([
    ['128Mi', '128Mi'],
    ['1.10', '"1.10"'],
    ['2', '"2"'],
    ['0755', '"0755"'],
    ['1_000', '"1_000"'],
    ['0x1F', '"0x1F"'],
    ['on', '"on"'],
    ['No', '"No"'],
    ['y', '"y"'],
    ['null', '"null"'],
    ['~', '"~"'],
    ['', '""'],
    ['12:30:45', '"12:30:45"'],
    ['2026-11-21', '"2026-11-21"'],
    ['.inf', '".inf"'],
    ['a: b', '"a: b"'],
    ['a #b', '"a #b"'],
    ['*a', '"*a"'],
    ['- a', '"- a"'],
    ['-a', '-a'],
    ['a/b:1', 'a/b:1'],
    ['---', '"---"'],
  ])('text %j is written %s', (value, token) => {
    expect(scalarToken(value, plain)).toBe(token)
  })

  it.each([
    [{ quotes: 'single', inFlow: false, keepNumber: false }, "it's", "'it''s'"],
    [{ quotes: 'double', inFlow: false, keepNumber: true }, '3', '"3"'],
    [{ quotes: 'plain', inFlow: false, keepNumber: true }, '3', '3'],
    [{ quotes: 'plain', inFlow: false, keepNumber: true }, '3Gi', '3Gi'],
    [{ quotes: 'plain', inFlow: true, keepNumber: false }, 'a,b', '"a,b"'],
  ] as const)('in the notation %j', (style, value, token) => {
    expect(scalarToken(value, style)).toBe(token)
  })
})

describe('JSON pointers', () => {
  it('are written with their escapes', () => {
    expect(pointerOf(['metadata', 'annotations', 'a/b~c', 0])).toBe('/metadata/annotations/a~1b~0c/0')
  })

  it.each([
    ['/spec/replicas', true],
    ['/spec', true],
    ['/spec/replicas/x', false],
    ['/spec/rep', false],
    ['', false],
  ])('%j covers spec.replicas: %s', (pointer, expected) => {
    expect(pointerCovers(pointer, ['spec', 'replicas'])).toBe(expected)
  })
})
