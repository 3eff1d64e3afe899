import { COMMON } from './arguments.ts'
import { type Span, styled } from './style.ts'
import type { Option, Verb } from './verb.ts'

type Line = readonly Span[]

function heading(text: string): Line {
  return [styled('bold', text)]
}

function flag(option: Option): string {
  const short = option.short === undefined ? '' : `-${option.short}, `
  return `${short}--${option.name}${option.value === undefined ? '' : ` ${option.value}`}`
}

function inUsage(option: Option): string {
  const text = `${flag(option)}${option.repeatable === true ? ' ...' : ''}`
  return option.required === true ? text : `[${text}]`
}

function columns(rows: readonly { readonly left: string; readonly right: string }[]): readonly Line[] {
  const width = Math.max(...rows.map((row) => row.left.length))
  return rows.map((row) => ['  ', styled('cyan', row.left.padEnd(width)), `  ${row.right}`])
}

/** The page of one verb: examples first, since they are what most people look for. */
export function verbHelp(verb: Verb): readonly Line[] {
  const examples = verb.examples.flatMap((example): readonly Line[] => [
    ['  ', styled('dim', `# ${example.says}`)],
    ['  ', styled('cyan', example.command)],
  ])
  const options = [...verb.options, ...COMMON]
  const usage = ['kintsugi', verb.name, ...verb.options.map(inUsage), ...(verb.operands ? [verb.operands] : [])]
  return [
    [styled('bold', `kintsugi ${verb.name}`), `: ${verb.summary}`],
    [],
    heading('Examples'),
    ...examples,
    [],
    heading('Usage'),
    [`  ${usage.join(' ')}`],
    [],
    heading('Flags'),
    ...columns(options.map((option) => ({ left: flag(option), right: option.says }))),
  ]
}

const EXITS =
  '0 ok, 1 error, 2 usage, 3 refused (or found by map --unresolved), 5 invalid configuration, 6 upstream down'

/** The page of the whole command. */
export function mainHelp(verbs: readonly Verb[]): readonly Line[] {
  const firsts = verbs.flatMap((verb): readonly Line[] => {
    const example = verb.examples[0]
    if (example === undefined) return []
    return [
      ['  ', styled('dim', `# ${example.says}`)],
      ['  ', styled('cyan', example.command)],
    ]
  })
  return [
    [styled('bold', 'kintsugi'), ': finds the line in Git that causes a Kubernetes failure, and mends it there'],
    [],
    heading('Examples'),
    ...firsts,
    [],
    heading('Verbs'),
    ...columns(verbs.map((verb) => ({ left: verb.name, right: verb.summary }))),
    [],
    heading('Every verb'),
    ...columns(COMMON.map((option) => ({ left: flag(option), right: option.says }))),
    [],
    [`Exit codes: ${EXITS}.`],
    ['Colours follow the terminal and NO_COLOR. An error has a code: kintsugi explain KIN-1001.'],
  ]
}

/** The same page as data. */
export function helpDocument(verbs: readonly Verb[]): Readonly<Record<string, unknown>> {
  return {
    verbs: verbs.map(({ name, summary, examples, operands, options }) => ({
      name,
      summary,
      examples,
      ...(operands === undefined ? {} : { operands }),
      options: [...options, ...COMMON],
    })),
  }
}
