import { describe, expect, it } from 'vitest'
import { verbs } from '../../src/cli/verbs.ts'
import { cliPage, reasonsPage } from './reference-pages.ts'

/** A page that is behind is written anew by `npx vitest run test/docs --update`. */
describe('the reference', () => {
  it('has every reason and every error', async () => {
    await expect(reasonsPage()).toMatchFileSnapshot('../../docs/reference/reasons.md')
  })

  it('has every verb with its flags', async () => {
    await expect(cliPage(verbs)).toMatchFileSnapshot('../../docs/reference/cli.md')
  })
})
