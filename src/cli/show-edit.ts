import { type EditOutcome, type JsonValue, type Proof, type RenderedChange, reasonInfo } from '../domain/index.ts'
import type { Refusal } from './application-files.ts'
import { styled } from './style.ts'
import type { Terminal } from './terminal.ts'
import type { ExitCode } from './verb.ts'

/** A refusal, with what a person can do about it. `more` stands in the document beside it. */
export function showRefusal(
  { reason, message }: Refusal,
  more: Readonly<Record<string, unknown>>,
  terminal: Terminal,
): ExitCode {
  if (terminal.asJson) terminal.json({ outcome: 'refused', reason, message, ...more })
  else {
    terminal.line(styled('yellow', 'refused'), '  ', styled('bold', reason), `  ${message}`)
    terminal.note(styled('dim', 'next: '), reasonInfo(reason).next)
  }
  return 3
}

/** A leaf that is absent is null in the document: absence has no other word in JSON. */
function changeDocument({ object, path, before, after }: RenderedChange) {
  return { object, path, before: before ?? null, after: after ?? null }
}

function proofDocument(proof: Proof): Readonly<Record<string, unknown>> {
  return {
    rendered: proof.rendered,
    isolation: proof.isolation,
    tools: proof.tools,
    changes: proof.changes.map(changeDocument),
    companions: (proof.companions ?? []).map((one) => ({ ...changeDocument(one), weight: one.weight })),
    alsoReadBy: proof.alsoReadBy,
  }
}

/** Nothing was rendered twice, so no foreign code counts as run. */
const NO_PROOF = { rendered: false, isolation: 'none', tools: [], changes: [], companions: [], alsoReadBy: [] } as const

function shown(value: JsonValue | undefined): string {
  if (value === undefined) return '(absent)'
  return typeof value === 'string' ? value : JSON.stringify(value)
}

function showEdited(outcome: Extract<EditOutcome, { outcome: 'edited' }>, written: boolean, terminal: Terminal): void {
  const { edits, proof } = outcome
  for (const { file, line, column, before, after } of edits) {
    terminal.line(styled('bold', `${file}:${line}:${column}`))
    for (const text of before === '' ? [] : before.split('\n')) terminal.line('  ', styled('red', `- ${text}`))
    for (const text of after.replace(/^\n|\n$/g, '').split('\n')) terminal.line('  ', styled('green', `+ ${text}`))
  }
  terminal.line(
    styled('bold', 'rendered'),
    styled('dim', ` by ${proof.tools.join(', ')}, isolation ${proof.isolation}`),
  )
  for (const { object, path, before, after } of proof.changes)
    terminal.line(`  ${object}  ${path}  `, styled('red', shown(before)), ' -> ', styled('green', shown(after)))
  for (const { object, path, weight, before, after } of proof.companions ?? [])
    terminal.line(
      styled('dim', weight === 'known' ? '  comes with it  ' : '  comes with it, read it  '),
      `${object}  ${path}  `,
      styled('red', shown(before)),
      ' -> ',
      styled('green', shown(after)),
    )
  for (const other of proof.alsoReadBy) terminal.line(styled('dim', '  also read by '), other)
  terminal.hint(written ? 'git diff' : 'the same command with --write changes the file')
}

function showAlreadySet(outcome: Extract<EditOutcome, { outcome: 'already-set' }>, terminal: Terminal): void {
  const [first] = outcome.at
  const place = first === undefined ? '' : `  ${first.file}:${first.line}:${first.column}`
  terminal.line(styled('green', 'already-set'), place)
}

/** What came of an edit, as a document or for people, and its exit code. */
export function showOutcome(outcome: EditOutcome, written: boolean, terminal: Terminal): ExitCode {
  if (outcome.outcome === 'refused') return showRefusal(outcome, { edits: [], proof: NO_PROOF }, terminal)
  if (terminal.asJson) {
    const { outcome: name } = outcome
    if (outcome.outcome === 'edited')
      terminal.json({
        outcome: name,
        edits: outcome.edits,
        proof: proofDocument(outcome.proof),
        repoURL: outcome.repoURL,
        written,
      })
    else terminal.json({ outcome: name, edits: [], at: outcome.at, proof: NO_PROOF, written: false })
    return 0
  }
  if (outcome.outcome === 'edited') showEdited(outcome, written, terminal)
  else showAlreadySet(outcome, terminal)
  return 0
}
