import { dieAt, streamOf } from './noise.ts'

/** How a random repository is laid out. */
export const LAYOUTS = ['plain', 'kustomize-patch', 'kustomize-json6902', 'shared-base', 'images-entry'] as const
export type Layout = (typeof LAYOUTS)[number]

export const FAULTS = ['out-of-memory', 'bad-release', 'missing-image', 'cpu-starved', 'healthy'] as const
export type Fault = (typeof FAULTS)[number]

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS
const SPAN_MS = 300 * 24 * HOUR_MS
const NAMES = [
  'ledger',
  'basket',
  'search',
  'mailer',
  'quotes',
  'orders',
  'tickets',
  'profile',
  'media',
  'router',
] as const
const CONTAINERS = ['app', 'server', 'main', 'web', 'worker'] as const
const NAMESPACES = ['acme', 'north', 'harbour', 'orchard', 'lumen'] as const
const LIMITS_MIB = [24, 32, 48, 64, 96, 128, 192, 256, 384] as const

/** The numbers of one random world. */
export type Draw = {
  readonly seed: number
  readonly layout: Layout
  readonly fault: Fault
  readonly namespace: string
  readonly name: string
  readonly neighbour: string
  readonly container: string
  readonly kind: 'Deployment' | 'StatefulSet'
  readonly replicas: number
  readonly limitMiB: number
  /** Share of the limit that is needed before the fault. */
  readonly calmShare: number
  /** What is needed after it, in limits: of memory or CPU, whichever fails. */
  readonly faultShare: number
  readonly cpuLimitMillicores: number
  readonly noise: number
  readonly startMs: number
  readonly faultMs: number
  readonly onsetMs: number
  readonly peakHour: number
  readonly baseRps: number
}

/** Everything that differs from one random world to the next, by its seed alone. */
export function drawWorld(seed: number): Draw {
  const die = (name: string) => dieAt(seed, streamOf('random-world', name), 0)
  const between = (name: string, from: number, to: number) => from + (to - from) * die(name)
  const one = <Value>(name: string, from: readonly [Value, ...Value[]]): Value =>
    from[Math.floor(die(name) * from.length)] ?? from[0]
  const fault = faultOf(die('fault'))
  const names = [...NAMES].sort((a, b) => die(`name ${a}`) - die(`name ${b}`))
  const startMs = Math.floor((Date.UTC(2026, 0, 5) + die('start') * SPAN_MS) / MINUTE_MS) * MINUTE_MS
  return {
    seed,
    layout: layoutFor(fault, die('layout')),
    fault,
    namespace: one('namespace', NAMESPACES),
    name: names[0] ?? NAMES[0],
    neighbour: names[1] ?? NAMES[1],
    container: one('container', CONTAINERS),
    kind: die('kind') < 0.15 ? 'StatefulSet' : 'Deployment',
    replicas: Math.floor(between('replicas', 1, 5)),
    limitMiB: one('limit', LIMITS_MIB),
    calmShare: between('calm', 0.4, 0.6),
    faultShare: between('need', 1.3, 3.2),
    cpuLimitMillicores: 100 + 50 * Math.floor(between('cpu', 0, 9)),
    noise: between('noise', 0.01, 0.12),
    startMs,
    faultMs: startMs + Math.floor(between('moment', 5, 60)) * MINUTE_MS,
    onsetMs: between('onset', 1, 20) * MINUTE_MS,
    peakHour: Math.floor(between('peak', 0, 24)),
    baseRps: between('rps', 5, 60),
  }
}

/** Out of memory is the fault that the bot is for, so it is drawn most. */
function faultOf(die: number): Fault {
  if (die < 0.4) return 'out-of-memory'
  if (die < 0.58) return 'bad-release'
  if (die < 0.72) return 'missing-image'
  return die < 0.84 ? 'cpu-starved' : 'healthy'
}

/** An images entry decides nothing but an image. */
function layoutFor(fault: Fault, die: number): Layout {
  const imageFault = fault === 'bad-release' || fault === 'missing-image'
  const fitting = LAYOUTS.filter((layout) => imageFault || layout !== 'images-entry')
  return fitting[Math.floor(die * fitting.length)] ?? 'plain'
}
