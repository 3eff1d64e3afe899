import type { EditOutcome, JsonValue } from '../../domain/index.ts'
import { styled } from '../style.ts'
import type { Terminal } from '../terminal.ts'
import type { BisectAnswer, NamedCause } from './bisect-in.ts'

function shown(value: JsonValue | undefined): string {
  if (value === undefined) return '(absent)'
  return (typeof value === 'string' ? value : JSON.stringify(value)).slice(0, 200)
}

function backDocument(outcome: EditOutcome): Readonly<Record<string, unknown>> {
  if (outcome.outcome === 'refused') return outcome
  if (outcome.outcome === 'already-set') return { outcome: outcome.outcome, edits: outcome.at }
  return { outcome: outcome.outcome, edits: outcome.edits, alsoReadBy: outcome.proof.alsoReadBy }
}

function causeDocument({ commit, back, changes, ...cause }: NamedCause): Readonly<Record<string, unknown>> {
  return {
    revision: cause.revision,
    at: commit === undefined ? null : new Date(commit.atMs).toISOString(),
    author: commit?.author ?? null,
    subject: commit?.subject ?? null,
    maybe: cause.maybe,
    changes: changes.map(({ path, before, after }) => ({ path, before: before ?? null, after: after ?? null })),
    others: cause.others,
    files: cause.files,
    back: { ...backDocument(back.outcome), left: back.left },
  }
}

/** Changes and other objects that are shown of one commit; --json has all. */
const MOST = 8

function showMore(all: readonly unknown[], terminal: Terminal): void {
  if (all.length > MOST) terminal.line(styled('dim', `    and ${all.length - MOST} more`))
}

function showBack({ back: { outcome, left } }: NamedCause, terminal: Terminal): void {
  if (outcome.outcome === 'refused') {
    terminal.line(styled('yellow', '  not taken back  '), styled('bold', outcome.reason), `  ${outcome.message}`)
  } else if (outcome.outcome === 'edited') {
    terminal.line(styled('dim', '  taken back, and nothing else, by'))
    for (const { file, line, column, before, after } of outcome.edits) {
      terminal.line('    ', styled('bold', `${file}:${line}:${column}`))
      for (const text of before === '' ? [] : before.split('\n')) terminal.line('      ', styled('red', `- ${text}`))
      for (const text of after === '' ? [] : after.replace(/^\n|\n$/g, '').split('\n'))
        terminal.line('      ', styled('green', `+ ${text}`))
    }
  } else terminal.line(styled('dim', '  taken back already'))
  for (const path of outcome.outcome === 'refused' ? [] : left)
    terminal.line(styled('dim', '  left to a person  '), path)
}

function showCause(cause: NamedCause, terminal: Terminal): void {
  const { commit, revision, changes, others, maybe } = cause
  const who = commit === undefined ? '' : `  ${new Date(commit.atMs).toISOString().slice(0, 10)}  ${commit.author}`
  terminal.line(styled('bold', revision.slice(0, 12)), `  ${commit?.subject ?? ''}`, styled('dim', who))
  for (const { path, before, after } of changes.slice(0, MOST))
    terminal.line(`    ${path}  `, styled('red', shown(before)), ' -> ', styled('green', shown(after)))
  showMore(changes, terminal)
  for (const other of others.slice(0, MOST)) terminal.line(styled('dim', '  changed too  '), other)
  showMore(others, terminal)
  for (const one of maybe) terminal.line(styled('dim', '  or in  '), one.slice(0, 12), styled('dim', '  not rendered'))
  showBack(cause, terminal)
}

/** The commits, oldest first, each with what it changed and what would take that back. */
export function showBisect(answer: BisectAnswer, terminal: Terminal): void {
  const { causes, good, bad, commits, exact, renders, unrendered } = answer
  if (terminal.asJson) {
    const [from, to] = [good.revision, bad.revision]
    const counts = { commits, renders, exact, unrendered }
    terminal.json({ outcome: 'found', good: from, bad: to, ...counts, causes: causes.map(causeDocument) })
    return
  }
  for (const cause of causes) showCause(cause, terminal)
  const range = `${good.revision.slice(0, 12)} to ${bad.revision.slice(0, 12)}`
  terminal.note(styled('dim', `${causes.length} of ${commits} commits, ${range}, ${renders} states rendered`))
  if (!exact)
    terminal.note(styled('dim', 'the history is long and was halved: what was changed and changed back may be missing'))
  for (const { revision, reason } of unrendered.slice(0, MOST))
    terminal.note(styled('dim', `passed over: ${revision.slice(0, 12)} can't be rendered (${reason})`))
}
