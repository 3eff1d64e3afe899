import { describe, expect, it } from 'vitest'
import { manifestsAt } from '../../../src/cli/compose/manifests.ts'
import { KintsugiError } from '../../../src/domain/index.ts'
import { memoryTree } from '../../../src/source/index.ts'

const tree = memoryTree({
  'list.yaml': 'kind: List\nitems: [{kind: A}, {kind: B}]\n',
  'chart.yaml': 'a: {{ .Values.a }}\n',
})

function failing(code: 'KIN-1002' | 'KIN-4001') {
  return {
    ...tree,
    bytes: () => {
      throw new KintsugiError(code, 'cannot be read')
    },
  }
}

describe('the objects of a file in a tree', () => {
  it.each([
    ['list.yaml', ['A', 'B']],
    ['chart.yaml', []],
    ['absent.yaml', []],
  ])('%s: %j', (path, kinds) => {
    expect(manifestsAt(tree, path).map((manifest) => manifest['kind'])).toEqual(kinds)
  })

  it('are none where the file is too large to be read', () => {
    expect(manifestsAt(failing('KIN-1002'), 'list.yaml')).toEqual([])
  })

  it('are not known where the repository fails', () => {
    expect(() => manifestsAt(failing('KIN-4001'), 'list.yaml')).toThrow('cannot be read')
  })
})
