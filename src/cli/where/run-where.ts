import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { isContainerField, KintsugiError } from '../../domain/index.ts'
import type { Target } from '../../source/index.ts'
import { excerpt } from '../excerpt.ts'
import { type Found, locateIn } from '../locate-in.ts'
import { paragraphsOn } from '../map/paragraphs.ts'
import { showEntry } from '../map/show-entry.ts'
import { showRefusal } from '../show-edit.ts'
import { showLocation } from '../show-location.ts'
import { styled } from '../style.ts'
import type { Terminal } from '../terminal.ts'
import type { Context, ExitCode } from '../verb.ts'
import { mapOne } from './map-one.ts'
import { readOperands } from './short-names.ts'

/** The line itself below its place; nothing where the file cannot be read again. */
async function showLine({ location, checkout }: Found, terminal: Terminal): Promise<void> {
  const text = await readFile(join(checkout.dir, location.file), 'utf8').catch(() => undefined)
  if (text === undefined) return
  for (const line of excerpt(text, location.line, location.column)) terminal.line(...line)
}

async function showFound(found: Found, terminal: Terminal): Promise<void> {
  showLocation(found.location, terminal)
  if (terminal.asJson) return
  await showLine(found, terminal)
  terminal.line(styled('dim', `  of Application ${found.application.name}`))
  if (found.note !== undefined) terminal.note(styled('dim', 'note: '), found.note)
}

export async function runWhere({ args, terminal, io }: Context): Promise<ExitCode> {
  const { kind, name, field } = readOperands(args.operands)
  const container = args.text('container')
  if (container !== undefined && field !== undefined && !isContainerField(field) && field !== 'storage')
    throw new KintsugiError('KIN-1001', `${field} is not a field of a container.`)
  const target: Target = {
    ...kind,
    namespace: args.text('namespace') ?? '',
    name,
    ...(container !== undefined && { container }),
  }
  if (field === undefined) {
    const answer = await terminal.during('rendering', () => mapOne(args, io, target))
    if ('reason' in answer) return showRefusal(answer, {}, terminal)
    if (terminal.asJson) terminal.json({ outcome: 'mapped', ...answer.document })
    else showEntry(answer.entry, answer.map, paragraphsOn(terminal), false)
    return 0
  }
  const found = await terminal.during('rendering', () => locateIn(args, io, target, field))
  if ('reason' in found) return showRefusal(found, {}, terminal)
  await showFound(found, terminal)
  return 0
}
