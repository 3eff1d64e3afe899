import type { Location } from '../domain/index.ts'
import { styled } from './style.ts'
import type { Terminal } from './terminal.ts'

/** Where a field is set, as a document or for people: the place and the value on the first line, alone. */
export function showLocation(location: Location, terminal: Terminal): void {
  const { file, line, column, text, rendered, by, alsoReadBy, editAt, editRefused } = location
  if (terminal.asJson) {
    const place = { file, line, column, text, rendered: rendered ?? null, by, alsoReadBy }
    terminal.json({ outcome: 'located', ...place, ...(editAt && { editAt }), ...(editRefused && { editRefused }) })
    return
  }
  const shown = text === '' ? styled('dim', '(absent: it would be inserted here)') : styled('green', text)
  terminal.line(styled('bold', `${file}:${line}:${column}`), '  ', shown, styled('dim', `  ${by}`))
  for (const other of alsoReadBy) terminal.line(styled('dim', '  also read by '), other)
  if (editAt !== undefined) {
    const there = `${editAt.file}:${editAt.line}:${editAt.column}`
    terminal.line(styled('dim', '  an edit goes to '), styled('bold', there), styled('dim', `  ${editAt.by}`))
  }
  if (editRefused !== undefined)
    terminal.line(styled('yellow', '  no edit  '), styled('bold', editRefused.reason), `  ${editRefused.message}`)
}
