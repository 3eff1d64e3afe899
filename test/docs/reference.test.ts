import { describe, expect, it } from 'vitest'
import { verbs } from '../../src/cli/verbs.ts'
import { ERRORS, REASONS } from '../../src/domain/index.ts'
import { cliPage, reasonsPage } from './reference-pages.ts'

/** A page that is behind is written anew by `npx vitest run test/docs --update`. */
describe('the reference', () => {
  it('has every reason and every error', async () => {
    await expect(reasonsPage()).toMatchFileSnapshot('../../docs/reference/reasons.md')
  })

  it('names no command that there is not', () => {
    const texts = [...Object.values(REASONS), ...Object.values(ERRORS)].flatMap(({ means, next }) => [means, next])
    const named = texts.flatMap((text) =>
      [...text.matchAll(/(?<!\/)\bkintsugi ([a-z]+)/g)].map((match) => match[1] ?? ''),
    )
    expect(named.length).toBeGreaterThan(3)
    expect(named.filter((word) => !verbs.some(({ name }) => name.split(' ')[0] === word))).toEqual([])
  })

  it('has every verb with its flags', async () => {
    await expect(cliPage(verbs)).toMatchFileSnapshot('../../docs/reference/cli.md')
  })
})
