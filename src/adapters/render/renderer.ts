import { type HelmRenderInput, KintsugiError, type RenderOutcome } from '../../domain/index.ts'
import type { Renderer } from '../../ports/index.ts'
import { helmArguments } from './arguments.ts'
import { takeChart } from './chart.ts'
import { CHILD_LIMITS, type ChildLimits, type ChildOutcome, findPrlimit, runChild } from './child.ts'
import { findHelm, identityOf } from './find-helm.ts'
import { type OutputReader, outputReader } from './output.ts'
import { oneLine, type Refused, refuse } from './refused.ts'
import { emptyEnvironment, inlineValues, inScratch, layOut, type Scratch } from './scratch.ts'
import { sweepScratch } from './sweep.ts'
import { turns } from './turns.ts'

export type HelmRendererOptions = {
  /** helm 3 or 4; without it KINTSUGI_HELM, .tools/ of the project and PATH are looked at, in that order. */
  readonly path?: string
  /** Only looked up in, never handed on. The environment of the process unless told. */
  readonly env?: Readonly<Record<string, string | undefined>>
  readonly limits?: Partial<ChildLimits>
  /** Children at once; 2 unless told. */
  readonly concurrency?: number
}

/** What bounds the child on this machine: with `prlimit` memory, CPU, files and time; without it (not Linux) time and output alone. */
export type HelmRenderer = Renderer & { readonly bounds: 'prlimit' | 'time-only' }

export type Printed = { readonly text: string; readonly tool: string }

/** Runs helm and reads nothing of what it prints. */
export type HelmPrinter = {
  readonly bounds: 'prlimit' | 'time-only'
  version(): Promise<string | undefined>
  identity(): string | undefined
  print(input: HelmRenderInput): Promise<Printed | Refused>
}

/**
 * Renders charts with helm in a bounded child, isolation `process`: a fresh folder (0700) that holds only the chart and its value files as
 * regular files, an environment that names nothing else, no input, no shell, limits on memory, CPU, files, time and output, and the whole
 * process group killed at the end. It is the same user on the same host: it can read what that user can read and reach the network, though
 * helm gives templates no way to either. A chart that breaks out of helm itself is held only by an isolated renderer.
 */
export function helmRenderer(options: HelmRendererOptions = {}): HelmRenderer {
  const { bounds, version, identity, print } = helmPrinter(options)
  const read = outputReader()
  return {
    isolation: 'process',
    bounds,
    version,
    identity,
    render: async (input) => {
      const printed = await print(input)
      return 'rendered' in printed ? printed : outcomeOf(printed, read)
    },
  }
}

/** The objects of what helm printed, here or in a renderer of its own. */
export async function outcomeOf({ text, tool }: Printed, read: OutputReader): Promise<RenderOutcome> {
  const output = await read(text)
  return 'rendered' in output ? output : { rendered: true, objects: output.objects, tool }
}

/** The child of `helmRenderer`, with all its bounds. */
export function helmPrinter(options: HelmRendererOptions = {}): HelmPrinter {
  const env = options.env ?? process.env
  const prlimit = findPrlimit(env)
  const limits = { ...CHILD_LIMITS, ...options.limits }
  const place = findHelm(options.path, env)
  const turn = turns(options.concurrency ?? 2)
  let version: Promise<string | undefined> | undefined
  let swept: Promise<void> | undefined

  const run = (args: readonly string[], cwd: string, environment: Scratch['env']): Promise<ChildOutcome> => {
    if (!place.found) throw new KintsugiError('KIN-9001', 'helm was started without being found')
    return runChild({ file: place.file, args, cwd, env: environment, limits, prlimit })
  }
  const askVersion = async (): Promise<string | undefined> => {
    if (!place.found) return undefined
    const outcome = await inScratch((root) => run(['version', '--template={{.Version}}'], root, emptyEnvironment(root)))
    const text =
      outcome.ended === 'exit' && outcome.code === 0 ? /^v(\d+\.\d+\.\d+)/.exec(outcome.stdout)?.[1] : undefined
    return text === undefined ? undefined : `helm ${text}`
  }
  const toolVersion = (): Promise<string | undefined> => {
    version ??= askVersion()
    return version
  }
  const printIn = async (root: string, input: HelmRenderInput): Promise<Printed | Refused> => {
    const chart = takeChart(input)
    if ('rendered' in chart) return chart
    const scratch = await layOut(root, chart, inlineValues(input.helm)).catch(clash)
    if ('rendered' in scratch) return scratch
    const args = helmArguments(input, scratch.valueFiles)
    if ('rendered' in args) return args
    const text = printed(await run(args, scratch.chart, scratch.env), (said) => scrubbed(said, scratch, input))
    return typeof text === 'string' ? { text, tool: (await toolVersion()) ?? 'helm' } : text
  }
  return {
    bounds: prlimit === undefined ? 'time-only' : 'prlimit',
    version: toolVersion,
    identity: () => (place.found ? identityOf(place.file) : undefined),
    print: async (input) => {
      if (!place.found) return refuse('renderer-missing', place.message)
      swept ??= sweepScratch()
      await swept
      return turn(() => inScratch((root) => printIn(root, input)))
    },
  }
}

/** Two files of a chart that this file system takes for one, or a file where another has its folder. Anything else is thrown. */
function clash(error: unknown): Refused {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  if (code === 'EEXIST' || code === 'ENOTDIR' || code === 'EISDIR')
    return refuse('unsafe-path', 'two files of the chart have names that are one here')
  throw error
}

/** What the child printed, or why there is nothing to read. Throws only when it could not be started at all. */
function printed(outcome: ChildOutcome, scrub: (text: string) => string): string | Refused {
  if (outcome.ended === 'not-started')
    throw new KintsugiError('KIN-5001', 'helm could not be started', { cause: outcome.cause })
  if (outcome.ended === 'limit') return refuse('render-limit', `helm was stopped: ${outcome.message}`)
  if (outcome.code === 0) return outcome.stdout
  return refuse('render-failed', oneLine(scrub(errorOf(outcome.stderr))) || `helm ended with ${outcome.code}`)
}

/** The line in which helm says what is wrong, with the two that follow where it ends in a colon. */
function errorOf(stderr: string): string {
  const lines = stderr.split('\n').filter((line) => line.trim() !== '')
  const said = lines.findIndex((line) => line.startsWith('Error:'))
  const at = Math.max(0, said)
  const first = lines[at] ?? ''
  return first.trimEnd().endsWith(':') ? lines.slice(at, at + 3).join(' ') : first
}

/** Value files by the names that the reader knows, and no path of this machine. */
function scrubbed(text: string, scratch: Scratch, input: HelmRenderInput): string {
  const named = scratch.valueFiles.reduce(
    (rest, file, at) => rest.replaceAll(file, input.valueFiles[at]?.path ?? 'the values of the Application'),
    text,
  )
  return named.replaceAll(`${scratch.root}/chart/`, '').replaceAll(`${scratch.root}/`, '').replaceAll(scratch.root, '')
}
