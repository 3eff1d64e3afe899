import { AmbiguousWrite, type GitHubApi, type Mirror } from '../../../src/adapters/github/api.ts'
import { KintsugiError } from '../../../src/domain/index.ts'
import type { Clock, Forge } from '../../../src/ports/index.ts'
import { type Call, type Fault, Kill } from '../api.ts'
import { attendTo, type Ended } from './bot.ts'
import { CI } from './doors.ts'
import { Driver, type Process } from './driver.ts'
import { INCIDENTS, type Incident, START } from './incidents.ts'
import { type Random, randomOf } from './random.ts'
import { type House, houseOf, type Stage } from './stage.ts'
import { TASK } from './task.ts'
import type { Visible } from './visible.ts'
import { act, type Deed, report, reportAll } from './world-acts.ts'

export type MakeForge = (api: GitHubApi, mirror: Mirror, clock: Clock, name: string) => Forge

type Time = { now(): number; advance(ms: number): void }

export type ScheduleOptions = {
  readonly seed: number
  readonly stage: (house: House, now: () => number, driver: Driver) => Stage | Promise<Stage>
  readonly forge: MakeForge
  /** Id of the app that reports the required check. */
  readonly ciApp?: number
  /** Reads of an earlier state, which only the model can give. */
  readonly stale?: boolean
  readonly clock?: Time
  /** Whether what can be seen is kept after every step in which somebody wrote. */
  readonly traces?: boolean
}

export type Schedule = {
  readonly seed: number
  readonly house: House
  /** What happened, in order, for a person who reads a failing seed. */
  readonly story: readonly string[]
  readonly problems: readonly string[]
  /** By the number of the step. */
  readonly trace: readonly { readonly step: number; readonly seen: Visible }[]
  /** How the last look at each lane ended. */
  readonly ends: ReadonlyMap<string, Ended>
  readonly deeds: ReadonlyMap<string, ReadonlySet<Deed>>
  readonly faults: number
  readonly stage: Stage
}

const STEPS = 140
const MOST_DEEDS = 6
const MOST_ROUNDS = 12

type Bot = { readonly name: string; born: number; process: Process; forge: Forge; readonly busy: Set<string> }

/** One life of two bots, a person and a CI on one repository, from a seed. */
class Life {
  readonly story: string[] = []
  readonly problems: string[] = []
  readonly trace: { readonly step: number; readonly seen: Visible }[] = []
  readonly ends = new Map<string, Ended>()
  readonly deeds = new Map<string, Set<Deed>>()
  readonly driver: Driver
  readonly #options: ScheduleOptions
  readonly #random: Random
  readonly #time: Time
  readonly house: House
  readonly stage: Stage
  readonly bots: readonly [Bot, Bot]
  faults = 0
  #quiet = false
  #tasks = 0
  #steps = 0
  #written = false
  #acted = 0

  constructor(options: ScheduleOptions, house: House, stage: Stage, time: Time, driver: Driver) {
    this.#options = options
    this.#random = randomOf(options.seed)
    this.driver = driver
    this.#time = time
    this.house = house
    this.stage = stage
    this.bots = [
      this.#bear({ name: 'a', born: 0, busy: new Set() }),
      this.#bear({ name: 'b', born: 0, busy: new Set() }),
    ]
  }

  #bear(bot: Pick<Bot, 'name' | 'born' | 'busy'>): Bot {
    const process: Process = { name: `${bot.name}${bot.born}`, alive: true }
    const clock: Clock = { now: () => this.#time.now(), sleep: () => this.driver.turn(process) }
    const api = this.stage.api(process, this.driver, (call) => this.#fault(process, call))
    const forge = this.#options.forge(api, this.stage.mirror, clock, process.name)
    return Object.assign(bot, { process, forge })
  }

  #fault(process: Process, call: Call): Fault | undefined {
    if (call.write) this.#written = true
    if (this.#quiet) return undefined
    const random =
      this.#options.stale === false ? randomOf(this.#options.seed).fork(`${process.name} ${call.count}`) : this.#random
    if (!random.chance(0.07)) return undefined
    const stale = this.#options.stale !== false
    const fault: Fault | undefined = call.write
      ? random.pick([
          'lost-before',
          'lost-after',
          'lost-after',
          'refused',
          'kill-before',
          'kill-after',
          partial(call, random),
        ])
      : random.pick(['refused', 'kill-after', stale ? { stale: 1 + random.below(4) } : 'refused'])
    this.faults += 1
    this.story.push(`  ${process.name} ${call.method} #${call.count}: ${JSON.stringify(fault)}`)
    return fault
  }

  /** Ends a process and starts the next, which remembers nothing. */
  async crash(bot: Bot): Promise<void> {
    this.story.push(`crash of ${bot.process.name}`)
    await this.driver.kill(bot.process)
    bot.busy.clear()
    bot.born += 1
    this.#bear(bot)
  }

  #wake(bot: Bot, incident: Incident, sweeps: boolean): void {
    if (bot.busy.has(incident.lane)) return
    bot.busy.add(incident.lane)
    const { process } = bot
    const { house } = this
    this.#tasks += 1
    const task = TASK.run(`${process.name}/${this.#tasks}`, () =>
      attendTo({
        forge: bot.forge,
        incident,
        nowMs: this.#time.now(),
        merges: house.merges,
        requiredCheck: house.requiredCheck,
        judged: (pull, sha) => this.stage.watch?.judged(pull, sha),
        sweeps,
      }),
    )
    const ended = (text: string): void => {
      if (process === bot.process) bot.busy.delete(incident.lane)
      this.story.push(`  ${process.name} ${incident.name}: ${text}`)
    }
    task.then(
      (end) => {
        this.ends.set(incident.lane, end)
        ended(end.as === 'held' ? `held ${end.reason}` : end.as)
      },
      (error: unknown) => {
        ended(error instanceof Error ? `${error.name} ${error.message}` : 'threw')
        if (error instanceof Kill) {
          if (process === bot.process) this.#dead.add(bot)
        } else if (!(error instanceof KintsugiError)) this.problems.push(thrown(error))
        else if (error.code !== 'KIN-4003' && error.code !== 'KIN-4002') this.problems.push(thrown(error))
      },
    )
  }

  readonly #dead = new Set<Bot>()

  async #after(): Promise<void> {
    for (const bot of [...this.#dead]) {
      this.#dead.delete(bot)
      await this.crash(bot)
    }
    this.stage.watch?.step()
    this.#steps += 1
    if (this.#options.traces !== true || !this.#written) return
    this.#written = false
    this.trace.push({ step: this.#steps, seen: await this.stage.visible() })
  }

  async step(): Promise<void> {
    const random = this.#random
    const waiting = this.driver.waiting().length
    this.#time.advance(random.chance(0.03) ? 700_000 : random.below(4000))
    if (random.chance(0.05) && this.#acted < MOST_DEEDS) await this.#person()
    else if (random.chance(0.05)) {
      if (await report(this.stage.doors, random)) {
        this.#written = true
        this.story.push('ci reports')
      }
    } else if (random.chance(0.008)) await this.crash(random.pick(this.bots))
    else if (waiting > 0 && random.chance(0.9)) await this.driver.release(random.below(waiting))
    else await this.#start()
    await this.#after()
  }

  async #start(): Promise<void> {
    const random = this.#random
    const bot = random.pick(this.bots)
    const incident = random.pick(INCIDENTS)
    this.story.push(`wake ${bot.process.name} ${incident.name}`)
    this.#wake(bot, incident, random.chance(0.15))
    await this.driver.quiet()
  }

  async #person(): Promise<void> {
    const done = await act(this.stage.doors, this.#random)
    if (done === undefined) return
    this.#written = true
    this.#acted += 1
    this.story.push(`person: ${done.deed} ${done.incident.name}`)
    const lane = this.deeds.get(done.incident.lane) ?? new Set<Deed>()
    this.deeds.set(done.incident.lane, lane.add(done.deed))
  }

  /** Everything that waits goes on until it ends. */
  async drain(): Promise<void> {
    for (let count = 0; this.driver.waiting().length > 0; count += 1) {
      if (count > 4000) {
        this.problems.push('it never comes to an end')
        return
      }
      await this.driver.release(0)
      await this.#after()
    }
  }

  /** No more faults and no more people: looks at every lane until nothing changes any more, and a sweep. */
  async settle(): Promise<void> {
    this.#quiet = true
    this.story.push('quiet')
    for (const bot of this.bots) await this.crash(bot)
    const reported = new Set<string>()
    let before = ''
    for (let round = 0; round < MOST_ROUNDS; round += 1) {
      this.#time.advance(300_000)
      await reportAll(this.stage.doors, reported)
      for (const incident of INCIDENTS) {
        this.#wake(this.bots[round % 2 === 0 ? 0 : 1], incident, incident === INCIDENTS[0])
        await this.driver.quiet()
        await this.drain()
      }
      const now = JSON.stringify(await this.stage.visible())
      if (now === before && round > 1) return
      before = now
    }
    this.problems.push('it never comes to rest')
  }
}

function clockAt(startMs: number): Time {
  let nowMs = startMs
  return {
    now: () => nowMs,
    advance(ms) {
      nowMs += ms
    },
  }
}

function partial(call: Call, random: Random): Fault {
  return call.method === 'write' ? { partial: 1 + random.below(2) } : 'lost-after'
}

function thrown(error: unknown): string {
  if (error instanceof AmbiguousWrite) return `an unclear write came through: ${error.what}`
  return error instanceof Error ? `threw ${error.stack ?? error.message}` : 'threw something'
}

export async function runSchedule(options: ScheduleOptions): Promise<Schedule> {
  const time = options.clock ?? clockAt(START + 600_000)
  const house = houseOf(randomOf(options.seed).fork('house'), options.ciApp ?? CI.appId)
  const driver = new Driver()
  const stage = await options.stage(house, () => time.now(), driver)
  const life = new Life(options, house, stage, time, driver)
  for (let step = 0; step < STEPS; step += 1) await life.step()
  await life.drain()
  await life.settle()
  const { story, trace, ends, deeds, faults } = life
  const problems = [...life.problems, ...(stage.watch?.violations ?? [])]
  return { seed: options.seed, house, story, problems, trace, ends, deeds, faults, stage }
}
