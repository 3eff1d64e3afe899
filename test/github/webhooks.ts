import { createHmac, randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { payloadsOf } from './webhooks/payload.ts'
import type { World } from './world/world.ts'

/** Longest that an App may take. Source: docs.github.com, "Handling failed webhook deliveries". */
const TIMEOUT_MS = 10_000

/** What happens to deliveries on their way. Probabilities are decided by `seed` and the number of the delivery. */
export type DeliveryPlan = {
  readonly delayMs: number
  /** Share that is sent twice, under one guid. */
  readonly doubled: number
  /** Share that waits until another one overtook it. */
  readonly reordered: number
  /** Share that is lost on the way: in the log as failed, never sent. */
  readonly dropped: number
  readonly seed: number
  /** Names of events that are never sent, and not in the log either. */
  readonly silent: readonly string[]
  readonly timeoutMs: number
}

export const PROMPT: DeliveryPlan = {
  delayMs: 0,
  doubled: 0,
  reordered: 0,
  dropped: 0,
  seed: 1,
  silent: [],
  timeoutMs: TIMEOUT_MS,
}

/** One attempt. */
export type Delivery = {
  readonly id: number
  readonly appId: number
  readonly guid: string
  readonly deliveredAt: number
  readonly redelivery: boolean
  readonly duration: number
  /** `OK`, or why it failed. */
  readonly status: string
  readonly statusCode: number
  readonly event: string
  readonly action: string | null
  readonly installationId: number | null
  readonly repositoryId: number | null
  readonly url: string
  readonly requestHeaders: Readonly<Record<string, string>>
  readonly payload: Readonly<Record<string, unknown>>
  readonly responseHeaders: Readonly<Record<string, string>>
  readonly responseBody: string
}

export type Payload = {
  readonly appId: number
  readonly installationId: number | null
  readonly repositoryId: number | null
  readonly event: string
  readonly body: Readonly<Record<string, unknown>>
}

export type Webhooks = {
  plan(): DeliveryPlan
  setPlan(change: Partial<DeliveryPlan>): void
  /** Every attempt of an App, oldest first. */
  log(appId: number): readonly Delivery[]
  find(appId: number, id: number): Delivery | undefined
  /** Sends it again under its guid. */
  redeliver(delivery: Delivery): void
  /** Sends a payload that no change made, for tests of what an App does with it. */
  send(payload: Payload): void
  /** Until nothing is on its way. */
  settle(): Promise<void>
  /** Sends nothing more; what is still read for a body is waited for. */
  stop(): Promise<void>
}

type Parcel = Payload & { readonly guid: string; readonly redelivery: boolean }

export function createWebhooks(world: World, root: () => string, check: (payload: Payload) => void): Webhooks {
  let plan = PROMPT
  let count = 0
  const log: Delivery[] = []
  const open = new Set<Promise<void>>()
  const ended = new AbortController()
  let overtaken: Parcel[] = []

  const track = (work: Promise<void>): void => {
    const kept = work.catch(() => undefined).finally(() => open.delete(kept))
    open.add(kept)
  }
  const send = (parcel: Parcel): void =>
    track(deliver(world, parcel, plan, ended.signal).then((done) => void (done && log.push(done))))
  const post = (payload: Payload): void => {
    count += 1
    const parcel = { ...payload, guid: randomUUID(), redelivery: false }
    if (plan.silent.includes(payload.event)) return
    if (chance(plan.seed, count, 1) < plan.dropped) {
      const lost = undelivered(world, parcel)
      if (lost) log.push(lost)
    } else if (chance(plan.seed, count, 2) < plan.reordered) overtaken.push(parcel)
    else {
      for (let copies = chance(plan.seed, count, 3) < plan.doubled ? 2 : 1; copies > 0; copies -= 1) send(parcel)
      for (const late of overtaken.splice(0)) send(late)
    }
  }
  // In the order of the changes, whatever git takes to say what they were.
  let tail = Promise.resolve()
  world.events.on((event) => {
    const payloads = payloadsOf(world, event, root())
    tail = tail
      .then(async () => {
        for (const payload of await payloads) {
          check(payload)
          post(payload)
        }
      })
      .catch((error: unknown) => console.error('stand-in: a webhook was not built', error))
  })
  return {
    plan: () => plan,
    setPlan(change) {
      plan = { ...plan, ...change }
    },
    log: (appId) => log.filter((one) => one.appId === appId),
    find: (appId, id) => log.find((one) => one.appId === appId && one.id === id),
    redeliver(delivery) {
      const { appId, installationId, repositoryId, event, payload, guid } = delivery
      send({ appId, installationId, repositoryId, event, body: payload, guid, redelivery: true })
    },
    send: post,
    async settle() {
      await tail
      for (const late of overtaken.splice(0)) send(late)
      while (open.size > 0) await Promise.all(open)
    },
    async stop() {
      overtaken = []
      ended.abort()
      await tail
    },
  }
}

/** A number from 0 to 1. */
function chance(seed: number, count: number, what: number): number {
  const hash = createHmac('sha256', String(seed)).update(`${count} ${what}`).digest()
  return hash.readUInt32BE(0) / 4_294_967_296
}

/** The number of an attempt: the log shows the latest first, so later ones are larger. */
function attempt(
  world: World,
  parcel: Parcel,
  url: string,
  headers: Record<string, string>,
): Omit<Delivery, 'duration' | 'status' | 'statusCode' | 'responseHeaders' | 'responseBody'> {
  const action = parcel.body['action']
  return {
    id: world.nextId(),
    appId: parcel.appId,
    guid: parcel.guid,
    deliveredAt: world.clock.now(),
    redelivery: parcel.redelivery,
    event: parcel.event,
    action: typeof action === 'string' ? action : null,
    installationId: parcel.installationId,
    repositoryId: parcel.repositoryId,
    url,
    requestHeaders: headers,
    payload: parcel.body,
  }
}

const NO_RESPONSE = { responseHeaders: {}, responseBody: '' }

function undelivered(world: World, parcel: Parcel): Delivery | undefined {
  const url = world.apps.get(parcel.appId)?.webhookUrl
  if (url === undefined) return undefined
  const failed = { duration: 0, status: 'failed to connect to host', statusCode: 502, ...NO_RESPONSE }
  return { ...attempt(world, parcel, url, {}), ...failed }
}

async function deliver(
  world: World,
  parcel: Parcel,
  plan: DeliveryPlan,
  ended: AbortSignal,
): Promise<Delivery | undefined> {
  if (plan.delayMs > 0) await sleep(plan.delayMs, undefined, { signal: ended })
  const app = world.apps.get(parcel.appId)
  if (app?.webhookUrl === undefined) return undefined
  const body = JSON.stringify(parcel.body)
  const headers = signed(body, app.webhookSecret, parcel)
  const begun = attempt(world, parcel, app.webhookUrl, headers)
  const started = performance.now()
  const seconds = () => Math.round(performance.now() - started) / 1000
  try {
    const signal = AbortSignal.any([ended, AbortSignal.timeout(plan.timeoutMs)])
    const answer = await fetch(app.webhookUrl, { method: 'POST', headers, body, signal, redirect: 'manual' })
    const responseBody = await answer.text()
    const status = answer.ok ? 'OK' : `Invalid HTTP Response: ${answer.status}`
    const responseHeaders = Object.fromEntries(answer.headers)
    return { ...begun, duration: seconds(), status, statusCode: answer.status, responseHeaders, responseBody }
  } catch (error) {
    const late = error instanceof Error && error.name === 'TimeoutError'
    const status = late ? 'timed out' : 'failed to connect to host'
    return { ...begun, duration: seconds(), status, statusCode: late ? 504 : 502, ...NO_RESPONSE }
  }
}

function signed(body: string, secret: string, parcel: Parcel): Record<string, string> {
  const digest = createHmac('sha256', secret).update(body).digest('hex')
  const sha1 = createHmac('sha1', secret).update(body).digest('hex')
  return {
    accept: '*/*',
    'content-type': 'application/json',
    'user-agent': 'GitHub-Hookshot/5ae7d1c',
    'x-github-delivery': parcel.guid,
    'x-github-event': parcel.event,
    'x-github-hook-id': String(parcel.appId),
    'x-github-hook-installation-target-id': String(parcel.appId),
    'x-github-hook-installation-target-type': 'integration',
    'x-hub-signature': `sha1=${sha1}`,
    'x-hub-signature-256': `sha256=${digest}`,
  }
}
