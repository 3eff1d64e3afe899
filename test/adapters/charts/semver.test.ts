import { describe, expect, it } from 'vitest'
import { isExactVersion, newestIn, sameVersion } from '../../../src/adapters/charts/semver.ts'

const VERSIONS = [
  '0.0.3',
  '0.0.4',
  '0.2.3',
  '0.2.9',
  '0.3.0',
  '1.1.9',
  '1.2.0',
  '1.2.3',
  '1.2.4-rc.1',
  '1.3.0',
  '1.10.0',
  '2.0.0',
  '2.0.1-beta.2',
  '2.0.1-beta.11',
  'v2.1.0+5',
]

describe('newestIn', () => {
  // As github.com/Masterminds/semver, which Helm and Argo CD use, tells them.
  it.each([
    ['*', 'v2.1.0+5'],
    ['', 'v2.1.0+5'],
    ['x', 'v2.1.0+5'],
    ['1.2.3', '1.2.3'],
    ['=1.2.3', '1.2.3'],
    ['1.x', '1.10.0'],
    ['1', '1.10.0'],
    ['1.2', '1.2.3'],
    ['1.2.*', '1.2.3'],
    ['~1.2', '1.2.3'],
    ['~1.2.0', '1.2.3'],
    ['~1', '1.10.0'],
    ['^1.2', '1.10.0'],
    ['^0.2.3', '0.2.9'],
    ['^0.0.3', '0.0.3'],
    ['^0', '0.3.0'],
    ['>=1.2 <2', '1.10.0'],
    ['>= 1.2, < 1.3.0', '1.2.3'],
    ['>1.2 <1.10', '1.3.0'],
    ['<=1.2', '1.2.3'],
    ['<1.2', '1.1.9'],
    ['1.1 - 1.2', '1.2.3'],
    ['0.2.x || 1.1.x', '1.1.9'],
    ['>=1 !=1.10.0 <2', '1.3.0'],
    ['~1.2.0-0', '1.2.4-rc.1'],
    ['>=2.0.1-0 <2.0.2', '2.0.1-beta.11'],
    ['v1.3.0', '1.3.0'],
  ])('%s is %s', (range, version) => {
    expect(newestIn(range, VERSIONS)).toBe(version)
  })

  it.each(['3.x', 'main', 'latest', '1.2.3.4', '>', '1 ||', '^^1', `>=1 ${'x'.repeat(300)}`, '>='.repeat(90)])(
    '%s is none',
    (range) => {
      expect(newestIn(range, VERSIONS)).toBeUndefined()
    },
  )

  it('passes over what is no version', () => {
    expect(newestIn('*', ['latest', '1.0.0', '__proto__', '1.0'])).toBe('1.0.0')
  })
})

describe('versions', () => {
  it('are exact with three numbers', () => {
    expect(['1.2.3', 'v1.2.3', '1.2.3-rc.1+b'].every(isExactVersion)).toBe(true)
    expect(['1.2', '1.x', '*', '', '^1.2.3', '1.2.3 '].some(isExactVersion)).toBe(false)
  })

  it('are the same with and without a v', () => {
    expect(sameVersion('v1.2.3', '1.2.3')).toBe(true)
    expect(sameVersion('1.2.3+a', '1.2.3+b')).toBe(false)
  })
})
