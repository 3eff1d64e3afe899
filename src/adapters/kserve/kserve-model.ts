import type { Dispatcher } from 'undici'
import { type ErrorCode, KintsugiError, type SignalId } from '../../domain/index.ts'
import type { Clock, OutsideLabel, OutsideModel } from '../../ports/index.ts'
import {
  certificatesOf,
  guardedLookup,
  isMetadataAddress,
  outboundDispatcher,
  type Proxies,
  tokenOf,
  watchedFile,
} from '../outbound/index.ts'
import { batched } from './batches.ts'
import { readPredictions } from './predictions.ts'
import { Rest } from './rest.ts'

export type KserveModelOptions = {
  /** As the configuration calls it. */
  readonly name: string
  /** Root of the inference service: http or https, a path prefix is kept. */
  readonly url: string
  /** The name in the address: `/v1/models/MODEL:predict`. */
  readonly model: string
  readonly features: readonly SignalId[]
  /** Read again whenever it changes, as is the CA file, which then replaces the system's authorities. */
  readonly tokenFile?: string
  readonly caFile?: string
  /** Which way it is asked; straight where left out. */
  readonly proxies?: Proxies
  readonly clock: Pick<Clock, 'now'>
  /** From sending the request to the last byte of the answer, default 2 s. */
  readonly timeoutMs?: number
}

type Asked =
  | { readonly answered: true; readonly labels: readonly OutsideLabel[] }
  | { readonly answered: false; readonly code: ErrorCode; readonly problem: string }

const TIMEOUT_MS = 2000
/** Of everything that is asked at once, so that no tick waits for longer. */
const MOST_MS = 30_000
/** A label and a comma for each row, with room for what servers add. */
const MOST_ANSWER_BYTES = 256 * 1024

/**
 * `URL/v1/models/MODEL:predict`. Throws KIN-2001 for anything but http or https, for credentials, query or fragment in the URL, for link-local
 * and metadata addresses, and for a model that is no plain name.
 */
export function predictUrl(url: string, model: string): string {
  const refuse = (why: string): KintsugiError => new KintsugiError('KIN-2001', `the URL of a KServe model ${why}`)
  if (!URL.canParse(url)) throw refuse('is not a URL')
  const { protocol, username, password, search, hash, hostname, origin, pathname } = new URL(url)
  if (protocol !== 'http:' && protocol !== 'https:') throw refuse('must begin with http:// or https://')
  if (username !== '' || password !== '')
    throw refuse('holds credentials: put a bearer token into a file and name it as tokenFile')
  if (search !== '' || hash !== '') throw refuse('has a query or a fragment')
  const host = hostname.replace(/^\[|\]$/g, '')
  if (isMetadataAddress(host)) throw refuse(`is a link-local or metadata address, ${host}`)
  if (!/^[A-Za-z0-9]([\w.-]{0,61}[A-Za-z0-9])?$/.test(model))
    throw new KintsugiError('KIN-2001', 'the model of a KServe voter is no plain name such as anomaly-detector')
  return `${origin}${pathname.replace(/\/+$/, '')}/v1/models/${model}:predict`
}

/**
 * A model behind KServe's V1 protocol. What its server or the network does is an abstention with a code of the error table; after three
 * failures in a row it is left alone for a minute. undici is loaded when it is first asked. Throws KIN-2001 for settings that cannot work.
 */
export function kserveModel(options: KserveModelOptions): OutsideModel {
  const server = serverOf(options)
  const rest = new Rest()
  let said: string | undefined

  const failed = (code: ErrorCode, problem: string): undefined => {
    said = `${code} the KServe model ${options.name} abstains: ${problem}`
  }

  async function send(
    rows: readonly (readonly number[])[],
    firstMs: number,
  ): Promise<readonly OutsideLabel[] | undefined> {
    const nowMs = options.clock.now()
    if (!rest.over(nowMs)) return undefined
    if (nowMs - firstMs > MOST_MS)
      return failed('KIN-7002', `it does not answer for all workloads within ${MOST_MS} ms`)
    const asked = await server.ask(rows)
    if (!asked.answered) {
      rest.failed(options.clock.now())
      return failed(asked.code, asked.problem)
    }
    rest.answered()
    said = undefined
    return asked.labels
  }

  const judge = batched(send, () => options.clock.now())

  return { name: options.name, features: options.features, judge, says: () => said, close: () => server.close() }
}

type Server = { ask(rows: readonly (readonly number[])[]): Promise<Asked>; close(): Promise<void> }

function serverOf(options: KserveModelOptions): Server {
  const address = predictUrl(options.url, options.model)
  const timeoutMs = options.timeoutMs ?? TIMEOUT_MS
  const connection = connectionOf(options, timeoutMs)
  const secret = secretOf(options)

  async function ask(rows: readonly (readonly number[])[]): Promise<Asked> {
    const signal = AbortSignal.timeout(timeoutMs)
    try {
      const { request, dispatcher } = await connection.current()
      const token = secret()
      const { statusCode, body } = await request(address, {
        method: 'POST',
        dispatcher,
        signal,
        headers: {
          'content-type': 'application/json',
          accept: 'application/json',
          'user-agent': 'kintsugi',
          ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        },
        body: JSON.stringify({ instances: rows }),
      })
      // Text of the server is never quoted: it may hold anything, and what is said here is read in logs.
      if (statusCode !== 200) {
        body.on('error', () => undefined).destroy()
        return { answered: false, code: codeOf(statusCode), problem: `it answered ${statusCode}` }
      }
      return labelled(await textOf(body), rows.length)
    } catch (error) {
      if (signal.aborted)
        return { answered: false, code: 'KIN-7002', problem: `no complete answer within ${timeoutMs} ms` }
      return failureOf(error, timeoutMs)
    }
  }

  return { ask, close: () => connection.close() }
}

function labelled(text: string | undefined, rows: number): Asked {
  const read =
    text === undefined
      ? ({ read: false, problem: `its answer is larger than ${MOST_ANSWER_BYTES} bytes` } as const)
      : readPredictions(text, rows)
  return read.read
    ? { answered: true, labels: read.labels }
    : { answered: false, code: 'KIN-7004', problem: read.problem }
}

/** What a status other than 200 means. Redirects are not followed. */
function codeOf(status: number): ErrorCode {
  if (status >= 500) return 'KIN-7001'
  if (status === 401 || status === 403 || status === 429) return 'KIN-7003'
  return 'KIN-7004'
}

function failureOf(error: unknown, timeoutMs: number): Asked {
  if (error instanceof KintsugiError) return { answered: false, code: error.code, problem: error.message }
  const name = error instanceof Error ? error.name : ''
  if (/Timeout/.test(name))
    return { answered: false, code: 'KIN-7002', problem: `no complete answer within ${timeoutMs} ms` }
  const why = error instanceof Error && error.message !== '' ? error.message : 'no connection'
  return { answered: false, code: 'KIN-7001', problem: why.replace(/\p{C}+/gu, ' ').slice(0, 200) }
}

async function textOf(body: AsyncIterable<Uint8Array>): Promise<string | undefined> {
  const parts: Uint8Array[] = []
  let size = 0
  for await (const part of body) {
    size += part.byteLength
    if (size > MOST_ANSWER_BYTES) return undefined
    parts.push(part)
  }
  return Buffer.concat(parts).toString('utf8')
}

function secretOf({ tokenFile }: KserveModelOptions): () => string | undefined {
  if (tokenFile === undefined) return () => undefined
  const file = watchedFile(tokenFile, 'token file')
  return () => tokenOf(file, tokenFile)
}

type Connection = {
  current(): Promise<{ readonly request: typeof import('undici').request; readonly dispatcher: Dispatcher }>
  close(): Promise<void>
}

/** One dispatcher for the certificates as they are in the file now. */
function connectionOf({ caFile, proxies }: KserveModelOptions, timeoutMs: number): Connection {
  const file = caFile === undefined ? undefined : { path: caFile, read: watchedFile(caFile, 'CA file') }
  let held: { readonly dispatcher: Dispatcher; readonly ca: string | undefined } | undefined
  return {
    async current() {
      const undici = await import('undici')
      const ca = file === undefined ? undefined : certificatesOf(file.read, file.path)
      if (held === undefined || held.ca !== ca) {
        held?.dispatcher.close().catch(() => undefined)
        const connect = { timeout: timeoutMs, lookup: guardedLookup(), ...(ca === undefined ? {} : { ca }) }
        const limits = { connections: 1, headersTimeout: timeoutMs, bodyTimeout: timeoutMs }
        held = { dispatcher: outboundDispatcher(undici, { ...limits, connect }, proxies), ca }
      }
      return { request: undici.request, dispatcher: held.dispatcher }
    },
    async close() {
      const dispatcher = held?.dispatcher
      held = undefined
      await dispatcher?.destroy()
    },
  }
}
