import {
  ERRORS,
  type ErrorCode,
  isErrorCode,
  isReason,
  KintsugiError,
  REASONS,
  type Reason,
  type ReasonInfo,
} from '../domain/index.ts'
import { suggestion } from './did-you-mean.ts'
import { styled } from './style.ts'
import type { Terminal } from './terminal.ts'
import type { ExitCode, Verb } from './verb.ts'

const GROUPS: Readonly<Record<ReasonInfo['group'], string>> = {
  hold: 'May we act?',
  plan: 'What would help?',
  source: 'Where is it written?',
  forge: 'Writing and merging',
  data: 'Is there enough data?',
  outcome: 'What came of it?',
}

function codes(): readonly ErrorCode[] {
  return Object.keys(ERRORS).filter(isErrorCode)
}

function reasons(): readonly Reason[] {
  return Object.keys(REASONS).filter(isReason)
}

type Explained = { readonly name: string; readonly means: string; readonly next: string }

function explainCode(code: ErrorCode): Explained & { readonly kind: 'error'; readonly exit: number } {
  return { kind: 'error', name: code, ...ERRORS[code] }
}

function explainReason(reason: Reason): Explained & { readonly kind: 'reason'; readonly group: string } {
  return { kind: 'reason', name: reason, ...REASONS[reason] }
}

function listAll(terminal: Terminal): ExitCode {
  if (terminal.asJson) {
    terminal.json({ errors: codes().map(explainCode), reasons: reasons().map(explainReason) })
    return 0
  }
  for (const [group, title] of Object.entries(GROUPS)) {
    terminal.line(styled('bold', title))
    for (const reason of reasons().filter((one) => REASONS[one].group === group))
      terminal.line('  ', styled('cyan', reason.padEnd(24)), `  ${REASONS[reason].means}`)
    terminal.line()
  }
  terminal.line(styled('bold', 'Errors'))
  for (const code of codes()) terminal.line('  ', styled('cyan', code.padEnd(24)), `  ${ERRORS[code].means}`)
  terminal.hint('kintsugi explain cooldown')
  return 0
}

function showOne(found: Explained & { readonly exit?: number }, terminal: Terminal): ExitCode {
  if (terminal.asJson) {
    terminal.json(found)
    return 0
  }
  terminal.line(styled('bold', found.name))
  terminal.line(found.means)
  terminal.line(styled('dim', 'what to do: '), found.next)
  if (found.exit !== undefined) terminal.line(styled('dim', 'exit code: '), String(found.exit))
  return 0
}

export const explain: Verb = {
  name: 'explain',
  summary: 'what a reason or an error code means, and what to do',
  examples: [
    { says: 'why the bot left something alone', command: 'kintsugi explain cooldown' },
    { says: 'an error code', command: 'kintsugi explain KIN-2002' },
    { says: 'everything there is', command: 'kintsugi explain' },
  ],
  operands: '[CODE|REASON]',
  options: [],
  async run({ args, terminal }) {
    const asked = args.operands[0]
    if (asked === undefined) return listAll(terminal)
    const code = asked.toUpperCase()
    if (isErrorCode(code)) return showOne(explainCode(code), terminal)
    const reason = asked.toLowerCase()
    if (isReason(reason)) return showOne(explainReason(reason), terminal)
    throw new KintsugiError(
      'KIN-1004',
      `"${asked}" is no reason and no code.${suggestion(asked, [...reasons(), ...codes()])}`,
    )
  },
}
