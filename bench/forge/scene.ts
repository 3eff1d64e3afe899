import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { createInterface } from 'node:readline'
import { PERMISSIONS } from '../../src/adapters/github/permissions.ts'
import { type StandIn, standInAt } from '../../test/github/control.ts'
import { repositoryFiles } from './repository.ts'

/** Added to every request that changes something. */
export const MUTATION_MS = 300
export const REPO = { owner: 'acme', name: 'shop' } as const
const MUTATIONS = ['mutation *', 'POST *', 'PUT *', 'PATCH *', 'DELETE *']

export type Scene = {
  readonly standIn: StandIn
  readonly appId: number
  readonly privateKeyPem: string
  readonly installationId: number
  readonly files: number
  readonly dir: string
  close(): Promise<void>
}

/** A stand-in in a process of its own, with the repository on it. */
export async function openScene(): Promise<Scene> {
  const dir = await mkdtemp(join(tmpdir(), 'kintsugi-bench-forge-'))
  const main = resolve(process.cwd(), '.stand-in/test/github/main.js')
  const child = spawn(process.execPath, [main, '--dir', join(dir, 'github'), '--until-stdin-ends'], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const [line]: unknown[] = await once(createInterface(child.stdout), 'line')
  const { url }: { readonly url: string } = JSON.parse(String(line))
  const standIn = standInAt(url, async () => {
    child.stdin.end()
    await once(child, 'exit')
  })
  const files = repositoryFiles()
  const { owner, name } = REPO
  await standIn.do('createOrganisation', { login: owner, members: { olga: 'admin' } })
  const roles = { olga: 'admin' } as const
  await standIn.do('createRepository', { owner, name, private: true, files, roles, labels: ['kintsugi'] })
  const permissions = Object.fromEntries(PERMISSIONS.map((one) => [one.name, one.access]))
  const app = await standIn.do('createApp', { name: 'Kintsugi', owner, permissions, events: [] })
  const { installationId } = await standIn.do('install', { appId: app.appId, account: owner, repositories: 'all' })
  return {
    standIn,
    appId: app.appId,
    privateKeyPem: app.privateKeyPem,
    installationId,
    files: Object.keys(files).length,
    dir,
    async close() {
      await standIn.stop()
      await rm(dir, { recursive: true, force: true })
    },
  }
}

/** Makes every mutation late, but for tokens: those are asked for once in an hour. */
export async function slow(standIn: StandIn): Promise<void> {
  await standIn.setFaults(MUTATIONS.map((match) => ({ kind: 'latency', match, ms: MUTATION_MS })))
}

/** People are quick here: no proposal is left open, and no branch of an ended one, as no policy and no sweep would leave thirty of them. */
export async function closeAll({ standIn }: Scene): Promise<void> {
  const repo = `${REPO.owner}/${REPO.name}`
  for (const pull of (await standIn.do('state', { repo })).pulls) {
    if (pull.state !== 'open') continue
    await standIn.do('closePull', { repo, number: pull.number, by: 'olga' })
    await standIn.do('deleteBranch', { repo, branch: pull.head.branch, by: 'olga' })
  }
  await standIn.settle()
}
