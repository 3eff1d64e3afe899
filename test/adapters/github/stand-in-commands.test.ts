import { afterAll, beforeAll, expect, it } from 'vitest'
import { answerCommands } from '../../../src/controller/commands.ts'
import type { Remembered } from '../../../src/controller/history.ts'
import type { Role } from '../../../src/domain/index.ts'
import { readAnswer } from '../../../src/proposal/index.ts'
import { CART_LANE, proposalOn, pullOf } from '../../contracts/forge.ts'
import { tickOf } from '../../fakes/tick.ts'
import { Walk } from '../../fakes/walk.ts'
import { type ControlInput, type ControlName, type ControlOutput, control } from '../../github/world/control-routes.ts'
import { shopOf } from '../../scenarios/worlds.ts'
import { type Hall, openHall } from './stand-in-world.ts'

let hall: Hall
beforeAll(async () => {
  hall = await openHall()
})
afterAll(async () => {
  expect(hall.stand.standIn.violations.all()).toEqual([])
  await hall.close()
})

function act<Name extends ControlName>(name: Name, input: ControlInput<Name>): Promise<ControlOutput<Name>> {
  return control(hall.stand.standIn.world, name, input) as Promise<ControlOutput<Name>>
}

type Row = {
  readonly says: string
  readonly role: Role | 'app'
  readonly came: 'done' | 'refused' | 'silence'
  readonly how?: 'edited' | 'on another pull request' | 'demoted since'
}

/** Role x command x user or app x edited x quoted x whose pull request it is. CODEOWNERS gives the file to nobody else. */
const ROWS: readonly Row[] = [
  { says: '/kintsugi explain', role: 'read', came: 'refused' },
  { says: '/kintsugi hold', role: 'none', came: 'refused' },
  { says: '/kintsugi hold', role: 'read', came: 'refused' },
  { says: '/kintsugi hold', role: 'triage', came: 'done' },
  { says: '/kintsugi hold', role: 'write', came: 'done' },
  { says: '/kintsugi hold', role: 'admin', came: 'done' },
  { says: '/kintsugi snooze 7d', role: 'read', came: 'refused' },
  { says: '/kintsugi snooze 7d', role: 'triage', came: 'done' },
  { says: '/kintsugi snooze 7d', role: 'maintain', came: 'done' },
  { says: '/kintsugi retry', role: 'read', came: 'refused' },
  { says: '/kintsugi retry', role: 'triage', came: 'refused' },
  { says: '/kintsugi retry', role: 'write', came: 'done' },
  { says: '/kintsugi undo', role: 'triage', came: 'refused' },
  { says: '/kintsugi undo', role: 'write', came: 'done' },
  { says: '/kintsugi undo', role: 'admin', came: 'done' },
  { says: '/kintsugi hold', role: 'app', came: 'silence' },
  { says: '/kintsugi undo', role: 'app', came: 'silence' },
  { says: '/kintsugi undo', role: 'admin', how: 'edited', came: 'silence' },
  { says: '/kintsugi hold', role: 'write', how: 'edited', came: 'silence' },
  { says: '/kintsugi hold', role: 'admin', how: 'on another pull request', came: 'silence' },
  { says: '/kintsugi undo', role: 'admin', how: 'demoted since', came: 'refused' },
  { says: '> /kintsugi undo', role: 'admin', came: 'silence' },
  { says: '```\n/kintsugi undo\n```', role: 'admin', came: 'silence' },
  { says: 'please\n/kintsugi undo', role: 'admin', came: 'silence' },
]

it('has 24 rows', () => {
  expect(ROWS).toHaveLength(24)
})

it.each(ROWS)(
  '$came: $says by $role $how',
  async ({ says, role, how, came }) => {
    const made = await hall.world()
    const { repo, forge } = made
    const pull = pullOf(await forge.open(proposalOn((await forge.head('main')) ?? '')))
    await act('push', { repo, branch: 'feature', files: { 'README.md': 'x\n' }, by: 'ann' })
    const other = await act('createPull', { repo, by: 'ann', head: 'feature' })
    const who = role === 'app' ? 'ci[bot]' : `robin-${pull.number}`
    if (role === 'app' && !hall.stand.standIn.world.accounts.has(who))
      await act('createApp', { name: 'ci', owner: 'acme', permissions: {}, events: [] })
    if (role !== 'app') await act('setRole', { repo, login: who, role })
    const number = how === 'on another pull request' ? other.number : pull.number
    const said = await act('comment', { repo, number, by: who, body: how === 'edited' ? 'Fine.' : says })
    if (how === 'edited') await act('editComment', { repo, id: said.id, by: who, body: says })
    if (how === 'demoted since') await act('setRole', { repo, login: who, role: 'read' })
    const view = await forge.look('main', [CART_LANE])
    const remembered: Remembered = {
      repository: { urls: [forge.repository], forge },
      view,
      prefix: 'kintsugi',
      attempts: [],
      unbelieved: [],
    }
    const tick = await tickOf(await Walk.begin(shopOf({ only: ['cart'] })))
    await answerCommands(tick, remembered, undefined)
    await answerCommands(tick, remembered, () => ['nothing'])
    const answers = (await made.restarted().look('main', [CART_LANE])).open[0]?.answers ?? []
    const found = answers.map((text) => (readAnswer(text)?.accepted ? 'done' : 'refused'))
    expect(found).toEqual(came === 'silence' ? [] : [came])
    const pulls = (await act('state', { repo })).pulls
    const comment = pulls.flatMap(({ comments }) => comments).find(({ id }) => id === said.id)
    expect(comment?.reactions.map(({ content }) => content)).toEqual(
      came === 'silence' ? [] : [came === 'done' ? '+1' : 'confused'],
    )
  },
  30_000,
)
