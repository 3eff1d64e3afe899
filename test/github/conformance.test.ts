import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { BEHAVIOURS as GRAPHQL_BEHAVIOURS } from './conformance/behaviours.ts'
import { realTarget, standInTarget } from './conformance/open-target.ts'
import { conformancePage } from './conformance/page.ts'
import { PINNED } from './conformance/pinned.ts'
import { REST_BEHAVIOURS } from './conformance/rest-behaviours.ts'
import type { Target } from './conformance/target.ts'

const BEHAVIOURS = [...GRAPHQL_BEHAVIOURS, ...REST_BEHAVIOURS]

type Open = { readonly target: Target; close(): Promise<void> }

function suite(name: string, open: () => Promise<Open>): void {
  describe(name, () => {
    let opened: Open
    beforeAll(async () => {
      opened = await open()
    }, 60_000)
    afterAll(() => opened.close())

    BEHAVIOURS.forEach((behaviour, at) => {
      it(behaviour.says, () => behaviour.run(opened.target, `behaviour-${at + 1}`), 60_000)
    })
  })
}

suite('the stand-in', standInTarget)

const token = process.env['KINTSUGI_GITHUB_TOKEN']
const organisation = process.env['KINTSUGI_GITHUB_ORG']
if (token !== undefined && organisation !== undefined)
  suite(`github.com, in a new repository of ${organisation}`, () => realTarget(token, organisation))
else
  console.warn(
    'skipped: the same behaviours on github.com, because KINTSUGI_GITHUB_TOKEN and KINTSUGI_GITHUB_ORG are not both given',
  )

describe('the conformance list', () => {
  const all = [...BEHAVIOURS, ...PINNED]

  it('names a source for each behaviour, and each once', () => {
    expect(all.filter((one) => one.source.length < 10)).toEqual([])
    expect(new Set(all.map((one) => one.says)).size).toBe(all.length)
  })

  it('names tests that exist', () => {
    const missing = PINNED.filter(
      ({ file, test }) => !readFileSync(join(import.meta.dirname, file), 'utf8').includes(test),
    )
    expect(missing).toEqual([])
  })

  it('is written down', async () => {
    await expect(conformancePage(BEHAVIOURS, PINNED)).toMatchFileSnapshot('./conformance.md')
  })
})
