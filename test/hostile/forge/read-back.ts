import { execFileSync } from 'node:child_process'
import { parseTrailers, TRAILER_KEYS } from '../../../src/proposal/trailers.ts'
import { live, liveInLine } from '../../proposal/gfm.ts'
import { BOT, HOSTS, type HostileWorld } from './world.ts'

type State = Awaited<ReturnType<HostileWorld['state']>>

/** One text that the bot wrote, by where it stands. */
export type Written = { readonly where: string; readonly text: string }

/** Everything that the bot wrote into a repository and that stands there now, by the way in which it is read. */
export type ReadBack = {
  readonly bodies: readonly Written[]
  readonly lines: readonly Written[]
  readonly messages: readonly Written[]
  readonly branches: readonly string[]
  readonly journal: ReadonlyMap<string, string>
}

/** @param titled pull requests whose title is of a person */
export async function readBack(world: HostileWorld, titled: ReadonlySet<number> = new Set()): Promise<ReadBack> {
  const state = await world.state()
  const threads = [...state.pulls, ...state.issues]
  const branches = Object.keys(state.branches).filter((name) => name.startsWith('kintsugi/'))
  return {
    bodies: [...threads.flatMap(textsOn), ...state.checks.filter(isOwn).flatMap(checkTexts)],
    lines: [
      ...threads.filter(({ number }) => !titled.has(number)).flatMap(linesOn),
      ...state.checks.filter(isOwn).flatMap(checkLines),
      ...labelsOn(state),
    ],
    messages: messagesIn(world.gitDir),
    branches,
    journal: journalIn(world.gitDir, branches),
  }

  function isOwn({ name }: State['checks'][number]): boolean {
    return name === 'kintsugi'
  }
}

type Thread = State['pulls'][number] | State['issues'][number]

function own({ author, editor }: { readonly author: string | null; readonly editor: string | null }): boolean {
  return author === BOT && (editor === null || editor === BOT)
}

function textsOn(thread: Thread): readonly Written[] {
  const comments = thread.comments
    .filter(own)
    .map(({ body }) => ({ where: `comment on #${thread.number}`, text: body }))
  return [...(own(thread) ? [{ where: `body of #${thread.number}`, text: thread.body }] : []), ...comments]
}

function linesOn(thread: Thread): readonly Written[] {
  return own(thread) ? [{ where: `title of #${thread.number}`, text: thread.title }] : []
}

function labelsOn({ pulls }: State): readonly Written[] {
  return pulls
    .filter(own)
    .flatMap(({ number, labels }) => labels.map((text) => ({ where: `label of #${number}`, text })))
}

function checkTexts({ id, summary, text }: State['checks'][number]): readonly Written[] {
  return [summary, text].flatMap((one) => (one === null ? [] : [{ where: `check ${id}`, text: one }]))
}

function checkLines({ id, title }: State['checks'][number]): readonly Written[] {
  return title === null ? [] : [{ where: `title of check ${id}`, text: title }]
}

function git(gitDir: string, args: readonly string[], input?: string): string {
  return execFileSync('git', ['--git-dir', gitDir, ...args], {
    encoding: 'utf8',
    maxBuffer: 1e8,
    ...(input !== undefined && { input }),
  })
}

/** Of every commit that carries the name of the bot, on any branch. */
function messagesIn(gitDir: string): readonly Written[] {
  const log = git(gitDir, ['log', '--all', '-z', `--author=${BOT.replaceAll(/[[\]]/g, '\\$&')}`, '--format=%H%n%B'])
  return log
    .split('\0')
    .filter((one) => one !== '')
    .map((one) => ({ where: `commit ${one.slice(0, 12)}`, text: one.slice(41) }))
}

function journalIn(gitDir: string, branches: readonly string[]): ReadonlyMap<string, string> {
  const branch = branches.find((name) => name.endsWith('/audit'))
  if (branch === undefined) return new Map()
  const paths = git(gitDir, ['ls-tree', '-r', '-z', '--name-only', branch]).split('\0')
  return new Map(paths.filter((path) => path !== '').map((path) => [path, git(gitDir, ['show', `${branch}:${path}`])]))
}

/** Our own references, in the only sentences that make them. */
const OWN_REFERENCES: readonly RegExp[] = [
  /^\*\*This takes back #\d+, which did harm/gm,
  /^Asked first, as they approved #\d+:/gm,
  /^\| #\d+ \| /gm,
  / \| #\d+ \| `/gm,
  /^#\d+ has an open change of that line/gm,
]

function withoutOwn(text: string): string {
  return OWN_REFERENCES.reduce((rest, one) => rest.replaceAll(one, (found) => found.replace('#', 'no. ')), text)
}

const HIDES = /(?![\n\u200b])[\p{Cc}\p{Cf}\p{Cs}\p{Co}]/u

/** Everything that is live in what the bot wrote, each with its place. */
export function liveIn({ bodies, lines, messages, branches, journal }: ReadBack): readonly string[] {
  const found = (where: string, all: readonly string[]): readonly string[] =>
    all.map((one) => `${where}: ${one.slice(0, 300)}`)
  return [
    ...bodies.flatMap(({ where, text }) => found(where, live(withoutOwn(text), HOSTS))),
    ...lines.flatMap(({ where, text }) => found(where, liveInLine(text))),
    ...messages.flatMap(({ where, text }) => found(where, liveInMessage(text))),
    ...branches.filter((name) => !/^kintsugi\/[a-z0-9-]{1,100}$/.test(name)),
    ...[...journal].flatMap(([path, text]) => (HIDES.test(text) ? [`${path} hides something`] : [])),
  ]
}

/** A message but for its trailers, which are read for what they are. GitHub adds its own number to a squash. */
function liveInMessage(message: string): readonly string[] {
  const trailers = parseTrailers(message)
  if (trailers === undefined) return message.includes('Kintsugi-') ? ['trailers that are none'] : liveInLine(message)
  const cut = message.trimEnd().lastIndexOf('\n\n')
  const words = trailers.size === 0 ? message : message.slice(0, cut)
  const known: readonly string[] = TRAILER_KEYS
  return [
    ...liveInLine(words.replace(/ \(#\d+\)$/m, '')),
    ...[...trailers.keys()].filter((key) => !known.includes(key)).map((key) => `a trailer ${key}`),
  ]
}

/** Trailers as Git reads them, and as the bot does. */
export function trailersIn(
  gitDir: string,
  message: string,
): { readonly git: readonly string[]; readonly ours: readonly string[] } {
  const parsed = git(gitDir, ['interpret-trailers', '--parse'], message)
  const ours = [...(parseTrailers(message) ?? new Map())].map(([key, value]) => `${key}: ${value}`)
  return { git: parsed.split('\n').filter((line) => line !== ''), ours }
}

export function chartsIn({ bodies }: ReadBack): readonly string[] {
  return bodies.flatMap(({ text }) =>
    [...text.matchAll(/^```mermaid\n([\s\S]*?)\n```$/gm)].map(([, chart = '']) => chart),
  )
}
