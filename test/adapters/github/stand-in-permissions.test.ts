import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { PERMISSIONS, STEP_PERMISSIONS } from '../../../src/adapters/github/permissions.ts'
import type { Pull } from '../../../src/domain/index.ts'
import { CART, CART_LANE, DECIDED, proposalOn, pullOf, WEB } from '../../contracts/forge.ts'
import { live } from '../../contracts/forge-story.ts'
import { leastPermissions } from '../../github/least-permissions.ts'
import { type ControlInput, type ControlName, type ControlOutput, control } from '../../github/world/control-routes.ts'
import type { Call } from '../../github/world/world.ts'
import { type Hall, openHall } from './stand-in-world.ts'

let hall: Hall
let calls: readonly Call[]

function act<Name extends ControlName>(name: Name, input: ControlInput<Name>): Promise<ControlOutput<Name>> {
  return control(hall.stand.standIn.world, name, input) as Promise<ControlOutput<Name>>
}

type Made = Awaited<ReturnType<Hall['world']>>

/** Every verb of the port, each in a form that writes something. */
async function everyVerb(): Promise<void> {
  const made = await hall.world()
  await live({ start: () => made.forge, leftOver: made.branches }, Number.POSITIVE_INFINITY)
  await offersAndTalks(await hall.world())
  await waits(await hall.world())
}

async function opened({ forge }: Made): Promise<Pull> {
  return pullOf(await forge.open(proposalOn((await forge.head('main')) ?? '')))
}

async function offersAndTalks(made: Made): Promise<void> {
  const { forge, repo } = made
  const main = (await forge.head(await forge.defaultBranch())) ?? ''
  await forge.onboard?.({
    branch: 'kintsugi/configure',
    base: { branch: 'main', revision: main },
    title: 'Configure Kintsugi',
    body: 'Hello.\n',
    commitMessage: 'chore: configure kintsugi\n',
    files: [{ path: '.kintsugi/config.yaml', content: new TextEncoder().encode('x: 1\n') }],
  })
  await forge.say({ dashboard: true }, 'All is well.')
  await forge.say({ dashboard: true }, 'All is well still.')
  const pull = await opened(made)
  await act('comment', { repo, number: pull.number, by: 'ann', body: '/kintsugi hold' })
  const seen = (await forge.look('main', [CART_LANE])).open[0]
  await forge.answer(pull.number, seen?.commands?.[0]?.id ?? '', { accepted: true, text: 'Held.' })
  expect(await forge.roleOf('ann')).toBe('admin')
  expect(await forge.inTeam('acme/web', 'ann')).toBe('unknown')
  expect((await forge.commitsTouching([CART], main, 1)).length).toBe(1)
  const next = await made.push('main', { [WEB]: 'memory: 65Mi\n' })
  expect(await forge.contains(next, main)).toBe(true)
  const record = { at: DECIDED, repository: repo, lane: CART_LANE, step: 'open', reason: 'opened' }
  // The cast: what a record holds is the journal's matter.
  await forge.appendAudit([record as never])
  await forge.appendAudit([record as never])
  await act('push', { repo, branch: 'kintsugi/left-behind-00000000', from: 'main', files: {}, by: 'ann' }).catch(
    () => 0,
  )
  await forge.sweep()
}

/** Auto-merge and the queue: what waits for others. */
async function waits(made: Made): Promise<void> {
  const { forge, repo } = made
  const check = { context: 'test', integration_id: undefined }
  const required = {
    type: 'required_status_checks',
    parameters: { required_status_checks: [check], strict_required_status_checks_policy: false },
  }
  await act('setSettings', { repo, settings: { allow_auto_merge: true } })
  // The casts: rules are written as GitHub writes them.
  await act('setRules', { repo, pattern: 'main', rules: [required as never] })
  const pull = await opened(made)
  expect(await forge.arm(pull.number, pull.headSha, 'squash')).toEqual({ result: 'armed' })
  await forge.disarm(pull.number)
  await act('reportCheck', { repo, sha: pull.headSha, name: 'test', by: 'ann', state: 'success' })
  const parameters = {
    check_response_timeout_minutes: 5,
    grouping_strategy: 'ALLGREEN',
    max_entries_to_build: 5,
    max_entries_to_merge: 5,
    merge_method: 'SQUASH',
    min_entries_to_merge: 1,
    min_entries_to_merge_wait_minutes: 0,
  }
  await act('setRules', {
    repo,
    pattern: 'main',
    rules: [required as never, { type: 'merge_queue', parameters } as never],
  })
  expect(await forge.merge(pull.number, pull.headSha)).toEqual({ result: 'waiting', by: 'in-merge-queue' })
}

beforeAll(async () => {
  hall = await openHall()
  await everyVerb()
  calls = hall.stand.standIn.world.calls
}, 120_000)
afterAll(async () => {
  expect(hall.stand.standIn.violations.all()).toEqual([])
  await hall.close()
})

const installed = () =>
  calls.flatMap(({ actor, operation, kind, status, needed }) =>
    actor.kind === 'installation' ? [{ actor, operation, kind, status, needed }] : [],
  )

describe('the calls of every verb', () => {
  it('need all that app.yml asks for, and nothing that it does not', () => {
    const asked = Object.fromEntries(PERMISSIONS.map(({ name, access }) => [name, access]))
    const manifest = parse(readFileSync(resolve(import.meta.dirname, '../../../app.yml'), 'utf8'))
    expect(leastPermissions(calls)).toEqual(asked)
    expect(manifest.default_permissions).toEqual(asked)
  })

  it('are made with a token of one repository', () => {
    expect(installed().length).toBeGreaterThan(80)
    for (const { actor, operation } of installed())
      expect({ operation, repositories: actor.repositories === 'all' ? 'all' : actor.repositories.length }).toEqual({
        operation,
        repositories: 1,
      })
  })

  it('read with a token that writes nothing, merge with one of their own, and write with the third', () => {
    const steps = new Map(
      Object.entries(STEP_PERMISSIONS).map(([step, given]) => [JSON.stringify(sorted(given)), step]),
    )
    const used = installed().map(({ actor, operation, kind }) => ({
      operation,
      step:
        steps.get(JSON.stringify(sorted(actor.permissions))) ?? `none of ours: ${JSON.stringify(actor.permissions)}`,
      expected: stepOf(operation, kind),
    }))
    expect(used.filter(({ step, expected }) => step !== expected)).toEqual([])
    expect(new Set(used.map(({ step }) => step))).toEqual(new Set(['read', 'write', 'merge']))
  })
})

function sorted(given: Readonly<Record<string, string>>): object {
  return Object.fromEntries(Object.entries(given).sort(([a], [b]) => (a < b ? -1 : 1)))
}

function stepOf(operation: string, kind: Call['kind']): string {
  if (/^PUT .*\/merge$|PullRequestAutoMerge|enqueuePullRequest/.test(operation)) return 'merge'
  return (kind === 'graphql' ? operation.startsWith('mutation') : !operation.startsWith('GET ')) ? 'write' : 'read'
}
