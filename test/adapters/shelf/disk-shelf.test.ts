import { createHash } from 'node:crypto'
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, symlink, truncate, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { bytesOf, diskShelf, plainOf } from '../../../src/adapters/shelf/index.ts'
import { shelfContract } from '../../contracts/shelf.ts'
import { numbers } from '../../fakes/windows.ts'

let above: string
let dir: string
beforeEach(async () => {
  above = await mkdtemp(join(tmpdir(), 'shelf-'))
  dir = join(above, 'models')
})
afterEach(async () => {
  await rm(above, { recursive: true, force: true })
})

const shelf = (more: { mostBytes?: number; mostEntries?: number; largestBytes?: number } = {}) =>
  diskShelf({ dir, mostBytes: 1e8, mostEntries: 1000, ...more })
const MODEL = { fitted: true, model: { usual: Float64Array.of(1, Number.NaN, 3), signals: ['cpu-usage'] } }

async function onlyFile(): Promise<string> {
  const names = await readdir(dir)
  expect(names).toHaveLength(1)
  return join(dir, names[0] ?? '')
}

shelfContract('a folder on disk', (mostEntries) => shelf({ mostEntries }))

describe('a shelf on disk', () => {
  it('has for a later process what an earlier one put', async () => {
    await shelf().put('key', MODEL)
    const later = shelf()
    expect(await later.get('key')).toStrictEqual(MODEL)
    expect(later.held().entries).toBe(1)
    expect(later.held().bytes).toBe((await readFile(await onlyFile())).byteLength)
  })

  it('never gives a changed byte, wherever it stands, and lets the file go', async () => {
    await shelf().put('key', MODEL)
    const file = await onlyFile()
    const whole = await readFile(file)
    for (let at = 0; at < whole.byteLength; at += 1) {
      const changed = Buffer.from(whole)
      changed[at] = (changed[at] ?? 0) ^ 0x41
      await writeFile(file, changed, { mode: 0o600 })
      expect(await shelf().get('key')).toBeUndefined()
      expect(await readdir(dir)).toEqual([])
    }
  })

  it('never gives a file that was cut short', async () => {
    await shelf().put('key', MODEL)
    const file = await onlyFile()
    const whole = await readFile(file)
    for (let length = 0; length < whole.byteLength; length += 1) {
      await writeFile(file, whole, { mode: 0o600 })
      await truncate(file, length)
      expect(await shelf().get('key')).toBeUndefined()
    }
  })

  it('never gives what was put under another key', async () => {
    await shelf().put('one', MODEL)
    const file = await onlyFile()
    await shelf().put('other', { another: true })
    const other = (await readdir(dir)).map((name) => join(dir, name)).find((name) => name !== file) ?? ''
    await writeFile(other, await readFile(file), { mode: 0o600 })
    const both = shelf()
    expect(await both.get('other')).toBeUndefined()
    expect(await both.get('one')).toStrictEqual(MODEL)
  })

  it('passes over links, folders, files too large, and files of others in its place', async () => {
    await shelf().put('key', MODEL)
    const file = await onlyFile()
    const whole = await readFile(file)
    await rm(file)
    await writeFile(join(above, 'elsewhere'), whole)
    await symlink(join(above, 'elsewhere'), file)
    expect(await shelf().get('key')).toBeUndefined()
    await mkdir(file, { recursive: true })
    expect(await shelf().get('key')).toBeUndefined()
    await rm(file, { recursive: true, force: true })
    await writeFile(file, whole, { mode: 0o600 })
    expect(await shelf({ largestBytes: whole.byteLength - 1 }).get('key')).toBeUndefined()
    expect(await readFile(join(above, 'elsewhere'))).toEqual(whole)
  })

  it('keeps nothing in a folder that others may write to', async () => {
    await mkdir(dir)
    await chmod(dir, 0o777)
    expect(await shelf().put('key', MODEL)).toBe(false)
    expect(await readdir(dir)).toEqual([])
    expect(await shelf().get('key')).toBeUndefined()
  })

  it('stays within its bytes, and the newest stay', async () => {
    const small = shelf({ mostBytes: 20_000 })
    for (let at = 0; at < 50; at += 1) await small.put(`key ${at}`, new Float64Array(200).fill(at))
    const names = await readdir(dir)
    const sizes = await Promise.all(names.map(async (name) => (await readFile(join(dir, name))).byteLength))
    const total = sizes.reduce((sum, one) => sum + one, 0)
    expect(total).toBeLessThanOrEqual(20_000)
    expect(total).toBe(small.held().bytes)
    expect(await small.get('key 49')).toEqual(new Float64Array(200).fill(49))
    expect(await small.get('key 0')).toBeUndefined()
  })

  it('removes what a killed process was writing, an hour later', async () => {
    await mkdir(dir, { mode: 0o700 })
    const [old, young] = ['0', '1'].map((digit) => join(dir, `.${digit.repeat(36)}.tmp`))
    for (const file of [old, young]) await writeFile(file ?? '', 'half')
    await utimes(old ?? '', 1000, 1000)
    await shelf().put('key', 1)
    const names = await readdir(dir)
    expect(names).toContain(`.${'1'.repeat(36)}.tmp`)
    expect(names).not.toContain(`.${'0'.repeat(36)}.tmp`)
  })

  it('reads bytes of strangers that carry a right digest without a crash', async () => {
    await shelf().put('key', MODEL)
    const file = await onlyFile()
    const random = numbers(5)
    const ours = bytesOf(MODEL) ?? new Uint8Array(0)
    for (let round = 0; round < 300; round += 1) {
      const content = Buffer.from(ours)
      for (let change = 0; change < 3; change += 1)
        content[Math.floor(random() * content.byteLength)] = Math.floor(random() * 256)
      const digest = createHash('sha256').update('kintsugi-shelf-1\n3\nkey\n').update(content).digest()
      await writeFile(file, Buffer.concat([digest, content]), { mode: 0o600 })
      await shelf().get('key')
    }
    await writeFile(file, 'kintsugi', { mode: 0o600 })
    expect(await shelf().get('key')).toBeUndefined()
  })
})

describe('plain values as bytes', () => {
  const headed = (header: string, more = 0) => {
    const text = new TextEncoder().encode(header)
    const bytes = new Uint8Array(Math.ceil((4 + text.byteLength) / 8) * 8 + more)
    new DataView(bytes.buffer).setUint32(0, text.byteLength, true)
    bytes.set(text, 4)
    return bytes
  }

  it.each([
    ['an array beyond the end', '{"$":["f64",0,2]}'],
    ['an array before the beginning', '{"$":["f64",-8,1]}'],
    ['an array that is not aligned', '{"$":["f64",4,1]}'],
    ['an array longer than any memory', '{"$":["f64",0,9007199254740991]}'],
    ['an array of no known kind', '{"$":["constructor",0,1]}'],
    ['a number of no known name', '{"$":"toString"}'],
    ['a sign within a sign', '{"$":{"$":"NaN"}}'],
    ['what is nested too deeply', `${'['.repeat(100_000)}${']'.repeat(100_000)}`],
    ['what is no JSON', '{'],
  ])('reads none of %s', (_, header) => {
    expect(plainOf(headed(header, 8))).toBeUndefined()
  })

  it('reads none where the header is longer than the bytes', () => {
    const bytes = headed('1')
    new DataView(bytes.buffer).setUint32(0, 0xffffffff, true)
    expect(plainOf(bytes)).toBeUndefined()
    expect(plainOf(new Uint8Array(3))).toBeUndefined()
  })

  it('writes none of a cycle', () => {
    const cycle: { self?: unknown } = {}
    cycle.self = cycle
    expect(bytesOf(cycle)).toBeUndefined()
  })
})
