import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { parse } from 'yaml'
import { appJwt, pemSigner } from '../../../src/adapters/github/http/signer.ts'
import { weakness } from '../../../src/server/webhooks/secrets.ts'
import { type Started, started } from '../../github/started.ts'
import { createOrganisation } from '../../github/world/establish.ts'
import { begin, wholeFlow } from './flow.ts'

let github: Started
let cwd = ''
beforeEach(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'kintsugi-init-'))
  github = await started({ ghes: '3.17.0' })
  createOrganisation(github.standIn.world, 'acme')
})
afterEach(async () => {
  await github.close()
  await rm(cwd, { recursive: true, force: true })
})

const WEBHOOKS = ['--webhook-url', 'https://kintsugi.example.com/webhooks']

it.each([
  ['an account', [], 'octocat'],
  ['an organisation', ['--organization', 'acme', ...WEBHOOKS], 'acme'],
])('init github makes an App of %s whose key GitHub knows', async (_, flags, owner) => {
  const run = begin({ flags: ['--out', 'app', ...flags], cwd, host: github.url })
  await wholeFlow(await run.url)
  expect(await run.ended).toBe(0)
  const read = (name: string) => readFile(join(cwd, 'app', name), 'utf8')
  const id = Number(await read('app-id'))
  const jwt = await appJwt(pemSigner(await read('private-key.pem')), id, Date.now())
  const answer = await github.ask('GET', '/app', jwt)
  const { default_permissions: permissions, default_events: events } = parse(
    await readFile(resolve(import.meta.dirname, '../../../app.yml'), 'utf8'),
  )
  expect(answer).toMatchObject({ status: 200, body: { id, owner: { login: owner }, permissions, events } })
  expect(weakness((await read('webhook-secret')).trim())).toBeUndefined()
})
