import { describe, expect, it } from 'vitest'
import { repositoryName, urlsOfRepository } from '../../../src/cli/compose/repository-urls.ts'

const HTTPS = 'https://github.com/example/shop.git'
const OTHER = 'https://github.com/example/other'

describe('repositoryName', () => {
  it.each([
    ['https://github.com/example/shop.git', 'github.com/example/shop'],
    ['https://github.com/example/shop/', 'github.com/example/shop'],
    ['https://user:secret@GitHub.com/example/shop', 'github.com/example/shop'],
    ['git@github.com:example/shop.git', 'github.com/example/shop'],
    ['ssh://git@github.com:22/example/shop', 'github.com/example/shop'],
    ['https://git.example.com:8443/shop', 'git.example.com:8443/shop'],
    ['file:///srv/git/shop.git', '/srv/git/shop'],
    ['/srv/git/shop.git', '/srv/git/shop'],
    ['shop.git', 'shop'],
  ])('%s is %s', (url, name) => {
    expect(repositoryName(url)).toBe(name)
  })
})

describe('urlsOfRepository', () => {
  const named = (more: Partial<Parameters<typeof urlsOfRepository>[0]>) =>
    urlsOfRepository({ repo: 'shop.git', told: [], origin: undefined, read: [], ...more })

  it('takes the one that is told, in the spelling of the Applications too', () => {
    expect(named({ told: ['git@github.com:example/shop'], read: [HTTPS, OTHER] })).toEqual([
      'git@github.com:example/shop',
      HTTPS,
      'github.com/example/shop',
    ])
  })

  it('takes the one that it was cloned from before any other', () => {
    expect(named({ origin: 'git@github.com:example/shop.git', read: [HTTPS, OTHER] })).toEqual([
      HTTPS,
      'github.com/example/shop',
    ])
  })

  it('takes the only one that the Applications read: a fork is cloned from elsewhere', () => {
    expect(named({ origin: 'git@github.com:me/shop.git', read: [HTTPS, HTTPS] })).toEqual([
      HTTPS,
      'github.com/example/shop',
    ])
  })

  it('knows none where no Application reads any', () => {
    expect(named({ origin: HTTPS })).toEqual([])
  })

  it('refuses to choose between two', () => {
    expect(() => named({ origin: 'git@github.com:me/shop.git', read: [HTTPS, OTHER] })).toThrow(
      /read 2 repositories \(github\.com\/example\/shop, github\.com\/example\/other\): say with --url which one shop\.git is/,
    )
  })
})
