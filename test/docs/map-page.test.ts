import { rm } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { kintsugi } from '../cli/console.ts'
import { OVERLAYS, writeTree } from '../cli/golden.ts'
import { page } from './pages.ts'

const text = page('docs/how-to/map-your-repository.md')
/** A command of ours and the output that the page shows below it. */
const shown = [...text.matchAll(/```sh\nkintsugi (.+)\n```\n\n```text\n([\s\S]*?)```/g)].map((match) => ({
  command: match[1] ?? '',
  output: match[2] ?? '',
}))

let dir = ''
beforeAll(async () => {
  dir = await writeTree(OVERLAYS)
})
afterAll(() => rm(dir, { recursive: true, force: true }))

describe('docs/how-to/map-your-repository.md', () => {
  it('shows what commands print', () => {
    expect(shown.length).toBeGreaterThanOrEqual(3)
  })

  it.each(shown)('$command', async ({ command, output }) => {
    const ran = await kintsugi(command.split(' '), { cwd: dir })
    for (const part of output.split('...\n')) expect(ran.out).toContain(part)
  })
})
