import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { CheckFact, Reason, ReviewFact, SignalAnswer } from '../../src/domain/index.ts'
import type { Peopled } from '../fakes/peopled-forge.ts'

/** A number of minutes after the start, or the first minute after a deed of this name: `cart opened`. */
export type When = { readonly minute: number } | { readonly after: string; readonly plus?: number }

/** A file as text, or the one place in it that is replaced. */
export type FileText = string | { readonly replace: string; readonly by: string }
export type FileTexts = Readonly<Record<string, FileText>>

/** What people, operators and the world's machinery do while the bot runs. */
export type Act = When &
  (
    | { readonly does: 'commit'; readonly files: FileTexts }
    | { readonly does: 'push to the branch of the bot'; readonly workload: string; readonly files: FileTexts }
    | { readonly does: 'close' | 'merge'; readonly workload: string }
    | { readonly does: 'pause' | 'resume' | 'freeze' | 'thaw' | 'stop syncing' }
    | { readonly does: 'break metrics'; readonly status: Exclude<SignalAnswer['status'], 'ok'> | 'throws' }
    | { readonly does: 'mend metrics' }
    | { readonly does: 'comment'; readonly workload: string; readonly by: string; readonly text: string }
    | { readonly does: 'review'; readonly workload: string; readonly by: string; readonly says: ReviewFact['state'] }
    | {
        readonly does: 'report'
        readonly workload: string
        readonly check: string
        readonly state: CheckFact['state']
      }
  )

export type TruthSketch = {
  readonly needsMi?: number
  /** In the place of what the shop's story does to the workload. */
  readonly changes?: readonly {
    readonly atMinute: number
    readonly overMinutes: number
    readonly addMi?: number
    readonly cpuFactor?: number
  }[]
}

export type ShopWorld = {
  /** Names of the workloads that there are. */
  readonly only: readonly string[]
  readonly truth?: Readonly<Record<string, TruthSketch>>
}

/** One story as data: a world, what is done in it, and what the bot has to do. Written before it is run. */
export type Case = {
  readonly says: string
  readonly world: { readonly shop: ShopWorld } | { readonly random: number }
  /** ISO 8601; a Wednesday morning where left out. Only for the shop. */
  readonly starts?: string
  /** How long the shop has run well before; 2 where left out. The models want 14. */
  readonly pastDays?: number
  /** What the first commit has otherwise than the world's own files. */
  readonly repository?: FileTexts
  readonly boundNamespace?: string
  /** A forge with checks, reviews, rules and people; a local one, which has none of them, where left out. */
  readonly forge?: Peopled
  /** Ticks every so many minutes until a minute: `[[30, 1], [600, 20]]`. Argo CD looks every minute. */
  readonly ticks: readonly (readonly [untilMinute: number, everyMinutes: number])[]
  readonly acts?: readonly Act[]
  readonly expect: Told
}

/** What a story came to. */
export type Told = {
  /** In order; a deed that a tick only repeats is not told again. */
  readonly deeds: readonly string[]
  /** Every reason to hold that was given, apart from waiting for a sync or a verdict. */
  readonly held: readonly string[]
  /** Living notes: their last reason and how often they were written. */
  readonly notes: Readonly<Record<string, { readonly reason: Reason | 'none'; readonly writes: number }>>
  readonly problems: readonly string[]
  /** Why something could not be judged: `oom-killed query-failed`. Left out of a case where it is not what is asked. */
  readonly unknown?: readonly string[]
  /** `path: text` that `main` has at the end, or `path: as at first`. */
  readonly files: Readonly<Record<string, readonly string[] | 'as at first'>>
  /** Commands that were answered, in order: `robin hold accepted`. Left out of a case without people. */
  readonly answered?: readonly string[]
  /** How many pull requests there were. */
  readonly pulls: number
}

export function casesIn(folder: string): readonly { readonly name: string; readonly it: Case }[] {
  const names = readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
  return names.sort().map((name) => {
    const text = readFileSync(join(folder, name, 'case.json'), 'utf8')
    return { name, it: JSON.parse(text) as Case } // test data of our own; a wrong key shows as a story that differs
  })
}
