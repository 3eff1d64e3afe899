import { setTimeout as pause } from 'node:timers/promises'
import type { Agent } from 'undici'
import { type HelmRenderInput, type Isolation, isJsonObject, type JsonValue } from '../../domain/index.ts'
import type { Renderer } from '../../ports/index.ts'
import { takeChart } from './chart.ts'
import { readBody } from './frame.ts'
import { outputReader } from './output.ts'
import { oneLine, type Refused, refuse } from './refused.ts'
import { outcomeOf } from './renderer.ts'
import { ANSWER_TYPE, type Answer, isTool, MOST_ANSWER, REQUEST_TYPE, readAnswer, requestOf } from './wire.ts'

export type HttpRendererOptions = {
  /** Root of the service, such as `http://kintsugi-renderer:8181`. */
  readonly url: string
  /** For one render, waiting for a place included; 90 s unless told. */
  readonly timeoutMs?: number
  /** Pauses before a renderer that is busy or not there is asked again. */
  readonly pausesMs?: readonly number[]
}

/** What a renderer says of itself. `exposed` names what keeps it from being isolated. */
export type AboutRenderer = {
  readonly tool: string | undefined
  readonly isolation: Extract<Isolation, 'process' | 'isolated'>
  readonly exposed: readonly string[]
}

export type HttpRenderer = Renderer & {
  /** Undefined where it does not answer as a renderer does. */
  about(): Promise<AboutRenderer | undefined>
  close(): Promise<void>
}

const TIMEOUT_MS = 90_000
const ABOUT_MS = 5000
const ABOUT_BYTES = 65_536
/** A renderer is asked anew for its version after this long. */
const KNOWN_MS = 60_000
const PAUSES_MS = [250, 1000, 3000]

/**
 * Renders charts in a renderer of its own, over HTTP. Isolation is `isolated` only while the renderer says that it has no credentials and no
 * rights; until it has said so it counts as `process`. What it answers is foreign text: it is measured before it is read, and read as the
 * output of a child is. A renderer that is not there, is busy for too long or talks of something else is `renderer-unreachable`.
 */
export function httpRenderer(options: HttpRendererOptions): HttpRenderer {
  const root = options.url.replace(/\/+$/, '')
  const timeoutMs = options.timeoutMs ?? TIMEOUT_MS
  const agent = lazyAgent(timeoutMs)
  const read = outputReader()
  let isolation: AboutRenderer['isolation'] = 'process'
  let known: { readonly tool: string | undefined; readonly untilMs: number } | undefined

  const about = async (): Promise<AboutRenderer | undefined> => {
    const found = await askAbout(`${root}/version`, await agent.get())
    isolation = found?.isolation ?? 'process'
    known = found === undefined ? undefined : { tool: found.tool, untilMs: performance.now() + KNOWN_MS }
    return found
  }
  return {
    get isolation() {
      return isolation
    },
    about,
    version: async () =>
      known !== undefined && performance.now() < known.untilMs ? known.tool : (await about())?.tool,
    async render(input: HelmRenderInput) {
      const chart = takeChart(input)
      if ('rendered' in chart) return chart
      const body = requestOf(input, chart)
      const pausesMs = options.pausesMs ?? PAUSES_MS
      const found = await askRender(`${root}/render`, body, await agent.get(), timeoutMs, pausesMs)
      if ('rendered' in found) {
        if (found.reason === 'renderer-unreachable') known = undefined
        return found
      }
      isolation = found.isolation
      return 'rendered' in found.answer ? found.answer : outcomeOf(found.answer, read)
    },
    close: () => agent.close(),
  }
}

/** undici is read when there is someone to ask: a laptop without such a renderer starts faster. */
function lazyAgent(timeoutMs: number): { get(): Promise<Agent>; close(): Promise<void> } {
  let made: Promise<Agent> | undefined
  const make = async (): Promise<Agent> => {
    const undici = await import('undici')
    return new undici.Agent({ headersTimeout: timeoutMs, bodyTimeout: timeoutMs, connect: { timeout: ABOUT_MS } })
  }
  return {
    get() {
      made ??= make()
      return made
    },
    close: async () => (await made)?.close(),
  }
}

async function askAbout(url: string, dispatcher: Agent): Promise<AboutRenderer | undefined> {
  const { request } = await import('undici')
  try {
    const answer = await request(url, { dispatcher, signal: AbortSignal.timeout(ABOUT_MS) })
    const body = await readBody(answer.body, ABOUT_BYTES)
    if (answer.statusCode !== 200 || body === undefined) return undefined
    const said = JSON.parse(body.toString('utf8')) as JsonValue
    if (!isJsonObject(said) || said['renderer'] !== 'kintsugi') return undefined
    const { tool, isolation, exposed } = said
    return {
      tool: typeof tool === 'string' && isTool(tool) ? tool : undefined,
      isolation: isolation === 'isolated' ? 'isolated' : 'process',
      exposed: Array.isArray(exposed) ? exposed.slice(0, 20).map((one) => oneLine(String(one))) : [],
    }
  } catch {
    return undefined
  }
}

/** Asks until there is an answer, the pauses are used up or the time is over. Equal input gives an equal answer, so asking twice does no harm. */
async function askRender(
  url: string,
  body: Buffer,
  dispatcher: Agent,
  timeoutMs: number,
  pausesMs: readonly number[],
): Promise<Answer | Refused> {
  const signal = AbortSignal.timeout(timeoutMs)
  for (let at = 0; ; at += 1) {
    const found = await askOnce(url, body, dispatcher, signal)
    if (typeof found !== 'string') return found
    const waitMs = pausesMs[at]
    if (waitMs === undefined || signal.aborted)
      return refuse('renderer-unreachable', `the renderer at ${new URL(url).host} does not answer: ${oneLine(found)}`)
    await pause(waitMs)
  }
}

/** Text says why it may be asked again. */
async function askOnce(
  url: string,
  body: Buffer,
  dispatcher: Agent,
  signal: AbortSignal,
): Promise<Answer | Refused | string> {
  const { request } = await import('undici')
  try {
    const headers = { 'content-type': REQUEST_TYPE }
    const answer = await request(url, { method: 'POST', dispatcher, signal, body, headers })
    if (answer.statusCode === 503) {
      await answer.body.dump()
      return 'it is busy'
    }
    const isAnswer = answer.statusCode === 200 && answer.headers['content-type'] === ANSWER_TYPE
    const bytes = isAnswer ? await readBody(answer.body, MOST_ANSWER) : undefined
    if (!isAnswer) await answer.body.dump()
    const found = bytes === undefined ? undefined : readAnswer(bytes)
    if (found !== undefined) return found
    return refuse(
      'renderer-unreachable',
      `what answers at ${new URL(url).host} (HTTP ${answer.statusCode}) is no renderer`,
    )
  } catch (error) {
    if (signal.aborted) return 'no complete answer in time'
    return error instanceof Error && error.message !== '' ? error.message : 'no connection'
  }
}
