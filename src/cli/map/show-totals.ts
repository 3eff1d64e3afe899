import { styled } from '../style.ts'
import type { Terminal } from '../terminal.ts'
import { byCount, type FieldTotals, type Totals } from './totals.ts'

function share(part: number, whole: number): string {
  if (whole === 0) return ''
  // 100.0 % is said of all, and of nothing less.
  const percent = part === whole ? 100 : Math.min(99.9, (100 * part) / whole)
  return ` (${percent.toFixed(1)} %)`
}

function plural(count: number, one: string): string {
  return `${count} ${one}${count === 1 ? '' : 's'}`
}

function located(what: string, { total, located: found }: FieldTotals): string {
  return `${found} of ${plural(total, 'field')} ${what} located${share(found, total)}`
}

/** The shares at the end. */
export function showTotals(totals: Totals, terminal: Pick<Terminal, 'line'>): void {
  const { applications, roots, objects, present, absent, elsewhere, refused, unresolved } = totals
  const entries = `${plural(applications, 'Application')}, ${plural(roots, 'root')}, ${plural(objects, 'object')}`
  terminal.line(styled('bold', entries))
  if (present.total > 0) terminal.line(styled('green', located('that are set', present)))
  if (absent.total > 0) terminal.line(styled('dim', located('that are unset', absent)))
  if (elsewhere > 0) terminal.line(styled('dim', `${plural(elsewhere, 'variable')} whose value is in another object`))
  for (const [reason, count] of byCount(refused))
    terminal.line('  ', styled('yellow', reason), `  ${plural(count, 'field')}`)
  const missing = [...unresolved.values()].reduce((sum, count) => sum + count, 0)
  if (missing > 0) terminal.line(styled('bold', `${missing} not rendered${share(missing, applications + roots)}`))
  for (const [reason, count] of byCount(unresolved)) terminal.line('  ', styled('yellow', reason), `  ${count}`)
}
