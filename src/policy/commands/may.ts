import { type Account, type Command, ROLES, type Role } from '../../domain/index.ts'

/** Who asks, as looked up at that moment. */
export type Standing = {
  readonly by: Account
  readonly edited: boolean
  readonly role: Role
  /** Whether they own every touched file that CODEOWNERS gives an owner; true where it gives none. */
  readonly owns: boolean | 'unknown'
}

/** `ignored` gets no answer at all: apps that answer each other would never end, and an edit may be somebody else's words. */
export type May = 'yes' | 'ignored' | 'role-too-low' | 'not-an-owner'

const LEAST: Readonly<Record<Command, Role>> = {
  explain: 'triage',
  hold: 'triage',
  snooze: 'triage',
  retry: 'write',
  undo: 'write',
}

/** Whether somebody may give a command, by what was looked up of them. */
export function mayCommand(command: Command | 'unknown', { by, edited, role, owns }: Standing): May {
  if (by.kind !== 'user' || edited) return 'ignored'
  // Help is for those who could use it; a public repository is read by everybody.
  if (command === 'unknown') return atLeast(role, 'triage') ? 'yes' : 'ignored'
  if (!atLeast(role, LEAST[command])) return 'role-too-low'
  const asksOwner = command === 'retry' || command === 'undo'
  return asksOwner && owns !== true ? 'not-an-owner' : 'yes'
}

/** The weakest role that may give it. */
export function leastRole(command: Command): Role {
  return LEAST[command]
}

function atLeast(role: Role, least: Role): boolean {
  return ROLES.indexOf(role) >= ROLES.indexOf(least)
}
