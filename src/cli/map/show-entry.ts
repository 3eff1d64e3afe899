import type { ApplicationMap, MappedField, MappedInput, MappedObject, MappedSource } from '../../source/index.ts'
import { type Span, styled } from '../style.ts'
import { placeText } from '../tree/discovered.ts'
import type { Entry } from './entries.ts'
import type { Paragraphs } from './paragraphs.ts'
import { aligned, type Cell, cut, cutStart } from './table.ts'
import { isElsewhere } from './totals.ts'

const IN_APPLICATION: Readonly<Record<string, string>> = {
  values: 'values of the Application',
  valuesObject: 'valuesObject of the Application',
  parameters: 'parameters of the Application',
  kustomize: 'kustomize of the Application',
}

function inputText(input: MappedInput): string {
  const text = input.path ?? IN_APPLICATION[input.kind] ?? input.kind
  return input.repoURL === undefined ? text || '.' : `${text} (${input.repoURL})`
}

/** More than this says nothing that a person reads at a glance; `--json` has them all. */
const INPUTS_SHOWN = 6

function inputsText(source: MappedSource): string {
  const named = source.inputs.map(inputText)
  const shown =
    named.length <= INPUTS_SHOWN ? named : [`${named.length - INPUTS_SHOWN} more`, ...named.slice(-INPUTS_SHOWN)]
  return shown.join(' < ')
}

function sourceText(source: MappedSource): string {
  const place = source.chart ?? (source.path === '' ? '.' : source.path) ?? source.repoURL
  const inputs = inputsText(source)
  return `${source.format === 'unknown' ? 'source' : source.format} ${place}${inputs === '' || inputs === place ? '' : `: ${inputs}`}`
}

function othersText(others: readonly string[]): string {
  const [first, second, ...more] = others
  if (first === undefined) return ''
  const named = second === undefined ? first : `${first}, ${second}`
  return `  also read by ${named}${more.length === 0 ? '' : ` and ${more.length} more`}`
}

const VALUE_WIDTH = 44

function valueCell(field: MappedField): Cell {
  if (field.rendered === undefined) return { text: 'unset', style: 'dim' }
  const text = typeof field.rendered === 'string' ? field.rendered : JSON.stringify(field.rendered)
  if (field.field !== 'image') return { text: cut(text, VALUE_WIDTH), style: 'green' }
  const short = text.replace(/@sha256:([0-9a-f]{12})[0-9a-f]+$/, '@sha256:$1…')
  return { text: cutStart(short, VALUE_WIDTH), style: 'green' }
}

function placeCell(field: MappedField): Cell {
  if (!field.located) return { text: `${field.reason}: ${field.message}`, style: 'yellow' }
  const { file, line, column, alsoReadBy } = field.location
  const text = `${file}:${line}:${column}${othersText(alsoReadBy)}`
  return field.rendered === undefined ? { text, style: 'dim' } : { text }
}

function row(field: MappedField, before: MappedField | undefined): readonly Cell[] {
  const again = before !== undefined && before.container === field.container
  return [
    { text: again ? '' : (field.container ?? ''), style: 'cyan' },
    { text: field.field },
    valueCell(field),
    placeCell(field),
  ]
}

function objectTitle({ key }: MappedObject): string {
  const kind =
    key.group === '' || /^(?:apps|batch|autoscaling)$/.test(key.group) ? key.kind : `${key.group}/${key.kind}`
  return `${kind} ${key.namespace === '' ? '' : `${key.namespace}/`}${key.name}`
}

function title(entry: Entry): readonly Span[] {
  if (entry.root !== undefined) {
    const what = { kustomization: 'a kustomization', chart: 'a chart', manifests: 'plain manifests' }[entry.root.kind]
    return [styled('bold', `root: ${entry.name}`), styled('dim', `  ${what} that no Application here deploys`)]
  }
  return [styled('bold', entry.name), styled('dim', `  ${placeText(entry.place)}`)]
}

/** Objects with the fields that are to be shown: `unresolved` leaves only those that have no place. What is in another object is told there. */
function shownObjects(map: ApplicationMap & { readonly mapped: true }, unresolved: boolean): readonly MappedObject[] {
  const isShown = (field: MappedField): boolean => !isElsewhere(field) && !(unresolved && field.located)
  return map.objects.map((object) => ({ ...object, fields: object.fields.filter(isShown) }))
}

function elsewhereText({ fields }: MappedObject): string | undefined {
  const count = fields.filter(isElsewhere).length
  return count === 0 ? undefined : `and ${count} variable${count === 1 ? '' : 's'} whose value is in another object`
}

function counted(count: number): string {
  return count === 0 ? 'no objects' : `${count} object${count === 1 ? '' : 's'}, none with a field that can be set`
}

function showObject(object: MappedObject, elsewhere: string | undefined, { line, width }: Paragraphs): void {
  line('  ', styled('bold', objectTitle(object)))
  const rows = object.fields.map((field, at) => row(field, object.fields[at - 1]))
  for (const cells of aligned(rows, 4, width)) line(...cells)
  if (elsewhere !== undefined) line(styled('dim', `    ${elsewhere}`))
}

/**
 * What one Application or root looks like for people: a paragraph, or one line where it has no field. With `unresolved` only what has no
 * place; nothing where all is well.
 */
export function showEntry(entry: Entry, map: ApplicationMap, paragraphs: Paragraphs, unresolved: boolean): void {
  const { line, width } = paragraphs
  const objects = map.mapped ? shownObjects(map, unresolved).filter(({ fields }) => fields.length > 0) : []
  if (map.mapped && objects.length === 0) {
    if (!unresolved) line(...title(entry), styled('dim', `: ${counted(map.objects.length)}`))
    return
  }
  paragraphs.gap()
  line(...title(entry))
  for (const source of map.sources) line(styled('dim', cut(`  ${sourceText(source)}`, width)))
  if (!map.mapped) line('  ', styled('yellow', map.reason), `  ${map.message}`)
  else {
    for (const object of objects) {
      const whole = map.objects.find(({ key }) => key === object.key)
      showObject(object, whole === undefined || unresolved ? undefined : elsewhereText(whole), paragraphs)
    }
    const rest = map.objects.filter(({ fields }) => fields.length === 0).length
    if (rest > 0 && !unresolved)
      line(styled('dim', `  and ${rest} more object${rest === 1 ? '' : 's'} without such a field`))
  }
  paragraphs.gap()
}
