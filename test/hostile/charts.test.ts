import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { gitTree } from '../../src/adapters/local/index.ts'
import { helmRenderer } from '../../src/adapters/render/index.ts'
import { type RepositoryFiles, shopRepository, shopScenario } from '../../src/adapters/simulation/index.ts'
import { renderFrom } from '../../src/cli/compose/simulated-world.ts'
import { valueAt } from '../../src/domain/index.ts'
import { freshRepository, removeFolders, temporaryFolder } from '../adapters/local/repository.ts'
import { pushByPerson } from '../fakes/memory-forge.ts'
import { tinyHelm } from '../fakes/tiny-helm.ts'
import { URL, Walk } from '../fakes/walk.ts'

const START = Date.UTC(2026, 0, 12, 9, 0)
const VALUES = 'apps/reviews/values-prod.yaml'

/** The shop's chart alone, some minutes after it began to be OOM-killed; nothing has been done about it yet. */
async function reviewsFailing(): Promise<Walk> {
  const options = { repoURL: URL, helm: true }
  const whole = shopScenario({ ...options, startMs: START })
  const walk = await Walk.begin({
    scenario: {
      ...whole,
      applications: whole.applications.filter((one) => valueAt(one, ['metadata', 'name']) === 'reviews'),
    },
    files: withoutBuiltIns(shopRepository(options)),
    render: renderFrom(tinyHelm, 'process'),
    between: (deps) => ({ ...deps, helm: tinyHelm, isolation: 'process' }),
  })
  await walk.minutes(14, false)
  walk.argoCdStands = true
  return walk
}

/** The helm of this test knows values only. */
function withoutBuiltIns(files: RepositoryFiles): RepositoryFiles {
  return Object.fromEntries(
    Object.entries(files).map(([path, text]) => [
      path,
      text.replaceAll('{{ .Chart.Name }}', 'reviews').replaceAll('{{ .Release.Namespace }}', 'shop'),
    ]),
  )
}

/** What is done with the failing workload, and which refs of proposals there are then. */
async function outcome(walk: Walk): Promise<{ readonly done: readonly string[]; readonly written: readonly string[] }> {
  const before = new Map(walk.repository.refs)
  const report = await walk.minute()
  return {
    done: (report?.lanes ?? []).map(
      ({ subject, done }) => `${subject.name} ${'reason' in done ? done.reason : done.done}`,
    ),
    written: [...walk.repository.refs]
      .filter(([ref, oid]) => before.get(ref) !== oid && !ref.startsWith('refs/kintsugi/notes/'))
      .map(([ref]) => ref),
  }
}

describe('a chart whose', () => {
  it.each<readonly [string, string, Readonly<Record<string, string | undefined>>]>([
    ['value file is missing', 'value-file-missing', { [VALUES]: undefined }],
    [
      'folder is gone',
      'path-missing',
      Object.fromEntries(
        ['Chart.yaml', 'values.yaml', 'templates/deployment.yaml'].map((name) => [`charts/reviews/${name}`, undefined]),
      ),
    ],
  ])(
    '%s is refused as %s, and nothing is written',
    async (_, reason, files) => {
      const walk = await reviewsFailing()
      pushByPerson(walk.repository, 'main', files, walk.clock.now())
      expect(await outcome(walk)).toEqual({ done: [`reviews ${reason}`], written: [] })
    },
    30_000,
  )

  it('files are in order is mended, so that these cases could fail', async () => {
    const { done, written } = await outcome(await reviewsFailing())
    expect(done).toEqual(['reviews opened'])
    expect(written.length).toBeGreaterThan(0)
  }, 30_000)
})

describe('a chart in Git with a link among its templates', () => {
  afterAll(removeFolders)

  it.each(['120000', '160000'])(
    'is refused whole (mode %s): no helm is started on what is left of it',
    async (mode) => {
      const repository = freshRepository()
      const secret = mode === '160000' ? repository.git(['rev-parse', 'main']) : '/etc/passwd'
      const path = 'charts/shop/templates/secret.yaml'
      const chart = { 'charts/shop/Chart.yaml': 'apiVersion: v2\nname: shop\nversion: 1.0.0\n', [path]: secret }
      const revision = repository.push('main', chart, { [path]: mode })
      const tree = await gitTree(repository.gitDir, revision)
      const helm = join(temporaryFolder(), 'helm')
      writeFileSync(helm, '#!/bin/sh\nexit 9\n', { mode: 0o755 })
      const outcome = await helmRenderer({ env: { KINTSUGI_HELM: helm } }).render({
        ...{
          tree,
          chartPath: 'charts/shop',
          releaseName: 'shop',
          namespace: 'shop',
          valueFiles: [],
          validateSchema: true,
        },
        helm: { valueFiles: [], ignoreMissingValueFiles: false, parameters: [] },
      })
      expect(outcome).toMatchObject({ rendered: false, reason: 'unsafe-path' })
    },
  )
})
