import type { Config, Environment, Gate } from '../../domain/index.ts'
import { fieldAllowed } from '../bounds.ts'
import { isProtected } from '../decide.ts'
import { ANSWERED_PRE_CHECKS } from '../fit.ts'
import { covers } from '../globs.ts'
import { type GateInput, gate } from './input.ts'

export function judgeMode({ mode }: GateInput): Gate {
  return gate('mode', mode === 'automerge' || mode === 'merge-on-approval', mode, 'awaiting-merge')
}

export function judgeCeiling({ policy, changes, config, diagnosis }: GateInput): Gate {
  const { actions, fields, protectedNamespaces } = config.ceiling
  const { namespace } = diagnosis.subject
  if (isProtected(namespace, protectedNamespaces))
    return gate('ceiling', false, `${namespace} is protected`, 'protected-namespace')
  const refused = changes.map(({ field }) => field).filter((field) => !fieldAllowed(field, fields))
  if (refused.length > 0) return gate('ceiling', false, `${refused.join(', ')} not allowed`, 'above-ceiling')
  return gate('ceiling', actions.includes(policy.action), policy.action, 'above-ceiling')
}

export function judgePolicy({ policy }: GateInput): Gate {
  return gate('policy', policy.enabled, `${policy.name} ${policy.enabled ? 'enabled' : 'disabled'}`, 'policy-disabled')
}

export function judgePreChecks({ policy }: GateInput): Gate {
  const open = policy.preChecks.find((check) => !ANSWERED_PRE_CHECKS.includes(check))
  return gate(
    'pre-checks',
    open === undefined,
    open === undefined ? 'answered' : `${open} not answered`,
    'data-missing',
  )
}

export function judgeBinding({ binding, baseBranch, pull: { files }, policy }: GateInput): Gate {
  if (binding === undefined) return gate('binding', false, 'none', 'not-bound')
  if (!binding.baseBranches.includes(baseBranch)) return gate('binding', false, `branch ${baseBranch}`, 'not-bound')
  const { allowedPaths } = policy.pullRequest
  const outside = files.find((file) => !covers(binding.paths, file))
  if (outside !== undefined) return gate('binding', false, outside, 'not-bound')
  const unwanted = files.find((file) => allowedPaths.length > 0 && !covers(allowedPaths, file))
  if (unwanted !== undefined) return gate('binding', false, `${unwanted} is not in allowedPaths`, 'path-forbidden')
  return gate('binding', files.length > 0, files.join(', ') || 'no file', 'not-bound')
}

/** The environment that lets these files of this branch be changed by promotion only, or never; undefined where there is none. */
export function barringEnvironment(
  environments: Config['environments'],
  branch: string,
  files: readonly string[],
): Environment | undefined {
  return environments.find(
    (one) =>
      one.edit !== 'direct' &&
      (covers(one.branches, branch, true) || files.some((file) => covers(one.paths, file, true))),
  )
}

export function judgeEnvironment({ config, baseBranch, pull: { files } }: GateInput): Gate {
  const barred = barringEnvironment(config.environments, baseBranch, files)
  const value = barred === undefined ? 'direct edit' : `${barred.name}: ${barred.edit}`
  return gate('promotion', barred === undefined, value, 'environment-not-edited')
}
