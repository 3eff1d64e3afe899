import { mkdir, mkdtemp, rm, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, it } from 'vitest'
import { programAt } from '../../src/cli/tree/kept-tree.ts'

const made: string[] = []
afterEach(async () => {
  for (const dir of made.splice(0)) await rm(dir, { recursive: true, force: true })
})

/** As npm unpacks: every file has one time, whatever the version. */
async function program(text: string): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'kintsugi-program-'))
  made.push(dir)
  await mkdir(join(dir, 'source'))
  for (const [name, content] of [
    ['cli.js', 'run()'],
    ['source/discover.js', text],
  ] as const) {
    await writeFile(join(dir, name), content)
    await utimes(join(dir, name), 499_162_500, 499_162_500)
  }
  return programAt(dir)
}

it('what an older program found is not taken for what this one would find', async () => {
  expect(await program('one()')).toBe(await program('one()'))
  expect(await program('one()')).not.toBe(await program('another()'))
})
