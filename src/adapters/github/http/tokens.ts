import { KintsugiError } from '../../../domain/index.ts'
import { STEP_PERMISSIONS, type Step } from '../permissions.ts'
import { isObject, nodeOf, parseJson } from './json.ts'
import type { Scrubber } from './scrub.ts'
import { appJwt, JWT_LIFE_MS, type Signer } from './signer.ts'
import type { Pace } from './wait.ts'

export type Credentials =
  /** A GitHub App. */
  | { readonly kind: 'app'; readonly appId: number; readonly signer: Signer }
  /** A personal token, for a first try: what is written is written by that person. */
  | { readonly kind: 'token'; readonly token: string }

/** A request as the App itself, or without any identity; safe to repeat. */
export type AsApp = (request: {
  readonly method: 'GET' | 'POST'
  readonly route: string
  readonly params?: Readonly<Record<string, unknown>>
  readonly authorization: string
}) => Promise<{ readonly status: number; readonly headers: Headers; readonly text: string }>

export type Installation = { readonly id: number; readonly permissions: Readonly<Record<string, string>> }

const EARLY_MS = 5 * 60_000
const MOST_LIFE_MS = 60 * 60_000
const SKEWED = /'Issued at' claim|'Expiration time' claim/

export type AppAuth = {
  /** `what` names the request for a person. */
  ask(
    what: string,
    request: {
      readonly method: 'GET' | 'POST'
      readonly route: string
      readonly params?: Readonly<Record<string, unknown>>
    },
  ): Promise<{ readonly status: number; readonly text: string }>
}

/** Requests as the App. Where GitHub's clock is another, its own is taken, and that is said once. */
export function appAuth(
  credentials: Extract<Credentials, { kind: 'app' }>,
  send: AsApp,
  pace: Pace,
  scrub: Scrubber,
  notice: (text: string) => void,
): AppAuth {
  let skewMs = 0
  const once = async (request: Parameters<AppAuth['ask']>[1]) => {
    const jwt = await appJwt(credentials.signer, credentials.appId, pace.nowMs() + skewMs)
    scrub.expire(pace.nowMs())
    scrub.add(jwt, pace.nowMs() + JWT_LIFE_MS)
    return send({ ...request, authorization: `Bearer ${jwt}` })
  }
  return {
    async ask(what, request) {
      const first = await once(request)
      if (first.status !== 401) return first
      const there = Date.parse(first.headers.get('date') ?? '')
      if (SKEWED.test(first.text) && !Number.isNaN(there)) {
        skewMs = there - pace.nowMs()
        notice(`this clock differs from GitHub's by ${Math.round(skewMs / 1000)} s: GitHub's is taken; set the clock`)
        const second = await once(request)
        if (second.status !== 401) return second
      }
      throw new KintsugiError(
        'KIN-4007',
        `GitHub does not take the App's key for ${what}: check the App id ${credentials.appId}, its key and the clock: ${messageIn(first.text, scrub)}`,
      )
    },
  }
}

/** What GitHub says in an answer, without secrets of ours: they are taken out before the text is cut, so that no part of one is left. */
export function messageIn(text: string, scrub: Scrubber): string {
  const value = parseJson(text)?.value
  const message = isObject(value) ? value['message'] : undefined
  return scrub.clean(typeof message === 'string' ? message : text).slice(0, 500)
}

export type Tokens = {
  installation(): Promise<Installation | undefined>
  /** A token of this step for this repository alone, or undefined where the App was not given the step's permissions. */
  token(step: Step): Promise<string | undefined>
  /** GitHub did not take it: the next one is a new one. */
  forget(token: string): void
}

type Held = {
  readonly token: string
  /** Until when it is used; GitHub takes it for `EARLY_MS` more. */
  readonly untilMs: number
}

/**
 * Tokens of one repository, one for each step, in memory only, at most an hour, renewed five minutes early. What is over is let go of at the
 * next call for any step.
 */
export function appTokens(
  repository: { readonly owner: string; readonly name: string },
  app: AppAuth,
  pace: Pace,
  scrub: Scrubber,
): Tokens {
  const held = new Map<Step, Promise<Held | undefined>>()
  const minted = new Map<Step, Held>()
  let found: Promise<Installation> | undefined
  let foundAtMs = 0
  const drop = (isOver: (one: Held) => boolean): void => {
    for (const [step, one] of minted) {
      if (!isOver(one)) continue
      minted.delete(step)
      held.delete(step)
    }
  }
  const installation = (): Promise<Installation> => {
    // What the App was given may change.
    if (pace.nowMs() - foundAtMs > MOST_LIFE_MS) found = undefined
    if (found === undefined) foundAtMs = pace.nowMs()
    found ??= installationOf(repository, app).catch((error: unknown) => {
      found = undefined
      throw error
    })
    return found
  }
  const mint = async (step: Step): Promise<Held | undefined> => {
    const at = await installation()
    const permissions = granted(STEP_PERMISSIONS[step], at.permissions)
    if (step === 'members' && permissions['members'] === undefined) return undefined
    const made = await mintToken(repository, app, at.id, step, permissions, pace.nowMs(), scrub)
    scrub.add(made.token, made.untilMs + EARLY_MS)
    minted.set(step, made)
    return made
  }
  return {
    installation,
    async token(step) {
      const nowMs = pace.nowMs()
      drop(({ untilMs }) => untilMs <= nowMs)
      scrub.expire(nowMs)
      const pending = held.get(step)
      const known = await pending
      if (known !== undefined && held.get(step) === pending) return known.token
      // Whoever came first renews it for all that wait.
      const renewed = held.get(step)
      if (renewed !== undefined && renewed !== pending) return (await renewed)?.token
      const made = mint(step).catch((error: unknown) => {
        held.delete(step)
        found = undefined
        throw error
      })
      held.set(step, made)
      return (await made)?.token
    },
    forget(token) {
      drop((one) => one.token === token)
    },
  }
}

function granted(
  wanted: Readonly<Record<string, string>>,
  has: Readonly<Record<string, string>>,
): Record<string, string> {
  return Object.fromEntries(
    Object.entries(wanted).flatMap(([name, level]) => {
      const own = Object.hasOwn(has, name) ? has[name] : undefined
      if (own === undefined) return []
      return [[name, level === 'write' && own === 'read' ? 'read' : level]]
    }),
  )
}

async function installationOf(
  { owner, name }: { readonly owner: string; readonly name: string },
  app: AppAuth,
): Promise<Installation> {
  const answer = await app.ask(`${owner}/${name}`, {
    method: 'GET',
    route: '/repos/{owner}/{repo}/installation',
    params: { owner, repo: name },
  })
  if (answer.status !== 200)
    throw new KintsugiError(
      'KIN-4007',
      `the App is not installed for ${owner}/${name} (${answer.status}): add the repository in its settings`,
    )
  const node = nodeOf(parseJson(answer.text)?.value)
  if (node.has('suspended_at'))
    throw new KintsugiError(
      'KIN-4007',
      `the installation of the App for ${owner} is suspended: unsuspend it in its settings`,
    )
  const permissions = Object.entries(permissionsIn(answer.text))
  return { id: node.number('id'), permissions: Object.fromEntries(permissions) }
}

function permissionsIn(text: string): Record<string, string> {
  const value = parseJson(text)?.value
  const listed = isObject(value) ? value['permissions'] : undefined
  if (!isObject(listed)) return {}
  return Object.fromEntries(Object.entries(listed).filter((one): one is [string, string] => typeof one[1] === 'string'))
}

async function mintToken(
  repository: { readonly owner: string; readonly name: string },
  app: AppAuth,
  installation: number,
  step: Step,
  permissions: Readonly<Record<string, string>>,
  nowMs: number,
  scrub: Scrubber,
): Promise<Held> {
  const answer = await app.ask(`a token to ${step} ${repository.owner}/${repository.name}`, {
    method: 'POST',
    route: '/app/installations/{installation_id}/access_tokens',
    params: { installation_id: installation, repositories: [repository.name], permissions },
  })
  if (answer.status !== 201)
    throw new KintsugiError(
      'KIN-4007',
      `GitHub gives no token to ${step} ${repository.owner}/${repository.name} (${answer.status}): ${messageIn(answer.text, scrub)}`,
    )
  const node = nodeOf(parseJson(answer.text)?.value)
  const untilMs = Math.min(node.timeMs('expires_at'), nowMs + MOST_LIFE_MS) - EARLY_MS
  return { token: node.text('token'), untilMs }
}

/** The same token for every step: a person's. */
export function personalTokens(token: string): Tokens {
  return {
    installation: async () => undefined,
    token: async () => token,
    forget() {},
  }
}
