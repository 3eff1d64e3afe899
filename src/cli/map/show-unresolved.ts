import { styled } from '../style.ts'
import type { NotResolved } from '../tree/discovered.ts'
import type { Paragraphs } from './paragraphs.ts'

function placeOf({ file, line }: NotResolved): string {
  return line === undefined ? file : `${file}:${line}`
}

/** What is said of it, without the place that stands in front of it. */
function saying(one: NotResolved): string {
  const prefix = `${placeOf(one)}: `
  return one.message.startsWith(prefix) ? one.message.slice(prefix.length) : one.message
}

function nameLine(one: NotResolved): readonly (ReturnType<typeof styled> | string)[] {
  return [styled('bold', one.name), styled('dim', one.name === one.file || one.file === '' ? '' : `  ${placeOf(one)}`)]
}

function grouped(all: readonly NotResolved[]): ReadonlyMap<string, readonly NotResolved[]> {
  const groups = new Map<string, NotResolved[]>()
  for (const one of all) {
    const key = JSON.stringify([one.reason, saying(one)])
    groups.set(key, [...(groups.get(key) ?? []), one])
  }
  return groups
}

/** What could not be read or generated: a list under each reason that several share, since hundreds may share one. */
export function showUnresolved(all: readonly NotResolved[], { line, gap }: Paragraphs): void {
  const groups = grouped(all)
  for (const group of groups.values()) {
    const [first, second] = group
    if (first === undefined) continue
    gap()
    const why = [styled('yellow', first.reason), `  ${saying(first)}`]
    if (second === undefined) {
      line(...nameLine(first))
      line('  ', ...why)
      continue
    }
    line(...why)
    for (const one of group) line('  ', ...nameLine(one))
  }
  gap()
}
