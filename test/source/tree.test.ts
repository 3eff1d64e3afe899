import { describe, expect, it } from 'vitest'
import {
  changedTree,
  comparePaths,
  filesBelow,
  isDirectory,
  joinPath,
  memoryTree,
  parentPath,
  specialOn,
} from '../../src/source/tree.ts'

const bytes = (text: string) => new TextEncoder().encode(text)

describe('joinPath', () => {
  it.each([
    ['', 'a', 'a'],
    ['a/b', '../c', 'a/c'],
    ['a/b', '../..', ''],
    ['a', './b//c/', 'a/b/c'],
    ['a', '.', 'a'],
    ['a', '../../b', undefined],
    ['', '..', undefined],
    ['a', '/etc/passwd', undefined],
    ['a', '', undefined],
    ['a', 'b\0', undefined],
  ])('joins %j and %j to %j', (from, relative, expected) => {
    expect(joinPath(from, relative)).toBe(expected)
  })
})

describe('memoryTree', () => {
  const tree = memoryTree({ 'b/c.yaml': 'x: 1', 'a.yaml': 'y: 2', 'b-d': '' }, { link: 'symlink' })

  it('lists regular files in code point order', () => {
    expect(tree.paths()).toEqual(['a.yaml', 'b-d', 'b/c.yaml'])
  })

  it('gives git the same blob id', () => {
    expect(memoryTree({ empty: '' }).blob('empty')).toBe('e69de29bb2d1d6434b8b29ae775ad8c2e48c5391')
  })

  it('has equal ids for equal content in any order, and other ids for other content', () => {
    const same = memoryTree({ 'a.yaml': bytes('y: 2'), 'b-d': '', 'b/c.yaml': 'x: 1' }, { link: 'symlink' })
    expect(same.oid).toBe(tree.oid)
    expect(memoryTree({ 'a.yaml': 'y: 2' }).oid).not.toBe(tree.oid)
  })

  it('names what is not a regular file, and no file there', () => {
    expect(tree.special('link')).toBe('symlink')
    expect(tree.bytes('link')).toBeUndefined()
    expect(specialOn(tree, 'link/deep/file')).toEqual({ path: 'link', what: 'symlink' })
  })

  it('lists what is not a regular file in code point order', () => {
    const linked = memoryTree({ 'a.yaml': '' }, { 'b/vendor': 'submodule', 'b-link': 'symlink' })
    expect(linked.specials?.()).toEqual(['b-link', 'b/vendor'])
  })

  it.each(['/a', '../a', 'a//b', 'a/./b', '', 'a/'])('refuses the path %j', (path) => {
    expect(() => memoryTree({ [path]: '' })).toThrow(RangeError)
  })

  it('knows directories by the files below them', () => {
    expect([
      isDirectory(tree, 'b'),
      isDirectory(tree, ''),
      isDirectory(tree, 'b-'),
      isDirectory(tree, 'a.yaml'),
    ]).toEqual([true, true, false, false])
    expect(filesBelow(tree, 'b')).toEqual(['b/c.yaml'])
    expect(parentPath('b/c.yaml')).toBe('b')
    expect(parentPath('a.yaml')).toBe('')
  })
})

describe('changedTree', () => {
  const base = memoryTree({ 'a.yaml': 'a', 'c.yaml': 'c' })

  it('lists the links of its base, but for those that a file has replaced', () => {
    const linked = memoryTree({ 'a.yaml': '' }, { link: 'symlink', vendor: 'submodule' })
    expect(changedTree(linked, [{ path: 'link', content: bytes('now a file') }]).specials?.()).toEqual(['vendor'])
  })

  it('cannot list links where its base cannot', () => {
    const { specials: _, ...mute } = memoryTree({ 'a.yaml': '' }, { link: 'symlink' })
    expect(changedTree(mute, [{ path: 'a.yaml', content: bytes('A') }]).specials).toBeUndefined()
  })

  it('replaces and adds whole files, and leaves the base alone', () => {
    const changed = changedTree(base, [
      { path: 'a.yaml', content: bytes('A') },
      { path: 'b.yaml', content: bytes('b') },
    ])
    expect(changed.paths()).toEqual(['a.yaml', 'b.yaml', 'c.yaml'])
    expect(new TextDecoder().decode(changed.bytes('a.yaml'))).toBe('A')
    expect(new TextDecoder().decode(base.bytes('a.yaml'))).toBe('a')
    expect(changed.blob('c.yaml')).toBe(base.blob('c.yaml'))
    expect(changed.oid).not.toBe(base.oid)
  })

  it('has the id of the base again when every change is undone', () => {
    const there = changedTree(base, [{ path: 'a.yaml', content: bytes('A') }])
    expect(changedTree(there, [{ path: 'a.yaml', content: bytes('a') }]).oid).toBe(base.oid)
  })

  it('has the id of an equal tree made at once', () => {
    const changed = changedTree(base, [{ path: 'b.yaml', content: bytes('b') }])
    expect(changed.oid).toBe(memoryTree({ 'a.yaml': 'a', 'b.yaml': 'b', 'c.yaml': 'c' }).oid)
  })
})

describe('comparePaths', () => {
  it('orders by code point, where JavaScript orders by UTF-16 unit', () => {
    expect(comparePaths('\u{1F600}', '\uFF5E')).toBeGreaterThan(0)
    expect(comparePaths('a', 'ab')).toBeLessThan(0)
    expect(comparePaths('é', 'é')).toBe(0)
  })
})
