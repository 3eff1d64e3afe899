import { ERRORS, formatError, KintsugiError } from '../domain/index.ts'
import { readArguments } from './arguments.ts'
import { suggestion } from './did-you-mean.ts'
import { helpDocument, mainHelp, verbHelp } from './help.ts'
import type { Io } from './io.ts'
import { styled } from './style.ts'
import { type Terminal, terminalOf } from './terminal.ts'
import type { ExitCode, Verb } from './verb.ts'
import { verbs as allVerbs } from './verbs.ts'

type Found = { readonly verb: Verb; readonly rest: readonly string[] }

/** Longest name first, so that a verb of two words is not taken for an operand of another. */
function findVerb(words: readonly string[], verbs: readonly Verb[]): Found | undefined {
  for (const length of [2, 1]) {
    const name = words.slice(0, length).join(' ')
    const verb = verbs.find((one) => one.name === name)
    if (verb !== undefined) return { verb, rest: words.slice(length) }
  }
  return undefined
}

function unknownVerb(words: readonly string[], verbs: readonly Verb[]): KintsugiError {
  const first = words[0] ?? ''
  const names = verbs.map((verb) => verb.name)
  const family = names.filter((name) => name.startsWith(`${first} `))
  const near = suggestion(words.slice(0, 2).join(' '), names) || suggestion(first, names)
  if (family.length > 0 && near === '')
    return new KintsugiError('KIN-1001', `"${first}" needs a second word: ${family.join(', ')}.`)
  return new KintsugiError('KIN-1001', `There is no verb "${first}".${near}`)
}

function asKintsugiError(thrown: unknown): KintsugiError {
  if (thrown instanceof KintsugiError) return thrown
  const message = thrown instanceof Error ? thrown.message : String(thrown)
  return new KintsugiError('KIN-9001', message, { cause: thrown })
}

function report(thrown: unknown, terminal: Terminal, io: Io): ExitCode {
  const error = asKintsugiError(thrown)
  const { exit, means, next } = ERRORS[error.code]
  if (terminal.asJson)
    terminal.json({
      error: { code: error.code, message: error.message, means, next, ...(error.at && { at: error.at }) },
    })
  terminal.note(styled('red', formatError(error)))
  terminal.note(styled('dim', 'next: '), next)
  if ((io.env['KINTSUGI_DEBUG'] ?? '') !== '')
    for (const line of String(error.stack ?? '').split('\n')) terminal.note(styled('dim', line))
  return exit
}

function showPage(lines: ReturnType<typeof mainHelp>, terminal: Terminal): ExitCode {
  for (const line of lines) terminal.line(...line)
  return 0
}

/** `kintsugi`, `kintsugi help`, `kintsugi --help`, `kintsugi help edit`: undefined when the words ask for something else. */
function helpAsked(argv: readonly string[], verbs: readonly Verb[], terminal: Terminal): ExitCode | undefined {
  const words = argv.filter((word) => word !== '--json')
  const first = words[0]
  if (first !== undefined && first !== 'help' && first !== '--help' && first !== '-h') return undefined
  const found = findVerb(words.slice(1), verbs)
  if (found === undefined && words.length > 1) throw unknownVerb(words.slice(1), verbs)
  const chosen = found === undefined ? verbs : [found.verb]
  if (terminal.asJson) {
    terminal.json(helpDocument(chosen))
    return 0
  }
  return showPage(found === undefined ? mainHelp(verbs) : verbHelp(found.verb), terminal)
}

async function dispatch(
  argv: readonly string[],
  verbs: readonly Verb[],
  terminal: Terminal,
  io: Io,
): Promise<ExitCode> {
  const helped = helpAsked(argv, verbs, terminal)
  if (helped !== undefined) return helped
  const words = argv[0] === '--version' ? ['version', ...argv.slice(1)] : argv
  const found = findVerb(words, verbs)
  if (found === undefined) throw unknownVerb(words, verbs)
  const args = readArguments(found.rest, found.verb)
  if (!args.has('help')) return found.verb.run({ args, terminal, io })
  if (terminal.asJson) terminal.json(helpDocument([found.verb]))
  else showPage(verbHelp(found.verb), terminal)
  return 0
}

/** Runs one command line and gives its exit code. Never throws: what goes wrong is said on stderr, with --json on stdout too. */
export async function main(argv: readonly string[], io: Io, verbs: readonly Verb[] = allVerbs): Promise<ExitCode> {
  const end = argv.indexOf('--')
  const terminal = terminalOf(io, (end < 0 ? argv : argv.slice(0, end)).includes('--json'))
  try {
    return await dispatch(argv, verbs, terminal, io)
  } catch (thrown) {
    return report(thrown, terminal, io)
  }
}
