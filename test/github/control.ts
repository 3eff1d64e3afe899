import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Fault, Struck } from './faults.ts'
import type { LimitPlan } from './limits.ts'
import { projectRoot } from './project-root.ts'
import type { Violation } from './violations.ts'
import type { Delivery, DeliveryPlan } from './webhooks.ts'
import type { ControlInput, ControlName, ControlOutput } from './world/control-routes.ts'
import type { Call } from './world/world.ts'

export type StandInStart = {
  /** Speaks as an Enterprise Server. */
  readonly ghes?: boolean
  readonly unsignedCommits?: boolean
  /** Folder for the repositories; a temporary one, removed at the end, where absent. */
  readonly dir?: string
  readonly extraArguments?: readonly string[]
}

/** A stand-in for GitHub in a process of its own, and everything that a test may do to it past GitHub's doors. */
export type StandIn = {
  /** Root of the REST API; GraphQL is at `/graphql`, repositories at `/<owner>/<name>.git`. */
  readonly url: string
  /** Does one of the controls of the world: accounts, pushes, rules, reviews, checks, merges by people. */
  do<Name extends ControlName>(name: Name, input: ControlInput<Name>): Promise<ControlOutput<Name>>
  /** Until everything that GitHub does in the background is done and delivered. */
  settle(): Promise<void>
  advanceClock(ms: number): Promise<number>
  calls(): Promise<readonly Call[]>
  violations(): Promise<readonly Violation[]>
  /** Takes the violations so far, for a test that broke a rule on purpose. */
  forgiveViolations(): Promise<readonly Violation[]>
  permissions(): Promise<Readonly<Record<string, string>>>
  setFaults(faults: readonly Fault[]): Promise<void>
  faults(): Promise<readonly Struck[]>
  setLimits(plan: Partial<LimitPlan>): Promise<void>
  setDeliveryPlan(plan: Partial<DeliveryPlan>): Promise<void>
  deliveries(appId: number): Promise<readonly Delivery[]>
  /** Ends it, and throws where it saw what GitHub would not know; `forgiveViolations` takes those made on purpose. */
  stop(): Promise<void>
}

const BUILT = join(projectRoot(), '.stand-in/test/github/main.js')

/** Starts the built stand-in (`npm run build:stand-in`); it ends with this process at the latest. */
export async function startStandIn(options: StandInStart = {}): Promise<StandIn> {
  if (!existsSync(BUILT))
    throw new Error('the stand-in is not built: npm run build:stand-in, which npm test does first')
  const dir = options.dir ?? mkdtempSync(join(tmpdir(), 'kintsugi-github-'))
  const args = ['--dir', dir, '--until-stdin-ends', ...(options.ghes ? ['--ghes'] : [])]
  if (options.unsignedCommits) args.push('--unsigned-commits')
  const child = spawn(process.execPath, [BUILT, ...args, ...(options.extraArguments ?? [])], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const ended = once(child, 'exit')
  const [line] = (await Promise.race([
    once(createInterface(child.stdout), 'line'),
    ended.then(() => Promise.reject(new Error('the stand-in ended before it was ready'))),
  ])) as [string]
  // The cast: the process prints this one line, as main.ts says.
  const { url } = JSON.parse(line) as { url: string }
  return standInAt(url, async () => {
    child.stdin.end()
    await ended
    if (options.dir === undefined) rmSync(dir, { recursive: true, force: true })
  })
}

/** The client of a stand-in that runs already. */
export function standInAt(url: string, stop: () => Promise<void>): StandIn {
  const call = (method: string, path: string, body?: unknown) => ask(`${url}/_stand-in${path}`, method, body)
  return {
    url,
    do: (name, input) => call('POST', `/do/${name}`, input) as never,
    settle: async () => void (await call('POST', '/settle')),
    advanceClock: (ms) => call('POST', '/clock', ms) as Promise<number>,
    calls: () => call('GET', '/calls') as Promise<readonly Call[]>,
    violations: () => call('GET', '/violations') as Promise<readonly Violation[]>,
    forgiveViolations: () => call('DELETE', '/violations') as Promise<readonly Violation[]>,
    permissions: () => call('GET', '/permissions') as Promise<Readonly<Record<string, string>>>,
    setFaults: async (faults) => void (await call('PUT', '/faults', faults)),
    faults: () => call('GET', '/faults') as Promise<readonly Struck[]>,
    setLimits: async (plan) => void (await call('PUT', '/limits', plan)),
    setDeliveryPlan: async (plan) => void (await call('PUT', '/delivery-plan', plan)),
    deliveries: (appId) => call('GET', `/deliveries?app=${appId}`) as Promise<readonly Delivery[]>,
    async stop() {
      const found = (await call('GET', '/violations')) as readonly Violation[]
      await stop()
      expectNoViolations(found)
    },
  }
}

/** Throws where something was asked that GitHub would not understand, or answered that it would not say. */
export function expectNoViolations(found: readonly Violation[]): void {
  if (found.length === 0) return
  const lines = found.map(({ kind, operation, problems }) => `${kind} ${operation}: ${problems.join('; ')}`)
  throw new Error(`the stand-in saw what GitHub would not know:\n${lines.join('\n')}`)
}

async function ask(url: string, method: string, body: unknown): Promise<unknown> {
  const answer = await fetch(url, {
    method,
    headers: { 'user-agent': 'stand-in control' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  const text = await answer.text()
  if (!answer.ok) throw new Error(`${method} ${url} was answered ${answer.status}: ${text}`)
  return text === '' ? undefined : JSON.parse(text)
}
