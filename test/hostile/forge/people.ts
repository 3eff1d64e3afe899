import type { SignalAnswer, Subject } from '../../../src/domain/index.ts'
import type { Metrics } from '../../../src/ports/index.ts'
import { releaseOf, type Seat } from './seats.ts'
import type { Texts } from './strings.ts'
import { BOT, type HostileWorld, REPO } from './world.ts'

type Pull = Awaited<ReturnType<HostileWorld['state']>>['pulls'][number]

/** What GitHub refuses a person (a blank title, a name that is no ref) is not said at all. */
async function tried(act: Promise<unknown>): Promise<void> {
  await act.catch(() => undefined)
}

function openPulls(pulls: readonly Pull[]): readonly Pull[] {
  return pulls.filter(({ author, state }) => author === BOT && state === 'open')
}

/** The one check that is required, green on every open pull request of the bot. */
export async function reportGreen(world: HostileWorld, name: string): Promise<void> {
  for (const { head } of openPulls((await world.state()).pulls))
    await world.do('reportCheck', { repo: REPO, sha: head.oid, name, appId: world.ciApp, conclusion: 'success' })
}

/** Everything that a person may do to the pull requests of the bot and beside them, in hostile words; tells which of them have a title of a person now. */
export async function peopleSpeak(world: HostileWorld, seats: readonly Seat[]): Promise<ReadonlySet<number>> {
  const pulls = openPulls((await world.state()).pulls)
  const titled = new Set<number>()
  for (const [index, { texts }] of seats.entries()) {
    const pull = pulls[index % pulls.length]
    await ownPull(world, texts, index)
    if (pull === undefined) continue
    await speakOn(world, pull, texts, index)
    // What the bot merges is left as it wrote it.
    if (!pull.body.includes('a person merges it')) continue
    titled.add(pull.number)
    await rewrite(world, pull, texts, index)
  }
  return titled
}

async function speakOn(world: HostileWorld, pull: Pull, texts: Texts, index: number): Promise<void> {
  const on = { repo: REPO, number: pull.number, by: 'ann' } as const
  const said = texts('command').replaceAll(/[\r\n]/g, ' ')
  const commands = ['explain', `explain ${said}`, said, `snooze ${said}`]
  await tried(
    world.do('comment', { ...on, body: `/kintsugi ${commands[index % commands.length]}\n${texts('comment')}` }),
  )
  await tried(world.do('comment', { ...on, body: texts('comment') }))
  await tried(world.do('review', { ...on, state: 'COMMENTED', body: texts('review') }))
  await tried(world.do('openConversation', { ...on, path: texts('review') }))
  const sha = pull.head.oid
  await tried(
    world.do('reportCheck', {
      repo: REPO,
      sha,
      name: texts('check').slice(0, 100),
      appId: world.ciApp,
      conclusion: 'failure',
    }),
  )
  await tried(
    world.do('reportCheck', { repo: REPO, sha, name: texts('report').slice(0, 100), by: 'ann', state: 'failure' }),
  )
}

async function rewrite(world: HostileWorld, pull: Pull, texts: Texts, index: number): Promise<void> {
  const on = { repo: REPO, number: pull.number, by: 'ann' } as const
  await tried(world.do('editPull', { ...on, title: texts('edited title').slice(0, 200) }))
  if (index % 3 === 0) await tried(world.do('editPull', { ...on, body: texts('edited body') }))
  if (index % 3 === 1) await tried(world.do('comment', { ...on, body: `/kintsugi hold\n${texts('comment')}` }))
}

/** A branch and a pull request of a person. */
async function ownPull(world: HostileWorld, texts: Texts, index: number): Promise<void> {
  const plain = texts('branch')
    .replaceAll(/[\p{C}\s~^:?*[\\]|@\{|\.\.|\/|\.$/gu, '')
    .slice(0, 60)
  const branch = `own${index}-${plain}`
  const files = { [`notes/${index}.md`]: texts('pull body') }
  await tried(world.do('push', { repo: REPO, branch, files, by: 'ann', message: texts('message') }))
  const [title, body] = [texts('pull title').slice(0, 200), texts('pull body')]
  await tried(world.do('createPull', { repo: REPO, by: 'ann', head: branch, title, body }))
}

/** What people release, with messages of any kind. */
export async function release(world: HostileWorld, seats: readonly Seat[]): Promise<void> {
  for (const seat of seats) {
    const files = releaseOf(seat)
    const message = seat.texts('message').replaceAll('\0', ' ').trim() || 'release'
    if (Object.keys(files).length > 0)
      await world.do('push', { repo: REPO, branch: 'main', files, by: 'olga', message })
  }
}

/** What an exporter that lies tells: the queries as they were asked, and workloads of any name that fail as others do. */
export function lyingMetrics(seats: readonly Seat[]): (metrics: Metrics) => Metrics {
  const strangers = seats.filter(({ fate }) => fate === 'merged')
  const renamed = (answer: SignalAnswer): SignalAnswer['series'] =>
    answer.series.flatMap((series) => {
      const seat = strangers.find(({ name }) => name === series.subject.name)
      if (seat === undefined) return []
      const called = seat.texts('stranger')
      const subject: Subject = { ...series.subject, name: `${called}${seat.seat}` }
      return [{ ...series, subject: subject.container === undefined ? subject : { ...subject, container: called } }]
    })
  // Where most of what is watched fails at once, the cause is taken to be outside of it.
  const calm = (answer: SignalAnswer): SignalAnswer['series'] => {
    const [one] = answer.signal === 'memory-limit' ? answer.series : []
    if (one === undefined) return []
    return seats.flatMap(({ seat }) =>
      [1, 2, 3].map((copy) => ({ ...one, subject: { ...one.subject, name: `calm-${seat}-${copy}` } })),
    )
  }
  const textAt = (index: number, place: 'query' | 'problem'): string =>
    seats[index % seats.length]?.texts(place).slice(0, 500) ?? ''
  return (metrics) => ({
    cluster: metrics.cluster,
    read: async (ids, range) =>
      (await metrics.read(ids, range)).map((answer, index) => ({
        ...answer,
        asked: `${answer.asked} ${textAt(index, 'query')}`,
        series: [...answer.series, ...renamed(answer), ...calm(answer)],
        ...(answer.signal === 'request-rate' && { status: 'partial', problem: textAt(index, 'problem') }),
      })),
  })
}

export function ownersFile(seats: readonly Seat[]): string {
  const odd = seats.map(({ texts }) => texts('owners').replaceAll(/[\r\n]/g, ' '))
  return ['* @ann @acme/sre', ...odd.map((text) => `# ${text}`), ...odd.map((text) => `apps/${text} @ann`), ''].join(
    '\n',
  )
}
