import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync, gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { unpackChart } from '../../../src/adapters/charts/index.ts'
import { archive, CHART_YAML, helms } from '../render/given.ts'

const text = (files: ReadonlyMap<string, Uint8Array> | undefined) =>
  files && Object.fromEntries([...files].map(([path, content]) => [path, new TextDecoder().decode(content)]))
const tar = (packed: Uint8Array) => gunzipSync(packed)
const joined = (...packed: Uint8Array[]) =>
  gzipSync(Buffer.concat([...packed.map((one) => tar(one).subarray(0, -1024)), Buffer.alloc(1024)]))
const plain = archive({ 'cart/Chart.yaml': CHART_YAML, 'cart/templates/a.yaml': 'a' })
const broken = (change: (bytes: Buffer) => void) => {
  const bytes = Buffer.from(tar(plain))
  change(bytes)
  return gzipSync(bytes)
}
const record = (key: string, value: string) => {
  const rest = ` ${key}=${value}\n`
  const length = Buffer.byteLength(rest) + String(Buffer.byteLength(rest) + 2).length
  return `${length}${rest}`
}
const renamed = (pax: string) =>
  joined(archive({ 'cart/Chart.yaml': CHART_YAML }), archive({ 'pax/header': pax }, 'x'), archive({ 'cart/b': 'b' }))

describe('unpackChart', () => {
  it('gives the files below the folder of the chart', () => {
    expect(text(unpackChart(plain))).toEqual({ 'Chart.yaml': CHART_YAML, 'templates/a.yaml': 'a' })
  })

  it('reads names that a header before them gives, and passes over comments and folders', () => {
    const name = `cart/${'d'.repeat(120)}/é.yaml`
    const long = joined(
      archive({ pax_global_header: record('comment', 'aaaa') }, 'g'),
      archive({ 'cart/': '' }, '5'),
      archive({ 'cart/Chart.yaml': CHART_YAML }),
      archive({ 'pax/header': record('mtime', '1.5') + record('path', name) }, 'x'),
      archive({ 'cart/short': 'pax' }),
      archive({ '././@LongLink': `cart/gnu-${'e'.repeat(120)}\0` }, 'L'),
      archive({ 'cart/short': 'gnu' }),
    )
    expect(text(unpackChart(long))).toEqual({
      'Chart.yaml': CHART_YAML,
      [name.slice('cart/'.length)]: 'pax',
      [`gnu-${'e'.repeat(120)}`]: 'gnu',
    })
  })

  it.each(helms)('reads what %s packs', (_, helm) => {
    const folder = mkdtempSync(join(tmpdir(), 'kintsugi-pack-'))
    const deep = `templates/${'d'.repeat(110)}/${'e'.repeat(110)}.yaml`
    try {
      mkdirSync(join(folder, 'cart', deep, '..'), { recursive: true })
      writeFileSync(join(folder, 'cart/Chart.yaml'), CHART_YAML)
      writeFileSync(join(folder, 'cart/values.yaml'), 'a: 1\n')
      writeFileSync(join(folder, 'cart', deep), 'b: 2\n')
      execFileSync(helm, ['package', 'cart'], { cwd: folder, stdio: 'ignore', env: { HOME: folder } })
      const packed = readdirSync(folder).find((name) => name.endsWith('.tgz')) ?? ''
      expect(text(unpackChart(readFileSync(join(folder, packed))))).toMatchObject({
        'values.yaml': 'a: 1\n',
        [deep]: 'b: 2\n',
      })
    } finally {
      rmSync(folder, { recursive: true })
    }
  })

  it.each<readonly [string, Uint8Array]>([
    ['text', Buffer.from('text')],
    ['nothing', new Uint8Array()],
    ['a gzip of text', gzipSync('text')],
    ['a gzip that was cut', plain.subarray(0, plain.length - 20)],
    ['no Chart.yaml', archive({ 'cart/values.yaml': '' })],
    ['files without a folder', archive({ 'Chart.yaml': CHART_YAML })],
    ['two folders', archive({ 'cart/Chart.yaml': CHART_YAML, 'other/values.yaml': '' })],
    ['two files by one name', joined(plain, archive({ 'cart/Chart.yaml': CHART_YAML }))],
    ['a link', joined(plain, archive({ 'cart/secret': '' }, '2'))],
    ['a hard link', joined(plain, archive({ 'cart/secret': '' }, '1'))],
    ['a device', joined(plain, archive({ 'cart/zero': '' }, '3'))],
    ['a pipe', joined(plain, archive({ 'cart/pipe': '' }, '6'))],
    ['a sparse file', joined(plain, archive({ 'cart/sparse': '' }, 'S'))],
    ['a folder with content', joined(plain, archive({ 'cart/sub/': 'a' }, '5'))],
    ['a name that climbs', archive({ 'cart/Chart.yaml': CHART_YAML, 'cart/../../outside': '' })],
    ['an absolute name', archive({ '/cart/Chart.yaml': CHART_YAML })],
    ['a name of Windows', archive({ 'cart/Chart.yaml': CHART_YAML, 'cart/a\\..\\b': '' })],
    ['a name with a newline', archive({ 'cart/Chart.yaml': CHART_YAML, 'cart/a\nb': '' })],
    ['a dot in a name', archive({ './cart/Chart.yaml': CHART_YAML })],
    ['a wrong checksum', broken((bytes) => bytes.write('x', 0))],
    ['a file that is cut', gzipSync(tar(plain).subarray(0, 520))],
    [
      'something after its end',
      gzipSync(Buffer.concat([tar(plain), tar(archive({ 'cart/late': 'a' })).subarray(0, 1024)])),
    ],
    ['a rename that changes the size', renamed(record('size', '0'))],
    ['a rename of a sparse file', renamed(record('GNU.sparse.size', '9'))],
    ['a rename that is none', renamed('zzz')],
    ['a rename that claims more than there is', renamed('999 path=cart/x\n')],
    ['zeros, packed a thousand times', archive({ 'cart/Chart.yaml': CHART_YAML, 'cart/z': Buffer.alloc(8_000_000) })],
    [
      'more files than a chart has',
      archive(Object.fromEntries(Array.from({ length: 5001 }, (_, at) => [`cart/${at}`, '']))),
    ],
  ])('refuses %s', (_, packed) => {
    expect(unpackChart(packed)).toBeUndefined()
  })

  it('keeps prototype names as names', () => {
    const files = unpackChart(
      archive({ 'cart/Chart.yaml': CHART_YAML, 'cart/__proto__': 'p', 'cart/constructor': 'c' }),
    )
    expect([...(files?.keys() ?? [])]).toEqual(['Chart.yaml', '__proto__', 'constructor'])
  })
})
