import { formatInstant, type Gate } from '../../domain/index.ts'
import { inWindow } from '../window.ts'
import { factsOfHead, type GateInput, gate } from './input.ts'

export function judgeWindow({ policy, nowMs }: GateInput): Gate {
  const { window } = policy.pullRequest
  if (window === undefined) return gate('window', true, 'any time', 'outside-window')
  const open = inWindow(window, nowMs)
  return gate('window', open, `${open ? 'open' : 'closed'} in ${window.timeZone}`, 'outside-window')
}

export function judgeFreeze({ frozen }: GateInput): Gate {
  return gate('freeze', !frozen, frozen ? 'in force or unreadable' : 'none', 'frozen')
}

export function judgePause({ paused }: GateInput): Gate {
  return gate('pause', !paused, paused ? 'paused' : 'running', 'paused')
}

export function judgeBudget({ policy, openPulls, openedLastHour }: GateInput): Gate {
  const { openPullRequests, perHour } = policy.limits
  const value = `${openPulls} of ${openPullRequests} open, ${openedLastHour} of ${perHour} this hour`
  return gate('budget', openPulls <= openPullRequests && openedLastHour <= perHour, value, 'budget-exhausted')
}

export function judgeHold(input: GateInput): Gate {
  const { held } = input
  if (held !== undefined) {
    const until = held.untilMs === undefined ? 'a person lifts it' : formatInstant(held.untilMs)
    return gate('hold', false, `held until ${until}`, 'held-by-person')
  }
  if (factsOfHead(input)?.disarmedByPerson === true) {
    return gate('hold', false, 'its merge was switched off', 'disarmed-by-person')
  }
  return gate('hold', true, 'none', 'held-by-person')
}
