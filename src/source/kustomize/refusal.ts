import type { Reason } from '../../domain/index.ts'

/** Ends a build from any depth. Made and caught within this folder; its door answers with a value. */
export class Refusal extends Error {
  readonly reason: Reason
  constructor(reason: Reason, message: string) {
    super(message)
    this.reason = reason
  }
}

export function broken(message: string): Refusal {
  return new Refusal('broken-base', message)
}

export function unsupported(message: string): Refusal {
  return new Refusal('unsupported-kustomize', message)
}

export function tooLarge(message: string): Refusal {
  return new Refusal('input-too-large', message)
}
