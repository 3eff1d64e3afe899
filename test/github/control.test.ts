import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type StandIn, startStandIn } from './control.ts'

describe('the stand-in as a process of its own', () => {
  let github: StandIn
  beforeAll(async () => {
    github = await startStandIn()
  })
  afterAll(() => github.stop())

  it('does what a test tells it, and shows the state', async () => {
    await github.do('createOrganisation', { login: 'acme' })
    const made = await github.do('createRepository', { owner: 'acme', name: 'shop', files: { 'a.yaml': '1' } })
    await github.do('push', { repo: 'acme/shop', branch: 'fix', files: { 'a.yaml': '2' }, by: 'ann' })
    const { number } = await github.do('createPull', { repo: 'acme/shop', head: 'fix', by: 'ann' })
    await github.settle()
    expect(await github.do('state', { repo: 'acme/shop' })).toMatchObject({
      branches: { main: { oid: made.oid } },
      pulls: [{ number, state: 'open', head: { branch: 'fix' } }],
    })
  })

  it('says a person’s refusal as an error of the control', async () => {
    await expect(github.do('createPull', { repo: 'acme/shop', head: 'fix', by: 'ann' })).rejects.toThrow(
      'already exists',
    )
  })

  it('serves people with their tokens, and goes ahead in time', async () => {
    await github.do('setRole', { repo: 'acme/shop', login: 'ann', role: 'write' })
    const { token } = await github.do('userToken', { login: 'ann' })
    const headers = { authorization: `Bearer ${token}`, 'user-agent': 'test' }
    const answer = await fetch(`${github.url}/repos/acme/shop/pulls/1`, { headers })
    expect(await answer.json()).toMatchObject({ number: 1, mergeable: true })
    const before = await github.advanceClock(0)
    expect((await github.advanceClock(60_000)) - before).toBeGreaterThanOrEqual(60_000)
    expect((await github.calls()).map((call) => call.operation)).toEqual([
      'GET /repos/{owner}/{repo}/pulls/{pull_number}',
    ])
    expect(await github.violations()).toEqual([])
  })
})
