import { formatInstant, type Gate } from '../../domain/index.ts'
import { breakerUntil, helpedSinceHarm } from '../history.ts'
import { type GateInput, gate } from './input.ts'

export function judgeBreaker({ attempts, policy, nowMs }: GateInput): Gate {
  const until = breakerUntil(attempts, policy, nowMs)
  return gate(
    'breaker',
    until === undefined,
    until === undefined ? 'closed' : `open until ${formatInstant(until)}`,
    'breaker-open',
  )
}

/** Fixes that have to help after one did harm, before the bot merges without a person again. */
const HELPED_TO_TRUST = 3

/** A person's approval stands above the record, so only a merge without one asks for it. */
export function judgeTrackRecord({ attempts, historyKnown, policy, mode, nowMs }: GateInput): Gate {
  if (!historyKnown) return gate('track record', false, 'not known in full', 'track-record')
  const helped = helpedSinceHarm(attempts, policy, nowMs)
  if (helped === undefined) return gate('track record', true, 'no harm', 'track-record')
  const enough = mode === 'merge-on-approval' || helped >= HELPED_TO_TRUST
  return gate('track record', enough, `${helped} helped since one did harm`, 'track-record')
}

export function judgeDrift({ drifted }: GateInput): Gate {
  const pulls = drifted.map((pull) => `#${pull}`).join(', ')
  return gate('merge drift', drifted.length === 0, pulls === '' ? 'none' : `${pulls} merged otherwise`, 'merge-drift')
}

export function judgeLeader({ leader }: GateInput): Gate {
  if (leader === undefined) return gate('leader', true, 'alone', 'not-leader')
  const { began, now } = leader
  const same = began !== undefined && began === now
  return gate('leader', same, same ? `epoch ${now}` : 'lost', 'not-leader')
}

export function judgeAudit({ audit }: GateInput): Gate {
  return gate('audit', audit !== 'broken', audit, 'audit-broken')
}
