import type { Arguments } from './arguments.ts'
import type { Io } from './io.ts'
import type { Terminal } from './terminal.ts'

/** A flag of a verb. With `value` it takes one, and `value` is how the help names it. */
export type Option = {
  /** Without the dashes. */
  readonly name: string
  readonly value?: string
  /** One letter that means the same: `n` for `-n`. */
  readonly short?: string
  readonly required?: boolean
  readonly repeatable?: boolean
  readonly says: string
}

export type Example = { readonly says: string; readonly command: string }

/** 0 ok, 1 error, 2 usage, 3 refused, 5 invalid configuration, 6 upstream down. */
export type ExitCode = 0 | 1 | 2 | 3 | 5 | 6

export type Context = { readonly args: Arguments; readonly terminal: Terminal; readonly io: Io }

/** One command. What it needs beyond these words is imported inside `run`, so that `--help` stays fast. */
export type Verb = {
  /** One or two words, as typed: `edit`, `policy validate`. */
  readonly name: string
  readonly summary: string
  readonly examples: readonly Example[]
  /** What follows the flags, as the help shows it; absent means nothing may. `...` says one or more, brackets that it may be left out. */
  readonly operands?: string
  readonly options: readonly Option[]
  run(context: Context): Promise<ExitCode>
}
