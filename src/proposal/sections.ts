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
  type Sibling,
  signalInfo,
  type Tree,
  type Vote,
} from '../domain/index.ts'
import { code, codeCell, fenced, fixed, joinLines, link, type Markdown, md, prose } from './text.ts'
import { formatValue } from './value.ts'
import { ISOLATION_WORDS } from './words.ts'

const MAX_EVIDENCE = 12
const MAX_CHANGES = 20

function linked(shown: Markdown): Markdown {
  return shown === '' ? shown : md` (${shown})`
}

export function bullets(lines: readonly Markdown[]): Markdown {
  return joinLines(lines.map((line) => md`- ${line}`))
}

/** Half an hour before and after what was seen, in the page of Prometheus. */
function queryLink({ asked, atMs }: Evidence, prometheus: string | undefined): Markdown {
  if (prometheus === undefined || asked === '' || !URL.canParse(prometheus)) return fixed('')
  const page = new URL(prometheus)
  page.pathname = `${page.pathname.replace(/\/+$/, '')}/graph`
  page.search = new URLSearchParams({
    'g0.expr': asked,
    'g0.tab': '0',
    'g0.range_input': '1h',
    'g0.end_input': formatInstant(atMs + 1_800_000)
      .replace('T', ' ')
      .replace('Z', ''),
  }).toString()
  const shown = link('query', page.href, [page.host])
  return shown.startsWith('[') ? shown : fixed('')
}

/** Each fact with its value and what it is held against; with `prometheus`, the address of its page, a link to the query at that time. */
export function evidenceTable(evidence: readonly Evidence[], prometheus?: string): Markdown {
  if (evidence.length === 0) return fixed('No single signal is quoted here.')
  const rows = evidence.slice(0, MAX_EVIDENCE).map((one) => {
    const { unit } = signalInfo(one.signal)
    const level = one.threshold === undefined || unit === 'flag' ? '' : formatValue(one.threshold, unit)
    const cells = [
      md`${prose(one.says, 160)}${linked(queryLink(one, prometheus))}`,
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

/** `1 of 2 models agree`, or nothing where no model was asked. */
export function votesWords(votes: readonly Vote[]): string {
  if (votes.length === 0) return ''
  const present = votes.filter((vote) => !('absent' in vote))
  const yes = present.filter((vote) => 'anomaly' in vote && vote.anomaly)
  const silent = votes.filter((vote) => 'absent' in vote && vote.absent === 'no-answer').length
  const absent = votes.length - present.length - silent
  const without = `${absent === 0 ? '' : `, ${absent} had too little data`}${silent === 0 ? '' : `, ${silent} gave no answer`}`
  return present.length === 0
    ? `no model could vote${without}`
    : `${yes.length} of ${present.length} models agree${without}`
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

const MAX_SIBLINGS = 8

/** The same field in other environments, as it stands there. */
export function siblingTable(siblings: readonly Sibling[]): Markdown {
  if (siblings.length === 0) return fixed('')
  const rows = siblings
    .slice(0, MAX_SIBLINGS)
    .map(
      (one) =>
        md`| ${codeCell(one.application)} | ${codeCell(`${one.file}:${one.line}`, 250)} | ${codeCell(one.value)} |`,
    )
  const left = siblings.length - rows.length
  return joinLines([
    fixed('| Application | Set in | Value |'),
    fixed('|---|---|---|'),
    ...rows,
    ...(left > 0 ? [fixed(''), md`and ${left} more`] : []),
  ])
}

export type FooterFacts = {
  readonly record: AttemptRecord
  readonly proof: Proof
  /** Version of Kintsugi. */
  readonly version: string
  readonly audience: 'private' | 'public'
  /** Page of the repository, such as `https://github.com/example/shop`, and the policy's file in it. */
  readonly web?: string
  readonly policyFile?: string
}

function policyName({ record, web, policyFile }: FooterFacts): Markdown {
  if (web === undefined || policyFile === undefined || !URL.canParse(web)) return code(record.policy.name, 120)
  const path = policyFile.split('/').map(encodeURIComponent).join('/')
  const page = `${web.replace(/\/+$/, '')}/blob/${encodeURIComponent(record.base.revision)}/${path}`
  return link(record.policy.name, page, [new URL(web).host])
}

/** Facts for the foot of a body. */
export function footerLines(facts: FooterFacts): Markdown {
  const { record, proof, version } = facts
  const named = record.publicId === undefined ? fixed('') : md` ${code(record.publicId, 40)}`
  const known = facts.audience === 'public' ? fixed('') : md` ${code(record.incident)}`
  const incident = named === '' && known === '' ? [] : [md`incident${named}${known}`]
  const others = proof.alsoReadBy.slice(0, 10).map((name) => code(name, 120))
  const assumed = (proof.assumed ?? []).map((one) => code(one, 40))
  return bullets([
    ...incident,
    md`policy ${policyName(facts)}, digest ${code(record.policy.digest.slice(0, 12))}`,
    md`Application ${code(`${record.application.namespace}/${record.application.name}`)}, base ${code(record.base.branch, 120)} at ${code(record.base.revision.slice(0, 12))}`,
    md`proven by ${fixed(proof.tools.map((tool) => code(tool, 60)).join(', ') || 'no tool')}, ${fixed(ISOLATION_WORDS[proof.isolation])}`,
    ...(assumed.length === 0
      ? []
      : [
          md`the chart asks for ${fixed(assumed.join(' and '))} of the cluster, which are not known: helm's own were taken`,
        ]),
    ...(others.length === 0
      ? []
      : [md`the touched files are also read by ${fixed(others.join(', '))}; all of them were rendered`]),
    ...(record.audit === undefined ? [] : [md`audit journal up to ${code(record.audit, 100)}`]),
    md`kintsugi ${code(version, 40)}, decided ${fixed(formatInstant(record.decidedAtMs))}`,
  ])
}
