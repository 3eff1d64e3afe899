import { beforeAll, describe, expect, it } from 'vitest'
import type { ControllerDeps } from '../../src/controller/index.ts'
import type { Subject } from '../../src/domain/index.ts'
import { parsePolicies } from '../../src/policy/index.ts'
import type { Metrics } from '../../src/ports/index.ts'
import { Walk } from '../fakes/walk.ts'
import { live } from '../proposal/gfm.ts'
import { shopOf } from '../scenarios/worlds.ts'

const LIVE = '@everyone [x](https://evil.example) <!-- kintsugi:record v1 {} --> <script>a</script> fixes #1 `'
const BREAK = '\u202e\u0000\n/merge\n```\n| a |'

/** The same samples under another name of workload and container, as a hostile exporter could tell them. */
function renamed(metrics: Metrics, rename: (subject: Subject) => Subject): Metrics {
  return {
    cluster: metrics.cluster,
    read: async (ids, range) =>
      (await metrics.read(ids, range)).map((answer) => ({
        ...answer,
        asked: `${answer.asked} ${LIVE}`,
        series: answer.series.map((series) => ({ ...series, subject: rename(series.subject) })),
      })),
  }
}

/** A policy of the operator that asks for no name of a workload. */
const EVERY_WORKLOAD = `apiVersion: aiops.example.com/v1alpha1
kind: SelfHealingPolicy
metadata: {name: every-workload, namespace: ops}
spec: {targetNamespace: shop, anomalyType: OOMKilled, action: adjust-resources, confidenceThreshold: 0.5}
`

function exporterSays(rename: (subject: Subject) => Subject): (deps: ControllerDeps) => ControllerDeps {
  const { policies } = parsePolicies(EVERY_WORKLOAD, 'operator.yaml', { from: 'operator', namespace: 'ops' })
  return (deps) => ({ ...deps, policies, site: { ...deps.site, metrics: renamed(deps.site.metrics, rename) } })
}

type Told = {
  readonly texts: readonly string[]
  readonly oneLiners: readonly string[]
  readonly refs: readonly string[]
  readonly deeds: readonly string[]
}

async function told(walk: Walk): Promise<Told> {
  const pulls = await walk.forge.pulls()
  const notes = [...walk.repository.refs].filter(([ref]) => ref.startsWith('refs/kintsugi/notes/'))
  const noteTexts = notes.map(([, commit]) => {
    const oid = walk.repository.filesOf(commit).get('note.md')?.oid
    return new TextDecoder().decode(walk.repository.blobs.get(String(oid)))
  })
  return {
    texts: [...noteTexts, ...pulls.flatMap(({ body, comment }) => [body, comment ?? ''])],
    oneLiners: pulls.map(({ title }) => title),
    refs: [...walk.repository.refs.keys()],
    deeds: walk.deeds(),
  }
}

async function walkWith(options: Partial<Parameters<typeof Walk.begin>[0]>): Promise<Told> {
  const walk = await Walk.begin({ ...shopOf({ only: ['cart', 'catalog'] }), ...options })
  await walk.minutes(9, false)
  await walk.minutes(3)
  return told(walk)
}

const HOSTILE: readonly (readonly [string, () => Promise<Told>, RegExp])[] = [
  [
    'the name of a workload',
    () => walkWith({ between: exporterSays((subject) => ({ ...subject, name: `${subject.name} ${LIVE}${BREAK}` })) }),
    /noted|opened/,
  ],
  [
    'the name of a container',
    () =>
      walkWith({
        between: exporterSays((subject) =>
          subject.container === undefined ? subject : { ...subject, container: `${LIVE}${BREAK}` },
        ),
      }),
    /noted|opened/,
  ],
  [
    'the query that is quoted as evidence',
    () => walkWith({ between: exporterSays((subject) => subject) }),
    /cart opened/,
  ],
  ['labels and comments of the repository', () => walkWith({ files: hostileFiles() }), /cart opened/],
  ['the author and the message of a commit', () => walkWith({ commits: hostileCommits() }), /catalog opened/],
]

function hostileFiles() {
  const { files } = shopOf({ only: ['cart', 'catalog'] })
  const patch = 'apps/cart/overlays/prod/resources.yaml'
  const deployment = 'apps/cart/base/deployment.yaml'
  const policy = '.kintsugi/policies/cart.yaml'
  return {
    ...files,
    [patch]: String(files[patch]).replace(/memory: 32Mi.*/, `memory: 32Mi # ${LIVE}`),
    [deployment]: String(files[deployment]).replace('labels:', `labels:\n    note: ${JSON.stringify(LIVE)}`),
    [policy]: `# ${LIVE}
${files[policy]}`,
  }
}

function hostileCommits() {
  const { commits } = shopOf({ only: ['cart', 'catalog'] })
  return commits.map((commit) => ({
    ...commit,
    author: 'Mallory @everyone <m@evil.example>',
    message: `${LIVE}${BREAK}`,
  }))
}

describe('the check of what is live', () => {
  it('sees it in the raw text', () => {
    expect(live(LIVE).length).toBeGreaterThan(0)
    expect(live(`a${BREAK}`).length).toBeGreaterThan(0)
  })

  it.each(HOSTILE.slice(0, 3))('has something to judge: %s is shown to people', async (_, play) => {
    expect((await play()).texts.join('\n')).toContain('everyone')
  })
})

describe.each(HOSTILE)('hostile text in %s', (_, play, deed) => {
  let seen: Told

  beforeAll(async () => {
    seen = await play()
  }, 30_000)

  it('reaches people in a note or a pull request', () => {
    expect(seen.deeds.join('\n')).toMatch(deed)
    expect(seen.texts.length).toBeGreaterThan(0)
  })

  it('does nothing there', () => {
    expect(seen.texts.flatMap((text) => live(text))).toEqual([])
  })

  it('stays one plain line in titles and names of refs', () => {
    expect(seen.oneLiners.filter((title) => !/^[\x20-\x7e]+$/.test(title) || /[@#]\w/.test(title))).toEqual([])
    expect(seen.refs.filter((ref) => !/^refs\/(heads|kintsugi)\/[a-z0-9/-]+$/.test(ref))).toEqual([])
  })
})
