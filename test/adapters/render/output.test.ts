import { describe, expect, it } from 'vitest'
import { outputReader } from '../../../src/adapters/render/output.ts'

function configMap(name: string, value = 'a'): string {
  return `---\n# Source: cart/templates/a.yaml\napiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: ${name}\ndata:\n  value: ${value}\n`
}

describe('outputReader', () => {
  it('reads every document, in order', async () => {
    expect(await outputReader()(configMap('b') + configMap('a'))).toMatchObject({
      objects: [{ metadata: { name: 'b' } }, { metadata: { name: 'a' } }],
    })
  })

  it('does not cut at dashes within a text', async () => {
    const text = `${configMap('a')}  text: |\n    one\n    ---\n    two\n`
    expect(await outputReader()(text)).toMatchObject({ objects: [{ data: { text: 'one\n---\ntwo\n' } }] })
  })

  it('gives the same object for the same text, so that a second render costs little', async () => {
    const read = outputReader()
    const [first, second] = [await read(configMap('a')), await read(configMap('b') + configMap('a'))]
    const objects = (outcome: typeof first) => ('objects' in outcome ? outcome.objects : [])
    expect(objects(second)[1]).toBe(objects(first)[0])
  })

  it('tells whole numbers apart that a double does not', async () => {
    const values = async (text: string) => {
      const read = await outputReader()(`apiVersion: v1\nkind: A\nspec: {a: ${text}, b: 3}\n`)
      return 'objects' in read ? read.objects[0]?.['spec'] : read
    }
    expect(await values('1234567890123456781')).toEqual({ a: '1234567890123456781', b: 3 })
    expect(await values('1234567890123456782')).toEqual({ a: '1234567890123456782', b: 3 })
    expect(await values('9007199254740991')).toEqual({ a: 9_007_199_254_740_991, b: 3 })
  })

  it('opens lists of any kind', async () => {
    const text =
      'apiVersion: v1\nkind: ConfigMapList\nitems: [{apiVersion: v1, kind: ConfigMap, metadata: {name: a}}]\n'
    expect(await outputReader()(text)).toMatchObject({ objects: [{ kind: 'ConfigMap' }] })
  })

  it('lets other work go on while it reads much', async () => {
    let ticks = 0
    const timer = setInterval(() => {
      ticks += 1
    }, 1)
    const text = Array.from({ length: 9000 }, (_, at) => configMap(`a${at}`, `v${at}\n  more: [${at}, ${at}]`)).join('')
    await outputReader()(text)
    clearInterval(timer)
    expect(ticks).toBeGreaterThan(0)
  })

  it.each([
    ['more objects than a chart has', configMap('a').repeat(10_001), 'render-limit'],
    [
      'more objects than a chart has, in Lists',
      `apiVersion: v1\nkind: List\nitems:\n${'- {apiVersion: v1, kind: A}\n'.repeat(6000)}---\n`.repeat(2),
      'render-limit',
    ],
    ['more in one object than a CRD has', `${configMap('a')}list: [${'1,'.repeat(200_000)}1]\n`, 'render-limit'],
    ['more than a render has', '#'.repeat(17 * 1024 * 1024), 'render-limit'],
    ['a document larger than a CRD', configMap('a', 'x'.repeat(3_000_000)), 'render-limit'],
    [
      'a list in a list',
      'apiVersion: v1\nkind: List\nitems: [{apiVersion: v1, kind: List, items: []}]\n',
      'render-failed',
    ],
    ['an object without a kind', 'apiVersion: v1\n', 'render-failed'],
    ['a value that JSON has not, alone', 'apiVersion: v1\nkind: A\na: .nan\n', 'render-failed'],
    ['a value that JSON has not', 'apiVersion: v1\nkind: A\na: .nan\n---\nb\n', 'render-failed'],
  ])('refuses %s', async (_, text, reason) => {
    expect(await outputReader()(text)).toMatchObject({ rendered: false, reason })
  })
})
