import { KintsugiError } from '../../../domain/index.ts'
import type { Proxies } from '../../outbound/index.ts'
import type { GitHubApi } from '../api.ts'
import { Budget, type BudgetLimits, GITHUB_LIMITS } from './budget.ts'
import { bytesOf } from './bytes.ts'
import { clientOf, type RequestReport } from './client.ts'
import { graphqlOn } from './graphql.ts'
import { nodeOf, parseJson } from './json.ts'
import { look } from './look.ts'
import { emptyMemory } from './memory.ts'
import { onPull } from './pull-writes.ts'
import { readsOf } from './reads.ts'
import { restOn } from './rest.ts'
import { restWrites } from './rest-writes.ts'
import { type Scrubber, scrubber } from './scrub.ts'
import { type AppAuth, appAuth, appTokens, type Credentials, messageIn, personalTokens, type Tokens } from './tokens.ts'
import { type Pace, REAL_PACE, type Turns, turnsOn } from './wait.ts'
import { readAll, type Wire, WireFailure, wire } from './wire.ts'
import { adorn, moveBranches, react, updateComment, type Writing, write } from './writes.ts'

export type AccountOptions = {
  readonly credentials: Credentials
  /** Root of the REST API: `https://api.github.com` where left out, `https://HOST/api/v3` for a GitHub Enterprise Server. */
  readonly baseUrl?: string
  /** Certificates that the server's is checked against, PEM. */
  readonly ca?: string
  /** Which way GitHub is asked; straight where left out. */
  readonly proxies?: Proxies
  readonly userAgent?: string
  readonly onRequest?: (report: RequestReport) => void
  /** Told what an operator should know: a clock that is wrong. */
  readonly notice?: (text: string) => void
  readonly limits?: BudgetLimits
  /** The longest wait for a turn that is slept through; longer ones throw `Deferred`. */
  readonly patienceMs?: number
  readonly pace?: Pace
}

/** One identity on GitHub, and the repositories that it works in: they share connections and, by installation, GitHub's limits. */
export type GitHubAccount = {
  /** Who we are: login without `[bot]`, and the id of the App (0 for a person). One request, once. */
  self(): Promise<GitHubApi['self']>
  repository(owner: string, name: string): Promise<GitHubApi>
  /** Takes secrets of this account out of a text. */
  readonly scrub: Scrubber
  close(): Promise<void>
}

const PATIENCE_MS = 5000
const AUTH_BYTES = 1_048_576
const AUTH_TIMEOUT_MS = 20_000

/** The address of GraphQL beside that of REST. */
export function graphqlUrl(baseUrl: string): string {
  const base = baseUrl.replace(/\/+$/, '')
  return base.endsWith('/api/v3') ? `${base.slice(0, -3)}/graphql` : `${base}/graphql`
}

/** Connects to nothing yet: the first request does. */
export function githubAccount(options: AccountOptions): GitHubAccount {
  const { credentials, pace = REAL_PACE, onRequest = () => {}, notice = () => {} } = options
  const baseUrl = (options.baseUrl ?? 'https://api.github.com').replace(/\/+$/, '')
  const scrub = scrubber()
  if (credentials.kind === 'token') scrub.add(credentials.token)
  const { ca, proxies, userAgent = 'kintsugi' } = options
  const line = wire({ baseUrl, userAgent, ...(ca === undefined ? {} : { ca }), ...(proxies && { proxies }) })
  const app =
    credentials.kind === 'app'
      ? appAuth(credentials, asApp(line, baseUrl, pace, onRequest, scrub), pace, scrub, notice)
      : undefined
  const turns = turnsByInstallation(options, pace)
  let who: Promise<GitHubApi['self']> | undefined
  const self = (): Promise<GitHubApi['self']> => {
    who ??= whoAmI(credentials, app, line, scrub).catch((error: unknown) => {
      who = undefined
      throw error
    })
    return who
  }
  return {
    self,
    scrub,
    async repository(owner, name) {
      const tokens =
        app === undefined ? personalTokens(personal(credentials)) : appTokens({ owner, name }, app, pace, scrub)
      const parts = { wire: line, tokens, turns: () => turns(tokens), pace, scrub, report: onRequest }
      return apiOf({ owner, name }, await self(), clientOf(parts), graphqlUrl(baseUrl), pace, scrub)
    },
    close: () => line.close(),
  }
}

function personal(credentials: Credentials): string {
  return credentials.kind === 'token' ? credentials.token : ''
}

function turnsByInstallation(options: AccountOptions, pace: Pace): (tokens: Tokens) => Promise<Turns> {
  const known = new Map<number, Turns>()
  return async (tokens) => {
    const id = (await tokens.installation())?.id ?? 0
    const found =
      known.get(id) ?? turnsOn(new Budget(options.limits ?? GITHUB_LIMITS), pace, options.patienceMs ?? PATIENCE_MS)
    known.set(id, found)
    return found
  }
}

const MOST_TRIES = 3

/** Requests as the App: to ask who it is and for tokens. Each may be repeated, so what passes is tried again. */
function asApp(
  line: Wire,
  baseUrl: string,
  pace: Pace,
  report: (one: RequestReport) => void,
  scrub: Scrubber,
): Parameters<typeof appAuth>[1] {
  return async (request) => {
    for (let tried = 1; ; tried += 1) {
      const startMs = pace.nowMs()
      const done = (status: number, bytes: number): void =>
        report({
          method: request.method,
          what: request.route,
          step: 'app',
          status,
          ms: pace.nowMs() - startMs,
          bytes,
          points: 1,
        })
      try {
        const reply = await line.send({ ...request, mostBytes: AUTH_BYTES, timeoutMs: AUTH_TIMEOUT_MS })
        const text = (await readAll(reply.body)).toString('utf8')
        done(reply.status, Buffer.byteLength(text))
        if (reply.status < 500) return { status: reply.status, headers: reply.headers, text }
        if (tried >= MOST_TRIES)
          throw new KintsugiError('KIN-4003', `GitHub does not answer ${request.route} (${reply.status})`, {
            retryable: true,
          })
      } catch (error) {
        if (!(error instanceof WireFailure)) throw error
        done(0, 0)
        if (tried >= MOST_TRIES)
          throw new KintsugiError('KIN-4003', `GitHub cannot be reached at ${baseUrl}: ${scrub.clean(error.message)}`, {
            retryable: true,
            cause: error,
          })
      }
      await pace.sleep(Math.round(200 * 2 ** tried * (0.5 + pace.random())))
    }
  }
}

async function whoAmI(
  credentials: Credentials,
  app: AppAuth | undefined,
  line: Wire,
  scrub: Scrubber,
): Promise<GitHubApi['self']> {
  if (app !== undefined && credentials.kind === 'app') {
    const answer = await app.ask('the App', { method: 'GET', route: '/app' })
    if (answer.status !== 200)
      throw new KintsugiError(
        'KIN-4007',
        `GitHub knows no App with the id ${credentials.appId} (${answer.status}): ${messageIn(answer.text, scrub)}`,
      )
    const node = nodeOf(parseJson(answer.text)?.value)
    return { login: node.text('slug'), appId: node.number('id') }
  }
  const reply = await line.send({
    method: 'GET',
    route: '/user',
    authorization: `token ${personal(credentials)}`,
    mostBytes: AUTH_BYTES,
    timeoutMs: AUTH_TIMEOUT_MS,
  })
  const text = (await readAll(reply.body)).toString('utf8')
  if (reply.status !== 200)
    throw new KintsugiError(
      'KIN-4007',
      `GitHub does not take the token (${reply.status}): ${scrub.clean(text).slice(0, 200)}`,
    )
  return { login: nodeOf(parseJson(text)?.value).text('login'), appId: 0 }
}

function apiOf(
  repository: { readonly owner: string; readonly name: string },
  self: GitHubApi['self'],
  client: ReturnType<typeof clientOf>,
  graphqlAt: string,
  pace: Pace,
  scrub: Scrubber,
): GitHubApi {
  const memory = emptyMemory()
  const graphql = graphqlOn(client, graphqlAt, scrub)
  const rest = restOn(client, repository)
  const { made, ...bytes } = bytesOf({ client, rest, repository, pace })
  const writing: Writing = { graphql, repository, memory, made }
  return {
    ...repository,
    self,
    repository: (query) => look(graphql, repository, query, memory, self),
    ...readsOf({ graphql, rest, client, repository, memory }, self.appId),
    ...bytes,
    write: (document) => write(writing, document),
    adorn: (document) => adorn(writing, document),
    moveBranches: (changes) => moveBranches(writing, changes),
    updateComment: (id, body) => updateComment(writing, id, body),
    react: (comment, content) => react(writing, comment, content),
    enqueue: (pull, sha, last) => onPull(writing, pull, 'Enqueue', 'queue', { expectedHeadOid: sha }, last),
    dequeue: (pull) => onPull(writing, pull, 'Dequeue', 'dequeue', {}),
    arm: (pull, sha, method) =>
      onPull(writing, pull, 'Arm', 'arm', { expectedHeadOid: sha, mergeMethod: method.toUpperCase() }),
    disarm: (pull) => onPull(writing, pull, 'Disarm', 'disarm', {}),
    ...restWrites(rest),
  }
}
