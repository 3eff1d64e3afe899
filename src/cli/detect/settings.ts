import { KintsugiError, type Learning, PLAIN_LEARNING, type Stretch, VOTINGS, type Voting } from '../../domain/index.ts'
import { isTimeZone, parseInstant } from '../../policy/index.ts'
import type { Context } from '../verb.ts'

/** What every form of `detect` is told. */
export type Settings = {
  readonly fitFraction: number
  readonly voting: Voting | undefined
  readonly learning: Learning
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
    learning: { timeZone: zoneOf(args.text('time-zone')), excluded: args.list('exclude').map(stretchOf) },
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

function zoneOf(text = PLAIN_LEARNING.timeZone): string {
  if (isTimeZone(text)) return text
  throw new KintsugiError('KIN-1001', `--time-zone is an IANA name such as Europe/Zurich, not "${text}".`)
}

function stretchOf(text: string): Stretch {
  const [fromMs, toMs, ...more] = text.split('/').map(parseInstant)
  if (fromMs !== undefined && toMs !== undefined && fromMs < toMs && more.length === 0) return { fromMs, toMs }
  throw new KintsugiError(
    'KIN-1001',
    `--exclude is FROM/TO such as 2026-12-24T00:00:00Z/2026-12-27T00:00:00Z, not "${text}".`,
  )
}
