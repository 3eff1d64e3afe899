import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import {
  commitAs,
  createRepository,
  firstSyncs,
  gitSyncStore,
  shopRepository,
  shopScenario,
} from '../../adapters/simulation/index.ts'
import { KintsugiError } from '../../domain/index.ts'
import { CONFIG_FILE } from '../compose/simulated-parts.ts'
import { CLUSTER, REPOSITORY_FOLDER, repositoryUrl, WORLD_FILE, type WorldFile } from '../compose/simulated-world.ts'

/** A Monday morning, so that the weekly peak is part of the story. */
export const STORY_START_MS = Date.UTC(2026, 0, 12, 9, 0)

const BRANCH = 'main'

/** Fills a folder with a bare GitOps repository that has run well for two weeks, and the operator's configuration. */
export async function makeWorld(dir: string, file: WorldFile): Promise<void> {
  const gitDir = join(dir, REPOSITORY_FOLDER)
  await mkdir(dir, { recursive: true })
  await createRepository(gitDir, BRANCH)
  const options = {
    ...{ repoURL: repositoryUrl(file), startMs: file.startMs, helm: file.helm },
    requiredChecks: file.github === undefined ? 0 : 1,
  }
  const scenario = shopScenario(options)
  await commitAs(gitDir, {
    branch: BRANCH,
    author: 'Robin Ames <robin@shop.example>',
    message: 'shop: everything that runs in the namespace',
    atMs: scenario.bornMs,
    files: shopRepository(options),
  })
  const syncs = gitSyncStore({ gitDir })
  const revision = await syncs.head(BRANCH)
  if (revision === undefined) throw new KintsugiError('KIN-9001', 'the first commit is not there')
  await syncs.append(firstSyncs(scenario, revision))
  await writeFile(join(dir, CONFIG_FILE), operatorConfig(file))
  await writeFile(join(dir, WORLD_FILE), `${JSON.stringify(file, undefined, 2)}\n`)
}

function forgeText({ github }: WorldFile): string {
  if (github === undefined) return `    kind: local\n    url: ${repositoryUrl({})}`
  return `    kind: github
    url: ${github.root}
    apiUrl: ${github.root}
    appId: ${github.appId}
    privateKeyFile: ${github.privateKeyFile}`
}

function operatorConfig(file: WorldFile): string {
  return `# What the operator of the demo allows. Everything is explained in docs/examples/config.yaml.
clusters:
  - name: ${CLUSTER}
forges:
  - name: shop
${forgeText(file)}
bindings:
  - cluster: ${CLUSTER}
    namespace: shop
    repositories: ["${repositoryUrl(file)}"]
    baseBranches: [${BRANCH}]
    paths: ["apps/**"]
ceiling:
  mode: automerge
  automergeIsolation: process
# One model is fitted within a second; all four need the better part of a minute for these services.
detection:
  models: [isolation-forest]
tick:
  every: 60s
  step: 60s
  warmUp: 30m
  lookBack: 6h
`
}
