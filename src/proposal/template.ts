import { KintsugiError } from '../domain/index.ts'

/** Name of a template -> the file that holds it, in `templates/`. */
export const TEMPLATE_FILES = {
  body: 'body.md',
  revertBody: 'revert-body.md',
  commit: 'commit.txt',
  verdict: 'verdict.md',
  status: 'status.md',
  note: 'note.md',
} as const

/** The words that the bot writes, read once by the composition root. */
export type Templates = Readonly<Record<keyof typeof TEMPLATE_FILES, string>>

/** Reads every template through `read`, which gets a file name of `TEMPLATE_FILES`. */
export function loadTemplates(read: (file: string) => string): Templates {
  return {
    body: read(TEMPLATE_FILES.body),
    revertBody: read(TEMPLATE_FILES.revertBody),
    commit: read(TEMPLATE_FILES.commit),
    verdict: read(TEMPLATE_FILES.verdict),
    status: read(TEMPLATE_FILES.status),
    note: read(TEMPLATE_FILES.note),
  }
}

const SECTION = /^\{\{#(\w+)\}\}\n([\s\S]*?)^\{\{\/\1\}\}\n?/gm
const PLACE = /\{\{(\w+)\}\}/g

/**
 * Puts values in the places `{{name}}`. Lines between `{{#name}}` and `{{/name}}` stay only where that value is not empty.
 * Values are placed once and never read as a template. Throws KIN-9001 for a place without a value.
 */
export function fill<Kind extends string>(template: string, values: Readonly<Record<string, Kind>>): Kind {
  const value = (name: string): string => {
    const found = Object.hasOwn(values, name) ? values[name] : undefined
    if (found === undefined) throw new KintsugiError('KIN-9001', `a template asks for {{${name}}}, which is not known`)
    return found
  }
  const sections = (text: string): string =>
    text.replace(SECTION, (_, name: string, inner: string) => (value(name) === '' ? '' : sections(inner)))
  const kept = sections(template)
  const layout = kept.replace(/\n{3,}/g, '\n\n').trim()
  return layout.replace(PLACE, (_, name: string) => value(name)) as Kind // literals of ours around values of that kind
}
