import type { Reason } from '../../domain/index.ts'
import type { ApplicationMap, MappedField } from '../../source/index.ts'

type Counts = Map<string, number>

export type FieldTotals = { total: number; located: number }

/** What came of a map, counted. */
export type Totals = {
  applications: number
  roots: number
  objects: number
  /** Fields that the rendered objects have, and fields that they lack and could be given. */
  readonly present: FieldTotals
  readonly absent: FieldTotals
  /** Variables whose value is in another object: there is nothing to locate in this one. */
  elsewhere: number
  /** Fields without a place, by reason. */
  readonly refused: Counts
  /** Applications and roots that could not be rendered, by reason. */
  readonly unresolved: Counts
}

export function noTotals(): Totals {
  return {
    applications: 0,
    roots: 0,
    objects: 0,
    present: { total: 0, located: 0 },
    absent: { total: 0, located: 0 },
    elsewhere: 0,
    refused: new Map(),
    unresolved: new Map(),
  }
}

function countOne(counts: Counts, reason: Reason): void {
  counts.set(reason, (counts.get(reason) ?? 0) + 1)
}

/** Whether the object only refers to the value. */
export function isElsewhere(field: MappedField): boolean {
  return !field.located && field.reason === 'value-elsewhere'
}

function countField(totals: Totals, field: MappedField): void {
  if (isElsewhere(field)) {
    totals.elsewhere += 1
    return
  }
  const side = field.rendered === undefined ? totals.absent : totals.present
  side.total += 1
  if (field.located) side.located += 1
  else countOne(totals.refused, field.reason)
}

export function countEntry(totals: Totals, isRoot: boolean, map: ApplicationMap): void {
  if (isRoot) totals.roots += 1
  else totals.applications += 1
  if (!map.mapped) {
    countOne(totals.unresolved, map.reason)
    return
  }
  totals.objects += map.objects.length
  for (const object of map.objects) for (const field of object.fields) countField(totals, field)
}

export function countUnresolved(totals: Totals, reason: Reason): void {
  totals.applications += 1
  countOne(totals.unresolved, reason)
}

/** The most frequent first, equal ones by name. */
export function byCount(counts: ReadonlyMap<string, number>): readonly (readonly [string, number])[] {
  return [...counts].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1))
}

export function totalsDocument(totals: Totals): Readonly<Record<string, unknown>> {
  const { applications, roots, objects, present, absent, elsewhere } = totals
  return {
    applications,
    roots,
    objects,
    fields: { present, absent, elsewhere, refused: Object.fromEntries(byCount(totals.refused)) },
    unresolved: Object.fromEntries(byCount(totals.unresolved)),
  }
}
