import { readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'

export const ROOT = resolve(import.meta.dirname, '../..')

/** `path` is relative to the root of the project. */
export type Page = { readonly path: string; readonly text: string }

function markdownBelow(folder: string): readonly string[] {
  const names = readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
  // What the bot writes is no page of ours: its names are those of a story.
  const own = names.filter((name) => !name.startsWith('examples/') || name === 'examples/README.md')
  return own.filter((name) => name.endsWith('.md')).map((name) => join(folder, name))
}

/** Everything that is written for a reader. */
export const pages: readonly Page[] = [
  ...readdirSync(ROOT).filter((name) => name.endsWith('.md')),
  ...markdownBelow('docs'),
].map((path) => ({ path, text: readFileSync(join(ROOT, path), 'utf8') }))

export function page(path: string): string {
  const found = pages.find((one) => one.path === path)
  if (found === undefined) throw new Error(`there is no page ${path}`)
  return found.text
}

/** The lines of all `sh` blocks, without comments. */
export function shellLines(text: string): readonly string[] {
  return [...text.matchAll(/```sh\n([\s\S]*?)```/g)]
    .flatMap((block) => (block[1] ?? '').split('\n'))
    .map((line) => line.replace(/\s+#.*$/, '').trim())
    .filter((line) => line !== '' && !line.startsWith('#'))
}

/** Command lines of ours, as the words after the program, in blocks and in the text. */
export function commandsOf(text: string): readonly (readonly string[])[] {
  const inText = [...text.matchAll(/`((?:node dist\/cli\.js|kintsugi) [^`\n]+)`/g)].map((match) => match[1] ?? '')
  return [...shellLines(text), ...inText]
    .map((line) => /^(?:node dist\/cli\.js|kintsugi) (.+)$/.exec(line)?.[1])
    .filter((rest) => rest !== undefined)
    .map((rest) => rest.split(' '))
}
