import { measure, type Run, summary, table } from './measure.ts'
import { openByClone, openByRest, probotClient, tokenFor } from './others.ts'
import { decide, openOurs, startOurs } from './ours.ts'
import { closeAll, MUTATION_MS, openScene, type Scene, slow } from './scene.ts'

/** What is promised from the decision to the open pull request, at 300 ms for each mutation. */
const PROMISED = { warm: 3, cold: 6, clones: 0, ownMs: 1000 } as const
/** `--quick` asks for enough to see a promise broken, not for figures. */
const QUICK = process.argv.includes('--quick')
const RUNS = QUICK ? 10 : 30
const OTHER_RUNS = QUICK ? 1 : 5
const COLD_RUNS = QUICK ? 1 : 5

async function warmRuns(scene: Scene): Promise<readonly Run[]> {
  const { forge, account } = await startOurs(scene)
  const runs: Run[] = []
  for (let place = 0; place <= RUNS; place += 1) {
    const proposal = await decide(forge, place)
    // The first brings token and mirror: it is not counted.
    const run = await measure(scene, () => openOurs(forge, proposal))
    if (place > 0) runs.push(run)
    await closeAll(scene)
  }
  await account.close()
  return runs
}

type Cold = { readonly mirror: readonly Run[]; readonly process: readonly Run[]; readonly bytes: number }

/** Look, bring up the mirror, open: once with tokens there, and once as a process that has just begun. */
async function coldRuns(scene: Scene): Promise<Cold> {
  const mirror: Run[] = []
  const process: Run[] = []
  let bytes = 0
  for (let place = 0; place < COLD_RUNS; place += 1) {
    const known = await startOurs(scene)
    await openOurs(known.forge, await decide(known.forge, 3000 + place))
    const forge = await known.unmirrored()
    const before = known.bytes()
    mirror.push(await measure(scene, async () => openOurs(forge, await decide(forge, 1000 + place))))
    bytes = Math.max(bytes, known.bytes() - before)
    await known.account.close()
    const begin = async (): Promise<void> => {
      const fresh = await startOurs(scene)
      await openOurs(fresh.forge, await decide(fresh.forge, 2000 + place))
      await fresh.account.close()
    }
    process.push(await measure(scene, begin))
    await closeAll(scene)
  }
  return { mirror, process, bytes }
}

async function repeated(scene: Scene, count: number, job: (place: number) => Promise<void>): Promise<readonly Run[]> {
  const runs: Run[] = []
  for (let place = 0; place < count; place += 1) {
    runs.push(await measure(scene, () => job(place)))
    await closeAll(scene)
  }
  return runs
}

async function main(): Promise<number> {
  const scene = await openScene()
  try {
    await slow(scene.standIn)
    const cold = await coldRuns(scene)
    const warm = summary('Kintsugi, mirror at the base', await warmRuns(scene))
    const first = summary('Kintsugi, no mirror yet', cold.mirror)
    const begun = summary('Kintsugi, process just begun', cold.process)
    const token = await tokenFor(scene)
    const rest = summary(
      "Probot's default client",
      await repeated(scene, OTHER_RUNS, (place) => openByRest(probotClient(scene, token), place)),
    )
    const clone = summary(
      'clone, push and REST',
      await repeated(scene, OTHER_RUNS, (place) => openByClone(scene, probotClient(scene, token), token, place)),
    )
    console.log(
      `decision -> open pull request; ${scene.files} files, 5 Applications, ${MUTATION_MS} ms added per mutation`,
    )
    console.log(table([warm, first, begun, rest, clone]))
    console.log(`no mirror yet: ${cold.bytes} bytes read`)
    for (const { what, operations } of [warm, first, begun]) console.log(`${what}: ${operations.join(' | ')}`)
    const broken = [
      [warm.requests <= PROMISED.warm, `${warm.requests} requests warm, ${PROMISED.warm} promised`],
      [first.requests <= PROMISED.cold, `${first.requests} requests cold, ${PROMISED.cold} promised`],
      [warm.git + first.git <= PROMISED.clones, `${warm.git + first.git} requests of git, none promised`],
      [warm.own95 <= PROMISED.ownMs, `own time p95 ${Math.round(warm.own95)} ms, ${PROMISED.ownMs} promised`],
    ].flatMap(([held, text]) => (held === true ? [] : [text]))
    for (const text of broken) console.error(`broken: ${String(text)}`)
    return broken.length === 0 ? 0 : 1
  } finally {
    await scene.close()
  }
}

process.exitCode = await main()
