import type { ControllerDeps } from '../../src/controller/index.ts'
import { NO_HOUSE_RULES, type SignalAnswer } from '../../src/domain/index.ts'
import { pushByPerson } from '../fakes/memory-forge.ts'
import { type PeopledForge, peopledForge } from '../fakes/peopled-forge.ts'
import { URL, Walk } from '../fakes/walk.ts'
import type { Act, Case, FileTexts, Told } from './case.ts'
import { answeredIn, deedsOf, fileOnMain, heldIn, notesIn, problemsIn, unknownIn } from './told.ts'
import { withTexts, worldOf } from './worlds.ts'

const MINUTE_MS = 60_000

/** What acts have put between the controller and its world. */
type Switches = { paused: boolean; frozen: boolean; metrics: SignalAnswer['status'] | 'throws' }

/** Plays a case to its end and tells what came of it, in the shape of what the case expects. */
export async function play(it: Case): Promise<Told> {
  const parts = worldOf(it)
  const switches: Switches = { paused: false, frozen: false, metrics: 'ok' }
  const people: { forge?: PeopledForge } = {}
  const walk = await Walk.begin({
    ...parts,
    between: (deps, local, clock) => {
      const own = switched(deps, switches, it.boundNamespace)
      if (it.forge === undefined) return own
      people.forge = peopledForge(local, it.forge, clock)
      return onGithub(own, people.forge)
    },
  })
  await new Play(walk, switches, it, people.forge).toTheEnd()
  if ((people.forge?.wrong.length ?? 0) > 0) throw new Error(people.forge?.wrong.join(', '))
  return {
    deeds: deedsOf(walk.reports),
    held: heldIn(walk.reports),
    notes: notesIn(walk),
    problems: problemsIn(walk.reports),
    files: filesAsked(walk, it, parts.files),
    pulls: (await walk.forge.pulls()).length,
    ...(it.forge === undefined ? {} : { answered: answeredIn(walk.reports) }),
    ...(it.expect.unknown === undefined ? {} : { unknown: unknownIn(walk.reports) }),
  }
}

function filesAsked(walk: Walk, { expect }: Case, first: Readonly<Record<string, string>>): Told['files'] {
  return Object.fromEntries(
    Object.entries(expect.files).map(([path, asked]) => {
      const text = fileOnMain(walk, path)
      if (text === first[path]) return [path, 'as at first']
      return [path, asked === 'as at first' ? [text ?? ''] : asked.filter((part) => text?.includes(part))]
    }),
  )
}

/** The repository as one of a GitHub: the gates ask for what only such a one has. */
function onGithub(deps: ControllerDeps, forge: PeopledForge): ControllerDeps {
  const url = new globalThis.URL(URL).origin
  const entry = {
    name: 'shop',
    kind: 'github',
    url,
    branchPrefix: 'kintsugi',
    rules: NO_HOUSE_RULES,
    repositories: [],
  } as const
  return { ...deps, config: { ...deps.config, forges: [entry] }, repositories: [{ urls: [URL], forge }] }
}

function switched(deps: ControllerDeps, switches: Switches, boundNamespace: string | undefined): ControllerDeps {
  const { metrics } = deps.site
  return {
    ...deps,
    config: {
      ...deps.config,
      bindings: deps.config.bindings.map((one) =>
        boundNamespace === undefined ? one : { ...one, namespace: boundNamespace },
      ),
    },
    paused: async () => switches.paused,
    frozen: async () => switches.frozen,
    site: {
      ...deps.site,
      metrics: {
        cluster: metrics.cluster,
        read: async (ids, range) => {
          const { metrics: status } = switches
          if (status === 'throws') throw new Error('connect ECONNREFUSED')
          return (await metrics.read(ids, range)).map((answer) => broken(answer, status))
        },
      },
    },
  }
}

function broken(answer: SignalAnswer, status: Exclude<Switches['metrics'], 'throws'>): SignalAnswer {
  switch (status) {
    case 'ok':
      return answer
    case 'partial':
      return { ...answer, status, problem: 'one store did not answer' }
    case 'empty':
      return { ...answer, status, series: [] }
    case 'error':
      return { ...answer, status, series: [], problem: 'query timed out' }
    default:
      return status satisfies never
  }
}

class Play {
  readonly #walk: Walk
  readonly #switches: Switches
  readonly #case: Case
  readonly #people: PeopledForge | undefined
  readonly #startMs: number
  #waiting: readonly Act[]

  constructor(walk: Walk, switches: Switches, it: Case, people: PeopledForge | undefined) {
    this.#people = people
    this.#walk = walk
    this.#switches = switches
    this.#case = it
    this.#startMs = walk.clock.now()
    this.#waiting = it.acts ?? []
  }

  async toTheEnd(): Promise<void> {
    let minute = 0
    for (const [untilMinute, everyMinutes] of this.#case.ticks) {
      while (minute < untilMinute) {
        minute += 1
        await this.#actAt(minute)
        await this.#minute(minute % everyMinutes === 0)
      }
    }
    if (this.#waiting.length > 0) throw new Error(`never came to: ${JSON.stringify(this.#waiting)}`)
  }

  /** A tick that the world cuts short is followed by the next, as in the loop. */
  async #minute(tick: boolean): Promise<void> {
    try {
      await this.#walk.minute(tick)
    } catch (error) {
      if (this.#switches.metrics !== 'throws') throw error
    }
  }

  async #actAt(minute: number): Promise<void> {
    const due = this.#waiting.filter((act) => this.#dueAt(act) <= minute)
    this.#waiting = this.#waiting.filter((act) => !due.includes(act))
    for (const act of due) await this.#perform(act)
  }

  /** Minutes after the start; never while the deed has not been done. */
  #dueAt(act: Act): number {
    if ('minute' in act) return act.minute
    const at = this.#walk.reports.find((report) => deedsOf([report]).includes(act.after))?.atMs
    return at === undefined ? Number.POSITIVE_INFINITY : (at - this.#startMs) / MINUTE_MS + 1 + (act.plus ?? 0)
  }

  async #perform(act: Act): Promise<void> {
    switch (act.does) {
      case 'commit':
        this.#walk.commit(
          'Kim Vance <kim@shop.example>',
          'a change of ours',
          this.#texts(act.files),
          this.#walk.clock.now(),
        )
        return
      case 'push to the branch of the bot': {
        const { branch } = await this.#openPullOf(act.workload)
        pushByPerson(this.#walk.repository, branch, this.#texts(act.files), this.#walk.clock.now())
        return
      }
      case 'close':
        await this.#walk.forge.closeByPerson((await this.#openPullOf(act.workload)).number)
        return
      case 'merge': {
        const { number, headSha } = await this.#openPullOf(act.workload)
        await this.#walk.forge.mergeByPerson(number, headSha)
        return
      }
      case 'comment':
        this.#forge().comment((await this.#lastPullOf(act.workload)).number, act.by, act.text)
        return
      case 'review':
        await this.#forge().review((await this.#openPullOf(act.workload)).number, act.by, act.says)
        return
      case 'report':
        this.#forge().report((await this.#openPullOf(act.workload)).number, act.check, act.state)
        return
      case 'break metrics':
        this.#switches.metrics = act.status
        return
      case 'mend metrics':
        this.#switches.metrics = 'ok'
        return
      case 'pause':
      case 'resume':
        this.#switches.paused = act.does === 'pause'
        return
      case 'freeze':
      case 'thaw':
        this.#switches.frozen = act.does === 'freeze'
        return
      case 'stop syncing':
        this.#walk.argoCdStands = true
        return
      default:
        act satisfies never
    }
  }

  #forge(): PeopledForge {
    if (this.#people === undefined) throw new Error('a case with people names its forge')
    return this.#people
  }

  async #lastPullOf(workload: string) {
    const found = (await this.#walk.forge.pulls()).findLast(({ branch }) => branch.includes(`-${workload}-`))
    if (found === undefined) throw new Error(`${workload} has no pull request`)
    return found
  }

  async #openPullOf(workload: string) {
    const pulls = await this.#walk.forge.pulls()
    const found = pulls.find((pull) => pull.state === 'open' && pull.branch.includes(`-${workload}-`))
    if (found === undefined) throw new Error(`${workload} has no open pull request`)
    return found
  }

  #texts(files: FileTexts): Record<string, string> {
    const now = Object.fromEntries(Object.keys(files).map((path) => [path, fileOnMain(this.#walk, path) ?? '']))
    return withTexts(now, files)
  }
}
