import type { Reason } from '../../domain/index.ts'
import { type Refused, refuse } from '../refused.ts'
import { TemplateFailure } from './template/index.ts'

/** Stops a generation with a named reason. Caught where the ApplicationSet is entered. */
export class Unresolved extends Error {
  override readonly name = 'Unresolved'
  readonly reason: Reason
  constructor(reason: Reason, message: string) {
    super(message)
    this.reason = reason
  }
}

export function stop(reason: Reason, message: string): never {
  throw new Unresolved(reason, message)
}

/** Runs a step; what stops it becomes a refusal. */
export function attempt<Result>(step: () => Result): Result | Refused {
  try {
    return step()
  } catch (error) {
    if (error instanceof Unresolved) return refuse(error.reason, error.message)
    if (error instanceof TemplateFailure) {
      return refuse(error.unsupported ? 'unsupported-applicationset' : 'application-unreadable', error.message)
    }
    throw error
  }
}
