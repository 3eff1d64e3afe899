import type { AttemptRecord } from '../domain/index.ts'
import { fenced, fixed, type Markdown } from './text.ts'

const MAX_LINES = 6

/** A word of a command line as a shell reads it back. */
function shellWord(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) && !text.startsWith('-') ? text : `'${text.replaceAll("'", "'\\''")}'`
}

/** Commands that compute this edit and its proof again, from a clone and without the bot. Empty for what they cannot say. */
export function againLines({ kind, base, subject, changes, application }: AttemptRecord): Markdown {
  if (kind === 'revert' || changes.length > MAX_LINES) return fixed('')
  const target = `${subject.kind}/${subject.namespace}/${subject.name}`
  const edits = changes.map(({ field, value, container }) =>
    [
      ...['kintsugi', 'edit', '--write', '--application', shellWord(application.name), '--target', shellWord(target)],
      ...(container === undefined ? [] : ['--container', shellWord(container)]),
      ...['--field', shellWord(field), '--value', shellWord(value)],
    ].join(' '),
  )
  return fenced([`git switch --detach ${shellWord(base.revision)}`, ...edits], 'text')
}
