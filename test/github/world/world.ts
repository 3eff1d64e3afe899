import { generateKeyPairSync, type KeyObject } from 'node:crypto'
import { mkdirSync } from 'node:fs'
import type { Actor, Permissions } from '../exchange.ts'
import type { Account, App, Installation, Organisation, UserToken } from './accounts.ts'
import { createEvents, type Events } from './events.ts'
import { createJobs, type Jobs } from './jobs.ts'
import type { Repository } from './repositories.ts'

/** Milliseconds since 1970, of the stand-in's own time: real time and whatever a test added to it. */
export type Clock = { now(): number; advance(ms: number): void }

/** One request that was served, for a test to compare with what the App says that it needs. */
export type Call = {
  readonly at: number
  readonly actor: Actor
  readonly kind: 'rest' | 'graphql' | 'git'
  /** `GET /repos/{owner}/{repo}`, or the root fields of a document: `mutation createRef createPullRequest`. */
  readonly operation: string
  readonly path: string
  readonly status: number
  /** What was needed of an installation; of alternatives, the one that it had. */
  readonly needed: Permissions
}

/** A test may stop the stand-in at these points, and change the world there. */
export type Gap = 'before-merge' | 'before-base-moves'

/** Everything that the stand-in holds: repositories, accounts, apps, and the time that they live in. */
export type World = {
  /** Folder with the bare repositories. */
  readonly dir: string
  readonly clock: Clock
  readonly events: Events
  readonly jobs: Jobs
  /** By login, bots with `[bot]`, organisations too. */
  readonly accounts: Map<string, Account>
  /** By login. */
  readonly organisations: Map<string, Organisation>
  readonly apps: Map<number, App>
  readonly installations: Map<number, Installation>
  /** By token. */
  readonly userTokens: Map<string, UserToken>
  readonly repositories: Map<number, Repository>
  readonly calls: Call[]
  /** Signs commits in GitHub's name. */
  readonly signingKeys: { readonly publicKey: KeyObject; readonly privateKey: KeyObject }
  /** Writes made by GitHub are signed; an Enterprise Server may have that switched off. */
  readonly options: { signsWebCommits: boolean; mergeabilityDelayMs: number }
  readonly gaps: Map<Gap, () => Promise<void>>
  nextId(): number
  /** Runs one change at a time. Not reentrant: what runs inside calls the plain functions. */
  exclusive<T>(change: () => Promise<T>): Promise<T>
}

export type WorldOptions = {
  readonly signsWebCommits?: boolean
  readonly mergeabilityDelayMs?: number
  readonly now?: () => number
}

export function createWorld(dir: string, options: WorldOptions = {}): World {
  mkdirSync(dir, { recursive: true })
  let lastId = 1000
  let tail: Promise<unknown> = Promise.resolve()
  const exclusive = <T>(change: () => Promise<T>): Promise<T> => {
    const run = tail.then(change)
    tail = run.catch(() => undefined)
    return run
  }
  return {
    dir,
    clock: createClock(options.now ?? Date.now),
    events: createEvents(),
    jobs: createJobs(exclusive),
    accounts: new Map(),
    organisations: new Map(),
    apps: new Map(),
    installations: new Map(),
    userTokens: new Map(),
    repositories: new Map(),
    calls: [],
    signingKeys: generateKeyPairSync('ed25519'),
    options: {
      signsWebCommits: options.signsWebCommits ?? true,
      mergeabilityDelayMs: options.mergeabilityDelayMs ?? 40,
    },
    gaps: new Map(),
    nextId: () => ++lastId,
    exclusive,
  }
}

function createClock(wall: () => number): Clock {
  let ahead = 0
  return {
    now: () => Math.floor(wall() + ahead),
    advance(ms) {
      ahead += ms
    },
  }
}
