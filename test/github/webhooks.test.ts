import { createHmac } from 'node:crypto'
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { seedCommit } from './seed.ts'
import { type Started, started } from './started.ts'
import { PROMPT } from './webhooks.ts'
import type { Account, App, Installation } from './world/accounts.ts'
import { branchRef, moveBranches } from './world/branches.ts'
import { createRun, createStatus } from './world/check-runs.ts'
import { createAccount, createApp, createOrganisation, createRepository, install } from './world/establish.ts'
import { createIssue } from './world/issue-life.ts'
import { createPull, endPull, findPull } from './world/pulls.ts'
import type { Repository } from './world/repositories.ts'
import { addComment } from './world/threads.ts'

type Received = { readonly headers: IncomingHttpHeaders; readonly text: string }

let here: Started
let receiver: Server
let received: Received[]
let react: (index: number) => number | undefined
let app: App
let installation: Installation
let shop: Repository
let person: Account

beforeEach(async () => {
  here = await started()
  received = []
  react = () => 202
  receiver = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      received.push({ headers: request.headers, text: Buffer.concat(chunks).toString('utf8') })
      const status = react(received.length)
      if (status !== undefined) response.writeHead(status).end()
    })
  })
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve))
  const { world } = here.standIn
  createOrganisation(world, 'acme')
  person = createAccount(world, 'User', 'mona')
  shop = await createRepository(world, { owner: 'acme', name: 'shop' })
  app = createApp(world, {
    name: 'kintsugi',
    owner: 'acme',
    permissions: { issues: 'write', metadata: 'read' },
    events: ['issues', 'issue_comment', 'push'],
    // The cast: a server that listens on TCP has an address with a port.
    webhookUrl: `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/hook`,
    webhookSecret: 'a-real-secret',
  })
  here.standIn.webhooks.setPlan({ ...PROMPT, silent: ['installation'] })
  installation = install(world, app, 'acme', [shop.id])
})

afterEach(async () => {
  receiver.closeAllConnections()
  await new Promise<void>((resolve) => receiver.close(() => resolve()))
  await here.close()
})

function happen(count: number): void {
  const { world } = here.standIn
  for (let at = 0; at < count; at += 1) createIssue(world, shop, person, `number ${at}`, 'text')
}

const titles = () => received.map((one) => JSON.parse(one.text).issue.title)
const guids = () => received.map((one) => one.headers['x-github-delivery'])
const settled = () => here.standIn.webhooks.settle()

describe('a delivery', () => {
  it("is signed over its bytes and says whose it is in GitHub's headers", async () => {
    happen(1)
    await settled()
    const [one] = received
    const digest = createHmac('sha256', 'a-real-secret')
      .update(one?.text ?? '')
      .digest('hex')
    expect(one?.headers['x-hub-signature-256']).toBe(`sha256=${digest}`)
    expect(one?.headers).toMatchObject({
      'x-github-event': 'issues',
      'x-github-hook-installation-target-type': 'integration',
    })
    expect(JSON.parse(one?.text ?? '')).toMatchObject({
      action: 'opened',
      issue: { number: 1, title: 'number 0', user: { login: 'mona', type: 'User' } },
      repository: { full_name: 'acme/shop', owner: { login: 'acme' } },
      organization: { login: 'acme' },
      installation: { id: installation.id },
      sender: { login: 'mona' },
    })
  })

  it('is sent only to Apps that subscribed, cover the repository, and are not suspended', async () => {
    const { world } = here.standIn
    const stall = await createRepository(world, { owner: 'acme', name: 'stall' })
    createIssue(world, stall, person, 'elsewhere', '')
    app.events = ['push']
    happen(1)
    app.events = ['issues']
    installation.suspendedAt = world.clock.now()
    happen(1)
    installation.suspendedAt = undefined
    installation.permissions = { metadata: 'read' }
    happen(1)
    await settled()
    expect(received).toEqual([])
  })

  it('tells of a comment what was written and by whom', async () => {
    const { world } = here.standIn
    const issue = createIssue(world, shop, person, 'one', '')
    addComment(world, shop, person, issue, '/kintsugi hold')
    await settled()
    const comment = received.find((one) => one.headers['x-github-event'] === 'issue_comment')
    expect(JSON.parse(comment?.text ?? '')).toMatchObject({
      action: 'created',
      comment: { body: '/kintsugi hold', user: { login: 'mona' }, performed_via_github_app: null },
      issue: { number: 1 },
    })
  })
})

describe('every event', () => {
  it("is in the form that GitHub's description has for it", async () => {
    const { world } = here.standIn
    const all = ['push', 'pull_request', 'pull_request_review', 'issue_comment', 'check_suite', 'check_run', 'status']
    app.events = [...all, 'merge_group']
    const read = ['contents', 'issues', 'pull_requests', 'checks', 'statuses', 'merge_queues'].map((one) => [
      one,
      'read',
    ])
    installation.permissions = { ...Object.fromEntries(read), checks: 'write', metadata: 'read' }
    here.standIn.webhooks.setPlan({ silent: [] })
    shop.roles.set('mona', 'write')
    const main = await seedCommit(world, shop, 'mona', 'main', { 'a.yaml': 'a: 1\n' })
    const change = { ref: branchRef('fix'), before: undefined, after: main }
    await world.exclusive(() => moveBranches(world, shop, { account: person, workflows: true }, [change]))
    await seedCommit(world, shop, 'mona', 'fix', { 'a.yaml': 'a: 2\n' })
    const wanted = { title: 'a fix', body: 'why', head: 'fix', base: 'main', draft: false }
    await world.exclusive(() => createPull(world, shop, person, wanted))
    const head = await seedCommit(world, shop, 'mona', 'fix', { 'a.yaml': 'a: 3\n' })
    const pull = findPull(shop, 1)
    if (pull === undefined) throw new Error('no pull request was opened')
    addComment(world, shop, person, pull, 'hello')
    createRun(world, shop, app, head, 'build', { status: 'completed', conclusion: 'success' })
    createStatus(world, shop, person, {
      sha: head,
      context: 'ci',
      state: 'success',
      description: 'x',
      targetUrl: undefined,
    })
    await world.exclusive(async () => endPull(world, shop, person, pull))
    await here.ask('PUT', `/app/installations/${installation.id}/suspended`, here.jwt(app))
    await settled()
    expect(here.standIn.violations.all()).toEqual([])
    const seen = received.map((one) => `${one.headers['x-github-event']} ${JSON.parse(one.text).action ?? ''}`.trim())
    expect(new Set(seen)).toEqual(
      new Set([
        'push',
        'check_suite requested',
        'pull_request opened',
        'pull_request synchronize',
        'issue_comment created',
        'check_run created',
        'check_run completed',
        'check_suite completed',
        'status',
        'pull_request closed',
        'installation suspend',
      ]),
    )
  })
})

describe('a delivery plan', () => {
  it('doubles under one guid', async () => {
    here.standIn.webhooks.setPlan({ doubled: 1 })
    happen(3)
    await settled()
    expect(received).toHaveLength(6)
    expect(new Set(guids()).size).toBe(3)
  })

  it('reorders, and loses nothing by it', async () => {
    here.standIn.webhooks.setPlan({ reordered: 0.5, seed: 3 })
    happen(12)
    await settled()
    expect(titles()).not.toEqual([...titles()].sort((a, b) => Number(a.slice(7)) - Number(b.slice(7))))
    expect(new Set(titles()).size).toBe(12)
  })

  it('delays', async () => {
    here.standIn.webhooks.setPlan({ delayMs: 60 })
    happen(1)
    expect(received).toEqual([])
    await settled()
    expect(received).toHaveLength(1)
  })

  it('drops what the log then shows as failed, and a redelivery brings it under its guid', async () => {
    here.standIn.webhooks.setPlan({ dropped: 1 })
    happen(2)
    await settled()
    expect(received).toEqual([])
    here.standIn.webhooks.setPlan({ dropped: 0 })
    const failed = await here.ask('GET', '/app/hook/deliveries?status=failure&per_page=1', here.jwt(app))
    expect(failed).toMatchObject({ status: 200, body: [{ status_code: 502, event: 'issues', redelivery: false }] })
    expect(failed.headers.get('link')).toContain('rel="next"')
    // The cast: the answer was held against GitHub's description.
    const [item] = failed.body as { id: number; guid: string }[]
    const again = await here.ask('POST', `/app/hook/deliveries/${item?.id}/attempts`, here.jwt(app))
    expect(again.status).toBe(202)
    await settled()
    expect(guids()).toEqual([item?.guid])
    const whole = await here.ask('GET', '/app/hook/deliveries?status=success', here.jwt(app))
    expect(whole.body).toMatchObject([{ redelivery: true, guid: item?.guid, status: 'OK' }])
    expect(here.standIn.violations.all()).toEqual([])
  })
})

describe('the delivery log', () => {
  it('says what the App answered, and that it was late', async () => {
    here.standIn.webhooks.setPlan({ timeoutMs: 50 })
    react = (index) => (index === 1 ? 500 : undefined)
    happen(2)
    await settled()
    const log = await here.ask('GET', '/app/hook/deliveries', here.jwt(app))
    // The cast: the answer was held against GitHub's description.
    const items = log.body as { id: number; status: string; status_code: number }[]
    expect(items.map((one) => one.status).sort()).toEqual(['Invalid HTTP Response: 500', 'timed out'])
    const one = await here.ask('GET', `/app/hook/deliveries/${items[0]?.id}`, here.jwt(app))
    expect(one).toMatchObject({ status: 200, body: { request: { payload: { action: 'opened' } } } })
  })

  it('is kept for three days, and is that of no other App', async () => {
    happen(1)
    await settled()
    const other = createApp(here.standIn.world, { name: 'other', owner: 'acme', permissions: {}, events: [] })
    expect((await here.ask('GET', '/app/hook/deliveries', here.jwt(other))).body).toEqual([])
    expect((await here.ask('GET', '/app/hook/deliveries', here.jwt(app))).body).toHaveLength(1)
    here.standIn.world.clock.advance(3 * 24 * 3_600_000)
    expect((await here.ask('GET', '/app/hook/deliveries', here.jwt(app))).body).toEqual([])
  })

  it('follows a change of the address', async () => {
    const changed = await here.ask('PATCH', '/app/hook/config', here.jwt(app), { url: 'http://127.0.0.1:9/gone' })
    expect(changed).toMatchObject({ status: 200, body: { url: 'http://127.0.0.1:9/gone', secret: '********' } })
    happen(1)
    await settled()
    expect(here.standIn.webhooks.log(app.id)).toMatchObject([{ statusCode: 502, status: 'failed to connect to host' }])
  })
})
