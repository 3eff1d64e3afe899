import { basename, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { helmRenderer } from '../../src/adapters/render/index.ts'
import { helmHere } from '../fakes/helm-here.ts'
import { beforeTree, expectOutcome, goldenNames, readCase, runCase } from './golden.ts'

const named = process.env['KINTSUGI_HELM']
const places =
  named === undefined ? ['helm3', 'helm4'].map((name) => resolve(import.meta.dirname, '../../.tools', name)) : [named]
const cases = goldenNames().filter((name) => readCase(name).helm === 'real')

it('there are cases for helm itself', () => {
  expect(cases.length).toBeGreaterThan(25)
})

for (const path of places) {
  const renderer = helmRenderer({ path })
  const version = await helmHere(`golden edits through ${basename(path)}`, renderer)

  describe.skipIf(version === undefined)(`golden edits through ${version ?? path}`, () => {
    for (const name of cases) {
      const golden = readCase(name)
      it(`${name}: ${golden.says}`, async () => {
        expectOutcome(name, await runCase(golden, beforeTree(name), renderer.render))
      })
    }
  })
}
