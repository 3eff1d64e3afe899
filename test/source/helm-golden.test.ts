import { basename, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { helmRenderer } from '../../src/adapters/render/index.ts'
import { helmHere } from '../fakes/helm-here.ts'
import { beforeTree, expectOutcome, goldenNames, readCase, runCase } from './golden.ts'

const named = process.env['KINTSUGI_HELM']
const places =
  named === undefined ? ['helm3', 'helm4'].map((name) => resolve(import.meta.dirname, '../../.tools', name)) : [named]
/** Of the second helm that is here `npm test` takes every third case; with KINTSUGI_N, as in CI, all. */
const EVERY = process.env['KINTSUGI_N'] === undefined ? 3 : 1
const cases = goldenNames().filter((name) => readCase(name).helm === 'real')

it('there are cases for helm itself', () => {
  expect(cases.length).toBeGreaterThan(25)
})

for (const [place, path] of places.entries()) {
  const renderer = helmRenderer({ path })
  const version = await helmHere(`golden edits through ${basename(path)}`, renderer)

  describe.skipIf(version === undefined)(`golden edits through ${version ?? path}`, () => {
    for (const name of cases.filter((_, at) => place === 0 || at % EVERY === 0)) {
      const golden = readCase(name)
      it(`${name}: ${golden.says}`, async () => {
        expectOutcome(name, await runCase(golden, beforeTree(name), renderer.render))
      })
    }
  })
}
