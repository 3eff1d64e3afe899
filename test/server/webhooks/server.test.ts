import { createHmac } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { APP_ID, deliver, gathered, PATH, PUSH, type Service, service, sign } from './deliver.ts'

let running: Service | undefined
const started = async (...args: Parameters<typeof service>): Promise<Service> => {
  running = await service(...args)
  return running
}
afterEach(async () => {
  await running?.close()
  running = undefined
})

const about = { repository: { full_name: 'example/shop' }, installation: { id: 7 } }

describe('what a webhook says', () => {
  const where = { repository: 'example/shop', installation: 7 }
  it.each([
    ['push', { ...about, after: 'abc' }, { ...where, sha: 'abc' }],
    ['pull_request', { ...about, action: 'closed', pull_request: { number: 4 } }, { ...where, pull: 4 }],
    ['pull_request_review', { ...about, action: 'submitted', pull_request: { number: 4 } }, { ...where, pull: 4 }],
    ['issue_comment', { ...about, action: 'created', issue: { number: 4 }, comment: {} }, { ...where, pull: 4 }],
    ['check_suite', { ...about, action: 'completed', check_suite: { head_sha: 'abc' } }, { ...where, sha: 'abc' }],
    [
      'check_run',
      { ...about, action: 'completed', check_run: { head_sha: 'abc', app: { id: 1 } } },
      { ...where, sha: 'abc' },
    ],
    ['status', { ...about, sha: 'abc', state: 'success' }, { ...where, sha: 'abc' }],
    [
      'merge_group',
      { ...about, action: 'checks_requested', merge_group: { head_sha: 'abc' } },
      { ...where, sha: 'abc' },
    ],
    ['installation', { action: 'created', installation: { id: 7 } }, { installation: 7 }],
    ['installation_repositories', { action: 'added', installation: { id: 7 } }, { installation: 7 }],
  ])('%s is a nudge, and nothing else', async (event, payload, nudge) => {
    const one = await started()
    const response = await deliver(one, JSON.stringify(payload), { event })
    expect(response.status).toBe(202)
    await gathered()
    expect(one.nudges).toEqual([nudge])
  })

  it.each([
    ['ping', { zen: 'x' }],
    ['check_run', { ...about, action: 'completed', check_run: { head_sha: 'abc', app: { id: APP_ID } } }],
    ['star', { ...about, action: 'created' }],
  ])('%s without news is taken and wakes nobody', async (event, payload) => {
    const one = await started()
    expect((await deliver(one, JSON.stringify(payload), { event })).status).toBe(202)
    await gathered()
    expect(one.nudges).toEqual([])
  })

  it('names a repository only as GitHub names them', async () => {
    const one = await started()
    await deliver(one, JSON.stringify({ repository: { full_name: '../../etc' }, after: 'abc' }))
    await gathered()
    expect(one.nudges).toEqual([{ sha: 'abc' }])
  })

  it('is gathered into one nudge for each repository', async () => {
    const one = await started()
    const other = PUSH.replace('example/shop', 'example/other')
    await Promise.all([deliver(one, PUSH), deliver(one, PUSH.replace('aaaa', 'bbbb')), deliver(one, other)])
    await gathered()
    expect(one.nudges).toHaveLength(2)
    expect(one.nudges).toEqual(
      expect.arrayContaining([
        { repository: 'example/shop', installation: 7 },
        { repository: 'example/other', installation: 7, sha: 'a'.repeat(40) },
      ]),
    )
  })

  it('is told once where the same delivery comes five times', async () => {
    const one = await started()
    const answers = await Promise.all(Array.from({ length: 5 }, () => deliver(one, PUSH, { id: 'the-same' })))
    expect(answers.map(({ status }) => status)).toEqual([202, 202, 202, 202, 202])
    await gathered()
    expect(one.nudges).toHaveLength(1)
    await deliver(one, PUSH, { id: 'the-same' })
    await gathered()
    expect(one.nudges).toHaveLength(1)
    expect(one.server.counts()).toMatchObject({ accepted: 1, duplicate: 5 })
  })

  it('is taken again where it could not be read the first time', async () => {
    const one = await started()
    expect((await deliver(one, '{"repository":{', { id: 'again' })).status).toBe(422)
    expect((await deliver(one, PUSH, { id: 'again' })).status).toBe(202)
    expect(one.server.counts()).toMatchObject({ unreadable: 1, accepted: 1 })
  })

  it('is answered within 50 ms', async () => {
    const one = await started()
    await deliver(one, PUSH)
    const times: number[] = []
    for (let turn = 0; turn < 20; turn += 1) {
      const before = performance.now()
      await (await deliver(one, PUSH)).text()
      times.push(performance.now() - before)
    }
    expect(times.toSorted((a, b) => a - b)[10]).toBeLessThan(50)
  })
})

describe('what is refused', () => {
  it('is any path, verb, type or header but those of a delivery', async () => {
    const one = await started()
    const statuses = await Promise.all(
      [
        deliver(one, PUSH, { path: '/' }),
        deliver(one, PUSH, { path: '/api/github/webhooks' }),
        deliver(one, PUSH, { path: '/probot/setup' }),
        deliver(one, PUSH, { path: `${PATH}/` }),
        fetch(`${one.server.url}${PATH}`),
        deliver(one, PUSH, { headers: { 'content-type': 'application/x-www-form-urlencoded' } }),
        deliver(one, PUSH, { headers: { 'content-encoding': 'gzip' } }),
        deliver(one, PUSH, { id: '../../x' }),
        deliver(one, PUSH, { event: 'Push!' }),
      ].map(async (sent) => (await sent).status),
    )
    expect(statuses).toEqual([404, 404, 404, 404, 405, 415, 415, 400, 400])
    expect(one.server.counts().accepted).toBe(0)
  })

  it('is a delivery that is signed by SHA-1 alone', async () => {
    const one = await started()
    const sha1 = createHmac('sha1', one.secret).update(PUSH).digest('hex')
    const old = { 'x-hub-signature': `sha1=${sha1}` }
    const answers = [
      await deliver(one, PUSH, { signature: '', headers: old }),
      await deliver(one, PUSH, { signature: `sha1=${sha1}`, headers: old }),
    ]
    expect(answers.map(({ status }) => status)).toEqual([401, 401])
  })

  it('is a delivery that is signed by the default of Probot, or by nothing', async () => {
    const one = await started()
    for (const secret of ['development', ' ', `${one.secret} `])
      expect((await deliver(one, PUSH, { signature: sign(PUSH, secret) })).status).toBe(401)
    await gathered()
    expect(one.nudges).toEqual([])
  })
})

describe('a secret that is rotated', () => {
  const previous = 'f0e1d2c3b4a5968778695a4b3c2d1e0ff0e1d2c3'

  it('counts beside the one before', async () => {
    const one = await started({ previous })
    const statuses = [
      (await deliver(one, PUSH)).status,
      (await deliver(one, PUSH, { signature: sign(PUSH, previous) })).status,
    ]
    expect(statuses).toEqual([202, 202])
  })

  it('counts as soon as its file holds it, and something weak never does', async () => {
    const one = await started()
    await writeFile(join(one.dir, 'secret'), `${previous}\n`)
    expect((await deliver(one, PUSH, { signature: sign(PUSH, previous) })).status).toBe(202)
    expect((await deliver(one, PUSH)).status).toBe(401)
    await writeFile(join(one.dir, 'secret'), 'development')
    expect((await deliver(one, PUSH, { signature: sign(PUSH, 'development') })).status).toBe(401)
    expect((await deliver(one, PUSH, { signature: sign(PUSH, previous) })).status).toBe(202)
  })
})
