import { describe, expect, it } from 'vitest'
import type { JsonPath } from '../../src/domain/index.ts'
import { insertAt } from '../../src/source/insert.ts'
import { leafOf, leafProblem, walk } from '../../src/source/nodes.ts'
import { leafSplice, newToken } from '../../src/source/place.ts'
import { isRefused, type Refused } from '../../src/source/refused.ts'
import { removeAt } from '../../src/source/remove.ts'
import { applySplices, type Splice } from '../../src/source/splice.ts'
import { sourceOf } from './yaml-readers.ts'

function applied(
  text: string,
  splices: (source: NonNullable<ReturnType<typeof sourceOf>>) => readonly Splice[] | Refused,
): string {
  const source = sourceOf(text)
  if (source === undefined) return 'yaml-invalid'
  const found = splices(source)
  return isRefused(found) ? found.reason : applySplices(text, found)
}

function inserted(text: string, path: JsonPath): string {
  return applied(text, (source) => insertAt(source, 0, path, newToken('1Gi', 'quantity')))
}

function removed(text: string, path: JsonPath): string {
  return applied(text, (source) => removeAt(source, 0, path))
}

function spliced(text: string, path: JsonPath, value: string, kind: 'quantity' | 'integer' | 'text'): string {
  return applied(text, (source) => {
    const found = walk(source, 0, path)
    if (isRefused(found)) return found
    const problem = leafProblem(source, found.node, 'x')
    const leaf = leafOf(found.node, found.inFlow)
    if (problem !== undefined || leaf === undefined)
      return problem ?? { refused: true, reason: 'not-in-git', message: '' }
    return [leafSplice(source, leaf, value, kind)]
  })
}

const LIMIT: JsonPath = ['limits', 'memory']

describe('insertAt', () => {
  it.each([
    ['an empty map', 'limits: {}\n', 'limits:\n  memory: 1Gi\n'],
    ['nothing', 'limits:\n', 'limits:\n  memory: 1Gi\n'],
    ['a tilde with a comment', 'limits: ~ # none\nb: 1\n', 'limits: # none\n  memory: 1Gi\nb: 1\n'],
    ['null', 'limits: null\n', 'limits:\n  memory: 1Gi\n'],
    ['nothing with comments below', 'limits:\n  # cpu: 1\nb: 1\n', 'limits:\n  memory: 1Gi\n  # cpu: 1\nb: 1\n'],
    [
      'a map with a comment on its last line',
      'limits:\n    cpu: 1 # one\n# end\n',
      'limits:\n    cpu: 1 # one\n    memory: 1Gi\n# end\n',
    ],
    ['steps of the file', 'a:\n     b: 1\n', 'a:\n     b: 1\nlimits:\n     memory: 1Gi\n'],
    ['no last line break', 'limits:\n  cpu: 1', 'limits:\n  cpu: 1\n  memory: 1Gi'],
    ['CRLF', 'limits:\r\n  cpu: 1\r\nb: 1\r\n', 'limits:\r\n  cpu: 1\r\n  memory: 1Gi\r\nb: 1\r\n'],
    ['a byte order mark', '\ufeffb: 1\n', '\ufeffb: 1\nlimits:\n  memory: 1Gi\n'],
    [
      'a directive and an end',
      '%YAML 1.1\n--- # x\nb: 1\n...\n',
      '%YAML 1.1\n--- # x\nb: 1\nlimits:\n  memory: 1Gi\n...\n',
    ],
    ['flow', 'limits: {cpu: 1}\n', 'limits: {cpu: 1, memory: 1Gi}\n'],
    ['flow with a space', 'limits: { cpu: 1 }\n', 'limits: { cpu: 1, memory: 1Gi }\n'],
    ['flow of several lines', 'limits: {\n  cpu: 1\n}\n', 'limits: {\n  cpu: 1,\n  memory: 1Gi\n}\n'],
    ['JSON', '{\n  "limits": {}\n}\n', '{\n  "limits": {"memory": "1Gi"}\n}\n'],
    ['an explicit key', '? limits\n: cpu: 1\n', '? limits\n: cpu: 1\n  memory: 1Gi\n'],
    ['an anchor that nobody names', 'limits: &l\n  cpu: 1\n', 'limits: &l\n  cpu: 1\n  memory: 1Gi\n'],
    ['an anchor that is named', 'limits: &l\n  cpu: 1\nb: *l\n', 'shared-anchor'],
    [
      'a text that keeps its end',
      'limits:\n  cpu: |+\n    x\n\nb: 1\n',
      'limits:\n  cpu: |+\n    x\n\n  memory: 1Gi\nb: 1\n',
    ],
    ['a text without an end', 'limits:\n  cpu: |\n    x', 'block-scalar'],
    ['a key that stands twice', 'limits: {}\nlimits: {}\n', 'yaml-invalid'],
    ['a list', 'limits: [1]\n', 'not-in-git'],
    ['a text', 'limits: x\n', 'not-in-git'],
  ])('writes below %s', (_, before, after) => {
    expect(inserted(before, LIMIT)).toBe(after)
  })

  it.each([
    [
      'first where the file has it first',
      'a:\n  memory: 1\n  cpu: 1\nlimits:\n  # of one\n  cpu: 1\n',
      'a:\n  memory: 1\n  cpu: 1\nlimits:\n  memory: 1Gi\n  # of one\n  cpu: 1\n',
    ],
    [
      'last where the file has it last',
      'a:\n  cpu: 1\n  memory: 1\nlimits:\n  cpu: 1\n',
      'a:\n  cpu: 1\n  memory: 1\nlimits:\n  cpu: 1\n  memory: 1Gi\n',
    ],
    [
      'last where the file has it both ways',
      'a:\n  cpu: 1\n  memory: 1\nb:\n  memory: 1\n  cpu: 1\nlimits:\n  cpu: 1\n',
      'a:\n  cpu: 1\n  memory: 1\nb:\n  memory: 1\n  cpu: 1\nlimits:\n  cpu: 1\n  memory: 1Gi\n',
    ],
  ])('stands %s', (_, before, after) => {
    expect(inserted(before, LIMIT)).toBe(after)
  })
})

describe('a splice', () => {
  it.each([
    ['a: 2 # x\n', '3', 'integer', 'a: 3 # x\n'],
    ['a: "2"\n', '3', 'integer', 'a: "3"\n'],
    ['a: 2.0\n', '3', 'quantity', 'a: 3\n'],
    ['a: 0.5\n', '1500m', 'quantity', 'a: 1500m\n'],
    ['a: 0.5\n', '1e3', 'quantity', 'a: "1e3"\n'],
    ["a: '1Gi'\n", '2Gi', 'quantity', "a: '2Gi'\n"],
    ['a: 1Gi\n', '2', 'quantity', 'a: "2"\n'],
    ['a: 1_000\n', '2000', 'quantity', 'a: 2000\n'],
    ['a:\t1Gi\t# x\n', '2Gi', 'quantity', 'a:\t2Gi\t# x\n'],
    ['a: &x 1Gi\n', '2Gi', 'quantity', 'a: &x 2Gi\n'],
    ['a: &x 1Gi\nc: &xy 1\nb: *xy\n', '2Gi', 'quantity', 'a: &x 2Gi\nc: &xy 1\nb: *xy\n'],
    ['a: &x 1Gi\nb: *x\n', '2Gi', 'quantity', 'shared-anchor'],
    ['b: &x 1Gi\na: *x\n', '2Gi', 'quantity', 'shared-anchor'],
    ['a: !!str 5\n', '6', 'text', 'a: !!str "6"\n'],
    ['a: !!int 5\n', '6', 'integer', 'templated'],
    ['a: !vault x\n', 'y', 'text', 'templated'],
    ['a: |\n  1Gi\n', '2Gi', 'quantity', 'block-scalar'],
    ['a: >-\n  1Gi\n', '2Gi', 'quantity', 'block-scalar'],
    ['a: "1\\\n  Gi"\n', '2Gi', 'quantity', 'block-scalar'],
    ['? a\n: 1Gi\n', '2Gi', 'quantity', '? a\n: 2Gi\n'],
    ['{a: 1Gi}', '2Gi', 'quantity', '{a: 2Gi}'],
    ['a: x\n', 'yes', 'text', 'a: "yes"\n'],
    ['a: x\n', '0777', 'text', 'a: "0777"\n'],
    ['a: x\n', '12:30:00', 'text', 'a: "12:30:00"\n'],
    ['a: "{{ x }}"\n', 'y', 'text', 'templated'],
    ['a: x\na: y\n', 'z', 'text', 'yaml-invalid'],
  ] as const)('of %j to %s (%s)', (before, value, kind, after) => {
    expect(spliced(before, ['a'], value, kind)).toBe(after)
  })
})

describe('removeAt', () => {
  it.each([
    ['a line with its comment', 'a: 1\nb: 2 # two\n# three\nc: 3\n', ['b'], 'a: 1\n# three\nc: 3\n'],
    ['a whole map', 'a:\n  b:\n    c: 1\n  d: 2\n', ['a', 'b'], 'a:\n  d: 2\n'],
    ['the last of a map', 'a: # why\n  # note\n  b: 2 # two\nc: 3\n', ['a', 'b'], 'a: {} # why\n  # note\nc: 3\n'],
    ['the last line without a break', 'a: 1\nb: 2', ['b'], 'a: 1'],
    ['a line of CRLF', 'a: 1\r\nb: 2\r\nc: 3\r\n', ['b'], 'a: 1\r\nc: 3\r\n'],
    ['the first behind a dash', '- a: 1\n  b: 2\n- c\n', [0, 'a'], '- b: 2\n- c\n'],
    ['the only one behind a dash', '- a: 1\n- c\n', [0, 'a'], '- {}\n- c\n'],
    ['an item', 'x:\n- a: 1\n  b: 2\n- c\n', ['x', 0], 'x:\n- c\n'],
    ['the last item', 'x:\n- a: 1\n', ['x', 0], 'x: []\n'],
    ['the first of flow', '{a: 1, b: 2}\n', ['a'], '{b: 2}\n'],
    ['the last of flow', '{a: 1, b: 2}\n', ['b'], '{a: 1}\n'],
    ['the only one of flow', 'x: {a: 1}\n', ['x', 'a'], 'x: {}\n'],
    ['one of flow with a comma at the end', 'x: [1, 2,]\n', ['x', 1], 'x: [1,]\n'],
    ['one that an alias names', 'a: &x 1\nb: *x\n', ['a'], 'shared-anchor'],
    ['one over a merge key', 'b: &b {a: 1}\nx:\n  <<: *b\n  a: 2\n', ['x', 'a'], 'shared-anchor'],
    ['nothing', 'a: 1\n', ['b'], 'not-in-git'],
    ['the document', 'a: 1\n', [], 'not-in-git'],
  ])('takes out %s', (_, before, path, after) => {
    expect(removed(before, path)).toBe(after)
  })
})
