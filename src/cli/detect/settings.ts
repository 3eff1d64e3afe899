import { KintsugiError, VOTINGS, type Voting } from '../../domain/index.ts'
import type { Context } from '../verb.ts'

/** What every form of `detect` is told. */
export type Settings = {
  readonly fitFraction: number
  readonly voting: Voting | undefined
  /** Whether what fitting and scoring cost is told. */
  readonly summary: boolean
  /** How a chart is drawn; undefined where none is. */
  readonly chart: { readonly width: number; readonly ascii: boolean } | undefined
}

const WIDTH = 80

/** Throws KIN-1001. */
export function settingsOf({ args, terminal, io }: Context): Settings {
  const asked = args.has('chart')
  if (asked && terminal.asJson) throw new KintsugiError('KIN-1001', '--chart is for people: it excludes --json.')
  const ascii = args.has('ascii') || !isUtf8(io.env)
  const width = Number.isFinite(terminal.width) ? terminal.width : WIDTH
  return {
    fitFraction: fractionOf(args.text('fit-fraction')),
    voting: votingOf(args.text('voting')),
    summary: args.has('summary'),
    chart: asked || (io.out.isTerminal && !terminal.asJson) ? { width, ascii } : undefined,
  }
}

/** Whether the locale of the environment says so: the first of these that is set decides, as in C. */
function isUtf8(env: Context['io']['env']): boolean {
  const locale = ['LC_ALL', 'LC_CTYPE', 'LANG'].map((name) => env[name] ?? '').find((value) => value !== '')
  return /utf-?8/i.test(locale ?? '')
}

function fractionOf(text: string | undefined): number {
  const fraction = text === undefined ? 0.3 : Number(text)
  if (!(fraction > 0 && fraction < 1))
    throw new KintsugiError('KIN-1001', `--fit-fraction is a share between 0 and 1, not "${text}".`)
  return fraction
}

function votingOf(text: string | undefined): Voting | undefined {
  const voting = VOTINGS.find((one) => one === text)
  if (text !== undefined && voting === undefined)
    throw new KintsugiError('KIN-1001', `--voting is one of ${VOTINGS.join(', ')}, not "${text}".`)
  return voting
}
