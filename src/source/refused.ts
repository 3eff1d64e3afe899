import type { Reason } from '../domain/index.ts'

/** Something that this room does not do, by name. The doors turn it into the shape of their own answer. */
export type Refused = { readonly refused: true; readonly reason: Reason; readonly message: string }

export function refuse(reason: Reason, message: string): Refused {
  return { refused: true, reason, message }
}

export function isRefused(value: unknown): value is Refused {
  return typeof value === 'object' && value !== null && 'refused' in value && value.refused === true
}
