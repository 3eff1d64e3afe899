import { COMMON } from '../../src/cli/arguments.ts'
import type { Option, Verb } from '../../src/cli/verb.ts'
import { ERRORS, REASONS, type ReasonInfo } from '../../src/domain/index.ts'

const GROUPS: Readonly<Record<ReasonInfo['group'], string>> = {
  hold: 'May we act?',
  plan: 'What would help?',
  source: 'Where is it written?',
  forge: 'Writing and merging',
  data: 'Is there enough data?',
  outcome: 'What came of it?',
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|')
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.map(cell).join(' | ')} |`
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n')
}

/** docs/reference/reasons.md, made from the tables that `kintsugi explain` reads. */
export function reasonsPage(): string {
  const groups = Object.entries(GROUPS).map(([group, title]) => {
    const rows = Object.entries<ReasonInfo>(REASONS).filter(([, info]) => info.group === group)
    const cells = rows.map(([name, info]) => [`\`${name}\``, info.means, info.next])
    return `## ${title}\n\n${table(['reason', 'what it means', 'what to do'], cells)}`
  })
  const errors = Object.entries(ERRORS).map(([code, info]) => [`\`${code}\``, info.means, info.next, String(info.exit)])
  return `${[
    '# Reasons and errors',
    'Everything that Kintsugi leaves undone has one of these names, and every error one of these codes. `kintsugi explain NAME` says the same on the command line.',
    ...groups,
    `## Errors\n\n${table(['code', 'what it means', 'what to do', 'exit code'], errors)}`,
  ].join('\n\n')}\n`
}

function flag(option: Option): string {
  return `\`--${option.name}${option.value === undefined ? '' : ` ${option.value}`}\``
}

function note(option: Option): string {
  const notes = [option.required === true ? 'required' : '', option.repeatable === true ? 'may be repeated' : '']
  const said = notes.filter((one) => one !== '').join(', ')
  return said === '' ? option.says : `${option.says} (${said})`
}

function verbSection(verb: Verb): string {
  const examples = verb.examples.map(({ says, command }) => `# ${says}\n${command}`).join('\n')
  const flags = verb.options.map((option) => [flag(option), note(option)])
  return [
    `## kintsugi ${verb.name}${verb.operands === undefined ? '' : ` ${verb.operands}`}`,
    `${verb.summary[0]?.toUpperCase()}${verb.summary.slice(1)}.`,
    `\`\`\`sh\n${examples}\n\`\`\``,
    ...(flags.length === 0 ? [] : [table(['flag', 'what it does'], flags)]),
  ].join('\n\n')
}

/** docs/reference/cli.md, made from the verbs themselves. */
export function cliPage(verbs: readonly Verb[]): string {
  const exits = [
    ['0', 'ok; `edit` with `already-set` too'],
    ['1', 'error'],
    ['2', 'the command line is not understood'],
    [
      '3',
      'refused, with a reason; `map --unresolved` and something has no place; `map --workload` and nothing is called so; `audit verify` and the journal is not whole',
    ],
    ['5', 'invalid configuration or policy'],
    ['6', 'something upstream is down'],
  ]
  return `${[
    '# Command line',
    'Data goes to stdout and everything else to stderr. On a terminal there are colours, unless `NO_COLOR` is set, and a spinner while something takes long. An error has a code, a sentence and the next step; `kintsugi explain CODE` says more. With `KINTSUGI_DEBUG=1` the stack follows, for a bug report.',
    `## Exit codes\n\n${table(['code', 'meaning'], exits)}`,
    `## Every verb\n\n${table(
      ['flag', 'what it does'],
      COMMON.map((option) => [flag(option), note(option)]),
    )}`,
    ...verbs.map(verbSection),
  ].join('\n\n')}\n`
}
