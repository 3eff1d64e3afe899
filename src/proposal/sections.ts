import {
  type AttemptRecord,
  type Companion,
  type Edit,
  type Evidence,
  type FieldChange,
  formatInstant,
  formatSubject,
  type JsonValue,
  mayBePathOf,
  type Proof,
  type RenderedChange,
  signalInfo,
  type Tree,
  type Vote,
} from '../domain/index.ts'
import { code, codeCell, fenced, fixed, joinLines, type Markdown, md, prose } from './text.ts'
import { formatValue } from './value.ts'

const MAX_EVIDENCE = 12
const MAX_CHANGES = 20

export function bullets(lines: readonly Markdown[]): Markdown {
  return joinLines(lines.map((line) => md`- ${line}`))
}

/** Each fact with its value and what it is held against. */
export function evidenceTable(evidence: readonly Evidence[]): Markdown {
  if (evidence.length === 0) return fixed('No single signal is quoted here.')
  const rows = evidence.slice(0, MAX_EVIDENCE).map((one) => {
    const { unit } = signalInfo(one.signal)
    const level = one.threshold === undefined || unit === 'flag' ? '' : formatValue(one.threshold, unit)
    const cells = [
      prose(one.says, 160),
      codeCell(formatSubject(one.subject)),
      fixed(formatValue(one.value, unit)),
      fixed(level),
      fixed(formatInstant(one.atMs)),
    ]
    return md`| ${fixed(cells.join(' | '))} |`
  })
  const left = evidence.length - rows.length
  return joinLines([
    fixed('| Seen | On | Value | Held against | At |'),
    fixed('|---|---|---|---|---|'),
    ...rows,
    ...(left > 0 ? [fixed(''), md`${left} more facts are left out.`] : []),
  ])
}

/** The queries as they were asked, each once. */
export function queries(evidence: readonly Evidence[]): Markdown {
  const asked = [...new Set(evidence.map((one) => one.asked))].filter((query) => query !== '')
  return asked.length === 0 ? fixed('') : fenced(asked.slice(0, MAX_EVIDENCE), 'text', 4000)
}

/** `models: 1 of 2 say anomaly`, or nothing where no model was asked. */
export function votesLine(votes: readonly Vote[]): Markdown | undefined {
  if (votes.length === 0) return undefined
  const present = votes.filter((vote) => !('absent' in vote))
  const yes = present.filter((vote) => 'anomaly' in vote && vote.anomaly)
  const absent = votes.length - present.length
  return md`Models: ${yes.length} of ${present.length} say anomaly${absent === 0 ? fixed('') : md`, ${absent} had too little to go by`}.`
}

function shownEnd(text: string, absent: string): Markdown {
  if (text === '') return fixed(absent)
  const lines = text.split('\n').length
  return lines > 1 ? md`${lines} lines, shown below` : code(text, 160)
}

/** `file:line:column` with what stood there and what will. */
export function changeList(edits: readonly Edit[]): Markdown {
  const shown = edits.slice(0, MAX_CHANGES).map((edit) => {
    const place = code(`${edit.file}:${edit.line}:${edit.column}`, 250)
    return md`${place}: ${shownEnd(edit.before, 'nothing')} → ${shownEnd(edit.after, 'nothing')}`
  })
  const left = edits.length - shown.length
  return bullets(left > 0 ? [...shown, md`and ${left} more places`] : shown)
}

/** The key that an edited value belongs to, where the line is nothing but that key and its value. Other bytes of the line are never shown. */
function keyBefore(edit: Edit, line: string): string {
  const head = line.slice(0, edit.column - 1)
  return /^\s*(?:- +)*[\w./"'-]{1,80}:\s+$/.test(head) ? head : ''
}

/** The edited bytes as a diff against `tree`. No other byte of the file is shown: it may hold what nobody wants in a pull request. */
export function sourceDiff(edits: readonly Edit[], tree: Tree): Markdown {
  const sources = new Map<string, readonly string[]>()
  const lines: string[] = []
  for (const edit of edits) {
    const source = sources.get(edit.file) ?? new TextDecoder().decode(tree.bytes(edit.file)).split('\n')
    sources.set(edit.file, source)
    const key = keyBefore(edit, source[edit.line - 1] ?? '')
    const side = (sign: string, text: string): string[] =>
      text === '' ? [] : text.split('\n').map((line, index) => `${sign}${index === 0 ? key : ''}${line}`)
    lines.push(`@@ ${edit.file}:${edit.line}:${edit.column} @@`, ...side('-', edit.before), ...side('+', edit.after))
  }
  return fenced(lines, 'diff')
}

/** Whether a rendered path is what this action set out to change, so that its value may be shown. */
function isOwnField(path: string, changes: readonly FieldChange[]): boolean {
  return changes.some(({ field }) => mayBePathOf(field, path))
}

function shownValue(value: JsonValue): string {
  return typeof value === 'object' && value !== null ? '(structure)' : String(value)
}

function renderedLines(change: RenderedChange, changes: readonly FieldChange[]): string[] {
  const own = isOwnField(change.path, changes) && !/^(?:Secret|ConfigMap) /.test(change.object)
  const value = (side: JsonValue): string => (own ? shownValue(side) : '(not shown)')
  return [
    `@@ ${change.object} @@`,
    ...(change.before === undefined ? [] : [`-${change.path}: ${value(change.before)}`]),
    ...(change.after === undefined ? [] : [`+${change.path}: ${value(change.after)}`]),
  ]
}

/** What rendering before and after showed; values of the action's own fields alone. */
export function renderedDiff(proof: Proof, changes: readonly FieldChange[]): Markdown {
  return fenced(
    proof.changes.flatMap((change) => renderedLines(change, changes)),
    'diff',
  )
}

/** At most as many changes beside the meant ones can be listed, so that every one of them is. */
const MAX_COMPANIONS = 60

/** Whether every change that comes with the meant ones can be listed. Where not, nothing is proposed: `proof-too-wide`. */
export function companionsFit({ companions = [] }: Proof): boolean {
  return companions.length <= MAX_COMPANIONS
}

/** Every change that comes with the meant ones, without its values; first those that a person should read. */
export function companionList({ companions = [] }: Proof): Markdown {
  const listed = (weight: Companion['weight'], says: string): readonly Markdown[] =>
    companions
      .filter((one) => one.weight === weight)
      .map(({ object, path }) => md`${code(object, 200)} ${code(path, 200)}${fixed(says)}`)
  const lines = [...listed('other', ': to be read'), ...listed('known', ' follows any such change')]
  return lines.length === 0 ? fixed('') : bullets(lines)
}

/** Facts for the foot of a body. */
export function footerLines(record: AttemptRecord, proof: Proof, version: string, showCluster: boolean): Markdown {
  const incident = showCluster ? [md`incident ${code(record.incident)}`] : []
  const others = proof.alsoReadBy.slice(0, 10).map((name) => code(name, 120))
  const assumed = (proof.assumed ?? []).map((one) => code(one, 40))
  return bullets([
    ...incident,
    md`policy ${code(record.policy.name, 120)}, digest ${code(record.policy.digest.slice(0, 12))}`,
    md`Application ${code(`${record.application.namespace}/${record.application.name}`)}, base ${code(record.base.branch, 120)} at ${code(record.base.revision.slice(0, 12))}`,
    md`proven by ${fixed(proof.tools.map((tool) => code(tool, 60)).join(', ') || 'no tool')}, isolation ${fixed(proof.isolation)}`,
    ...(assumed.length === 0
      ? []
      : [
          md`the chart asks for ${fixed(assumed.join(' and '))} of the cluster, which are not known: helm's own were taken`,
        ]),
    ...(others.length === 0
      ? []
      : [md`the touched files are also read by ${fixed(others.join(', '))}; all of them were rendered`]),
    md`kintsugi ${code(version, 40)}, decided ${fixed(formatInstant(record.decidedAtMs))}`,
  ])
}
