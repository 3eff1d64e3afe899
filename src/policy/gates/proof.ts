import type { Gate } from '../../domain/index.ts'
import { type GateInput, gate } from './input.ts'

export function judgeProof({ proof, changes }: GateInput): Gate {
  if (!proof.rendered) return gate('proof', false, 'not rendered', 'render-failed')
  const seen = proof.changes.length
  const value = `${seen} rendered ${seen === 1 ? 'field' : 'fields'} for ${changes.length} meant`
  if (seen === 0) return gate('proof', false, value, 'no-effect')
  return gate('proof', seen <= changes.length, value, 'other-changes')
}

/** A person reads what comes with a fix, whatever the policy lets be listed. */
export function judgeCompanions({ proof }: GateInput): Gate {
  const count = proof.companions?.length ?? 0
  return gate('companions', count === 0, count === 0 ? 'none' : `${count} listed`, 'other-changes')
}

export function judgeIsolation({ proof, config }: GateInput): Gate {
  const { automergeIsolation } = config.ceiling
  const enough = proof.isolation !== 'process' || automergeIsolation === 'process'
  return gate('isolation', enough, proof.isolation, 'isolation-too-weak')
}

export function judgeAssumptions({ proof }: GateInput): Gate {
  const assumed = proof.assumed ?? []
  return gate('cluster versions', assumed.length === 0, assumed.join(', ') || 'none assumed', 'render-assumed')
}

export function judgeMatch({ renderMatch }: GateInput): Gate {
  return gate(
    'render match',
    renderMatch === 'same',
    renderMatch,
    renderMatch === 'unknown' ? 'live-unknown' : 'render-mismatch',
  )
}

export function judgeBase({ proof, baseInputs }: GateInput): Gate {
  const paths = Object.keys(proof.inputs)
  const moved = paths.find((path) => !Object.hasOwn(baseInputs, path) || baseInputs[path] !== proof.inputs[path])
  const value =
    moved === undefined ? `${paths.length} ${paths.length === 1 ? 'input' : 'inputs'} unchanged` : `${moved} changed`
  return gate('base inputs', moved === undefined && paths.length > 0, value, 'base-moved')
}
