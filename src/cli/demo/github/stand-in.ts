import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { pushTo } from '../../../adapters/simulation/index.ts'
import { isJsonObject, type JsonValue, KintsugiError } from '../../../domain/index.ts'
import { repositoryUrl, type WorldFile, type WorldGithub } from '../../compose/simulated-world.ts'
import { CI_APP, type ContinuousIntegration, continuousIntegration } from './continuous-integration.ts'
import { type Control, controlOf } from './control.ts'

const OWNER = 'shop'
const REPOSITORY = `${OWNER}/gitops`
const PERSON = 'robin'
const KEY_FILE = 'app.pem'
const TOKEN_FILE = 'robin.token'
const BOT_PERMISSIONS = {
  contents: 'write',
  pull_requests: 'write',
  checks: 'write',
  issues: 'write',
  metadata: 'read',
  statuses: 'read',
  merge_queues: 'read',
}
const READY_MS = 20_000

/** A stand-in for GitHub as a process of its own, with the App installed and a repository that asks for a check. */
export type DemoGithub = {
  readonly github: WorldGithub
  /** Puts what the world's repository holds onto the stand-in, and lets its checks run from then on. */
  begin(gitDir: string): Promise<void>
  stop(): void
}

/** Starts it with the clock of the world. Throws KIN-1001 where it is not built: it comes with the repository, not with the package. */
export async function startGithub(dir: string, file: Omit<WorldFile, 'github'>): Promise<DemoGithub> {
  const entry = fileURLToPath(new URL('../../../../.stand-in/test/github/main.js', import.meta.url))
  if (!existsSync(entry))
    throw new KintsugiError(
      'KIN-1001',
      'the stand-in for GitHub comes with the repository of Kintsugi, not with the package: there, npm run demo -- --github',
    )
  const clock = `${file.startMs},${file.speed},${file.startedWallMs}`
  const child = spawn(process.execPath, [entry, '--dir', join(dir, 'github'), '--clock', clock, '--until-stdin-ends'], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const stop = (): void => void child.stdin.end()
  const root = await firstLine(child.stdout)
  const control = controlOf(root)
  const app = await establish(control)
  await writeFile(join(dir, KEY_FILE), app.key, { mode: 0o600 })
  await writeFile(join(dir, TOKEN_FILE), app.token, { mode: 0o600 })
  const github = { root, repository: REPOSITORY, appId: app.id, privateKeyFile: KEY_FILE, tokenFile: TOKEN_FILE }
  let checks: ContinuousIntegration | undefined
  return {
    github,
    async begin(gitDir) {
      await pushTo(gitDir, { url: `${repositoryUrl({ github })}.git`, branch: 'main', token: app.token }, true)
      await protect(control, app.ciId)
      checks = continuousIntegration(control, REPOSITORY, app.ciId)
    },
    stop() {
      checks?.stop()
      stop()
    },
  }
}

function firstLine(stdout: NodeJS.ReadableStream): Promise<string> {
  return new Promise((resolve, reject) => {
    const late = setTimeout(() => reject(new KintsugiError('KIN-9001', 'the stand-in did not start')), READY_MS)
    createInterface({ input: stdout }).once('line', (line) => {
      clearTimeout(late)
      resolve(textOf(JSON.parse(line) as JsonValue, 'url'))
    })
  })
}

type Established = { readonly id: number; readonly key: string; readonly ciId: number; readonly token: string }

async function establish(control: Control): Promise<Established> {
  await control('createOrganisation', { login: OWNER, members: { [PERSON]: 'admin' } })
  await control('createRepository', {
    ...{ owner: OWNER, name: REPOSITORY.slice(OWNER.length + 1), private: true },
    ...{ roles: { [PERSON]: 'admin' }, labels: ['kintsugi'] },
  })
  const bot = await control('createApp', { name: 'kintsugi', owner: OWNER, permissions: BOT_PERMISSIONS, events: [] })
  const ci = await control('createApp', { name: CI_APP, owner: OWNER, permissions: { checks: 'write' }, events: [] })
  for (const app of [bot, ci])
    await control('install', { appId: numberOf(app, 'appId'), account: OWNER, repositories: [REPOSITORY] })
  const token = textOf(await control('userToken', { login: PERSON }), 'token')
  return { id: numberOf(bot, 'appId'), key: textOf(bot, 'privateKeyPem'), ciId: numberOf(ci, 'appId'), token }
}

/** The rule that makes merging by the bot possible: a check of another App. The people of the story push as admins. */
async function protect(control: Control, ciId: number): Promise<void> {
  await control('setRules', {
    ...{ repo: REPOSITORY, pattern: 'main', name: 'reviewed' },
    bypass: [{ type: 'RepositoryRole', role: 'admin' }],
    rules: [
      {
        type: 'required_status_checks',
        parameters: {
          required_status_checks: [{ context: CI_APP, integration_id: ciId }],
          strict_required_status_checks_policy: false,
        },
      },
    ],
  })
}

function textOf(value: JsonValue, key: string): string {
  const found = isJsonObject(value) ? value[key] : undefined
  if (typeof found !== 'string') throw new KintsugiError('KIN-9001', `the stand-in did not say ${key}`)
  return found
}

function numberOf(value: JsonValue, key: string): number {
  const found = isJsonObject(value) ? value[key] : undefined
  if (typeof found !== 'number') throw new KintsugiError('KIN-9001', `the stand-in did not say ${key}`)
  return found
}
