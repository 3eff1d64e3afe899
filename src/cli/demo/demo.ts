import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { KintsugiError } from '../../domain/index.ts'
import type { Arguments } from '../arguments.ts'
import type { WorldFile } from '../compose/simulated-world.ts'
import { type Span, styled } from '../style.ts'
import type { Terminal } from '../terminal.ts'
import type { TickDocument } from '../tick-report.ts'
import type { Context, ExitCode, Verb } from '../verb.ts'
import { type Child, startChild } from './children.ts'
import { Stage, whenStopped } from './stage.ts'
import { plotOf } from './story.ts'
import type { WorldEvent } from './world-process.ts'

const DEFAULT_SPEED = 60
/** The whole story is told within this, or it has failed. At other speeds it takes its share. */
const STORY_MS = 90_000
/** Every look and every write goes through an API there, and checks have to report first. */
const GITHUB_STORY_MS = 240_000

export const demo: Verb = {
  name: 'demo',
  summary: 'a simulated shop breaks in five ways, and the real controller mends what a policy lets it mend',
  examples: [
    { says: 'the story, with a page to look at', command: 'kintsugi demo' },
    { says: 'to the end and out: 0 only if everything went as told', command: 'kintsugi demo --headless' },
    { says: 'another world of the same shop', command: 'kintsugi demo --seed 7' },
    {
      says: 'the same with pull requests on a stand-in for GitHub, from a checkout of the repository',
      command: 'kintsugi demo --github --headless',
    },
  ],
  options: [
    { name: 'headless', says: 'end when the story is told, without the review page' },
    { name: 'github', says: "through GitHub's API: a stand-in as a process of its own, with an App, rules and a CI" },
    { name: 'seed', value: 'N', says: 'which world; 1 by default' },
    { name: 'speed', value: 'N', says: `seconds of the world per second; ${DEFAULT_SPEED} by default` },
    { name: 'dir', value: 'DIR', says: 'a new folder for the world; a temporary one by default' },
  ],
  async run(context) {
    const { terminal, args } = context
    const seed = whole(args, 'seed', 1)
    const speed = whole(args, 'speed', DEFAULT_SPEED)
    say(
      terminal,
      styled('bold', 'Kintsugi demo.'),
      ' The shop, its metrics and its Argo CD are simulated; the controller, Git and every change are real.',
    )
    return tell(context, seed, speed)
  },
}

function say(terminal: Terminal, ...spans: readonly Span[]): void {
  if (terminal.asJson) terminal.note(...spans)
  else terminal.line(...spans)
}

function whole(args: Arguments, name: string, standard: number): number {
  const text = args.text(name)
  const value = text === undefined ? standard : Number(text)
  if (!Number.isSafeInteger(value) || value < 1 || value > 100_000)
    throw new KintsugiError('KIN-1001', `--${name} ${text ?? ''} is not a whole number from 1 to 100000.`)
  return value
}

async function tell(context: Context, seed: number, speed: number): Promise<ExitCode> {
  const { terminal, args, io } = context
  const { chartsOf } = await import('../compose/controller.ts')
  const { STORY_START_MS } = await import('./make-world.ts')
  const charts = await chartsOf(io.env)
  const helm = charts.version !== undefined
  const dir = await freshFolder(args.text('dir'), io.cwd)
  const file = { schemaVersion: 1, seed, speed, startMs: STORY_START_MS, startedWallMs: Date.now(), helm } as const
  const github = await begin(dir, file, args.has('github')).catch(async (error: unknown) => {
    await rm(dir, { recursive: true, force: true })
    throw error
  })
  say(terminal, `A GitOps repository of ${helm ? 'seven' : 'six'} services was made in ${dir}`)
  if (github !== undefined)
    say(terminal, 'Its pull requests are on a stand-in for GitHub: ', styled('cyan', github.pulls))
  say(
    terminal,
    helm
      ? `Charts are rendered by ${charts.version}.`
      : 'There is no helm here, so the shop has no Helm app; npm run tools fetches one.',
  )
  const stage = new Stage(terminal, plotOf(helm))
  const review = args.has('headless') || github !== undefined ? undefined : await openReview(dir, charts)
  if (review !== undefined) say(terminal, 'Review page: ', styled('cyan', review.url))
  say(terminal, '')
  const stop = askedToStop(io.env)
  // What the processes say of being interrupted is no news to whoever did it.
  const said = (text: string): void => (stop.aborted ? undefined : stage.words(text))
  const children: Child[] = []
  let told = false
  try {
    children.push(
      startChild('cli/demo/world-process.js', [dir], {
        line: (event) => stage.world(event as WorldEvent),
        words: said,
      }),
      startChild('cli.js', ['run', '--write', '--json', '--simulation', dir], {
        line: (tick) => stage.tick(tick as TickDocument),
        words: said,
      }),
    )
    told = await stage.until(
      children,
      ((github === undefined ? STORY_MS : GITHUB_STORY_MS) * DEFAULT_SPEED) / speed,
      stop,
    )
    const page = review?.url ?? (args.has('headless') ? undefined : github?.pulls)
    if (page !== undefined && told) await lookAround(terminal, page, stop)
  } finally {
    for (const child of children) child.stop()
    await Promise.all(children.map((child) => child.ended))
    await review?.close()
    github?.stop()
  }
  return ended(terminal, stage, dir, told, stop.aborted)
}

type OnGithub = { readonly pulls: string; stop(): void }

/** Makes the world, and with `onGithub` the stand-in that its repository is on. */
async function begin(dir: string, file: WorldFile, onGithub: boolean): Promise<OnGithub | undefined> {
  const { makeWorld } = await import('./make-world.ts')
  if (!onGithub) {
    await makeWorld(dir, file)
    return undefined
  }
  const { startGithub } = await import('./github/stand-in.ts')
  const { REPOSITORY_FOLDER } = await import('../compose/simulated-world.ts')
  const stand = await startGithub(dir, file)
  try {
    await makeWorld(dir, { ...file, github: stand.github })
    await stand.begin(join(dir, REPOSITORY_FOLDER))
  } catch (error) {
    stand.stop()
    throw error
  }
  return { pulls: `${stand.github.root}/${stand.github.repository}/pulls`, stop: () => stand.stop() }
}

/** A folder that is there and empty: nothing of anybody else's is mixed with the world, or removed with it. */
async function freshFolder(named: string | undefined, cwd: string): Promise<string> {
  if (named === undefined) return mkdtemp(join(tmpdir(), 'kintsugi-demo-'))
  const dir = resolve(cwd, named)
  const found = await mkdir(dir, { recursive: true })
    .then(() => readdir(dir))
    .catch((cause: unknown) => {
      throw new KintsugiError('KIN-1002', `--dir ${named} cannot be made or read.`, { cause })
    })
  if (found.length > 0) throw new KintsugiError('KIN-1001', `--dir ${named} is not empty: name a new folder.`)
  return dir
}

/**
 * Aborted by Ctrl-C, by `kill`, and by the end of the terminal. A second signal ends the process at once. A script of npm runs in a shell
 * that takes signals for itself: there, the end of the shell is the signal.
 */
function askedToStop(env: Context['io']['env']): AbortSignal {
  const stop = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => stop.abort())
  if (env['npm_lifecycle_event'] !== undefined) {
    const starter = process.ppid
    setInterval(() => process.ppid !== starter && stop.abort(), STARTER_MS).unref()
  }
  return stop.signal
}

const STARTER_MS = 500

async function openReview(
  dir: string,
  charts: Awaited<ReturnType<typeof import('../compose/controller.ts').chartsOf>>,
) {
  const { serveReview } = await import('../compose/review.ts')
  return serveReview(dir, charts)
}

/** The story is told; the page stays until the reader has seen enough. */
function lookAround(terminal: Terminal, url: string, stop: AbortSignal): Promise<void> {
  say(terminal, '')
  say(terminal, 'The story is told; the shop goes on. Look around at ', styled('cyan', url), ' and end with Ctrl-C.')
  return new Promise((done) => whenStopped(stop, done))
}

function ended(terminal: Terminal, stage: Stage, dir: string, told: boolean, stopped: boolean): ExitCode {
  stage.rest()
  if (terminal.asJson) terminal.event({ event: 'ended', told, missing: stage.missing(), dir })
  if (!told && stopped) {
    terminal.note(`Stopped before the story was told. What was written so far is in ${dir}`)
    return 1
  }
  if (!told) {
    for (const one of stage.missing()) terminal.note(styled('red', 'not as told: '), one)
    return 1
  }
  say(terminal, '')
  for (const { name, spokenOf } of stage.alone())
    say(
      terminal,
      styled('green', 'left alone  '),
      `${name}: looked at in every tick, ${spokenOf ? 'not touched; what there was to say stands above' : 'nothing found'}`,
    )
  say(
    terminal,
    styled('green', 'as told     '),
    'everything above is in Git: ',
    styled('cyan', `git -C ${join(dir, 'shop-gitops.git')} log main`),
  )
  terminal.hint('kintsugi plan --prometheus URL --repo BARE_REPO shows what it would do with yours; it never writes')
  return 0
}
