import { describe, expect, it } from 'vitest'
import { covers, globProblem } from '../../src/policy/index.ts'

describe('covers', () => {
  it.each([
    ['apps/**', 'apps/cart/values.yaml', true],
    ['apps/**', 'apps/values.yaml', true],
    ['apps/**', 'infra/apps/values.yaml', false],
    ['apps/*', 'apps/cart/values.yaml', false],
    ['**', 'values.yaml', true],
    ['**/values-*.yaml', 'values-prod.yaml', true],
    ['**/values-*.yaml', 'a/b/values-prod.yaml', true],
    ['a/**/b/*.yaml', 'a/b/c.yaml', true],
    ['a/**/b/*.yaml', 'a/x/y/b/c.yaml', true],
    ['a/**/b/*.yaml', 'a/x/y/c.yaml', false],
    ['./apps/**', 'apps/cart.yaml', true],
    ['apps/{cart,web}/*.y?ml', 'apps/web/values.yaml', true],
    ['apps/[a-c]*/x', 'apps/cart/x', true],
    ['main', 'main', true],
    ['release-*', 'release-1.2', true],
    ['**', '.github/workflows/ci.yaml', false],
    ['apps/**', 'apps/.argocd-source-cart.yaml', false],
    ['apps/.argocd-source-*', 'apps/.argocd-source-cart.yaml', true],
    ['apps/', 'apps/x', false],
  ])('%s on %s: %s', (glob, path, expected) => {
    expect(covers([glob], path)).toBe(expected)
  })

  it('counts names that begin with a dot where a glob forbids', () => {
    expect(covers(['apps/**'], 'apps/.argocd-source-cart.yaml', true)).toBe(true)
    expect(covers(['apps/*.yaml'], 'apps/.argocd-source-cart.yaml', true)).toBe(true)
  })

  it.each([
    ['in one name', '*a*a*a*b', 'a'.repeat(255)],
    ['over many names', `${'**/a*/'.repeat(36)}b`, 'a/'.repeat(500)],
    ['in many names', `${'*a*a*/'.repeat(40)}b`, `${'a'.repeat(100)}/`.repeat(40)],
  ])('answers at once where a glob is made to be slow %s', (_, glob, path) => {
    const started = performance.now()
    expect(covers([glob], path)).toBe(false)
    expect(performance.now() - started).toBeLessThan(2000)
  })
})

describe('globProblem', () => {
  it.each([
    ['*a*a*a*a*b', 'at most 3 stars'],
    ['{a,aa}{a,aa}{a,aa}{a,aa}b', 'at most 3 stars and braces'],
    ['{apps,libs/x}/**', 'within one name'],
    ['/apps/**', 'relative'],
    ['apps/../x', 'relative'],
    ['+(a)', 'no ( )'],
  ])('refuses %s: %s', (glob, problem) => {
    expect(globProblem(glob)).toContain(problem)
    expect(covers([glob], 'apps/x')).toBe(false)
  })

  it('takes as many folders as a tree has', () => {
    expect(globProblem('**/overlays/**/prod-*/**/values-*.yaml')).toBeUndefined()
  })
})
