import type { Io } from '../../src/cli/io.ts'
import { main } from '../../src/cli/main.ts'
import type { ExitCode, Verb } from '../../src/cli/verb.ts'

export type Ran = { readonly code: ExitCode; readonly out: string; readonly err: string }
export type Setting = {
  readonly cwd?: string
  readonly env?: Io['env']
  readonly terminal?: boolean
  readonly verbs?: readonly Verb[]
}

/** Runs a command line in this process and gives back what it printed. */
export async function kintsugi(argv: readonly string[], setting: Setting = {}): Promise<Ran> {
  const printed = { out: '', err: '' }
  const stream = (name: 'out' | 'err'): Io['out'] => ({
    isTerminal: setting.terminal ?? false,
    columns: 80,
    write: (text) => {
      printed[name] += text
    },
  })
  const io: Io = {
    out: stream('out'),
    err: stream('err'),
    env: setting.env ?? {},
    cwd: setting.cwd ?? process.cwd(),
  }
  const code = await main(argv, io, ...(setting.verbs === undefined ? [] : [setting.verbs]))
  return { code, ...printed }
}
