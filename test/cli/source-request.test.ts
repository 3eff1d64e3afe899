import { describe, expect, it } from 'vitest'
import { readTarget } from '../../src/cli/source-request.ts'
import { repositoryKey } from '../../src/cli/tree/repository-key.ts'

describe('a repository', () => {
  it.each([
    'https://Git.example/shop/gitops',
    'https://git.example/shop/gitops.git',
    'https://git.example/shop/gitops/',
    'https://user:token@git.example/shop/gitops.git',
    'ssh://git@git.example/shop/gitops',
    'git@git.example:shop/gitops.git',
  ])('is the same as %s', (url) => {
    expect(repositoryKey(url)).toBe('git.example/shop/gitops')
  })

  it.each(['https://git.example/shop/GitOps', 'https://git.example/other/gitops', 'https://evil.example/shop/gitops'])(
    'is another than %s',
    (url) => {
      expect(repositoryKey(url)).not.toBe('git.example/shop/gitops')
    },
  )
})

describe('a target', () => {
  it.each([
    ['Deployment/shop/cart', { kind: 'Deployment', namespace: 'shop', name: 'cart' }],
    ['argoproj.io/Rollout/shop/cart', { group: 'argoproj.io', kind: 'Rollout', namespace: 'shop', name: 'cart' }],
    ['PersistentVolume//data', { kind: 'PersistentVolume', namespace: '', name: 'data' }],
  ])('is read from %s', (text, expected) => {
    expect(readTarget(text, undefined)).toEqual(expected)
  })
})
