import { readdirSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { readArguments } from '../../src/cli/arguments.ts'
import { verbs } from '../../src/cli/verbs.ts'

const FOLDER = resolve(import.meta.dirname, '../../docs/how-to')

/** Every command of a `sh` block that is ours, as its words. */
function commandsOf(page: string): readonly (readonly string[])[] {
  const text = readFileSync(resolve(FOLDER, page), 'utf8')
  const blocks = [...text.matchAll(/```sh\n([\s\S]*?)```/g)].map((match) => match[1] ?? '')
  return blocks.flatMap((block) =>
    block
      .split('\n')
      .filter((line) => line.startsWith('kintsugi '))
      .map((line) => line.split(' ').slice(1)),
  )
}

const commands = readdirSync(FOLDER).flatMap((page) => commandsOf(page).map((words) => ({ page, words })))

describe('the commands of the how-to pages', () => {
  it('are found', () => {
    expect(commands.length).toBeGreaterThan(3)
  })

  it.each(commands)('$page: $words', ({ words }) => {
    const verb = verbs.find(({ name }) => words.slice(0, name.split(' ').length).join(' ') === name)
    if (verb === undefined) throw new Error(`there is no verb in: ${words.join(' ')}`)
    expect(() => readArguments(words.slice(verb.name.split(' ').length), verb)).not.toThrow()
  })
})
